"""How far an installation is on its way from empty to its first closed quarter."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User
from django.db.models import Count, Q, Sum

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import CLOSE_QUARTER, HANDLE_ORDERS
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.people import BACKEND
from inventory.models import Department, Employee, Unit
from leasing.billing.selectors.preview import preview_run
from leasing.billing.selectors.quarter_costs import LeasedCost, cost_of
from leasing.cost_table.moment import one_moment
from leasing.mail.selectors import mails_are_from, sends_mail
from leasing.models import (
    Cost,
    FrameworkAgreement,
    Lease,
    LeasePrice,
    Mail,
    Settings,
    SubAgreement,
)
from leasing.quarters.selectors.readiness import Readiness, readiness_of
from leasing.setup.selectors.standing import is_set_up
from leasing.supplier.selectors.expected import expected_of_lessor
from leasing.supplier.selectors.reconciliation import reconciliation_of
from leasing.supplier.selectors.waiting import has_invoice
from leasing.users.selectors.posts import vacant_departments
from leasing.users.selectors.users import administrators

# How the key of a mail begins that somebody sends themselves to see that mails arrive.
TRIAL = "setup-trial-"
LOCAL = ("http://127.0.0.1", "http://localhost")


@dataclass(frozen=True)
class FirstBill:
    """What the first run would bill, or why it cannot be closed yet."""

    quarter: Quarter
    refusals: tuple[str, ...] = ()
    total_ore: int = 0
    departments: int = 0
    readiness: Readiness | None = None


@dataclass(frozen=True)
class SetupFacts:
    """What is there of each thing that an installation needs, as numbers and names."""

    settings: Settings
    agreement: FrameworkAgreement | None
    sub_agreements: int
    departments: int
    units: int
    cost_holder: str
    employees: int
    units_with_people: int
    prices: int
    priced_models: int
    leased: LeasedCost
    leases: int
    unpriced: int
    costed_ore: int
    expected_ore: int
    invoiced_ore: int | None
    uncoded: tuple[tuple[int, str], ...]
    administrators: int
    closers: int
    helpdesk: int
    vacant: tuple[str, ...]
    sends_mail: bool
    is_local: bool
    sender: str
    trial: Mail | None
    quarter: Quarter
    this_quarter: Quarter
    is_set_up: bool

    @property
    def mail_arrives(self) -> bool:
        """Return whether a mail leaves the machine, with links that work elsewhere."""
        return self.sends_mail and not self.is_local


def setup_facts(today: date) -> SetupFacts:
    """Count what is there; the first bill is worked out for itself, as it takes longer."""
    settings = Settings.objects.get(id=1)
    quarter = Quarter.of(settings.billing_starts_on)
    with one_moment():
        units = Unit.objects.in_use()
        holder = units.filter(is_cost_holder=True).first()
        here = Employee.objects.filter(Q(left_on=None) | Q(left_on__gt=today))
        people = here.aggregate(count=Count("pk"), units=Count("unit", distinct=True))
        prices = LeasePrice.objects.aggregate(
            count=Count("pk"), models=Count("model", distinct=True)
        )
        uncoded = [(one.pk, one.name) for one in units if one.missing_coding]
        costs = Cost.objects.filter(period=str(quarter)).aggregate(sum=Sum("amount_ore"))
        return SetupFacts(
            settings=settings,
            agreement=FrameworkAgreement.objects.order_by("pk").first(),
            sub_agreements=SubAgreement.objects.count(),
            departments=Department.objects.count(),
            units=units.filter(is_cost_holder=False).count(),
            cost_holder=holder.name if holder else "",
            employees=people["count"],
            units_with_people=people["units"],
            prices=prices["count"],
            priced_models=prices["models"],
            leased=cost_of(None, today),
            leases=Lease.objects.count(),
            unpriced=Lease.objects.filter(terms=None).count(),
            costed_ore=costs["sum"] or 0,
            expected_ore=expected_of_lessor(quarter.starts_on, quarter.ends_before),
            invoiced_ore=reconciliation_of(quarter).lines_ore if has_invoice(quarter) else None,
            uncoded=tuple(uncoded),
            administrators=administrators().count(),
            closers=_count_with(CLOSE_QUARTER),
            helpdesk=_count_with(HANDLE_ORDERS),
            vacant=tuple(vacant_departments(today)),
            sends_mail=sends_mail(),
            is_local=settings.site_address.startswith(LOCAL),
            sender=mails_are_from(),
            trial=Mail.objects.filter(key__startswith=TRIAL).order_by("-pk").first(),
            quarter=quarter,
            this_quarter=Quarter.of(today),
            is_set_up=is_set_up(),
        )


def _count_with(code: str) -> int:
    """Count those who can log in and have a right by a role: a superuser has no post."""
    able = User.objects.with_perm(code, backend=BACKEND, include_superusers=False)
    return able.count()


def first_bill(quarter: Quarter, today: date) -> FirstBill:
    """Work out what closing the first quarter would bill, and what stands in its way."""
    try:
        preview = preview_run(str(quarter), today)
    except Refused as refused:
        return FirstBill(quarter, tuple(refused.reasons))
    departments = sum(invoice.department is not None for invoice in preview.invoices)
    return FirstBill(quarter, (), preview.total_ore, departments, readiness_of(preview, today))
