from django.contrib.auth.decorators import user_passes_test
from django.core.exceptions import PermissionDenied

SEES = "inventory.view_employee"
EDITS = ("inventory.import_inventory", "leasing.handle_orders")


def may_edit(user) -> bool:
    """Tell whether a user may change employees: who sees them, and imports them or takes orders."""
    return user.has_perm(SEES) and any(user.has_perm(code) for code in EDITS)


def editor_required(view):
    """Answer 403 to who may not change employees."""

    def test(user):
        if not may_edit(user):
            raise PermissionDenied
        return True

    return user_passes_test(test)(view)
