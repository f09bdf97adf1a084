from leasing.models.agreement import FrameworkAgreement, LeasePrice, SubAgreement
from leasing.models.billing import (
    BilledFacts,
    BillingRun,
    InvoiceLine,
    InvoiceSummary,
    Kind,
    QuarterlyInvoice,
)
from leasing.models.charge import Charge
from leasing.models.lease import EndChoice, Lease, LeaseTerm
from leasing.models.rebilling import RebillingExport, Voucher
from leasing.models.settings import FiscalYear, Settings

__all__ = [
    "BilledFacts",
    "BillingRun",
    "Charge",
    "EndChoice",
    "FiscalYear",
    "FrameworkAgreement",
    "InvoiceLine",
    "InvoiceSummary",
    "Kind",
    "Lease",
    "LeasePrice",
    "LeaseTerm",
    "QuarterlyInvoice",
    "RebillingExport",
    "Settings",
    "SubAgreement",
    "Voucher",
]
