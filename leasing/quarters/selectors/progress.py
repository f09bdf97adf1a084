"""How far a quarter is on its way from open to posted."""

from dataclasses import dataclass

from albertslund_it.common.quarters import Quarter
from leasing.models import BillingRun, RebillingExport
from leasing.supplier.selectors.waiting import has_invoice, waiting_in


@dataclass(frozen=True)
class SupplierProgress:
    """How far the reconciliation of a quarter is: what nobody decided, and the open claims."""

    quarter: Quarter
    is_invoiced: bool
    undecided: int = 0
    claimed: int = 0


def supplier_progress(quarter: Quarter) -> SupplierProgress:
    """Return how far the reconciliation of a quarter is."""
    if not has_invoice(quarter):
        return SupplierProgress(quarter, is_invoiced=False)
    return SupplierProgress(quarter, True, *waiting_in(quarter))


def last_opus_file(run: BillingRun) -> RebillingExport | None:
    """Return the file for Opus that was made of a run last."""
    return run.exports.filter(file_kind__startswith="csv").first()
