"""A payer's share: what quarters cost it, by unit, by model and by kind, and what it was billed.

Everything is added up from the same small cells, so that every grouping gives the same total.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, TypeVar

from django.db.models import QuerySet, Sum

from albertslund_it.common.names import danish_key
from albertslund_it.common.quarters import Quarter, quarters_between
from albertslund_it.web.database.put_together import given, put_together_once
from albertslund_it.web.database.rows import among
from inventory.models import Department, Unit
from leasing.billing.selectors.outstanding import window_up_to
from leasing.billing.selectors.window import last_closed_quarter, next_window
from leasing.cost_share.selectors.cells import (
    Cell,
    Held,
    billed_by_period,
    billed_cells,
    held_by,
    pending_by_period,
    pending_cells,
)
from leasing.cost_share.selectors.next_bill import NextBill, next_bill_of
from leasing.cost_share.selectors.payers import STOCK, Payer, PayerKind, billed_of
from leasing.cost_table.facts import department_ids
from leasing.cost_table.moment import one_moment
from leasing.models import COST_HOLDER_NAME, BillingRun, InvoiceSummary, QuarterlyInvoice

QUARTERS_SHOWN = 12
RowKey = TypeVar("RowKey", bound=int | str)


@dataclass
class ShareRow:
    """One line of a grouping."""

    key: int | str
    label: str
    items: int | None = None
    amount_ore: int = 0
    before_ore: int = 0
    # The year's quarters that have ended, up to the chosen one: see `Share.to_date`.
    to_date_ore: int = 0

    @property
    def change_ore(self) -> int:
        return self.amount_ore - self.before_ore


@dataclass
class QuarterCost:
    """What a quarter costs; `state` is closed, open (begun) or coming."""

    quarter: Quarter
    state: str
    billed_ore: int
    pending_ore: int

    @property
    def cost_ore(self) -> int:
        return self.billed_ore + self.pending_ore


class Bill(NamedTuple):
    """What one closed run billed the payer; `invoice` is its own, where it has one."""

    run: BillingRun
    invoice: QuarterlyInvoice | None
    amount_ore: int


@dataclass
class Share:
    """A payer's share, with one quarter chosen.

    `by_payer` has its units, by id; of everybody's share the departments, by the payers' keys.
    `to_date` is the last quarter of the year, up to the chosen one, that has ended.
    """

    payer: Payer
    quarter: Quarter
    state: str
    has_ended: bool
    before: Quarter | None
    to_date: Quarter | None
    quarters: list[QuarterCost]
    total: ShareRow
    billed_ore: int
    year_ore: int
    next_bill: NextBill
    by_payer: list[ShareRow]
    by_model: list[ShareRow]
    by_kind: list[ShareRow]
    held: Held
    bills: list[Bill]

    @property
    def pending_ore(self) -> int:
        return self.total.amount_ore - self.billed_ore

    @property
    def year_starts(self) -> Quarter:
        return max(Quarter(self.quarter.year, 1), self.quarters[0].quarter)

    @property
    def most_changed(self) -> list[ShareRow]:
        """Return the five rows of who pays that moved most since the quarter before, by a krone."""
        if self.before is None:
            return []
        moved = [row for row in self.by_payer if abs(row.change_ore) >= 100]
        return sorted(moved, key=lambda row: -abs(row.change_ore))[:5]

    @property
    def latest_bill(self) -> Bill | None:
        return self.bills[0] if self.bills else None


def quarters_to_choose(today: date) -> list[Quarter]:
    """Return the quarters from the billing start to the end of the fiscal year."""
    window = window_up_to(Quarter(today.year, 4))
    return list(quarters_between(Quarter.of(window.billing_start), window.last))


def share_of(payer: Payer, quarter: Quarter, today: date, ahead_to: Quarter | None = None) -> Share:
    """Work out a payer's share with a quarter chosen, one of `quarters_to_choose`.

    `ahead_to` is a later quarter: all up to it have their cost beside it, as agreed today.
    """
    with one_moment():
        coming = next_window(today)
        last = max(Quarter(today.year, 4), quarter, ahead_to or quarter)
        window = window_up_to(max(last, coming.last))
        state_of, code = _states(today), str(quarter)
        held = held_by(payer, today if quarter == Quarter.of(today) else quarter.last_day)
        billed, pending = billed_by_period(payer), pending_by_period(payer, window)
        grouped = _Grouping(quarter, Quarter.of(window.billing_start), today)
        grouped.cells += billed_cells(payer, grouped.codes)
        grouped.cells += pending_cells(payer, window, grouped.codes)
        bills = _bills(payer)
        by_payer = (_by_department if payer.is_everybody else _by_unit)(grouped, held)
    total = grouped.total()
    total.items = held.items
    costs = [
        QuarterCost(
            one,
            state_of(one),
            billed.get(str(one), 0),
            pending[str(one)].amount_ore if str(one) in pending else 0,
        )
        for one in quarters_between(Quarter.of(window.billing_start), last)
    ]
    return Share(
        payer=payer,
        quarter=quarter,
        state=state_of(quarter),
        has_ended=quarter.ends_before <= today,
        before=grouped.before,
        to_date=grouped.to_date,
        quarters=costs[0 if ahead_to else -QUARTERS_SHOWN :],
        total=total,
        billed_ore=billed.get(code, 0),
        year_ore=sum(one.cost_ore for one in costs if one.quarter.year == quarter.year),
        next_bill=next_bill_of(pending, coming, today),
        by_payer=by_payer,
        by_model=grouped.rows(lambda cell: cell.model_name, _model_label, held.by_model),
        by_kind=grouped.rows(lambda cell: cell.kind, str, None),
        held=held,
        bills=bills,
    )


def _by_unit(grouped: "_Grouping", held: Held) -> list[ShareRow]:
    wanted = {cell.unit_id for cell in grouped.cells} | held.by_unit.keys()
    names = dict(_unit_names(units=wanted))
    return grouped.rows(lambda cell: cell.unit_id, names.__getitem__, held.by_unit)


@put_together_once
def _unit_names(*, units: Collection[int]) -> QuerySet[Unit, tuple[int, str]]:
    return Unit.objects.filter(pk__in=among(units, int)).order_by().values_list("pk", "name")


def _by_department(grouped: "_Grouping", held: Held) -> list[ShareRow]:
    """Return the departments' rows, with the cost holder's among them."""
    names = {str(pk): name for pk, name in _department_names()} | {STOCK: COST_HOLDER_NAME}
    department_of = department_ids()
    items: dict[str, int] = defaultdict(int)
    for unit, count in held.by_unit.items():
        items[str(department_of[unit] or STOCK)] += count
    return grouped.rows(lambda cell: str(cell.department_id or STOCK), names.__getitem__, items)


@put_together_once
def _department_names() -> QuerySet[Department, tuple[int, str]]:
    return Department.objects.order_by().values_list("pk", "name")


def _model_label(model_name: str) -> str:
    return model_name or "Uden udstyr"


def _states(today: date) -> Callable[[Quarter], str]:
    """Return the function that tells a quarter's state."""
    closed = last_closed_quarter()

    def state_of(quarter: Quarter) -> str:
        if closed and quarter <= closed:
            return "closed"
        return "open" if quarter.starts_on <= today else "coming"

    return state_of


class _Grouping:
    """Adds cells up for a quarter, the one before and the quarters of its year that have ended."""

    def __init__(self, quarter: Quarter, first: Quarter, today: date):
        self.before = quarter.next(-1) if quarter > first else None
        ended = min(quarter, Quarter.of(today).next(-1))
        self.to_date = ended if ended >= max(first, Quarter(quarter.year, 1)) else None
        self._until = str(self.to_date or "")
        self._now, self._before = str(quarter), str(self.before)
        self._january = f"{quarter.year}Q1"
        self.cells: list[Cell] = []

    @property
    def codes(self) -> set[str]:
        """Return the quarters whose cells are wanted."""
        year = quarters_between(Quarter.parse(self._january), Quarter.parse(self._now))
        return {self._before, *map(str, year)}

    def total(self) -> ShareRow:
        row = ShareRow("", "I alt")
        for cell in self.cells:
            self._take(row, cell)
        return row

    def rows(
        self,
        key_of: Callable[[Cell], RowKey],
        label_of: Callable[[RowKey], str],
        items: Mapping[RowKey, int] | None,
    ) -> list[ShareRow]:
        """Group by a key; what holds `items` is shown even if it cost nothing."""
        keys = {key_of(cell) for cell in self.cells} | set(items or ())
        rows = {
            key: ShareRow(key, label_of(key), None if items is None else items.get(key, 0))
            for key in keys
        }
        for cell in self.cells:
            self._take(rows[key_of(cell)], cell)
        return sorted(rows.values(), key=lambda row: (row.key == STOCK, danish_key(row.label)))

    def _take(self, row: ShareRow, cell: Cell) -> None:
        if cell.period == self._now:
            row.amount_ore += cell.amount_ore
        if cell.period == self._before:
            row.before_ore += cell.amount_ore
        if self._january <= cell.period <= self._until:
            row.to_date_ore += cell.amount_ore


def _bills(payer: Payer) -> list[Bill]:
    """Return what each closed run billed, the latest first."""
    amounts = dict(_billed_by_run(payer.kind, **payer.asked))
    runs = _runs(ids=amounts)
    invoices = {}
    if payer.department:
        mine = _invoices(department=payer.department.pk)
        invoices = {invoice.run_id: invoice for invoice in mine}
    return [Bill(run, invoices.get(run.id), amounts[run.id]) for run in runs]


@put_together_once
def _billed_by_run(kind: PayerKind, **asked: Any) -> QuerySet[InvoiceSummary, tuple[int, int]]:
    sums = InvoiceSummary.objects.filter(billed_of(kind, **asked)).order_by()
    return sums.values_list("invoice__run").annotate(Sum("amount_ore"))


@put_together_once
def _runs(*, ids: Collection[int]) -> QuerySet[BillingRun]:
    return BillingRun.objects.with_spans().filter(id__in=among(ids, int)).order_by("-id")


@put_together_once
def _invoices(*, department: int) -> QuerySet[QuarterlyInvoice]:
    return QuarterlyInvoice.objects.filter(department=given(department))
