"""Change points read as what they mean: who has a device on a day, and for how long.

The end of a placement is the start of the device's next one. It is looked up for each row, never
with LEAD: Django moves a `.filter()` made after a window function inside it, so that a filter on a
unit would hide the placements that end the others.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from inventory.models import Employee, Placement, Unit


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a device, or is to have it; without a unit it is IT's stock."""

    unit: Unit | None = None
    employee: Employee | None = None
    used_for: str = ""

    def has(self, placement: Placement | None) -> bool:
        """Return whether a placement is with this holder already."""
        return self == holder_of(placement)


def holder_of(placement: Placement | None) -> Holder:
    """Return who has a device by a placement; the stock where there is none."""
    if placement is None:
        return Holder()
    return Holder(placement.unit, placement.employee, placement.used_for)


def placements_in_force(on: date) -> QuerySet[Placement]:
    """Return the one placement of each device that holds on a day; it may be filtered further."""
    return _in_force(on).all()


@lru_cache(maxsize=64)  # built once: to build it costs more than a small table's answer
def _in_force(on: date) -> QuerySet[Placement]:
    later = Placement.objects.filter(
        device=OuterRef("device"), starts_on__lte=on, starts_on__gt=OuterRef("starts_on")
    )
    return Placement.objects.filter(~Exists(later), starts_on__lte=on)


def intervals() -> QuerySet[Placement]:
    """Return all placements with `ends_before`, None for the last; it may be filtered further."""
    following = Placement.objects.filter(
        device=OuterRef("device"), starts_on__gt=OuterRef("starts_on")
    ).order_by("starts_on")
    return Placement.objects.annotate(ends_before=Subquery(following.values("starts_on")[:1]))


def end_of(placement: Placement) -> date | None:
    """Return the `ends_before` of a row of `intervals()`."""
    ends_before: date | None = vars(placement)["ends_before"]
    return ends_before
