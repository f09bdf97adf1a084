"""A payer's small cells: amounts of a period, unit, kind and model, and what is held on a day."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import Sum

from inventory.models import DeviceModel, Unit
from leasing.billing.selectors.costs import held_on, model_names, pending_sums
from leasing.billing.selectors.outstanding import pending_charges
from leasing.billing.selectors.window import Window
from leasing.cost_share.selectors.payers import Payer
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


def pending_cells(payer: Payer, window: Window) -> list[Cell]:
    """Add up what no run holds."""
    department_of = dict(Unit.objects.values_list("id", "department"))
    sums: dict[tuple[str, int, str, str], list[int]] = {
        one[:4]: [one.lines, one.amount_ore] for one in pending_sums(window, payer.unit_ids)
    }
    for charge in pending_charges(window, payer.unit_ids):
        key = charge.period, charge.unit_id, charge.kind, charge.model_name
        cell = sums.setdefault(key, [0, 0])
        cell[0] += 1
        cell[1] += charge.amount_ore
    return [Cell(False, department_of[key[1]], *key, *value) for key, value in sums.items()]


def held_by(payer: Payer, day: date) -> Held:
    """Count what a payer holds on a day."""
    found = Held(day)
    pcs = set(DeviceModel.objects.filter(category__is_pc=True).values_list("id", flat=True))
    names = model_names()
    for unit, model, items, quarter_ore in held_on(day, payer.unit_ids):
        found.by_unit[unit] += items
        found.by_model[names[model]] += items
        if model in pcs:
            found.pcs += items
            found.pcs_quarter_ore += quarter_ore
    return found
