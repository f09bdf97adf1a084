from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.forms import formset_factory
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import RECONCILE, VIEW_SUPPLIERINVOICE
from albertslund_it.web.clock import today
from albertslund_it.web.forms import DateField, KronerField, PlainForm
from albertslund_it.web.lists import ListPage
from albertslund_it.web.validators import validate_voucher_number
from leasing.models import SubAgreement, SupplierInvoice
from leasing.supplier.selectors.pages import (
    claim_rows,
    invoice_rows,
    invoices_seen_by,
    quarters_of,
    sums_of,
)
from leasing.supplier.services.invoices import (
    decisions_on,
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
from leasing.supplier.views.files import AttachForm

ROWS = 6


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
    title = "Krav til leasinggiver"
    file_name = "krav-til-leasinggiver"

    def rows(self):
        return claim_rows()


class SupplierInvoiceDetail(ListPage):
    """One invoice: what it says, its lines, its voucher."""

    permission_required = VIEW_SUPPLIERINVOICE
    table_class = SupplierLineTable
    template_name = "leasing/supplier/invoice_detail.html"
    file_name = "fakturalinjer"
    per_page = 100

    def get(self, request, pk):
        self.invoice = get_object_or_404(invoices_seen_by(request.user), pk=pk)
        self.title = f"{kind_of(self.invoice)} {self.invoice.number}"
        return super().get(request)

    def rows(self):
        return self.invoice.lines.order_by("number")

    def table_options(self):
        return {"totals": {"number": "I alt", "amount_ore": self.invoice.net_ore}}

    def extra_context(self):
        invoice = self.invoice
        return {
            "invoice": invoice,
            "kind": kind_of(invoice),
            "form": VoucherNumberForm(initial={"voucher_number": invoice.voucher_number}),
            "quarters": quarters_of([invoice]),
            "files": invoice.files.select_related("file").defer("file__data"),
            "file_form": AttachForm(),
            "settles": invoice.settles.order_by("quarter", "serial_number"),
            "gross_ore": None if invoice.vat_ore is None else invoice.net_ore + invoice.vat_ore,
            "decided": len(decisions_on(invoice)),
        }


def landing_of(made: list[SupplierInvoice]) -> str:
    """Return where to go on with new invoices: their quarter, else the invoice, else the list."""
    quarters = quarters_of(made)
    if len(quarters) == 1:
        return reverse("reconciliation", args=[str(quarters[0])])
    return detail_url(made[0].pk) if len(made) == 1 else reverse("supplier-invoice-list")


def kind_of(invoice: SupplierInvoice) -> str:
    """Name what it is."""
    return "Kreditnota" if invoice.is_credit_note else "Faktura"


class VoucherNumberForm(PlainForm, forms.Form):
    """The voucher that the lessor's invoice was posted with."""

    voucher_number = forms.CharField(
        label="Bilagsnummer i Opus", required=False, validators=[validate_voucher_number]
    )


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
            "kind": kind_of(invoice),
            "lines": invoice.lines.count(),
            "decided": decisions_on(invoice),
        }
        return render(request, "leasing/supplier/invoice_withdraw.html", context)
    try:
        number = withdraw_invoice(invoice_id=pk)
    except Refused as refused:
        for reason in refused.reasons:
            messages.error(request, reason)
        return redirect("supplier-invoice-detail", pk)
    messages.success(request, f"Faktura {number} er trukket tilbage.")
    return redirect("supplier-invoice-list")


class TotalForm(PlainForm, forms.Form):
    """One sub-agreement's total."""

    sub_agreement = forms.CharField(label="Underaftale", max_length=40)
    starts_on = DateField(label="Fra")
    last_day = DateField(label="Til (sidste dag)")
    amount_ore = KronerField(label="Beløb uden moms")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sub_agreement"].widget.attrs["list"] = "underaftaler"


class InvoiceForm(PlainForm, forms.Form):
    """The invoice's own facts."""

    number = forms.CharField(label="Fakturanr.", max_length=60)
    invoice_date = DateField(label="Fakturadato")
    net_ore = KronerField(label="Fakturaens beløb uden moms")
    vat_ore = KronerField(label="Moms", required=False)
    is_credit_note = forms.BooleanField(
        label="Det er en kreditnota",
        required=False,
        help_text="Skriv beløbene uden minus.",
    )
    credits = forms.CharField(label="Krediterer fakturanr.", max_length=60, required=False)


TotalForms = formset_factory(TotalForm, extra=ROWS, max_num=50)


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
