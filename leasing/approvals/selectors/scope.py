"""Who may read who asked for an order, and in what words."""

from datetime import date

from django.contrib.auth.models import User

from albertslund_it.common.permissions import VIEW_EMPLOYEE
from inventory.organisation.selectors.scope import employees_seen_by, sees_all, units_seen_by
from inventory.people.selectors.names import with_address
from leasing.models import Order


def sees_who_asked(user: User, order: Order, on: date) -> bool:
    """Return whether a user may read who asked for an order, and in what words.

    Of an order for several departments, a leader may when the one who asked is one of their own.
    """
    if not user.has_perm(VIEW_EMPLOYEE):
        return False
    if sees_all(user):
        return True
    if not order.lines.exclude(unit__in=units_seen_by(user, on)).exists():
        return True
    if not order.requester_mail:
        return False
    asking = with_address(order.requester_mail)
    own = employees_seen_by(user, on).filter(pk__in=asking.values("pk"))
    return own.exists() and own.count() == asking.count()
