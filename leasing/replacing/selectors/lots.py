"""The leases that end in a quarter, and how their devices could be swapped, week by week."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, QuerySet

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.rows import among
from inventory.models import Department, Placement, Replacement, Roll
from inventory.placements.selectors import placements_in_force
from inventory.rollout.selectors import RollDifference, Visit, is_untouched, roll_difference
from leasing.cost_table.moment import one_moment
from leasing.domain.lease_end import Fate
from leasing.domain.swap_plan import (
    Bridging,
    IsoWeek,
    Swap,
    SwapPlan,
    departments_in_order,
    enough_a_week,
    swap_plan,
    whole_weeks,
)
from leasing.lease_end.selectors.offers import extensions_offered
from leasing.lease_end.selectors.term_ends import TermEnd, last_ends
from leasing.models import CostLease, SubAgreement
from leasing.replacing.selectors.orders import replaced_by_an_order

ONE_DAY = timedelta(days=1)
# Why a device of a lot is not swapped by its plan.
IN_STOCK, NO_DEPARTMENT, IN_ANOTHER_ROLL, SETTLED, NO_SUCCESSOR = (
    "stock",
    "department",
    "roll",
    "settled",
    "decided",
)
OUT = (Fate.GONE, Fate.STOPPED)
FINAL = (Fate.BUYOUT, Fate.RETURN)


@dataclass(frozen=True, slots=True)
class LotQuestion:
    """Which leases, between which days, and how many a week; weeks of some numbers are left out.

    `skips_final` leaves out what is decided to be bought or returned, unless an order replaces it.
    """

    quarter: Quarter
    sub_agreement: SubAgreement | None
    only_pcs: bool
    first: date
    last: date
    a_week: int
    left_out: frozenset[int]
    skips_final: bool

    @property
    def lot(self) -> str:
        """Return what the roll is found again by."""
        return f"{self.quarter}/{self.sub_agreement}" if self.sub_agreement else f"{self.quarter}"


@dataclass(frozen=True, slots=True)
class WeekRow:
    """A week with the departments that are visited, how many in each, and what is too late."""

    week: IsoWeek
    departments: list[tuple[str, int]]
    count: int
    late: int


@dataclass(frozen=True, slots=True)
class LotDepartment:
    """A department with its weeks, its first end, and how many are swapped after they end."""

    name: str
    count: int
    ends_before: date
    weeks: list[tuple[IsoWeek, int]]
    left: int


@dataclass(frozen=True, slots=True)
class Pace:
    """What so many swaps a week lead to."""

    a_week: int
    last: IsoWeek | None
    bridging: Bridging
    left: int


@dataclass(frozen=True, slots=True)
class LotPlan:
    """A plan, what it costs beside others, and what is other in the roll than it is to be."""

    asked: LotQuestion
    count: int
    plan: SwapPlan
    weeks: list[WeekRow]
    departments: list[LotDepartment]
    aside: Mapping[str, int]
    paces: list[Pace]
    machines: Mapping[int, int]
    visits: list[Visit]
    difference: RollDifference
    serial_numbers: Mapping[int, str]
    names: Mapping[int, str]

    @property
    def chosen(self) -> Pace:
        return self.paces[0]


def lot_plan(asked: LotQuestion, today: date) -> LotPlan:
    """Return the plan for a lot, as things stand."""
    with one_moment():
        lot = _Lot.read(asked, today)
    weeks = whole_weeks(asked.first, asked.last, asked.left_out)
    groups = departments_in_order(lot.swaps)
    plan = swap_plan(groups, weeks, asked.a_week)
    names = dict(Department.objects.values_list("pk", "name"))
    planned = {one.device_id for _, swaps in plan.used for one in swaps}
    machines = {device: unit for device, unit in lot.units.items() if device in planned}
    visits = [
        Visit(department, week.year, week.week)
        for department, of_one in plan.visits.items()
        for week, _ in of_one
    ]
    return LotPlan(
        asked=asked,
        count=len(lot.swaps),
        plan=plan,
        weeks=_week_rows(plan, names),
        departments=_department_rows(groups, plan, names),
        aside=lot.aside,
        paces=_paces(plan, groups, weeks, len(lot.swaps)),
        machines=machines,
        visits=visits,
        difference=roll_difference(lot.roll, machines, visits, today),
        serial_numbers=lot.serial_numbers,
        names=names,
    )


@dataclass(slots=True)
class _Lot:
    """What ends, where it stands, and what of it is not swapped by the plan."""

    roll: Roll | None
    swaps: list[Swap]
    units: dict[int, int]
    serial_numbers: dict[int, str]
    aside: Counter[str]

    @classmethod
    def read(cls, asked: LotQuestion, today: date) -> "_Lot":
        ends = _ends_of(asked, today)
        ids = [end.device_id for end in ends]
        placed = _placed(ids, today)
        rolls = {row.old_device_id: row for row in _replacements(ids)}
        ordered = replaced_by_an_order(ids) if asked.skips_final else set()
        offers = extensions_offered({end.device_id: end.model_id for end in ends}, today)
        made = cls(
            Roll.objects.filter(lot=asked.lot).first(),
            [],
            {},
            {end.device_id: end.serial_number for end in ends},
            Counter(),
        )
        for end in ends:
            at, row = placed.get(end.device_id), rolls.get(end.device_id)
            is_final = asked.skips_final and end.fate(today) in FINAL
            if reason := made._why_not(at, row, is_final and end.device_id not in ordered):
                made.aside[reason] += 1
            elif at and at.unit and at.unit.department_id:
                made.units[end.device_id] = at.unit.pk
                offer = offers.get(end.device_id)
                offered = offer.extension_ore if offer else None
                made.swaps.append(_swap(end, at.unit.department_id, offered))
        return made

    def _why_not(
        self, at: Placement | None, row: Replacement | None, is_without_successor: bool
    ) -> str:
        if at is None or at.unit is None:
            return IN_STOCK
        if at.unit.department_id is None:
            return NO_DEPARTMENT
        if row and row.roll != self.roll:
            return IN_ANOTHER_ROLL
        if row and not is_untouched(row):
            return SETTLED
        return NO_SUCCESSOR if is_without_successor else ""


def _swap(end: TermEnd, department_id: int, offered_ore: int | None) -> Swap:
    device, term = end.device_id, end.term
    price = (term.price_ore, term.quarters, offered_ore)
    return Swap(device, department_id, end.ends_before, *price)


def _ends_of(asked: LotQuestion, today: date) -> list[TermEnd]:
    """Return how the leases end that run out in the quarter; what is out of the register is not."""
    found = _running_out(asked.quarter)
    if asked.sub_agreement:
        found = found.filter(lease__sub_agreement=asked.sub_agreement)
    if asked.only_pcs:
        found = found.filter(lease__device__model__category__is_pc=True)
    ends = last_ends(list(found.values_list("lease", flat=True)))
    there = [end for end in ends.values() if end.fate(today) not in OUT]
    return sorted(there, key=lambda end: (end.ends_before, end.serial_number))


def _running_out(quarter: Quarter) -> QuerySet[CostLease]:
    """Return the leases whose last day lies in a quarter, and that nobody has stopped before."""
    return CostLease.objects.filter(
        runs_out=True, ends_before__gt=quarter.starts_on, ends_before__lte=quarter.ends_before
    )


def _placed(ids: Collection[int], today: date) -> dict[int, Placement]:
    rows = placements_in_force(today).filter(device__in=among(ids, int)).select_related("unit")
    return {row.device_id: row for row in rows}


def _replacements(ids: Collection[int]) -> Iterable[Replacement]:
    return Replacement.objects.filter(old_device__in=among(ids, int)).select_related("roll")


def _week_rows(plan: SwapPlan, names: Mapping[int, str]) -> list[WeekRow]:
    """Return the weeks up to the last in which anything is swapped."""
    rows = [
        WeekRow(
            week,
            [
                (names[department], count)
                for department, count in Counter(one.department_id for one in swaps).items()
            ],
            len(swaps),
            sum(one.ends_before <= week.friday for one in swaps),
        )
        for week, swaps in plan.weeks
    ]
    while rows and not rows[-1].count:
        rows.pop()
    return rows


def _department_rows(
    groups: list[list[Swap]], plan: SwapPlan, names: Mapping[int, str]
) -> list[LotDepartment]:
    left = Counter(one.department_id for one in plan.left)
    return [
        LotDepartment(
            names[of[0].department_id],
            len(of),
            of[0].ends_before,
            plan.visits.get(of[0].department_id, []),
            left[of[0].department_id],
        )
        for of in groups
    ]


def _paces(plan: SwapPlan, groups: list[list[Swap]], weeks: list[IsoWeek], most: int) -> list[Pace]:
    """Return what the plan leads to, then one more a week, then as many as are enough."""
    found = [plan]
    if plan.left or plan.bridging().count:
        found.append(swap_plan(groups, weeks, plan.a_week + 1))
        enough = enough_a_week(groups, weeks, most)
        if enough and enough > plan.a_week + 1:
            found.append(swap_plan(groups, weeks, enough))
    return [Pace(one.a_week, one.last, one.bridging(), len(one.left)) for one in found]


def lot_quarters() -> list[tuple[Quarter, int]]:
    """Return the quarters in which leases run out, with how many; the first to come first."""
    with one_moment():
        rows = CostLease.objects.filter(runs_out=True).order_by("ends_before")
        counts: Counter[Quarter] = Counter()
        days = rows.values_list("ends_before")
        for day, count in days.annotate(count=Count("pk")):
            counts[Quarter.of(day - ONE_DAY)] += count
        return sorted(counts.items())
