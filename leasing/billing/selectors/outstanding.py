"""What no closed run holds yet: the pending amounts, and where they stand beside what is billed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, QuerySet, Sum

from albertslund_it.common.quarters import Quarter, quarters_between
from albertslund_it.web.database.put_together import put_together_once
from albertslund_it.web.database.rows import among
from inventory.models import Department
from leasing.billing.selectors.costs import PendingSum, model_names, pending_sums, running_on
from leasing.billing.selectors.facts import unbilled_charges
from leasing.billing.selectors.preview import Late, invoice_order
from leasing.billing.selectors.window import Window, last_closed_quarter
from leasing.cost_table.facts import billing_start, department_ids, last_covered_quarter
from leasing.cost_table.moment import one_moment
from leasing.cost_table.once import once_a_moment
from leasing.domain.allocation import CHARGE
from leasing.models import COST_HOLDER_NAME, Charge, InvoiceSummary


def window_up_to(last: Quarter) -> Window:
    """Return a window of every quarter from the billing start to `last`, or the last one billed."""
    start, covered = billing_start(), last_covered_quarter()
    last = max(last, covered or last, Quarter.of(start))
    taken = frozenset(str(q) for q in quarters_between(Quarter.of(start), last))
    return Window("", start, covered, last, taken, None)


def pending_charges(
    window: Window,
    unit_ids: Collection[int] | None = None,
    periods: Collection[str] | None = None,
) -> Iterator[PendingSum]:
    """Yield the charges that no run holds, added up; of these units and quarters or of all."""
    wanted = window.taken if periods is None else window.taken.intersection(periods)
    units = None if unit_ids is None else frozenset(unit_ids)
    return (one for one in charge_sums(window.billing_start, units) if one.period in wanted)


@once_a_moment
def charge_sums(billing_start: date, unit_ids: frozenset[int] | None) -> Sequence[PendingSum]:
    """Return the charges that no run has billed, added up by quarter, unit and model."""
    by_day = _unbilled(billing_start, unit_ids is None, units=unit_ids or ())
    names = model_names()
    sums: dict[tuple[str, int, str], list[int]] = defaultdict(lambda: [0, 0])
    code_of: dict[date, str] = {}
    for day, unit, model, lines, amount in by_day:
        if day not in code_of:
            code_of[day] = str(Quarter.of(day))
        both = sums[code_of[day], unit, names[model] if model else ""]
        both[0] += lines
        both[1] += amount
    return [
        PendingSum(period, unit, CHARGE, model, *both)
        for (period, unit, model), both in sums.items()
    ]


@put_together_once
def _unbilled(
    billing_start: date, is_of_all: bool, *, units: Collection[int]
) -> QuerySet[Charge, tuple[date, int, int | None, int, int]]:
    unbilled = unbilled_charges(billing_start).order_by()
    if not is_of_all:
        unbilled = unbilled.filter(unit__in=among(units, int))
    by_day = unbilled.values_list("charged_on", "unit_id", "device__model")
    return by_day.annotate(Count("pk"), Sum("amount_ore"))


@dataclass(slots=True)
class Standing:
    """An amount as it stands: billed by closed runs, and pending."""

    billed_ore: int = 0
    pending_ore: int = 0
    pending_lines: int = 0

    @property
    def cost_ore(self) -> int:
        return self.billed_ore + self.pending_ore

    def add(self, other: "Standing") -> None:
        """Take in another one."""
        self.billed_ore += other.billed_ore
        self.pending_ore += other.pending_ore
        self.pending_lines += other.pending_lines


# By department (None: the cost holder's) and period.
Cells = dict[tuple[int | None, str], Standing]


@dataclass
class OutstandingRow:
    """A department's (None: the cost holder's) standing, quarter by quarter."""

    department: Department | None
    cells: list[Standing]
    total: Standing

    @property
    def name(self) -> str:
        return self.department.name if self.department else COST_HOLDER_NAME


@dataclass
class OutstandingQuarter:
    """A quarter of all departments together."""

    quarter: Quarter
    is_closed: bool
    has_ended: bool
    total: Standing


@dataclass
class Outstanding:
    """Department × quarter since the billing start, up to the quarter of the day."""

    quarters: list[OutstandingQuarter]
    rows: list[OutstandingRow]
    total: Standing
    leased_items: int
    late: Late = field(default_factory=Late)
    elsewhere: Standing = field(default_factory=Standing)

    def of_year(self, year: int) -> "Outstanding":
        """Keep one fiscal year's quarters; the others are together in `elsewhere`."""
        at = [index for index, q in enumerate(self.quarters) if q.quarter.year == year]
        rows = [_row(row.department, [row.cells[index] for index in at]) for row in self.rows]
        quarters = [self.quarters[index] for index in at]
        others = _sum(q.total for q in self.quarters if q.quarter.year != year)
        total = _sum(row.total for row in rows)
        return Outstanding(quarters, rows, total, self.leased_items, self.late, others)

    @property
    def first(self) -> Quarter:
        return self.quarters[0].quarter

    @property
    def last(self) -> Quarter:
        return self.quarters[-1].quarter

    @property
    def overdue(self) -> list[OutstandingQuarter]:
        """Return the quarters that have ended and that no run has billed."""
        return [q for q in self.quarters if q.has_ended and not q.is_closed]

    @property
    def overdue_ore(self) -> int:
        return sum(q.total.pending_ore for q in self.overdue)


def outstanding(today: date) -> Outstanding:
    """Work out what is billed and what is pending, for every department and quarter."""
    with one_moment():
        window, closed = window_up_to(Quarter.of(today)), last_closed_quarter()
        cells, leased_items, late = _cells(window, today)
        departments = Department.objects.in_bulk({d for d, _ in cells if d is not None})
    quarters = list(quarters_between(Quarter.of(window.billing_start), window.last))
    rows = [
        _row(department, [cells[department.id if department else None, str(q)] for q in quarters])
        for department in sorted(
            [*departments.values(), *([None] if any(d is None for d, _ in cells) else [])],
            key=invoice_order,
        )
    ]
    columns = [
        OutstandingQuarter(
            quarter,
            is_closed=closed is not None and quarter <= closed,
            has_ended=quarter.ends_before <= today,
            total=_sum(row.cells[index] for row in rows),
        )
        for index, quarter in enumerate(quarters)
    ]
    return Outstanding(columns, rows, _sum(row.total for row in rows), leased_items, late)


def _cells(window: Window, today: date) -> tuple[Cells, int, Late]:
    """Return the standing of (department, quarter), the leases that run on the day, what is late.

    What is billed is its invoice's, what is pending its unit's of today.
    """
    cells: Cells = defaultdict(Standing)
    billed = InvoiceSummary.objects.values_list("invoice__department", "period").annotate(
        Sum("amount_ore")
    )
    for department, period, amount in billed:
        cells[department, period].billed_ore += amount
    department_of = department_ids()

    late, covered = Late(), str(window.covered or "")

    def add(unit: int, period: str, kind: str, amount: int, lines: int) -> None:
        cell = cells[department_of.get(unit), period]
        cell.pending_ore += amount
        cell.pending_lines += lines
        if period <= covered:
            late.add(kind, lines, amount)

    for one in pending_sums(window):
        add(one.unit_id, one.period, one.kind, one.amount_ore, one.lines)
    for one in pending_charges(window):
        add(one.unit_id, one.period, one.kind, one.amount_ore, one.lines)
    return cells, running_on(today).count(), late


def _row(department: Department | None, cells: list[Standing]) -> OutstandingRow:
    return OutstandingRow(department, cells, _sum(cells))


def _sum(standings: Iterable[Standing]) -> Standing:
    total = Standing()
    for standing in standings:
        total.add(standing)
    return total
