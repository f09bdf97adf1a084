"""Who has which device from when: change points, one a day for each device."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from albertslund_it.common.days import shown_day
from albertslund_it.common.errors import Refused
from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.web.database.bulk import Changes, ValueChange
from albertslund_it.web.database.objects import new_row, sharing
from albertslund_it.web.database.rows import among, any_of, lock
from albertslund_it.web.people import Actor
from inventory.imports.selectors import devices_by_serial_number, unknown_device
from inventory.models import Device, Employee, Placement, Unit
from inventory.placements.services.holders import Holders, fault_of_closed

STOCK = "lager"


@dataclass(frozen=True, slots=True)
class PlacementFacts:
    """A change point; without unit and initials the device goes to IT's stock."""

    serial_number: str
    starts_on: date
    unit: str | None = None
    initials: str | None = None
    used_for: str = ""
    row: int | None = None


@transaction.atomic
def save_placements(
    *, rows: Sequence[PlacementFacts], actor: Actor, today: date, errors: RowErrors | None = None
) -> Changes:
    """Create change points, or replace those of the same device and day.

    Raises:
        FileRefused: with every fault; nothing is written.
    """
    lock(Placement)
    errors = errors or RowErrors()
    changes = Changes((Placement,))
    holders = Holders(row.initials for row in rows)
    devices = devices_by_serial_number([row.serial_number for row in rows])
    timelines = _timelines(devices.values(), holders.employees)
    for row in sorted(rows, key=lambda row: row.starts_on):
        device = devices.get(row.serial_number)
        unit, employee = holders.find(row.row, row.unit, row.initials, errors, row.starts_on)
        if device is None:
            errors.add(row.row, unknown_device(row.serial_number))
            continue
        what = f"Serienummer {row.serial_number} fra {shown_day(row.starts_on)}"
        if errors.is_first(row.row, (device.id, row.starts_on), what):
            placement = new_row(
                Placement,
                device=device,
                starts_on=row.starts_on,
                unit=unit,
                employee=employee,
                used_for=row.used_for,
            )
            _put(placement, timelines[device.id], changes)
    if any(unit.closed_on for unit in holders.units):
        for timeline in timelines.values():
            _pass_on(timeline, changes)
    errors.refuse()
    changes.save(actor)
    return changes


def _timelines(
    devices: Iterable[Device], known_people: Iterable[Employee] = ()
) -> dict[int, dict[date, Placement]]:
    """Return the change points of some devices by their days; of known people no more is read."""
    timelines: defaultdict[int, dict[date, Placement]] = defaultdict(dict)
    of_devices = {device.id: device for device in devices}
    known = Placement.objects.filter(any_of("device_id", of_devices, int)).order_by()
    units = Unit.objects.select_related("successor").in_bulk()
    employees = {employee.pk: employee for employee in known_people}
    others: defaultdict[int, list[Placement]] = defaultdict(list)
    for placement in sharing(known, device=of_devices, unit=units, employee=employees):
        timelines[placement.device_id][placement.starts_on] = placement
        if (holder := placement.employee_id) and holder not in employees:
            others[holder].append(placement)
    for employee in sharing(Employee.objects.filter(pk__in=among(others, int)).order_by()):
        for placement in others[employee.pk]:
            placement.employee = employee
    return timelines


def _pass_on(timeline: dict[date, Placement], changes: Changes) -> None:
    """Let what is with a closed unit on its last day be with its successor from then on.

    So a fact that is entered late, of a unit that is gone, lasts no longer than the unit did.
    """
    closing = [day for day, at in timeline.items() if (unit := at.unit) and unit.closed_on]
    for day in sorted(closing):
        placement = timeline[day]
        following = min((later for later in timeline if later > day), default=None)
        for succession in successions(placement, following):
            _put(succession, timeline, changes)


def successions(placement: Placement, ends_before: date | None) -> list[Placement]:
    """Return the change points by which a closed unit's device goes on to who took over."""
    found, unit = [], placement.unit
    while unit and unit.closed_on and (ends_before is None or unit.closed_on < ends_before):
        found.append(
            Placement(
                device=placement.device,
                starts_on=unit.closed_on,
                unit=unit.successor,
                employee=placement.employee,
                used_for=placement.used_for,
            )
        )
        unit = unit.successor
    return found


def _put(placement: Placement, timeline: dict[date, Placement], changes: Changes) -> None:
    """Put a change point in a device's timeline, over the one of that day where there is one."""
    day, device = placement.starts_on, placement.device
    same_day = timeline.get(day)
    if same_day:
        values = {name: getattr(placement, name) for name in ("unit", "employee", "used_for")}
        changes.update(same_day, f"{device} fra {shown_day(day)}", **values)
        return
    before = max((start for start in timeline if start < day), default=None)
    told = ValueChange(
        device.serial_number,
        "Enhed",
        _where(timeline[before]) if before else STOCK,
        f"{_where(placement)} fra {shown_day(day)}",
    )
    timeline[day] = changes.create(placement, told)


def _where(placement: Placement) -> str:
    unit, employee = placement.unit, placement.employee
    if unit is None:
        return STOCK
    return unit.number + (f" ({employee.short_name})" if employee else "")


class FirstPlacements:
    """Places devices that have no placement yet; leaves the others where they are."""

    def __init__(self, changes: Changes, devices: Iterable[Device]):
        known = Placement.objects.filter(
            device_id__in=among({device.id for device in devices}, int)
        )
        self._placed = set(known.values_list("device_id", flat=True).distinct())
        self._changes = changes

    def is_placed(self, device: Device) -> bool:
        return device.id in self._placed

    def add(self, device: Device, day: date, unit: Unit, employee: Employee | None) -> None:
        """Place a device from a day, unless it has a placement."""
        if not self.is_placed(device):
            placement = new_row(
                Placement, device=device, starts_on=day, unit=unit, employee=employee
            )
            timeline: dict[date, Placement] = {}
            _put(placement, timeline, self._changes)
            _pass_on(timeline, self._changes)


@transaction.atomic
def place(
    *,
    device: Device,
    starts_on: date,
    unit: Unit | None,
    employee: Employee | None,
    used_for: str = "",
    actor: Actor,
    seen: Placement | None = None,
) -> Placement:
    """Place one device from a day; None for the unit means IT's stock.

    A placement of that day is replaced only if `seen` is it, as it is now.

    Raises:
        Refused: when somebody else has placed the device that day meanwhile.
    """
    lock(Placement)
    if faults := list(fault_of_closed(unit, starts_on)):
        raise Refused(*(f"{fault}." for fault in faults))
    changes = Changes((Placement,))
    wanted = Placement(
        device=device, starts_on=starts_on, unit=unit, employee=employee, used_for=used_for
    )
    timeline = _timelines([device])[device.id]
    present = timeline.get(starts_on)
    if present and not (_state(present) == _state(wanted) or _was_seen(present, seen)):
        raise Refused(
            f"{device} har fået en tildeling fra {starts_on:%d-%m-%Y} ({_where(present)}), efter "
            "at du åbnede siden. Se den igennem, og prøv igen."
        )
    _put(wanted, timeline, changes)
    _pass_on(timeline, changes)
    changes.save(actor)
    return timeline[starts_on]


def _was_seen(present: Placement, seen: Placement | None) -> bool:
    return seen is not None and seen.pk == present.pk and _state(seen) == _state(present)


def _state(placement: Placement) -> tuple[int | None, int | None, str]:
    return placement.unit_id, placement.employee_id, placement.used_for
