"""The lessor's invoices, as many as a user may see."""

from collections.abc import Collection

from django.contrib.auth.models import User
from django.db.models import Count, Max, Min, QuerySet, Sum

from albertslund_it.common.permissions import VIEW_SUPPLIERINVOICE
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.rows import among
from leasing.cost_table.facts import billing_start
from leasing.models import SupplierInvoice, SupplierInvoiceLine
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
