"""What quarters cost, and what closed runs have billed."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar

from ninja import Schema
from ninja.errors import ValidationError
from pydantic import Field

from albertslund_it.common.permissions import VIEW_BILLINGRUN, VIEW_DEVICE
from albertslund_it.common.quarters import Quarter
from leasing.api.selectors.clients import Reader
from leasing.api.selectors.paging import Key
from leasing.api.selectors.shares import QuarterShare, all_seen_by, unit_shares
from leasing.api.views.resource import Filters, Resource, Rows, no_cursor
from leasing.api.views.schemas import Id, Period, RunCode, SerialNumber, Text
from leasing.cost_table.facts import billing_start
from leasing.models import BillingRun, InvoiceLine, Kind, QuarterlyInvoice


class ShareOut(Schema):
    """What a quarter costs a unit; of the department that pays, null for the cost holder's."""

    period: str
    unit_id: int
    unit_number: str
    unit: str
    department_id: int | None
    department: str
    billed_ore: int
    pending_ore: int
    cost_ore: int


class ShareFilters(Filters):
    """Which quarters; without any, those of the fiscal year."""

    from_: Period | None = Field(None, alias="from")
    to: Period | None = None
    unit: Text | None = Field(None, description="Enhedsnr.")
    department_id: Id | None = None


MOST_QUARTERS = 40


def read_shares(
    filters: ShareFilters, reader: Reader, after: Key | None = None
) -> list[QuarterShare]:
    """Return the shares that are asked for, no later than the fiscal year.

    After a key they begin with its quarter: those before it are not worked out again.
    """
    year = reader.on.year
    start = Quarter.of(billing_start())
    first = Quarter.parse(filters.from_) if filters.from_ else max(start, Quarter(year, 1))
    last = Quarter.parse(filters.to) if filters.to else max(first, Quarter(year, 4))
    if last < first or last.year - first.year > MOST_QUARTERS // 4:
        told = f"to skal ligge efter from, og højst {MOST_QUARTERS // 4} år efter."
        raise ValidationError([{"loc": ("query", "to"), "msg": told}])
    first, last = max(first, start), min(last, Quarter(year, 4))
    if after:
        first = max(first, _quarter_in(after))
    if last < first:
        return []
    return [
        row
        for row in unit_shares(reader.user, first, last, reader.on)
        if filters.unit in (None, row.unit_number)
        and filters.department_id in (None, row.department_id)
    ]


def _quarter_in(key: Key) -> Quarter:
    """Return the quarter of a share's key.

    Raises:
        ValidationError: when no share has such a key.
    """
    try:
        quarter = Quarter.parse(key[0])
    except ValueError:
        raise no_cursor() from None
    if str(quarter) != key[0]:
        raise no_cursor()
    return quarter


class RunOut(Schema):
    """A closed run; `digest` seals its lines and those of every run before it."""

    code: str
    quarter: str
    is_supplementary: bool
    closed_at: datetime
    closed_by: str
    line_count: int
    total_ore: int
    digest: str


class RunFilters(Filters):
    """Which runs."""

    quarter: Period | None = None
    lookups: ClassVar = {"quarter": "quarter"}


class LineOut(Schema):
    """A line of a closed quarterly invoice; never a person's."""

    id: int
    invoice: str
    run: str
    number: int
    kind: Kind
    period: str
    department: str
    unit_id: int
    unit_number: str
    unit: str
    serial_number: str
    model: str
    sub_agreement: str
    first_day: date
    last_day: date
    days: int
    amount_ore: int
    text: str


class BilledLineFilters(Filters):
    """Which lines."""

    run: RunCode | None = None
    period: Period | None = None
    unit: Text | None = Field(None, description="Enhedsnr., som det var.")
    department_id: Id | None = None
    kind: Kind | None = None
    serial_number: SerialNumber | None = None
    lookups: ClassVar = {
        "period": "period",
        "unit": "unit_number",
        "kind": "kind",
        "serial_number": "serial_number",
    }

    def narrow(self, rows, reader):
        rows = super().narrow(rows, reader)
        asked = {"run__code": self.run, "department": self.department_id}
        if said := {name: value for name, value in asked.items() if value is not None}:
            # Their ids, which begin the index that the lines are read by.
            invoices = QuarterlyInvoice.objects.filter(**said).values_list("pk", flat=True)
            rows = rows.filter(invoice__in=list(invoices))
        return rows


def lines_read_by(reader: Reader) -> Rows:
    """Return the lines of the payers that a client sees, as the page of lines does."""
    seen = all_seen_by(reader.user, reader.on)
    return InvoiceLine.objects.filter(seen.billed).select_related("invoice__run")


def show_lines(lines: Sequence[InvoiceLine], reader: Reader):
    """Yield lines with their invoice and run."""
    for line in lines:
        yield {
            "id": line.pk,
            "invoice": line.invoice.number,
            "run": line.invoice.run.code,
            "number": line.number,
            "kind": line.kind,
            "period": line.period,
            "department": line.department_name,
            "unit_id": line.unit_id,
            "unit_number": line.unit_number,
            "unit": line.unit_name,
            "serial_number": line.serial_number,
            "model": line.model_name,
            "sub_agreement": line.sub_agreement,
            "first_day": line.first_day,
            "last_day": line.last_day,
            "days": line.days,
            "amount_ore": line.amount_ore,
            "text": line.text,
        }


RESOURCES = (
    Resource(
        "shares",
        ShareOut,
        ShareFilters,
        (VIEW_DEVICE,),
        read=read_shares,
        order_types=(str, int, int),
    ),
    Resource(
        "runs",
        RunOut,
        RunFilters,
        (VIEW_BILLINGRUN,),
        lambda reader: BillingRun.objects.exclude(digest=""),
        key="code",
        key_type=RunCode,
    ),
    Resource(
        "invoice-lines",
        LineOut,
        BilledLineFilters,
        (VIEW_DEVICE,),
        lines_read_by,
        show_lines,
        order=("invoice_id", "number"),
        order_types=(int, int),
    ),
)
