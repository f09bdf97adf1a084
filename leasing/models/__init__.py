from leasing.models.agreement import FrameworkAgreement, LeasePrice, SubAgreement
from leasing.models.api import ApiAnswer, ApiClient, ApiToken
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
    PrintedNumber,
    QuarterlyInvoice,
    SeenProposal,
)
from leasing.models.budget import Budget
from leasing.models.buyout import BuyoutInvitation, BuyoutOffer
from leasing.models.cage import Cage, PackedDevice
from leasing.models.calendar_feed import CalendarFeed
from leasing.models.charge import Charge
from leasing.models.command_run import CommandRun
from leasing.models.confirmation import Confirmation, ConfirmationRound, Objection
from leasing.models.cost import (
    Cost,
    CostEnding,
    CostLease,
    CostMark,
    CostPending,
    CostPlacement,
    CostShift,
    CostStep,
    CostTotal,
    KeptRow,
)
from leasing.models.data_quality import AcceptedFinding, FindingCount, RuleOwner
from leasing.models.end_wish import EndWish
from leasing.models.import_batch import ColumnMap, ImportBatch, WaitingRow
from leasing.models.job import Job, JobPart, JobProgress
from leasing.models.lease import EndChoice, Lease, LeaseTerm
from leasing.models.lease_end import EndDecision, LessorList, LessorQuestion, QuestionItem
from leasing.models.lessor_asset import LessorAsset
from leasing.models.loss import LossReport
from leasing.models.mail import Mail
from leasing.models.mail_in import MailOutcome, ReceivedFile, ReceivedMail
from leasing.models.note import Note
from leasing.models.operation import Presence, SlowQuery
from leasing.models.order import Order, OrderedDevice, OrderLine, Status
from leasing.models.rebilling import RebillingExport, Voucher
from leasing.models.reconciled import (
    ReconciledBlock,
    ReconciledQuarter,
    ReconciledRow,
    ReconcileMark,
)
from leasing.models.reorganisation import Reorganisation, ReorganisationStep
from leasing.models.scenario import Scenario
from leasing.models.settings import Booking, FiscalYear, Settings
from leasing.models.stocktake import CountedDevice, Stocktake, StocktakeFind
from leasing.models.subscription import Subscription
from leasing.models.supplier import (
    DifferenceOutcome,
    FileOrigin,
    KeptFile,
    Outcome,
    SupplierInvoice,
    SupplierInvoiceFile,
    SupplierInvoiceLine,
)
from leasing.models.webhook import WebhookAttempt, WebhookDelivery, WebhookEndpoint

__all__ = [
    "COST_HOLDER_NAME",
    "KIND_NAMES",
    "AcceptedFinding",
    "ApiAnswer",
    "ApiClient",
    "ApiToken",
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
    "ColumnMap",
    "CommandRun",
    "Confirmation",
    "ConfirmationRound",
    "Cost",
    "CostEnding",
    "CostLease",
    "CostMark",
    "CostPending",
    "CostPlacement",
    "CostShift",
    "CostStep",
    "CostTotal",
    "CountedDevice",
    "Decision",
    "DifferenceOutcome",
    "EndChoice",
    "EndDecision",
    "EndWish",
    "FileOrigin",
    "FindingCount",
    "FiscalYear",
    "FrameworkAgreement",
    "ImportBatch",
    "InvoiceLine",
    "InvoiceSummary",
    "Job",
    "JobPart",
    "JobProgress",
    "KeptFile",
    "KeptRow",
    "Kind",
    "Lease",
    "LeasePrice",
    "LeaseTerm",
    "LessorAsset",
    "LessorList",
    "LessorQuestion",
    "LossReport",
    "Mail",
    "MailOutcome",
    "Note",
    "Objection",
    "Order",
    "OrderLine",
    "OrderedDevice",
    "Outcome",
    "PackedDevice",
    "Preparation",
    "Presence",
    "PrintedNumber",
    "QuarterlyInvoice",
    "QuestionItem",
    "RebillingExport",
    "ReceivedFile",
    "ReceivedMail",
    "ReconcileMark",
    "ReconciledBlock",
    "ReconciledQuarter",
    "ReconciledRow",
    "Reorganisation",
    "ReorganisationStep",
    "RuleOwner",
    "Scenario",
    "SeenProposal",
    "Settings",
    "SlowQuery",
    "Status",
    "Stocktake",
    "StocktakeFind",
    "SubAgreement",
    "Subscription",
    "SupplierInvoice",
    "SupplierInvoiceFile",
    "SupplierInvoiceLine",
    "Voucher",
    "WaitingRow",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
]
