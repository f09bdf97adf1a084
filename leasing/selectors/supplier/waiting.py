"""Which quarters wait for somebody because of the lessor's invoices."""

from collections.abc import Sequence
from dataclasses import dataclass

from albertslund_it.common.quarters import Quarter
from leasing.models import SupplierInvoiceLine
from leasing.selectors.supplier.reconciliation import (
    Reconciliation,
    invoiced_quarters,
    reconciliation_of,
)


@dataclass(frozen=True)
class Waiting:
    """A quarter whose differences are not dealt with: nobody decided, or a claim is open."""

    quarter: Quarter
    undecided: int
    undecided_ore: int
    claimed: int


def waiting_quarters(until: Quarter | None = None) -> list[Waiting]:
    """Give the quarters with an invoice whose differences wait, up to and with `until`.

    A quarter that no invoice is there for is no difference yet.
    """
    found = []
    for quarter in invoiced_quarters():
        if until and quarter > until:
            break
        whole = reconciliation_of(quarter)
        if not whole.is_settled:
            found.append(Waiting(quarter, whole.undecided, whole.undecided_ore, whole.claimed))
    return found


def has_invoice(quarter: Quarter) -> bool:
    """Tell whether any line is about a day of the quarter."""
    lines = SupplierInvoiceLine.objects.filter(
        starts_on__lt=quarter.ends_before, ends_before__gt=quarter.starts_on
    )
    return lines.exists()


def supplier_sums(quarters: Sequence[Quarter]) -> list[Reconciliation]:
    """Reconcile the quarters of a run, for its sheet; none where there are no invoices at all."""
    if not SupplierInvoiceLine.objects.exists():
        return []
    return [reconciliation_of(quarter) for quarter in quarters]
