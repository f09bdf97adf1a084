"""The rollout as its pages show it: rolls, the plan by week, and how far each department is.

Everything is counted as it stood at the end of a day. Only a reason has no day: it counts from
whenever it is looked at.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db.models import Case, Count, Exists, F, Max, OuterRef, Q, QuerySet, Value, When

from albertslund_it.common.sentences import per_cent
from inventory.models import Department, Device, Replacement, Roll, RolloutWeek
from inventory.organisation.selectors.organisation import departments_open_to
from inventory.organisation.selectors.scope import sees_all, units_seen_by
from inventory.placements.selectors import placements_in_force

REPLACED, WAITING, EXCUSED = "replaced", "waiting", "excused"
WITHOUT_DEPARTMENT = "Uden afdeling"


def is_replaced(on: date) -> Q:
    """Return which old machines were replaced by the end of a day."""
    return Q(replaced_on__lte=on)


def is_waiting(on: date) -> Q:
    """Return which are not, and have no reason: a new pc is ordered for them."""
    return ~is_replaced(on) & Q(reason="")


def is_on_lease(on: date) -> Q:
    """Return which were replaced by a new pc, and not only by one that was there already."""
    return is_replaced(on) & Q(new_device__isnull=False)


def is_excused(on: date) -> Q:
    """Return which are to stay, for a reason."""
    return ~is_replaced(on) & ~Q(reason="")


@dataclass(slots=True)
class RolloutProgress:
    """How many old machines were found, and what came of them."""

    found: int = 0
    replaced: int = 0
    on_lease: int = 0
    waiting: int = 0
    excused: int = 0

    @property
    def left(self) -> int:
        """Count those not replaced, with a reason or without."""
        return self.found - self.replaced

    @property
    def ordered(self) -> int:
        """Count the new pc's: those that came and those that are still to come."""
        return self.on_lease + self.waiting

    @property
    def per_cent(self) -> int:
        """Return how much is done, in whole per cent; 100 only when nothing is left."""
        return per_cent(self.replaced, self.found)

    def add(self, other: "RolloutProgress") -> None:
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


COUNTED = {
    "replaced": is_replaced,
    "on_lease": is_on_lease,
    "waiting": is_waiting,
    "excused": is_excused,
}


@dataclass(slots=True)
class RollRow:
    """A roll with its progress among what the user sees."""

    roll: Roll
    progress: RolloutProgress = field(default_factory=RolloutProgress)


@dataclass(slots=True)
class DepartmentProgress:
    """A department with its progress in all rolls, and the weeks planned: (year, week) → rolls."""

    id: int
    name: str
    head: str
    progress: RolloutProgress = field(default_factory=RolloutProgress)
    visits: dict[tuple[int, int], list[RolloutWeek]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Return the id as an address has it."""
        return str(self.id)


@dataclass(frozen=True, slots=True)
class Week:
    """An ISO week of the plan."""

    year: int
    week: int

    @property
    def key(self) -> str:
        return f"{self.year}-{self.week}"

    @property
    def monday(self) -> date:
        return date.fromisocalendar(self.year, self.week, 1)

    @property
    def friday(self) -> date:
        return self.monday + timedelta(days=4)


@dataclass(frozen=True, slots=True)
class Rollout:
    """All of it, within what a user sees, as it stood on a day."""

    rolls: list[RollRow]
    weeks: list[Week]
    departments: list[DepartmentProgress]
    total: RolloutProgress

    @property
    def without_new(self) -> int:
        """Count those replaced by what was there already."""
        return self.total.replaced - self.total.on_lease

    @property
    def plan(self) -> list[tuple["DepartmentProgress", list[list[RolloutWeek]]]]:
        """Return the departments of the plan, each with its visits in every week of it."""
        return [
            (row, [row.visits.get((week.year, week.week), []) for week in self.weeks])
            for row in self.planned
        ]

    @property
    def planned(self) -> list[DepartmentProgress]:
        """Return the departments that the plan names."""
        return [row for row in self.departments if row.visits]

    @property
    def not_replaced(self) -> list[DepartmentProgress]:
        """Return the departments where a new pc is ordered and the old one not replaced."""
        return [row for row in self.departments if row.progress.waiting]

    @property
    def leased(self) -> list[DepartmentProgress]:
        """Return the departments that got a new pc."""
        return [row for row in self.departments if row.progress.on_lease]


def replacements_seen_by(user: User, on: date) -> QuerySet[Replacement]:
    """Return the old machines that stood where a user sees."""
    if sees_all(user):
        return Replacement.objects.all()
    return Replacement.objects.filter(unit__in=units_seen_by(user, on))


def old_machines(replacements: QuerySet[Replacement]) -> QuerySet[Replacement]:
    """Leave out what is replaced because its lease ends: the minutes' figures are of the others."""
    return replacements.filter(roll__lot="")


def rollout(user: User, *, on: date, today: date, lot: Roll | None = None) -> Rollout:
    """Read the rollout as it stood at the end of `on`; what the user sees is settled today.

    It is of the old machines, or of one roll that was laid out for leases that end together.
    """
    rolls = {roll.id: RollRow(roll) for roll in _rolls_of(lot)}
    departments = {
        one.id: DepartmentProgress(one.id, one.name, one.head_name)
        for one in departments_open_to(user, today)
    }
    nowhere = DepartmentProgress(0, WITHOUT_DEPARTMENT, "")
    total = RolloutProgress()
    machines = replacements_seen_by(user, today).filter(roll__in=list(rolls))
    for roll_id, department_id, progress in _counts(machines, on):
        rolls[roll_id].progress.add(progress)
        departments.get(department_id, nowhere).progress.add(progress)
        total.add(progress)
    rows = list(departments.values()) + [nowhere] * bool(nowhere.progress.found)
    return Rollout(list(rolls.values()), _plan(departments, list(rolls)), rows, total)


def _rolls_of(lot: Roll | None) -> Iterable[Roll]:
    return [lot] if lot else Roll.objects.filter(lot="")


def lots() -> QuerySet[Roll]:
    """Return the rolls that were laid out for leases that end together."""
    return Roll.objects.exclude(lot="")


def _counts(
    replacements: QuerySet[Replacement], on: date
) -> Iterable[tuple[int, int, RolloutProgress]]:
    counts = {f"n_{key}": Count("pk", filter=of(on)) for key, of in COUNTED.items()}
    counted = replacements.order_by().values("roll", "unit__department")
    for row in counted.annotate(n_found=Count("pk"), **counts):
        progress = RolloutProgress(row["n_found"], *(row[name] for name in counts))
        yield row["roll"], row["unit__department"], progress


def _plan(departments: dict[int, DepartmentProgress], rolls: Collection[int]) -> list[Week]:
    """Put the visits on their departments, and return the weeks that have any, in order."""
    visits = RolloutWeek.objects.filter(department__in=list(departments), roll__in=rolls)
    found = set()
    for visit in visits.select_related("roll").order_by("year", "week", "roll__number"):
        row = departments[visit.department_id]
        row.visits.setdefault((visit.year, visit.week), []).append(visit)
        found.add(Week(visit.year, visit.week))
    return sorted(found, key=lambda week: (week.year, week.week))


def weeks_planned() -> list[Week]:
    """Return the weeks of the plan, in order."""
    weeks = RolloutWeek.objects.order_by("year", "week").values_list("year", "week").distinct()
    return [Week(year, week) for year, week in weeks]


def visited_in(year: int, week: int) -> Exists:
    """Return which old machines stood in a department that their roll visited in a week."""
    return Exists(
        RolloutWeek.objects.filter(
            roll=OuterRef("roll"), department=OuterRef("unit__department"), year=year, week=week
        )
    )


def machines_to_find(
    *, department: Department | None, max_ram_gb: int | None, without_windows_11: bool, on: date
) -> QuerySet[Device]:
    """Return the pc's placed in a department (None: in any) on a day that a roll is to replace.

    They have at most so much RAM, or are known not to run Windows 11 (both, where both are asked
    for); they are not leased, in no roll, and not the new pc of one. What we know nothing about
    is not found: see `unknown_machines`.
    """
    found = _unleased_pcs(department, on)
    if max_ram_gb is not None:
        found = found.filter(ram_gb__lte=max_ram_gb)
    if without_windows_11:
        found = found.filter(windows_11=False)
    if max_ram_gb is None and not without_windows_11:
        return found.none()
    return found.select_related("model").order_by("serial_number")


def unknown_machines(*, department: Department | None, on: date) -> int:
    """Count the pc's there that nothing is known of, so that no search finds them."""
    return _unleased_pcs(department, on).filter(ram_gb=None, windows_11=None).count()


def _unleased_pcs(department: Department | None, on: date) -> QuerySet[Device]:
    placed = placements_in_force(on).filter(unit__department__isnull=False)
    if department:
        placed = placed.filter(unit__department=department)
    return Device.objects.filter(
        pk__in=placed.values("device"),
        model__category__is_pc=True,
        lease=None,
        replacement=None,
        replaces=None,
    )


def next_roll_number() -> int:
    """Return the number that a new roll gets."""
    return (Roll.objects.aggregate(last=Max("number"))["last"] or 0) + 1


def machines(user: User, *, on: date, today: date) -> QuerySet[Replacement]:
    """Return the old machines for a list, with `state`, `new_serial` and `day` as of a day."""
    return (
        replacements_seen_by(user, today)
        .select_related("roll", "old_device__model", "unit__department")
        .prefetch_related("roll__weeks")
        .annotate(
            state=Case(
                When(is_replaced(on), then=Value(REPLACED)),
                When(reason="", then=Value(WAITING)),
                default=Value(EXCUSED),
            ),
            new_serial=Case(When(is_replaced(on), then=F("new_device__serial_number"))),
            day=Case(When(is_replaced(on), then=F("replaced_on"))),
        )
        .order_by("roll__number", "old_device__serial_number")
    )


def machines_matching(machines: QuerySet[Replacement], text: str) -> QuerySet[Replacement]:
    """Narrow old machines to a serial number (old or new) or to a unit."""
    return machines.filter(
        Q(old_device__serial_number__icontains=text)
        | Q(new_device__serial_number__icontains=text)
        | Q(unit__name__icontains=text)
        | Q(unit__number=text)
    )


class Visit(NamedTuple):
    """A department's ISO week."""

    department_id: int
    year: int
    week: int

    @property
    def monday(self) -> date:
        return date.fromisocalendar(self.year, self.week, 1)


@dataclass(frozen=True, slots=True)
class RollDifference:
    """What is other in a roll than it is to be: `new` by device and unit, and rows as they are.

    A machine that something has come of stays as it is, and so does a week that has begun.
    """

    roll: Roll | None
    new: Mapping[int, int]
    moved: Mapping[Replacement, int]
    gone: list[Replacement]
    new_visits: list[Visit]
    gone_visits: list[RolloutWeek]

    @property
    def is_nothing(self) -> bool:
        return self.roll is not None and not (
            self.new or self.moved or self.gone or self.new_visits or self.gone_visits
        )


def roll_difference(
    roll: Roll | None, machines: Mapping[int, int], visits: Collection[Visit], today: date
) -> RollDifference:
    """Compare a roll with the machines it is to have, each with its unit, and with its weeks."""
    rows = Replacement.objects.none() if roll is None else roll.replacements
    weeks = RolloutWeek.objects.none() if roll is None else roll.weeks
    beside = rows.select_related("old_device", "unit")
    waiting = {row.old_device_id: row for row in beside if is_untouched(row)}
    there = {
        Visit(one.department_id, one.year, one.week): one
        for one in weeks.select_related("department")
    }
    return RollDifference(
        roll=roll,
        new={device: unit for device, unit in machines.items() if device not in waiting},
        moved={
            row: machines[device]
            for device, row in waiting.items()
            if device in machines and machines[device] != row.unit_id
        },
        gone=[row for device, row in waiting.items() if device not in machines],
        new_visits=sorted(set(visits) - set(there)),
        gone_visits=[
            row for at, row in there.items() if at not in set(visits) and at.monday > today
        ],
    )


def is_untouched(row: Replacement) -> bool:
    """Return whether nothing has come of an old machine yet."""
    return row.replaced_on is None and not row.reason
