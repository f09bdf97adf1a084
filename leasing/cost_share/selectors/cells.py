"""A payer's small cells: amounts of a period, unit, kind and model, and what is held on a day."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet, Sum

from albertslund_it.web.database.put_together import put_together_once
from leasing.billing.selectors.costs import (
    held_on,
    model_names,
    pc_model_ids,
    pending_periods,
    pending_sums,
)
from leasing.billing.selectors.outstanding import pending_charges
from leasing.billing.selectors.window import Window
from leasing.cost_share.selectors.payers import Payer, PayerKind, billed_of
from leasing.cost_table.facts import department_ids
from leasing.cost_table.once import once_a_moment
from leasing.models import InvoiceSummary


class Cell(NamedTuple):
    """An amount of one period, unit, kind and model; billed, or pending.

    Its department is that of the invoice, or the one that the unit has today.
    """

    is_billed: bool
    department_id: int | None
    period: str
    unit_id: int
    kind: str
    model_name: str
    lines: int
    amount_ore: int


@dataclass
class Held:
    """What is held and leased on a day, by unit and model, and what its pcs cost in a quarter."""

    day: date
    by_unit: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    by_model: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    pcs: int = 0
    pcs_quarter_ore: int = 0

    @property
    def items(self) -> int:
        return sum(self.by_unit.values())

    @property
    def average_ore(self) -> int | None:
        """Return what a pc costs in the quarter on average, rounded down to the øre."""
        return self.pcs_quarter_ore // self.pcs if self.pcs else None


def billed_cells(payer: Payer, periods: Collection[str]) -> list[Cell]:
    """Return what closed runs hold of some quarters, added up."""
    rows = _billed_cells(payer.kind, tuple(sorted(periods)), **payer.asked)
    return [Cell(True, *row) for row in rows]


def billed_cells_of(billed: Q, periods: Collection[str]) -> list[Cell]:
    """Return what closed runs hold of some quarters, of the summaries that are chosen."""
    return [Cell(True, *row) for row in _added_up(billed, periods)]


@put_together_once
def _billed_cells(
    kind: PayerKind, periods: tuple[str, ...], **asked: Any
) -> QuerySet[InvoiceSummary, tuple[Any, ...]]:
    return _added_up(billed_of(kind, **asked), periods)


def _added_up(billed: Q, periods: Collection[str]) -> QuerySet[InvoiceSummary, tuple[Any, ...]]:
    sums = InvoiceSummary.objects.filter(billed, period__in=periods)
    by = sums.values_list("invoice__department", "period", "unit_id", "kind", "model_name")
    return by.annotate(Sum("line_count"), Sum("amount_ore"))


def billed_sums(payer: Payer, periods: Collection[str] | None) -> list[tuple[str, int, str, int]]:
    """Return (quarter, unit, model, øre) of what closed runs hold, of these quarters or of all."""
    sums = InvoiceSummary.objects.filter(payer.billed).order_by()
    if periods is not None:
        sums = sums.filter(period__in=periods)
    return list(sums.values_list("period", "unit_id", "model_name").annotate(Sum("amount_ore")))


@once_a_moment
def billed_by_period(payer: Payer) -> Mapping[str, int]:
    """Return what closed runs hold of each quarter."""
    return dict(_billed_by_period(payer.kind, **payer.asked))


@put_together_once
def _billed_by_period(kind: PayerKind, **asked: Any) -> QuerySet[InvoiceSummary, tuple[str, int]]:
    sums = InvoiceSummary.objects.filter(billed_of(kind, **asked)).order_by()
    return sums.values_list("period").annotate(Sum("amount_ore"))


def pending_cells(payer: Payer, window: Window, periods: Collection[str]) -> list[Cell]:
    """Add up what no run holds of some quarters."""
    department_of = department_ids()
    sums: dict[tuple[str, int, str, str], list[int]] = {
        one[:4]: [one.lines, one.amount_ore]
        for one in pending_sums(window, payer.unit_ids, periods)
    }
    for one in pending_charges(window, payer.unit_ids, periods):
        cell = sums.setdefault(one[:4], [0, 0])
        cell[0] += one.lines
        cell[1] += one.amount_ore
    return [Cell(False, department_of[key[1]], *key, *value) for key, value in sums.items()]


class PeriodSum(NamedTuple):
    """What no run holds of a quarter: lines and øre."""

    lines: int
    amount_ore: int


def pending_by_period(payer: Payer, window: Window) -> dict[str, PeriodSum]:
    """Return what no run holds of each quarter that it lacks anything of."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for period, lines, amount in pending_periods(window, payer.unit_ids):
        sums[period][0] += lines
        sums[period][1] += amount
    for one in pending_charges(window, payer.unit_ids):
        sums[one.period][0] += one.lines
        sums[one.period][1] += one.amount_ore
    return {period: PeriodSum(*both) for period, both in sums.items()}


def held_by(payer: Payer, day: date) -> Held:
    """Count what a payer holds on a day."""
    found = Held(day)
    pcs = pc_model_ids()
    names = model_names()
    for unit, model, items, quarter_ore in held_on(day, payer.unit_ids):
        found.by_unit[unit] += items
        found.by_model[names[model]] += items
        if model in pcs:
            found.pcs += items
            found.pcs_quarter_ore += quarter_ore
    return found
