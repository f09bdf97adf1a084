"""What a run would bill if it were closed now."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from albertslund_it.common.names import danish_key
from albertslund_it.common.quarters import Quarter, quarters_between
from inventory.models import Department, Unit
from leasing.billing.selectors.costs import held_at_end_of, pending_sums
from leasing.billing.selectors.facts import charges_left_by, charges_to_bill
from leasing.billing.selectors.proposal import (
    InvoiceOrder,
    Proposal,
    invoice_order_of_name,
    invoices_to_make,
    proposal_of,
)
from leasing.billing.selectors.run_lines import RunTotals, charge_line
from leasing.billing.selectors.window import Window, window_for
from leasing.cost_table.facts import cost_holder_id
from leasing.cost_table.moment import one_moment
from leasing.domain.allocation import CURRENT
from leasing.models import COST_HOLDER_NAME, Kind


@dataclass
class Late:
    """What came up in quarters that a run has billed, by kind of line: (lines, øre)."""

    parts: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, kind: str, lines: int, amount_ore: int) -> None:
        """Take in some lines."""
        before = self.parts.get(kind, (0, 0))
        self.parts[kind] = (before[0] + lines, before[1] + amount_ore)

    @property
    def lines(self) -> int:
        return sum(lines for lines, _ in self.parts.values())

    @property
    def amount_ore(self) -> int:
        return sum(amount for _, amount in self.parts.values())


@dataclass
class PreviewUnit:
    """What a unit would pay, by kind, and how many items it holds at the end of the quarter."""

    unit: Unit
    by_kind: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Kind.values, 0))
    lines: int = 0
    items: int = 0

    @property
    def total_ore(self) -> int:
        return sum(self.by_kind.values())


@dataclass
class PreviewInvoice:
    """What a department, or the cost holder (None), would pay."""

    number: str
    department: Department | None
    units: list[PreviewUnit]

    @property
    def name(self) -> str:
        return self.department.name if self.department else COST_HOLDER_NAME

    @property
    def lines(self) -> int:
        return sum(unit.lines for unit in self.units)

    @property
    def items(self) -> int:
        return sum(unit.items for unit in self.units)

    @property
    def by_kind(self) -> dict[str, int]:
        return {kind: sum(unit.by_kind[kind] for unit in self.units) for kind in Kind.values}

    @property
    def total_ore(self) -> int:
        return sum(unit.total_ore for unit in self.units)


@dataclass
class RunPreview:
    """A run before it is closed.

    `pending` is all that no run holds of (unit id, period), also what this one leaves for a
    supplementary run.
    """

    window: Window
    invoices: list[PreviewInvoice]
    lines_by_kind: dict[str, int]
    late: Late
    proposal: Proposal
    pending: dict[tuple[int, str], int] = field(default_factory=dict)

    @property
    def quarters(self) -> list[Quarter]:
        """Return the span that the run will have: see `BillingRun.quarters`."""
        own, covered = self.window.current, str(self.window.covered or "")
        if own is None:
            return []
        new = [
            period
            for _, period in self.pending
            if covered < period <= str(own) and period in self.window.taken
        ]
        return list(quarters_between(min([*map(Quarter.parse, new), own]), own))

    @property
    def line_count(self) -> int:
        return sum(invoice.lines for invoice in self.invoices)

    @property
    def items(self) -> int:
        return sum(invoice.items for invoice in self.invoices)

    @property
    def by_kind(self) -> dict[str, int]:
        return {kind: sum(i.by_kind[kind] for i in self.invoices) for kind in Kind.values}

    @property
    def total_ore(self) -> int:
        return sum(invoice.total_ore for invoice in self.invoices)


def preview_run(code: str, today: date) -> RunPreview:
    """Work out what closing '2026Q1' or '2026S' today would bill.

    Raises:
        Refused: when it could not be closed today.
    """
    with one_moment():
        window = window_for(code, today)
        totals = RunTotals.of(window)
        pending: dict[tuple[int, str], int] = defaultdict(int)
        if cost_holder_id() is not None:
            for one in pending_sums(window):
                pending[one.unit_id, one.period] += one.amount_ore
                if one.period in window.taken:
                    into = totals.sums[one.unit_id, one.period, one.kind, one.model_name]
                    into.lines += one.lines
                    into.amount_ore += one.amount_ore
            for unit, model, items in held_at_end_of(window):
                key = unit, str(window.current), CURRENT, model
                if key in totals.sums:  # what costs nothing makes none
                    totals.sums[key].held_at_end += items
            for line in map(charge_line, charges_to_bill(window)):
                totals.add(line)
                pending[line.unit_id, line.period] += line.amount_ore
            for charge in charges_left_by(window):
                pending[charge.unit_id, str(Quarter.of(charge.charged_on))] += charge.amount_ore
        proposal = proposal_of(window.code, totals, invoices_to_make(window.code, totals))
    lines_by_kind, late = dict.fromkeys(Kind.values, 0), Late()
    for (_, period, kind, _), part in totals.sums.items():
        lines_by_kind[kind] += part.lines
        if window.covered and period <= str(window.covered):
            late.add(kind, part.lines, part.amount_ore)
    return RunPreview(
        window, _invoices(window, totals), lines_by_kind, late, proposal, dict(pending)
    )


def invoice_order(department: Department | None) -> InvoiceOrder:
    """Sort departments in Danish order, the cost holder (None) last."""
    return invoice_order_of_name(department.name if department else None)


def _invoices(window: Window, totals: RunTotals) -> list[PreviewInvoice]:
    units = {
        unit.id: PreviewUnit(unit)
        for unit in Unit.objects.select_related("department").filter(id__in=totals.by_unit())
    }
    for (unit, _, kind, _), part in totals.sums.items():
        of_unit = units[unit]
        of_unit.by_kind[kind] += part.amount_ore
        of_unit.lines += part.lines
        of_unit.items += part.held_at_end
    by_department: dict[Department | None, list[PreviewUnit]] = {}
    for of_unit in sorted(units.values(), key=lambda u: danish_key(u.unit.name)):
        by_department.setdefault(of_unit.unit.department, []).append(of_unit)
    return [
        PreviewInvoice(f"{window.code}-{position:02d}", department, by_department[department])
        for position, department in enumerate(sorted(by_department, key=invoice_order), start=1)
    ]
