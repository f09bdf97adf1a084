"""Whose orders a user may see: those who see all, all; leaders what their units pay for."""

from datetime import date

from django.contrib.auth.models import User
from django.db.models import QuerySet

from inventory.organisation.selectors.scope import sees_all, units_seen_by
from leasing.models import Order, OrderLine


def lines_seen_by(user: User, on: date) -> QuerySet[OrderLine]:
    """Return the order lines that a user sees on a day."""
    if sees_all(user):
        return OrderLine.objects.all()
    return OrderLine.objects.filter(unit__in=units_seen_by(user, on))


def orders_seen_by(user: User, on: date) -> QuerySet[Order]:
    """Return the orders with a line that a user sees on a day."""
    if sees_all(user):
        return Order.objects.all()
    return Order.objects.filter(pk__in=lines_seen_by(user, on).values("order"))
