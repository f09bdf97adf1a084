"""What the pages of the lessor's invoices show."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.models import User
from django.db.models import Count, Max, Min, QuerySet, Sum

from albertslund_it.common.permissions import VIEW_SUPPLIERINVOICE
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.rows import among
from inventory.models import Unit
from leasing.billing.selectors.window import billing_start
from leasing.domain.reconciliation import Pile
from leasing.models import DifferenceOutcome, Outcome, SupplierInvoice, SupplierInvoiceLine
from leasing.supplier.selectors.matching import Row
from leasing.supplier.selectors.outcomes import called, open_claims
from leasing.supplier.selectors.reconciliation import (
    PILE_NAMES,
    STATE_NAMES,
    difference_rows,
    quarter_of_line,
    state_of,
)

ONE_DAY = timedelta(days=1)


def invoices_seen_by(user: User) -> QuerySet[SupplierInvoice]:
    """Return the lessor's invoices that a user may see, with all that hangs on them."""
    every = SupplierInvoice.objects.all()
    return every if user.has_perm(VIEW_SUPPLIERINVOICE) else every.none()


def invoice_rows(invoices: QuerySet[SupplierInvoice]) -> QuerySet[SupplierInvoice]:
    """Return invoices with their number of lines and the first and last day they are about."""
    return invoices.annotate(
        line_count=Count("lines"), first_day=Min("lines__starts_on"), end=Max("lines__ends_before")
    )


def sums_of(invoices: QuerySet[SupplierInvoice]) -> dict[str, int | None]:
    """Add up invoices: their net, and the VAT of those that tell it, øre."""
    whole = SupplierInvoice.objects.filter(pk__in=invoices.order_by().values("pk"))
    found = whole.aggregate(net_ore=Sum("net_ore"), vat_ore=Sum("vat_ore"))
    return found | {"net_ore": found["net_ore"] or 0}


def quarters_of(invoices: Collection[SupplierInvoice]) -> list[Quarter]:
    """Return the quarters that the lines of some invoices belong to."""
    start = billing_start()
    ids = [invoice.pk for invoice in invoices]
    lines = SupplierInvoiceLine.objects.filter(invoice__in=among(ids, int)).order_by()
    days = lines.values_list("starts_on", flat=True).distinct()
    return sorted({quarter_of_line(day, start) for day in days})


@dataclass(frozen=True)
class DifferenceRow:
    """A difference as a list shows it."""

    row: Row
    pile: str
    serial_number: str
    what: str
    sub_agreement: str
    first_day: date
    last_day: date
    lines: int
    expected_ore: int
    invoiced_ore: int
    difference_ore: int
    state: tuple[str, str]
    decision: str


MARKS = {"open": "bad", "changed": "bad", "claimed": "warn", "done": "good"}


def listed(quarter: Quarter, piles) -> Iterator[DifferenceRow]:
    """Yield the rows of some piles of a quarter."""
    for row in difference_rows(quarter, piles):
        yield shown(row)


def shown(row: Row) -> DifferenceRow:
    """Return a difference as a list shows it."""
    state = state_of(row)
    item = row.item
    is_decided = row.pile not in (Pile.AGREES, Pile.ROUNDING)
    return DifferenceRow(
        row,
        PILE_NAMES[row.pile],
        called(row.serial_number, row.sub_agreement),
        row.model_name or ("" if row.serial_number else "I alt"),
        row.sub_agreement,
        item.starts_on,
        item.ends_before - ONE_DAY,
        item.lines,
        item.expected_ore,
        item.invoiced_ore,
        item.difference_ore,
        (MARKS[state], STATE_NAMES[state]) if is_decided else ("", "Kræver intet"),
        decision_text(row.decision),
    )


def decision_text(decision: DifferenceOutcome | None) -> str:
    """Say what was decided, by whom and when."""
    if decision is None:
        return ""
    text = f"{Outcome(decision.outcome).label}, {decision.decided_by}"
    return f"{text}: {decision.note}" if decision.note else text


@dataclass(frozen=True)
class ClaimRow:
    """A claim on the lessor, as the list that is sent to it."""

    quarter: str
    serial_number: str
    model_name: str
    sub_agreement: str
    first_day: date | None
    last_day: date | None
    invoiced_ore: int
    expected_ore: int
    claim_ore: int
    reason: str
    note: str
    decided_by: str
    decided_on: date
    state: tuple[str, str]


def claim_rows() -> list[ClaimRow]:
    """Return the claims that no credit note has settled, with the amounts they come of."""
    claims = list(open_claims())
    rows: dict[int, Row] = {}
    for code in sorted({claim.quarter for claim in claims}):
        for row in difference_rows(Quarter.parse(code)):
            if row.decision and row.decision.outcome == Outcome.CLAIMED:
                rows[row.decision.id] = row
    return [_claim(claim, rows.get(claim.id)) for claim in claims]


def _claim(claim: DifferenceOutcome, row: Row | None) -> ClaimRow:
    state = ("warn", "Venter på kreditnota")
    if row is None:
        state = ("", "Afvigelsen findes ikke længere")
    elif row.difference_ore != claim.amount_ore:
        state = ("bad", "Afvigelsen er en anden nu")
    return ClaimRow(
        Quarter.parse(claim.quarter).label,
        called(claim.serial_number, claim.sub_agreement),
        row.model_name if row else "",
        row.sub_agreement if row else claim.sub_agreement,
        row and row.item.starts_on,
        row and row.item.ends_before - ONE_DAY,
        row.item.invoiced_ore if row else 0,
        row.item.expected_ore if row else 0,
        claim.amount_ore,
        PILE_NAMES[Pile(claim.pile)],
        claim.note,
        claim.decided_by,
        claim.decided_at.date(),
        state,
    )


def unit_choices() -> list[tuple[int, str]]:
    """Return the units that a difference may be charged to."""
    units = Unit.objects.filter(is_cost_holder=False)
    return [(unit.id, f"{unit.number} {unit.name}") for unit in units]
