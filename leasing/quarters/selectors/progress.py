"""How far a quarter is on its way from open to posted."""

from dataclasses import dataclass

from albertslund_it.common.quarters import Quarter
from leasing.models import BillingRun, RebillingExport
from leasing.supplier.selectors.piles import Reconciliation
from leasing.supplier.selectors.reconciliation import reconciliation_of
from leasing.supplier.selectors.waiting import has_invoice


@dataclass(frozen=True)
class SupplierProgress:
    """How far the reconciliation of a quarter is; `found` is None where it is not worked out."""

    quarter: Quarter
    is_invoiced: bool
    found: Reconciliation | None = None


def supplier_progress(quarter: Quarter) -> SupplierProgress:
    """Return how far the reconciliation of a quarter is."""
    is_invoiced = has_invoice(quarter)
    found = reconciliation_of(quarter) if is_invoiced else None
    return SupplierProgress(quarter, is_invoiced, found)


def last_opus_file(run: BillingRun) -> RebillingExport | None:
    """Return the file for Opus that was made of a run last."""
    return run.exports.filter(file_kind__startswith="csv").first()
