"""Reorganisations as lists and forms read them."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from inventory.models import Employee, Placement
from leasing.models import Reorganisation, ReorganisationStep
from leasing.reorganisation.selectors.plan import employed_at, placements_at


def reorganisations() -> QuerySet[Reorganisation]:
    """Return every reorganisation with the number of its steps."""
    return Reorganisation.objects.annotate(step_count=Count("steps"))


@dataclass(frozen=True)
class Choosable:
    """What of a unit may go with a split, on its day; people are those who have nothing there."""

    placements: list[Placement]
    people: list[Employee]


def choosable(step: ReorganisationStep, *, with_people: bool) -> Choosable:
    """Return what a split may take along, and its people where they may be named."""
    day, units = step.reorganisation.starts_on, [pk for pk in [step.unit_id] if pk is not None]
    placements = list(
        placements_at(units, day)
        .select_related("device__model", "employee")
        .order_by("device__serial_number")
    )
    if not with_people:
        return Choosable(placements, [])
    holders = {one.employee_id for one in placements}
    people = employed_at(units, day).exclude(pk__in=holders - {None})
    return Choosable(placements, list(people))
