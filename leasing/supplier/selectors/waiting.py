"""Which quarters wait for somebody because of the lessor's invoices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from albertslund_it.common.quarters import Quarter, quarters_between
from leasing.cost_table.facts import billing_start
from leasing.cost_table.moment import one_moment
from leasing.models import ReconciledQuarter, SupplierInvoiceLine
from leasing.supplier.selectors.expected import expected_in
from leasing.supplier.selectors.piles import Reconciliation
from leasing.supplier.selectors.reconciliation import invoiced_quarters, reconciliation_of


@dataclass(frozen=True)
class WaitingQuarter:
    """A quarter whose differences are not dealt with: nobody decided, or a claim is open."""

    quarter: Quarter
    undecided: int
    undecided_ore: int
    claimed: int


def waiting_quarters(until: Quarter | None = None) -> list[WaitingQuarter]:
    """Return the quarters with an invoice whose differences wait, up to and with `until`.

    A quarter that no invoice is there for is no difference yet.
    """
    with one_moment():
        waits = ReconciledQuarter.objects.filter(
            Q(undecided__gt=0) | Q(claimed__gt=0), is_home=True
        )
        if until:
            waits = waits.filter(quarter__lte=str(until))
        rows = waits.order_by("quarter").values_list(
            "quarter", "undecided", "undecided_ore", "claimed"
        )
        return [WaitingQuarter(Quarter.parse(code), *counts) for code, *counts in rows]


def waiting_in(quarter: Quarter) -> tuple[int, int]:
    """Count what waits in a quarter: the differences that nobody decided, and the open claims."""
    with one_moment():
        kept = ReconciledQuarter.objects.filter(quarter=str(quarter))
        if counts := kept.values_list("undecided", "claimed").first():
            return counts
        found = reconciliation_of(quarter)
        return found.undecided, found.claimed


@dataclass(frozen=True)
class MissingInvoice:
    """A quarter that has ended and that no invoice of the lessor's is about."""

    quarter: Quarter
    expected_ore: int


def missing_invoices(today: date) -> list[MissingInvoice]:
    """Return the quarters since the billing start that have ended and have no invoice."""
    invoiced = set(invoiced_quarters())
    ended = quarters_between(Quarter.of(billing_start()), Quarter.of(today).next(-1))
    return not_invoiced([quarter for quarter in ended if quarter not in invoiced])


def not_invoiced(quarters: Sequence[Quarter]) -> list[MissingInvoice]:
    """Return quarters without an invoice with what is expected of the lessor in each."""
    if not quarters:
        return []
    pairs = zip(quarters, expected_in(quarters), strict=True)
    return [MissingInvoice(quarter, amount) for quarter, amount in pairs if amount]


def has_invoice(quarter: Quarter) -> bool:
    """Return whether any line is about a day of the quarter."""
    lines = SupplierInvoiceLine.objects.filter(
        starts_on__lt=quarter.ends_before, ends_before__gt=quarter.starts_on
    )
    return lines.exists()


def supplier_sums(quarters: Sequence[Quarter]) -> list[Reconciliation]:
    """Reconcile the quarters of a run, for its sheet; none where there are no invoices at all."""
    if not SupplierInvoiceLine.objects.exists():
        return []
    return [reconciliation_of(quarter) for quarter in quarters]
