"""What the lessor has invoiced."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from ninja import Schema

from albertslund_it.common.permissions import VIEW_SUPPLIERINVOICE
from leasing.api.selectors.clients import Reader
from leasing.api.views.resource import Filters, Resource
from leasing.api.views.schemas import Day, Id, SerialNumber, Text
from leasing.models import SupplierInvoiceLine
from leasing.supplier.selectors.invoices import invoice_rows, invoices_seen_by


class LessorInvoiceOut(Schema):
    """An invoice or a credit note of the lessor's, without VAT, which stands apart."""

    id: int
    number: str
    invoice_date: date
    is_credit_note: bool
    credits: str
    net_ore: int
    vat_ore: int | None
    voucher_number: str
    line_count: int
    first_day: date | None
    ends_before: date | None


class LessorInvoiceFilters(Filters):
    """Which of the lessor's invoices."""

    number: Text | None = None
    dated_from: Day | None = None
    dated_to: Day | None = None
    lookups: ClassVar = {
        "number": "number",
        "dated_from": "invoice_date__gte",
        "dated_to": "invoice_date__lte",
    }


def show_lessor_invoices(invoices, reader: Reader):
    """Yield invoices with what is known of their lines."""
    names = set(LessorInvoiceOut.model_fields) - {"ends_before"}
    for one in invoices:
        yield {name: getattr(one, name) for name in names} | {"ends_before": one.end}


class LessorLineOut(Schema):
    """One amount on the lessor's invoice; negative on a credit note."""

    id: int
    invoice_id: int
    invoice: str
    number: int
    serial_number: str
    sub_agreement: str
    starts_on: date
    ends_before: date
    amount_ore: int
    text: str


class LessorLineFilters(Filters):
    """Which lines of the lessor's invoices."""

    invoice_id: Id | None = None
    serial_number: SerialNumber | None = None
    lookups: ClassVar = {"invoice_id": "invoice", "serial_number": "serial_number"}


def show_lessor_lines(lines: Sequence[SupplierInvoiceLine], reader: Reader):
    """Yield lines with their invoice."""
    names = set(LessorLineOut.model_fields) - {"invoice"}
    for one in lines:
        yield {name: getattr(one, name) for name in names} | {"invoice": one.invoice.number}


RESOURCES = (
    Resource(
        "lessor-invoices",
        LessorInvoiceOut,
        LessorInvoiceFilters,
        (VIEW_SUPPLIERINVOICE,),
        lambda reader: invoice_rows(invoices_seen_by(reader.user)),
        show_lessor_invoices,
    ),
    Resource(
        "lessor-invoice-lines",
        LessorLineOut,
        LessorLineFilters,
        (VIEW_SUPPLIERINVOICE,),
        lambda reader: SupplierInvoiceLine.objects.filter(
            invoice__in=invoices_seen_by(reader.user)
        ).select_related("invoice"),
        show_lessor_lines,
    ),
)
