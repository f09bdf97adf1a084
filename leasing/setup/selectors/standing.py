"""Whether an installation is empty still, and whether its first quarter is closed."""

from django.contrib.auth.models import User
from django.db.models import QuerySet

from albertslund_it.common.permissions import (
    CLOSE_QUARTER,
    IMPORT_INVENTORY,
    MANAGE_SETTINGS,
    MANAGE_USERS,
    REGISTER_DELIVERIES,
)
from albertslund_it.web.database.put_together import put_together_once
from inventory.models import Unit
from leasing.models import BillingRun

SETTERS = (MANAGE_SETTINGS, MANAGE_USERS, IMPORT_INVENTORY, REGISTER_DELIVERIES, CLOSE_QUARTER)


def may_set_up(user: User) -> bool:
    """Return whether any step is for somebody to take."""
    return any(user.has_perm(code) for code in SETTERS)


def is_set_up() -> bool:
    """Return whether the first quarter is closed: then there is nothing to begin with any more."""
    return bool(_runs())


@put_together_once
def _runs() -> QuerySet[BillingRun, int]:
    return BillingRun.objects.order_by().values_list("pk", flat=True)[:1]


def is_to_begin(user: User) -> bool:
    """Return whether nothing is taken in yet, and the user is who begins."""
    return user.has_perm(MANAGE_SETTINGS) and not Unit.objects.exists()
