"""One pc per employee: what counts, and whether one more is allowed.

What counts on a day: the leased pc's placed on the person that day, and the person's open order
lines, less the devices that those lines replace. Screens do not count. Neither does a loan, which
Fælles IT pays, nor a pc that is lost, nor one that is replaced and still within the overlap.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from inventory.models import Device, Employee, ExpectedReturn, Placement
from inventory.selectors.placements import placements_in_force
from leasing.models import Approval, Decision, LossReport, OrderLine
from leasing.models.order import OPEN, Status

ALLOWED = 1


@dataclass(frozen=True)
class Holdings:
    """What counts for a person on a day, and how many exceptions hold that day."""

    devices: tuple[Device, ...]
    lines: tuple[OrderLine, ...]
    exceptions: int

    @property
    def count(self) -> int:
        return len(self.devices) + len(self.lines)

    @property
    def allowed(self) -> int:
        return ALLOWED + self.exceptions

    @property
    def is_breach(self) -> bool:
        return self.count > self.allowed

    @property
    def has_room(self) -> bool:
        """Tell whether one pc more would be allowed."""
        return self.count < self.allowed


def holdings_of(
    employee: Employee,
    on: date,
    *,
    without_devices: Collection[int] = (),
    without_lines: Collection[int] = (),
) -> Holdings:
    """Count a person's pc's on a day; some devices and lines (by id) may be left out.

    To decide by it, the employee's row must be locked: see `lock_employees`.
    """
    lines = [
        line
        for line in open_lines(on).filter(employee=employee).select_related("model", "order")
        if line.pk not in without_lines
    ]
    replaced = {line.replaces_id for line in lines if line.replaces_id}
    placed = counted_placements(on).filter(employee=employee)
    devices = [
        placement.device
        for placement in placed.select_related("device__model").order_by("starts_on")
        if placement.device_id not in replaced and placement.device_id not in without_devices
    ]
    return Holdings(
        tuple(devices), tuple(lines), exceptions_on(on).filter(employee=employee).count()
    )


def counted_placements(on: date) -> QuerySet[Placement]:
    """Give the placements in force of what counts: leased pc's with a person who pays for them."""
    lost = LossReport.objects.filter(device=OuterRef("device"), found_on=None)
    replaced = ExpectedReturn.objects.filter(
        device=OuterRef("device"),
        employee=OuterRef("employee"),
        why=ExpectedReturn.Why.REPLACED,
        due_on__gte=on,
    )
    return placements_in_force(on).filter(
        ~Exists(lost),
        ~Exists(replaced),
        Q(device__lease__stops_on=None) | Q(device__lease__stops_on__gt=on),
        employee__isnull=False,
        unit__is_cost_holder=False,
        device__model__category__is_pc=True,
        device__lease__isnull=False,
    )


def open_lines(on: date) -> QuerySet[OrderLine]:
    """Give the lines for people to hand a pc out for; a draft asks for nothing yet."""
    return OrderLine.objects.filter(
        employee__isnull=False,
        model__category__is_pc=True,
        status__in=[status for status in OPEN if status != Status.DRAFT],
    )


def exceptions_on(on: date) -> QuerySet[Approval]:
    """Give the exceptions that heads have granted and that hold on a day."""
    return Approval.objects.filter(decision=Decision.GRANTED, ends_before__gt=on)


def days_to_check(device_ids: Iterable[int], employee: Employee, starts_on: date) -> list[date]:
    """Give the days on which a person's count may rise, from a day on: each change of theirs."""
    later = Placement.objects.filter(employee=employee, starts_on__gt=starts_on).exclude(
        device__in=list(device_ids)
    )
    return sorted({starts_on, *later.values_list("starts_on", flat=True)})


def lock_employees(ids: Iterable[int]) -> dict[int, Employee]:
    """Lock people, in the order of their ids, so that two cannot both be within the rule."""
    wanted = sorted(set(ids))
    people = Employee.objects.select_for_update(of=("self",)).select_related("unit")
    return {person.pk: person for person in people.filter(pk__in=wanted).order_by("pk")}
