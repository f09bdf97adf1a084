from collections.abc import Sequence

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import RECONCILE, VIEW_SUPPLIERINVOICE
from albertslund_it.web.clock import today
from albertslund_it.web.lists.pages import ListPage
from albertslund_it.web.refusals import tell_refusal
from leasing.models import SubAgreement, SupplierInvoice
from leasing.notes.views import notes_shown
from leasing.supplier.forms import AttachForm, InvoiceForm, TotalForms, VoucherNumberForm
from leasing.supplier.presenters import claim_shown, invoice_kind
from leasing.supplier.selectors.claims import claims
from leasing.supplier.selectors.invoices import (
    decisions_on,
    invoice_rows,
    invoices_seen_by,
    quarters_invoiced,
    sums_of,
)
from leasing.supplier.services.invoices import (
    record_supplier_voucher,
    withdraw_invoice,
)
from leasing.supplier.services.totals import TypedTotal, enter_totals
from leasing.supplier.tables import (
    ClaimTable,
    SupplierInvoiceFilter,
    SupplierInvoiceTable,
    SupplierLineTable,
    detail_url,
)


class SupplierInvoiceList(ListPage):
    """The lessor's invoices and credit notes."""

    permission_required = VIEW_SUPPLIERINVOICE
    table_class = SupplierInvoiceTable
    filter_class = SupplierInvoiceFilter
    template_name = "leasing/supplier/invoice_list.html"
    title = "Leverandørfakturaer"
    file_name = "leverandoerfakturaer"

    def rows(self):
        return invoice_rows(invoices_seen_by(self.request.user))

    def table_data(self, filtered):
        self.sums = sums_of(filtered)
        return filtered

    def table_options(self):
        return {"totals": {"number": "I alt", **self.sums}}


class ClaimList(ListPage):
    """What is claimed from the lessor: the list that is sent to it."""

    permission_required = VIEW_SUPPLIERINVOICE
    table_class = ClaimTable
    template_name = "leasing/supplier/claims.html"
    title = "Krav mod leasinggiver"
    file_name = "krav-til-leasinggiver"

    def rows(self):
        return [claim_shown(claim) for claim in claims()]


class SupplierInvoiceDetail(ListPage):
    """One invoice: what it says, its lines, its voucher."""

    permission_required = VIEW_SUPPLIERINVOICE
    table_class = SupplierLineTable
    template_name = "leasing/supplier/invoice_detail.html"
    file_name = "fakturalinjer"
    per_page = 100

    def get(self, request, pk):
        self.invoice = get_object_or_404(invoices_seen_by(request.user), pk=pk)
        self.title = f"{invoice_kind(self.invoice)} {self.invoice.number}"
        return super().get(request)

    def rows(self):
        return self.invoice.lines.order_by("number")

    def table_options(self):
        return {"totals": {"number": "I alt", "amount_ore": self.invoice.net_ore}}

    def extra_context(self):
        invoice = self.invoice
        return {
            "invoice": invoice,
            "kind": invoice_kind(invoice),
            "form": VoucherNumberForm(initial={"voucher_number": invoice.voucher_number}),
            "quarters": quarters_invoiced([invoice.pk]),
            "files": invoice.files.select_related("file").defer("file__data"),
            "file_form": AttachForm(),
            "notes": notes_shown(self.request.user, "invoice", invoice, "supplier-invoice-notes"),
            "settles": invoice.settles.order_by("quarter", "serial_number"),
            "gross_ore": None if invoice.vat_ore is None else invoice.net_ore + invoice.vat_ore,
            "decided": len(decisions_on(invoice)),
        }


def landing_of(ids: Sequence[int]) -> str:
    """Return where to go on with new invoices: their quarter, else the invoice, else the list."""
    quarters = quarters_invoiced(ids)
    if len(quarters) == 1:
        return reverse("reconciliation", args=[str(quarters[0])])
    return detail_url(ids[0]) if len(ids) == 1 else reverse("supplier-invoice-list")


@require_POST
@permission_required(RECONCILE, raise_exception=True)
def supplier_invoice_voucher(request, pk):
    """Note the voucher of an invoice, so that it is found from a posting."""
    get_object_or_404(SupplierInvoice, pk=pk)
    form = VoucherNumberForm(request.POST)
    if not form.is_valid():
        typed = request.POST.get("voucher_number", "")[:60]
        for error in form.errors["voucher_number"]:
            messages.error(request, f"{error} Du skrev »{typed}«. Intet er gemt.")
        return redirect("supplier-invoice-detail", pk)
    invoice = record_supplier_voucher(invoice_id=pk, actor=request.user, **form.cleaned_data)
    messages.success(request, f"Bilagsnummeret for {invoice.number} er gemt.")
    return redirect("supplier-invoice-detail", pk)


@permission_required(RECONCILE, raise_exception=True)
def supplier_invoice_withdraw(request, pk):
    """Ask once more, then withdraw an invoice that was entered wrongly."""
    invoice = get_object_or_404(SupplierInvoice, pk=pk)
    if request.method != "POST":
        context = {
            "invoice": invoice,
            "kind": invoice_kind(invoice),
            "lines": invoice.lines.count(),
            "decided": decisions_on(invoice),
        }
        return render(request, "leasing/supplier/invoice_withdraw.html", context)
    try:
        number = withdraw_invoice(invoice_id=pk)
    except Refused as refused:
        tell_refusal(request, refused)
        return redirect("supplier-invoice-detail", pk)
    messages.success(request, f"Faktura {number} er trukket tilbage.")
    return redirect("supplier-invoice-list")


@permission_required(RECONCILE, raise_exception=True)
def supplier_invoice_new(request):
    """Type an invoice in as one total for each sub-agreement and period."""
    data = request.POST if request.method == "POST" else None
    form, totals = InvoiceForm(data), TotalForms(data, prefix="total")
    if data is not None and form.is_valid() & totals.is_valid():
        try:
            invoice, changes = _enter(form, totals, request.user)
        except Refused as refused:
            form.add_error(None, refused.reasons)
        else:
            for told in changes.differences or ["Fakturaen stod der i forvejen."]:
                messages.success(request, str(told))
            for warning in changes.warnings:
                messages.warning(request, warning)
            return redirect("supplier-invoice-detail", invoice.pk)
    context = {
        "form": form,
        "totals": totals,
        "agreements": SubAgreement.objects.values_list("number", flat=True),
    }
    status = 422 if data is not None else 200
    return render(request, "leasing/supplier/invoice_new.html", context, status=status)


def _enter(form, totals, actor):
    typed = [row.cleaned_data for row in totals if row.has_changed()]
    return enter_totals(
        totals=[TypedTotal(**row) for row in typed], actor=actor, today=today(), **form.cleaned_data
    )
