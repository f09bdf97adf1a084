from leasing.models.agreement import FrameworkAgreement, LeasePrice, SubAgreement
from leasing.models.approval import Approval, Decision
from leasing.models.billing import (
    COST_HOLDER_NAME,
    KIND_NAMES,
    BilledFacts,
    BillingRun,
    InvoiceLine,
    InvoiceSummary,
    Kind,
    Preparation,
    QuarterlyInvoice,
    SeenProposal,
)
from leasing.models.budget import Budget
from leasing.models.buyout import BuyoutInvitation, BuyoutOffer
from leasing.models.cage import Cage, PackedDevice
from leasing.models.calendar_feed import CalendarFeed
from leasing.models.charge import Charge
from leasing.models.confirmation import Confirmation, ConfirmationRound, Objection
from leasing.models.cost import Cost, CostEnding, CostLease, CostMark, CostPending, CostTotal
from leasing.models.end_wish import EndWish
from leasing.models.lease import EndChoice, Lease, LeaseTerm
from leasing.models.lease_end import EndDecision, LessorList, LessorQuestion, QuestionItem
from leasing.models.loss import LossReport
from leasing.models.mail import Mail
from leasing.models.order import Order, OrderedDevice, OrderLine, Status
from leasing.models.rebilling import RebillingExport, Voucher
from leasing.models.reconciled import (
    ReconciledBlock,
    ReconciledQuarter,
    ReconciledRow,
    ReconcileMark,
)
from leasing.models.scenario import Scenario
from leasing.models.settings import Booking, FiscalYear, Settings
from leasing.models.supplier import (
    DifferenceOutcome,
    FileOrigin,
    KeptFile,
    Outcome,
    SupplierInvoice,
    SupplierInvoiceFile,
    SupplierInvoiceLine,
)

__all__ = [
    "COST_HOLDER_NAME",
    "KIND_NAMES",
    "Approval",
    "BilledFacts",
    "BillingRun",
    "Booking",
    "Budget",
    "BuyoutInvitation",
    "BuyoutOffer",
    "Cage",
    "CalendarFeed",
    "Charge",
    "Confirmation",
    "ConfirmationRound",
    "Cost",
    "CostEnding",
    "CostLease",
    "CostMark",
    "CostPending",
    "CostTotal",
    "Decision",
    "DifferenceOutcome",
    "EndChoice",
    "EndDecision",
    "EndWish",
    "FileOrigin",
    "FiscalYear",
    "FrameworkAgreement",
    "InvoiceLine",
    "InvoiceSummary",
    "KeptFile",
    "Kind",
    "Lease",
    "LeasePrice",
    "LeaseTerm",
    "LessorList",
    "LessorQuestion",
    "LossReport",
    "Mail",
    "Objection",
    "Order",
    "OrderLine",
    "OrderedDevice",
    "Outcome",
    "PackedDevice",
    "Preparation",
    "QuarterlyInvoice",
    "QuestionItem",
    "RebillingExport",
    "ReconcileMark",
    "ReconciledBlock",
    "ReconciledQuarter",
    "ReconciledRow",
    "Scenario",
    "SeenProposal",
    "Settings",
    "Status",
    "SubAgreement",
    "SupplierInvoice",
    "SupplierInvoiceFile",
    "SupplierInvoiceLine",
    "Voucher",
]
