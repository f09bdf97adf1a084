"""What the steps of a reorganisation would do to the units, worked out in memory, step by step."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

from albertslund_it.web.database.rows import among
from inventory.models import Access, Department, Employee, Placement, Unit
from inventory.placements.selectors import intervals
from leasing.cost_table.facts import placement_rows
from leasing.models import Reorganisation, ReorganisationStep

Kind = ReorganisationStep.Kind
# A device's change points: (day, unit id).
Timeline = Sequence[tuple[date, int | None]]
ENDS_UNIT = (Kind.MERGE, Kind.CLOSE)
NAMES = (Kind.RENAME, Kind.RENAME_DEPARTMENT)


def passed_on(timeline: Timeline, day: date, unit: int, to: int | None) -> Timeline:
    """Return a device's change points when from a day on what a unit has is somebody else's."""
    before = [point for point in timeline if point[0] < day]
    later = [(start, to if at == unit else at) for start, at in timeline if start >= day]
    if before and before[-1][1] == unit and not (later and later[0][0] == day):
        later.insert(0, (day, to))
    return [*before, *later]


def unit_at(timeline: Timeline, day: date) -> int | None:
    """Return who has a device on a day by its change points."""
    return next((unit for start, unit in reversed(timeline) if start <= day), None)


@dataclass(frozen=True)
class NamedUnit:
    """A unit as it is, or is to be; of one that a split makes, the id is negative."""

    id: int
    number: str
    name: str
    department_id: int | None
    missing_coding: tuple[str, ...] = ()
    is_cost_holder: bool = False
    closed_on: date | None = None

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


def ids_of(step: ReorganisationStep) -> tuple[int | None, int | None]:
    """Return the unit of a step, and who takes over; a unit still to be made has the step's id.

    A department's new name is of no unit.
    """
    if step.kind == Kind.SPLIT and step.successor_id is None:
        return step.unit_id, -step.pk
    return step.unit_id, step.successor_id


@dataclass
class StepEffect:
    """What one step takes along, and who gets access by it."""

    step: ReorganisationStep
    devices: list[int] = field(default_factory=list)
    people: list[int] = field(default_factory=list)
    accesses: list[Access] = field(default_factory=list)


@dataclass
class Outlook:
    """The units before and after, and the change points of the devices that steps touch."""

    reorganisation: Reorganisation
    units: dict[int, NamedUnit]
    departments: dict[int, Department]
    department_after: dict[int, int | None]
    name_after: dict[int, str]
    # Who follows a unit that is closed, by these steps alone.
    closed: dict[int, int] = field(default_factory=dict)
    before: dict[int, Timeline] = field(default_factory=dict)
    after: dict[int, Timeline] = field(default_factory=dict)
    effects: list[StepEffect] = field(default_factory=list)

    @property
    def day(self) -> date:
        return self.reorganisation.starts_on

    def department_name(self, department_id: int | None) -> str:
        """Name a department; '' for none."""
        return self.departments[department_id].name if department_id else ""


def plan_of(reorganisation: Reorganisation) -> Outlook:
    """Work out what the steps do, in their order."""
    steps = list(
        reorganisation.steps.select_related("unit__department", "successor", "department")
        .prefetch_related("devices", "people")
        .order_by("position")
    )
    units = {
        unit.pk: NamedUnit(
            unit.pk,
            unit.number,
            unit.name,
            unit.department_id,
            tuple(unit.missing_coding),
            unit.is_cost_holder,
            unit.closed_on,
        )
        for unit in Unit.objects.all()
    }
    plan = Outlook(
        reorganisation,
        units,
        {department.pk: department for department in Department.objects.all()},
        {pk: unit.department_id for pk, unit in units.items()},
        {pk: unit.name for pk, unit in units.items()},
    )
    touched = [step.unit_id for step in steps if step.unit_id and step.kind not in NAMES]
    plan.before = dict(_timelines(touched, plan.day))
    plan.after = dict(plan.before)
    people = _People(touched, plan.day)
    giving = [step.unit_id for step in steps if step.unit_id and step.takes_access]
    accesses = _accesses(giving, plan.day)
    for step in steps:
        effect = StepEffect(step)
        if step.unit_id and step.takes_access:
            effect.accesses = accesses.get(step.unit_id, [])
        _take(plan, people, effect)
        plan.effects.append(effect)
    return plan


def _take(plan: Outlook, people: "_People", effect: StepEffect) -> None:
    step = effect.step
    unit, to = ids_of(step)
    if unit is None:
        return
    if step.kind == Kind.MOVE:
        plan.department_after[unit] = step.department_id
        effect.devices, effect.people = _devices_at(plan, unit, None), people.at(unit)
        return
    if step.kind == Kind.RENAME:
        plan.name_after[unit] = step.name
        return
    if to is not None and to < 0:
        department = step.department_id or plan.department_after[unit]
        plan.units[to] = NamedUnit(to, step.number, step.name, department, ("artskonto",))
        plan.department_after[to], plan.name_after[to] = department, step.name
    only = {device.pk for device in step.devices.all()} if step.kind == Kind.SPLIT else None
    effect.devices = _devices_at(plan, unit, only)
    goes_to = None if step.kind == Kind.CLOSE else to
    for device, timeline in plan.after.items():
        if only is None or device in only:
            plan.after[device] = passed_on(timeline, plan.day, unit, goes_to)
    if to is None:
        return
    if step.kind == Kind.SPLIT:
        named = {person.pk for person in step.people.all()}
        effect.people = people.go(unit, to, named | people.with_devices(effect.devices))
    else:
        effect.people = people.go(unit, to, None)
        plan.closed[unit] = to


def _devices_at(plan: Outlook, unit: int, only: set[int] | None) -> list[int]:
    return [
        device
        for device, timeline in plan.after.items()
        if unit_at(timeline, plan.day) == unit and (only is None or device in only)
    ]


class _People:
    """Who is employed at the units that steps touch, and has what there, on the day."""

    def __init__(self, units: Iterable[int], day: date):
        there = employed_at(units, day)
        self._unit_of = dict(there.order_by("pk").values_list("pk", "unit_id"))
        held = (
            placements_at(units, day).exclude(employee=None).values_list("device_id", "employee_id")
        )
        self._holder_of = dict(held)

    def with_devices(self, devices: Iterable[int]) -> set[int]:
        """Return who has some devices."""
        return {self._holder_of[device] for device in devices if device in self._holder_of}

    def at(self, unit: int) -> list[int]:
        """Return who is at a unit."""
        return [person for person, at in self._unit_of.items() if at == unit]

    def go(self, unit: int, to: int, only: set[int] | None) -> list[int]:
        """Let people of a unit, all or some, be of another; return them."""
        gone = [person for person in self.at(unit) if only is None or person in only]
        self._unit_of.update(dict.fromkeys(gone, to))
        return gone


def employed_at(units: Iterable[int], day: date) -> QuerySet[Employee]:
    """Return who is employed at some units on a day or later."""
    return Employee.objects.filter(Q(left_on=None) | Q(left_on__gt=day), unit__in=list(units))


def placements_at(units: Iterable[int], day: date) -> QuerySet[Placement]:
    """Return what some units have on a day."""
    return intervals().filter(
        Q(ends_before=None) | Q(ends_before__gt=day), unit__in=list(units), starts_on__lte=day
    )


def placements_from(unit: int, day: date) -> QuerySet[Placement]:
    """Return what a unit has on a day or later: rows that last beyond it."""
    return intervals().filter(Q(ends_before=None) | Q(ends_before__gt=day), unit=unit)


def _timelines(units: Sequence[int], day: date) -> Iterator[tuple[int, Timeline]]:
    devices = (
        intervals()
        .filter(Q(ends_before=None) | Q(ends_before__gt=day), unit__in=list(units))
        .values_list("device_id", flat=True)
    )
    ids = set(devices.order_by())
    return placement_rows(Placement.objects.filter(device_id__in=among(ids, int)))


def _accesses(units: Iterable[int], day: date) -> dict[int, list[Access]]:
    found: dict[int, list[Access]] = {}
    lasting = Q(ends_before=None) | Q(ends_before__gt=day)
    rows = Access.objects.filter(lasting, unit__in=list(units)).select_related("user")
    for access in rows.order_by("user__username", "starts_on"):
        found.setdefault(access.unit_id or 0, []).append(access)
    return found
