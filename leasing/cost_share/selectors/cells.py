"""A payer's small cells: amounts of a period, unit, kind and model, and what is held on a day."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import Sum

from albertslund_it.common.quarters import Quarter
from inventory.models import DeviceModel, Unit
from leasing.billing.selectors.outstanding import leases_pending, pending_charges
from leasing.billing.selectors.window import Window
from leasing.cost_share.selectors.payers import Payer
from leasing.cost_table.facts import cost_holder_id
from leasing.domain.accrual import accrued
from leasing.domain.allocation import LeaseFacts, unit_on
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


def billed_cells(payer: Payer) -> list[Cell]:
    """Return what closed runs hold, added up."""
    sums = (
        InvoiceSummary.objects.filter(payer.billed)
        .values_list("invoice__department", "period", "unit_id", "kind", "model_name")
        .annotate(Sum("line_count"), Sum("amount_ore"))
    )
    return [Cell(True, *row) for row in sums]


def pending_cells(payer: Payer, window: Window, held: Held, quarter: Quarter) -> list[Cell]:
    """Add up what no run holds, and count what is held on the way."""
    sums: dict[tuple[str, int, str, str], list[int]] = defaultdict(lambda: [0, 0])
    holder = cost_holder_id()
    department_of = dict(Unit.objects.values_list("id", "department"))
    pc_models = set(DeviceModel.objects.filter(category__is_pc=True).values_list("name", flat=True))
    for facts, differences in leases_pending(window, payer.unit_ids):
        unit = unit_on(facts, held.day, holder)
        if unit is not None and (payer.unit_ids is None or unit in payer.unit_ids):
            _count(held, facts, unit, quarter, facts.model_name in pc_models)
        for d in differences:
            cell = sums[d.period, d.unit_id, d.kind, facts.model_name]
            cell[0] += 1
            cell[1] += d.amount_ore
    for charge in pending_charges(window, payer.unit_ids):
        cell = sums[charge.period, charge.unit_id, charge.kind, charge.model_name]
        cell[0] += 1
        cell[1] += charge.amount_ore
    return [Cell(False, department_of[key[1]], *key, *value) for key, value in sums.items()]


def _count(held: Held, facts: LeaseFacts, unit: int, quarter: Quarter, is_pc: bool) -> None:
    held.by_unit[unit] += 1
    held.by_model[facts.model_name] += 1
    if is_pc:
        held.pcs += 1
        cost = accrued(facts.terms, facts.stops_on, quarter.ends_before)
        held.pcs_quarter_ore += cost - accrued(facts.terms, facts.stops_on, quarter.starts_on)
