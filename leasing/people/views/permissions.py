from django.contrib.auth.decorators import user_passes_test
from django.core.exceptions import PermissionDenied

from albertslund_it.common.permissions import HANDLE_ORDERS, IMPORT_INVENTORY, VIEW_EMPLOYEE

EDITS = (IMPORT_INVENTORY, HANDLE_ORDERS)


def may_edit(user) -> bool:
    """Return whether a user may change employees: who sees them and imports or takes orders."""
    return user.has_perm(VIEW_EMPLOYEE) and any(user.has_perm(code) for code in EDITS)


def editor_required(view):
    """Answer 403 to those who may not change employees."""

    def test(user):
        if not may_edit(user):
            raise PermissionDenied
        return True

    return user_passes_test(test)(view)
