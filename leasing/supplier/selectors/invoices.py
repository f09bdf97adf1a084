"""The lessor's invoices, as many as a user may see."""

from collections.abc import Collection

from django.contrib.auth.models import User
from django.db.models import Count, Max, Min, QuerySet, Sum

from albertslund_it.common.permissions import VIEW_SUPPLIERINVOICE
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.rows import among
from inventory.models import FormerSerialNumber
from leasing.cost_table.facts import billing_start
from leasing.models import DifferenceOutcome, SupplierInvoice, SupplierInvoiceLine
from leasing.supplier.selectors.reconciliation import quarter_of_line


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


def quarters_invoiced(ids: Collection[int]) -> list[Quarter]:
    """Return the quarters that the lines of some invoices belong to."""
    start = billing_start()
    lines = SupplierInvoiceLine.objects.filter(invoice__in=among(ids, int)).order_by()
    days = lines.values_list("starts_on", flat=True).distinct()
    return sorted({quarter_of_line(day, start) for day in days})


def decisions_on(invoice: SupplierInvoice) -> list[DifferenceOutcome]:
    """Return the decisions that rest on an invoice: about what its lines are about, or settled."""
    lines = invoice.lines.order_by()
    quarters = [str(quarter) for quarter in quarters_invoiced([invoice.pk])]
    # From the decisions to the lines: an invoice may have a line for every device there is.
    decided = list(
        DifferenceOutcome.objects.filter(quarter__in=quarters).exclude(pile="not_invoiced")
    )
    serials = {o.serial_number for o in decided} - {""}
    totals = {o.sub_agreement for o in decided if not o.serial_number}
    # What a device was called before counts as the device.
    former = FormerSerialNumber.objects.filter(device__serial_number__in=among(serials))
    names = {serial: serial for serial in serials}
    for name, serial in former.values_list("serial_number", "device__serial_number"):
        names.setdefault(name, serial)
    on_lines = lines.filter(serial_number__in=among(names))
    billed = set(on_lines.values_list("serial_number", flat=True))
    about = billed | {names[name] for name in billed}
    alone = lines.filter(serial_number="", sub_agreement__in=among(totals))
    about_totals = set(alone.values_list("sub_agreement", flat=True))
    found = {
        o.id: o
        for o in decided
        if (o.serial_number in about if o.serial_number else o.sub_agreement in about_totals)
    }
    return list((found | {o.id: o for o in invoice.settles.all()}).values())
