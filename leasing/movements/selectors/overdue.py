"""What was to be handed in by now and is still with who was asked."""

from datetime import date

from django.db.models import QuerySet

from inventory.models import Device, ExpectedReturn
from leasing.data_quality.selectors.sets import held_by_leavers, open_returns


def overdue_returns(on: date) -> QuerySet[ExpectedReturn]:
    """Return the expected returns whose day is past and whose device is with who was asked."""
    return open_returns(on).filter(due_on__lt=on)


def next_to_take_back(today: date) -> Device | None:
    """Return what should have been handed in the longest ago, else what a leaver still has."""
    late = overdue_returns(today).order_by("due_on", "id")
    if first := late.select_related("device").first():
        return first.device
    return held_by_leavers(today).order_by("pk").first()
