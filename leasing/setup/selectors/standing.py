"""Whether an installation is empty still, and whether its first quarter is closed."""

from django.contrib.auth.models import User

from albertslund_it.common.permissions import (
    CLOSE_QUARTER,
    IMPORT_INVENTORY,
    MANAGE_SETTINGS,
    MANAGE_USERS,
    REGISTER_DELIVERIES,
)
from inventory.models import Unit
from leasing.models import BillingRun

SETTERS = (MANAGE_SETTINGS, MANAGE_USERS, IMPORT_INVENTORY, REGISTER_DELIVERIES, CLOSE_QUARTER)


def may_set_up(user: User) -> bool:
    """Return whether any step is for somebody to take."""
    return any(user.has_perm(code) for code in SETTERS)


def is_set_up() -> bool:
    """Return whether the first quarter is closed: then there is nothing to begin with any more."""
    return BillingRun.objects.exists()


def is_to_begin(user: User) -> bool:
    """Return whether nothing is taken in yet, and the user is who begins."""
    return user.has_perm(MANAGE_SETTINGS) and not Unit.objects.exists()
