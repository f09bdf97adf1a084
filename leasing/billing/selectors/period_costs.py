"""What a run's quarter and the one before it cost, unit by unit: cost beside cost, by period.

A bill may be of several quarters, and holds corrections of others; two of them tell little of what
has changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Sum

from albertslund_it.common.quarters import Quarter
from inventory.models import Department, Unit
from leasing.billing.selectors.preview import RunPreview
from leasing.cost_table.facts import billing_start, department_ids
from leasing.models import COST_HOLDER_NAME, BillingRun, InvoiceSummary

Payer = tuple[int | None, int]  # department (None: the cost holder's) and unit


@dataclass
class PeriodCosts:
    """Øre of two quarters in a row, by payer: (the one before, the run's own)."""

    before: Quarter
    quarter: Quarter
    costs: dict[Payer, tuple[int, int]] = field(default_factory=dict)

    def add(self, payer: Payer, period: str, amount_ore: int) -> None:
        """Take in an amount; those of other quarters are left out."""
        before, own = self.costs.get(payer, (0, 0))
        if period == str(self.before):
            self.costs[payer] = (before + amount_ore, own)
        elif period == str(self.quarter):
            self.costs[payer] = (before, own + amount_ore)

    @property
    def codes(self) -> list[str]:
        return [str(self.before), str(self.quarter)]


def costs_of_run(run: BillingRun) -> PeriodCosts | None:
    """Return what this run and those before it hold of the two: what was known at the closing.

    None for a supplementary run, and for the first quarter that is billed.
    """
    found = None if run.is_supplementary else _compared(run.last_quarter)
    if found:
        _add_billed(found, run)
    return found


def costs_of_preview(preview: RunPreview) -> PeriodCosts | None:
    """Return what the two cost by all that is known: billed, and pending."""
    quarter = preview.window.current
    found = _compared(quarter) if quarter else None
    if found:
        _add_billed(found)
        department_of = department_ids()
        for (unit, period), amount in preview.pending.items():
            found.add((department_of[unit], unit), period, amount)
    return found


def _compared(quarter: Quarter) -> PeriodCosts | None:
    before = quarter.next(-1)
    return PeriodCosts(before, quarter) if before >= Quarter.of(billing_start()) else None


def _add_billed(found: PeriodCosts, last: BillingRun | None = None) -> None:
    """Add what runs hold, up to and with the last one; None for all."""
    summaries = InvoiceSummary.objects.filter(period__in=found.codes)
    if last is not None:
        summaries = summaries.filter(invoice__run__id__lte=last.id)
    sums = summaries.values_list("invoice__department", "unit", "period").annotate(
        Sum("amount_ore")
    )
    for department, unit, period, amount in sums:
        found.add((department, unit), period, amount)


def names_of_payers(payers: Iterable[Payer]) -> dict[Payer, tuple[str, str, str]]:
    """Return the names that payers have today: department, unit number and unit."""
    departments: dict[int | None, str] = {None: COST_HOLDER_NAME}
    departments.update(Department.objects.values_list("id", "name"))
    units = {
        pk: (number, name) for pk, number, name in Unit.objects.values_list("id", "number", "name")
    }
    return {(of, unit): (departments[of], *units[unit]) for of, unit in payers}
