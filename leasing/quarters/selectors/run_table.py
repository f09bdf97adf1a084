"""A run by department, unit and kind, and what its quarter costs beside the one before."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet, Sum

from albertslund_it.common.names import danish_key
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.put_together import given, put_together_once
from leasing.billing.selectors.period_costs import (
    PeriodCosts,
    costs_of_preview,
    costs_of_run,
    names_of_payers,
)
from leasing.billing.selectors.preview import RunPreview
from leasing.models import BillingRun, InvoiceSummary, Kind
from leasing.rebilling.selectors.run import unit_names_in


@dataclass
class RunRow:
    """What a unit, or all of them, pay in a run, and what its quarter and the one before cost them.

    `amounts` are those of the table's kinds, in its order.
    """

    key: int | None
    number: str
    name: str
    by_kind: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    lines: int = 0
    items: int = 0
    before_ore: int = 0
    cost_ore: int = 0
    amounts: list[tuple[Kind, int]] = field(default_factory=list)

    @property
    def total_ore(self) -> int:
        return sum(self.by_kind.values())

    @property
    def change_ore(self) -> int:
        return self.cost_ore - self.before_ore

    def add(self, other: "RunRow") -> None:
        """Take in another row."""
        for kind, amount in other.by_kind.items():
            self.by_kind[kind] += amount
        self.lines += other.lines
        self.items += other.items
        self.before_ore += other.before_ore
        self.cost_ore += other.cost_ore


@dataclass
class InvoiceRow:
    """A department's invoice in a run, the cost holder's (key None) last."""

    key: int | None
    number: str
    name: str
    units: list[RunRow]
    total: RunRow


@dataclass
class RunTable:
    """A run by department, unit and kind: its bill, and beside it cost against cost.

    `kinds` are those that any unit has an amount of. `before` and `quarter` are
    the quarters compared; None for a supplementary run, and for the first quarter that is billed.
    """

    before: Quarter | None
    quarter: Quarter | None
    invoices: list[InvoiceRow]
    total: RunRow
    kinds: list[Kind]

    @property
    def counts_items(self) -> bool:
        """Return whether anything is counted: a supplementary run has no quarter to hold it in."""
        return self.total.items > 0


def table_of_preview(preview: RunPreview) -> RunTable:
    """Lay out what a run would bill, and what its quarter costs beside the one before."""
    names: dict[int | None, tuple[str, str]] = {}
    rows: dict[tuple[int | None, int], RunRow] = {}
    for invoice in preview.invoices:
        department = invoice.department.id if invoice.department else None
        names[department] = (invoice.number, invoice.name)
        for unit in invoice.units:
            rows[department, unit.unit.id] = RunRow(
                unit.unit.id,
                unit.unit.number,
                unit.unit.name,
                defaultdict(int, unit.by_kind),
                unit.lines,
                unit.items,
            )
    return _table(names, rows, costs_of_preview(preview))


def table_of_run(run: BillingRun) -> RunTable:
    """Lay out what a closed run billed, and what its quarter costs beside the one before."""
    names: dict[int | None, tuple[str, str]] = {
        invoice.department_id: (invoice.number, invoice.department_name)
        for invoice in run.invoices.all()
    }
    rows: dict[tuple[int | None, int], RunRow] = {}
    unit_names = unit_names_in(run)
    for department, unit, kind, lines, items, amount in _sums(run=run.pk):
        row = rows.setdefault((department, unit), RunRow(unit, *unit_names[unit]))
        row.by_kind[kind] += amount
        row.lines += lines
        row.items += items
    return _table(names, rows, costs_of_run(run))


@put_together_once
def _sums(*, run: int) -> QuerySet[InvoiceSummary, tuple[int | None, int, str, int, int, int]]:
    """Read (department, unit, kind, lines, items, øre) of a closed run."""
    return (
        InvoiceSummary.objects.filter(invoice__run=given(run))
        .values_list("invoice__department", "unit", "kind")
        .annotate(Sum("line_count"), Sum("held_at_end"), Sum("amount_ore"))
    )


def _table(
    names: dict[int | None, tuple[str, str]],
    rows: dict[tuple[int | None, int], RunRow],
    compared: PeriodCosts | None,
) -> RunTable:
    """Add what the two quarters cost; what costs nothing now is there with what it did cost."""
    if compared:
        gone = names_of_payers(compared.costs.keys() - rows.keys())
        for (department, unit), (department_name, number, name) in gone.items():
            names.setdefault(department, ("", department_name))
            rows[department, unit] = RunRow(unit, number, name)
        for payer, costs in compared.costs.items():
            rows[payer].before_ore, rows[payer].cost_ore = costs
    by_department = defaultdict(list)
    for (department, _), row in rows.items():
        by_department[department].append(row)
    invoices = [
        InvoiceRow(
            department,
            *names[department],
            sorted(members, key=lambda row: danish_key(row.name)),
            _total(members),
        )
        for department, members in by_department.items()
    ]
    invoices.sort(key=lambda invoice: (invoice.key is None, danish_key(invoice.name)))
    kinds = [k for k in Kind if any(row.by_kind.get(k) for row in rows.values())]
    total = _total(invoice.total for invoice in invoices)
    for row in [total, *(i.total for i in invoices), *rows.values()]:
        row.amounts = [(kind, row.by_kind.get(kind, 0)) for kind in kinds]
    before, quarter = (compared.before, compared.quarter) if compared else (None, None)
    return RunTable(before, quarter, invoices, total, kinds)


def _total(rows: Iterable[RunRow]) -> RunRow:
    total = RunRow(None, "", "I alt")
    for row in rows:
        total.add(row)
    return total
