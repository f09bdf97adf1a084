"""Reorganisations as lists and forms read them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from albertslund_it.web.database.rows import among
from inventory.models import Device, Employee, Placement
from leasing.billing.selectors.quarter_costs import quarter_costs
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


@dataclass(frozen=True)
class GoingDevice:
    """A device that goes with a step, and what it costs in the whole quarter of the day."""

    id: int
    serial_number: str
    model: str
    quarter_ore: int


def going_devices(ids: Collection[int], day: date) -> list[GoingDevice]:
    """Return some devices with what they cost."""
    costs = quarter_costs(ids, day) if ids else {}
    found = Device.objects.filter(pk__in=among(ids, int)).order_by("serial_number")
    return [
        GoingDevice(pk, serial_number, model, costs.get(pk, 0))
        for pk, serial_number, model in found.values_list("pk", "serial_number", "model__name")
    ]


def going_people(ids: Collection[int]) -> QuerySet[Employee]:
    """Return some people by name, each with the unit of today."""
    found = Employee.objects.filter(pk__in=among(ids, int)).select_related("unit")
    return found.order_by("name", "initials")
