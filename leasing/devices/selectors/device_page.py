"""Everything about one device, as far as the reader may see it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from django.contrib.auth.models import User

from albertslund_it.common.quarters import Quarter
from inventory.models import Device, Placement, Unit
from inventory.organisation.selectors.scope import departments_seen_by, sees_all, units_seen_by
from inventory.placements.selectors import end_of, intervals
from leasing.billing.selectors.facts import leases_with_differences
from leasing.billing.selectors.outstanding import window_up_to
from leasing.cost_table.facts import billed_by_lease
from leasing.cost_table.moment import snapshot
from leasing.models import Charge, InvoiceLine

ONE_DAY = timedelta(days=1)


class Elsewhere(Enum):
    """What stands for a unit that is the stock, or that the reader may not see."""

    STOCK = "stock"
    OTHER_DEPARTMENT = "department"
    OTHER_UNIT = "unit"


Place = Unit | Elsewhere


@dataclass(frozen=True, slots=True)
class Stay:
    """A stretch of the timeline; `place` is no unit that the reader may not see."""

    starts_on: date
    last_day: date | None
    place: Place
    unit_id: int | None
    department: str
    person: str
    person_id: int | None
    is_now: bool
    is_later: bool


@dataclass(frozen=True, slots=True)
class DeviceCost:
    """What a unit pays for the device in a quarter; no amounts of a unit the reader may not see."""

    period: str
    place: Place
    unit_id: int | None
    billed_ore: int | None
    pending_ore: int | None

    @property
    def total_ore(self) -> int | None:
        if self.billed_ore is None or self.pending_ore is None:
            return None
        return self.billed_ore + self.pending_ore


@dataclass(frozen=True, slots=True)
class Costs:
    """A device's costs, and the sums of those that the reader may see."""

    rows: list[DeviceCost]

    @property
    def billed_ore(self) -> int:
        return sum(row.billed_ore or 0 for row in self.rows)

    @property
    def pending_ore(self) -> int:
        return sum(row.pending_ore or 0 for row in self.rows)

    @property
    def total_ore(self) -> int:
        return self.billed_ore + self.pending_ore


class ReaderScope:
    """What the reader of a device's or an employee's page may see on a day."""

    def __init__(self, user: User, on: date):
        self.user = user
        self.all = sees_all(user)
        if not self.all:
            self.units = set(units_seen_by(user, on).values_list("pk", flat=True))
            self.departments = set(departments_seen_by(user, on).values_list("pk", flat=True))

    def sees(self, unit: Unit | None) -> bool:
        return self.all or (unit is not None and unit.id in self.units)

    def place(self, unit: Unit | None) -> Place:
        """Return a unit, or no more than that it is another one."""
        if unit is None or unit.is_cost_holder:
            return Elsewhere.STOCK
        if self.sees(unit):
            return unit
        is_own = unit.department_id in self.departments
        return Elsewhere.OTHER_UNIT if is_own else Elsewhere.OTHER_DEPARTMENT


def timeline(device: Device, reader: ReaderScope, on: date) -> list[Stay]:
    """Return where the device has been and will be, the latest first."""
    placements = (
        intervals()
        .filter(device=device)
        .select_related("unit__department", "employee__unit")
        .order_by("-starts_on")
    )
    return [_stay(placement, reader, on) for placement in placements]


def _stay(placement: Placement, reader: ReaderScope, on: date) -> Stay:
    unit, employee, ends_before = placement.unit, placement.employee, end_of(placement)
    is_seen = reader.sees(unit)
    return Stay(
        starts_on=placement.starts_on,
        last_day=ends_before and ends_before - ONE_DAY,
        place=reader.place(unit),
        unit_id=unit.id if is_seen and unit else None,
        department=unit.department.name if is_seen and unit and unit.department else "",
        person=_holder(placement) if is_seen else "",
        person_id=employee.pk if is_seen and employee and reader.sees(employee.unit) else None,
        is_now=placement.starts_on <= on and (ends_before is None or on < ends_before),
        is_later=placement.starts_on > on,
    )


def _holder(placement: Placement) -> str:
    return str(placement.employee) if placement.employee else placement.used_for


def costs(device: Device, reader: ReaderScope, on: date) -> Costs:
    """Return what the lease has cost whom, by quarter up to the day's, in no order."""
    billed: dict[tuple[str, int], int] = defaultdict(int)
    pending: dict[tuple[str, int], int] = defaultdict(int)
    with snapshot():
        window = window_up_to(Quarter.of(on))
        for facts, differences in leases_with_differences(
            window, devices=Device.objects.filter(pk=device.pk)
        ):
            for key, (amount, _) in billed_by_lease([facts.lease_id])[facts.lease_id].items():
                billed[key] += amount
            for one in differences:
                pending[one.period, one.unit_id] += one.amount_ore
    units = Unit.objects.in_bulk({unit for _, unit in billed.keys() | pending.keys() if unit})
    return Costs(
        [
            _cost(period, units.get(unit), billed[period, unit], pending[period, unit], reader)
            for period, unit in billed.keys() | pending.keys()
        ]
    )


def _cost(
    period: str, unit: Unit | None, billed: int, pending: int, reader: ReaderScope
) -> DeviceCost:
    is_seen = reader.sees(unit)
    return DeviceCost(
        period=period,
        place=unit if is_seen and unit else reader.place(unit),
        unit_id=unit.id if is_seen and unit else None,
        billed_ore=billed if is_seen else None,
        pending_ore=pending if is_seen else None,
    )


@dataclass(frozen=True, slots=True)
class DeviceCharge:
    """A one-off amount for the device, and the run that billed it ('' while none has)."""

    charge: Charge
    run: str


def charges(device: Device, reader: ReaderScope) -> list[DeviceCharge]:
    """Return the one-off amounts that the reader may see."""
    found = (
        Charge.objects.filter(device=device).select_related("unit").order_by("-charged_on", "id")
    )
    lines = InvoiceLine.objects.filter(charge__device=device)
    runs = dict(lines.values_list("charge", "invoice__run__code"))
    return [DeviceCharge(c, runs.get(c.id, "")) for c in found if reader.sees(c.unit)]
