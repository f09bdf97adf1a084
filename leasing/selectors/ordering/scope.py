"""Whose orders a user may see: those who see all, all; leaders what their units pay for."""

from datetime import date

from django.db.models import QuerySet

from inventory.models import Employee
from inventory.selectors.scope import employees_seen_by, sees_all, units_seen_by
from leasing.models import Order, OrderLine

SEES_PEOPLE = "inventory.view_employee"


def lines_seen_by(user, on: date) -> QuerySet[OrderLine]:
    """Give the order lines that a user sees on a day."""
    if sees_all(user):
        return OrderLine.objects.all()
    return OrderLine.objects.filter(unit__in=units_seen_by(user, on))


def sees_who_asked(user, order: Order, on: date) -> bool:
    """Tell whether a user may read who asked for an order, and in what words.

    Of an order over several departments a leader reads it where the one who asked is of their own.
    """
    if not user.has_perm(SEES_PEOPLE):
        return False
    if sees_all(user):
        return True
    if not order.lines.exclude(unit__in=units_seen_by(user, on)).exists():
        return True
    if not order.requester_mail:
        return False
    asking = Employee.objects.filter(mail__iexact=order.requester_mail)
    own = employees_seen_by(user, on).filter(pk__in=asking.values("pk"))
    return own.exists() and own.count() == asking.count()


def orders_seen_by(user, on: date) -> QuerySet[Order]:
    """Give the orders with a line that a user sees on a day."""
    if sees_all(user):
        return Order.objects.all()
    return Order.objects.filter(pk__in=lines_seen_by(user, on).values("order"))
