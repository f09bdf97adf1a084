from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from albertslund_it.web.admin import ClosedAdmin, OurAdmin, kroner, kroner_field
from leasing.leases.services.corrections import faults_of_start
from leasing.models import (
    Approval,
    BilledFacts,
    BillingRun,
    Charge,
    ConfirmationRound,
    FiscalYear,
    FrameworkAgreement,
    InvoiceLine,
    InvoiceSummary,
    Lease,
    LeasePrice,
    LeaseTerm,
    LossReport,
    Mail,
    Objection,
    Order,
    OrderedDevice,
    OrderLine,
    Preparation,
    QuarterlyInvoice,
    RebillingExport,
    Settings,
    SubAgreement,
    Voucher,
)


@admin.register(FrameworkAgreement)
class FrameworkAgreementAdmin(OurAdmin):
    list_display = ["name", "starts_on"]
    search_fields = ["name"]


@admin.register(SubAgreement)
class SubAgreementAdmin(OurAdmin):
    list_display = ["number", "framework"]
    list_select_related = ["framework"]
    search_fields = ["number"]


@admin.register(LeasePrice)
class LeasePriceAdmin(OurAdmin):
    list_display = ["model", "starts_on", kroner("price_ore", "leasingpris"), "quarters", "source"]
    list_filter = ["model"]
    list_select_related = ["model"]


class CorrectedElsewhere:
    """Leads to the page where what is only to be read here is corrected, by its rules."""

    corrected_on = ""

    def address_of(self, row) -> str:
        raise NotImplementedError

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        (name, options), *others = fieldsets
        link = format_html('<a href="{}">{}</a>', self.address_of(obj), self.corrected_on)
        return [(name, {**options, "description": link}), *others]


class LeaseForm(forms.ModelForm):
    """Holds a lease to the framework agreement that it stands under."""

    def clean(self):
        super().clean()
        starts_on = self.cleaned_data.get("starts_on") or self.instance.starts_on
        agreement = self.cleaned_data.get("sub_agreement")
        if starts_on and agreement:
            at = "starts_on" if "starts_on" in self.fields else "sub_agreement"
            for fault in faults_of_start(Lease(sub_agreement=agreement), starts_on):
                self.add_error(at, fault)
        return self.cleaned_data


class LeaseTermInline(admin.StackedInline):
    """The terms of a lease: typed with a new one, and only to be read of one that is there."""

    model = LeaseTerm
    extra = 0
    min_num = 1

    def has_add_permission(self, request, obj=None):
        return obj is None and super().has_add_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return obj is None and super().has_delete_permission(request, obj)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "price_ore":
            return kroner_field(db_field)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(Lease)
class LeaseAdmin(CorrectedElsewhere, OurAdmin):
    form = LeaseForm
    corrected_on = "Start, pris og stop rettes på udstyrets side."
    list_display = ["device", "sub_agreement", "starts_on", "stops_on", "end_choice"]
    list_filter = ["sub_agreement", "end_choice"]
    list_select_related = ["device", "sub_agreement"]
    search_fields = ["device__serial_number"]
    raw_id_fields = ["device"]
    inlines = [LeaseTermInline]

    def get_readonly_fields(self, request, obj=None):
        return ["starts_on", "stops_on"] if obj else []

    def address_of(self, row):
        return reverse("device-detail", args=[row.device_id])


@admin.register(Charge)
class ChargeAdmin(CorrectedElsewhere, ClosedAdmin):
    corrected_on = "Beløbet rettes på sin egen side."
    list_display = ["charged_on", "unit", kroner("amount_ore", "beløb"), "text", "device"]
    list_select_related = ["unit", "device"]
    search_fields = ["text", "unit__name", "device__serial_number"]

    def address_of(self, row):
        return reverse("charge", args=[row.pk])


@admin.register(Settings)
class SettingsAdmin(OurAdmin):
    fieldsets = [
        (
            "Opkrævning og bogføring",
            {
                "fields": [
                    "billing_starts_on",
                    "needs_two_people",
                    "posting_text",
                    "booking",
                    "sale_account",
                    "sale_income_account",
                    "opus_bom",
                    "splits_cost_objects",
                    "holder_cost_centre",
                    "holder_psp_element",
                    "tolerance_ore",
                ]
            },
        ),
        ("Leasinggivers fakturaer", {"fields": ["lessor_cvr", "own_cvr", "invoice_ean"]}),
        ("Bestillinger og udlevering", {"fields": ["overlap_days", "uses_labels"]}),
        (
            "Der spørges ved store beløb",
            {"fields": ["charge_limit_kr", "price_limit_kr", "budget_limit_kr"]},
        ),
        (
            "Mails",
            {
                "fields": [
                    "site_address",
                    "mails_letters",
                    "mails_digests",
                    "helpdesk_mail",
                    "finance_mail",
                    "audit_mail",
                    "security_mail",
                    "heads_mail_reminder_days",
                ]
            },
        ),
        ("Personoplysninger", {"fields": ["retention_years"]}),
        ("Visning", {"fields": ["shows_demo_data"]}),
    ]

    def has_add_permission(self, request):
        return False  # there is one row, from the start

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(FiscalYear)
class FiscalYearAdmin(OurAdmin):
    list_display = ["year", "supplement_ends_on"]


@admin.register(BillingRun)
class BillingRunAdmin(ClosedAdmin):
    list_display = ["code", "closed_at", "closed_by", "line_count", kroner("total_ore", "i alt")]


@admin.register(QuarterlyInvoice)
class QuarterlyInvoiceAdmin(ClosedAdmin):
    list_display = ["number", "department_name", "line_count", kroner("total_ore", "i alt")]
    list_filter = ["run"]
    search_fields = ["number", "department_name"]


@admin.register(InvoiceLine)
class InvoiceLineAdmin(ClosedAdmin):
    list_display = [
        "invoice",
        "number",
        "kind",
        "period",
        "unit_name",
        "serial_number",
        kroner("amount_ore", "beløb"),
    ]
    list_filter = ["kind", "invoice__run"]
    list_select_related = ["invoice"]
    search_fields = ["serial_number", "unit_name", "unit_number"]


@admin.register(InvoiceSummary)
class InvoiceSummaryAdmin(ClosedAdmin):
    list_display = [
        "invoice",
        "unit",
        "period",
        "kind",
        "model_name",
        kroner("amount_ore", "beløb"),
    ]
    list_filter = ["kind", "invoice__run"]
    list_select_related = ["invoice", "unit"]


@admin.register(BilledFacts)
class BilledFactsAdmin(ClosedAdmin):
    list_display = ["lease", "text"]
    search_fields = ["lease__device__serial_number"]


@admin.register(RebillingExport)
class RebillingExportAdmin(ClosedAdmin):
    list_display = ["run", "file_kind", "exported_at", "exported_by", "checksum"]
    list_select_related = ["run"]


@admin.register(Preparation)
class PreparationAdmin(ClosedAdmin):
    list_display = ["code", "prepared_by", "prepared_at", "digest"]


@admin.register(ConfirmationRound)
class ConfirmationRoundAdmin(ClosedAdmin):
    list_display = ["asked_at", "asked_by", "due_on"]


@admin.register(Objection)
class ObjectionAdmin(ClosedAdmin):
    list_display = ["device", "unit", "note", "outcome", "raised_at"]
    list_select_related = ["device", "unit"]
    list_filter = ["outcome"]


@admin.register(Voucher)
class VoucherAdmin(ClosedAdmin):
    list_display = ["number", "run", "posted_on", "entered_by"]
    list_select_related = ["run"]


@admin.register(Order)
class OrderAdmin(ClosedAdmin):
    list_display = ["number", "requester_name", "created_at", "created_by"]
    list_select_related = ["created_by"]
    search_fields = ["requester_name", "reference"]


@admin.register(OrderLine)
class OrderLineAdmin(ClosedAdmin):
    list_display = ["__str__", "model", "quantity", "unit", "employee", "status"]
    list_filter = ["status"]
    list_select_related = ["model", "unit", "employee"]
    search_fields = ["supplier_order_number", "employee__initials", "unit__name"]


@admin.register(OrderedDevice)
class OrderedDeviceAdmin(ClosedAdmin):
    list_display = ["line", "device", "is_from_stock", "delivered_on", "handed_out_on"]
    list_select_related = ["line", "device"]
    search_fields = ["device__serial_number"]


# Who may have one pc more is for the head alone to say: not even an administrator writes it here.
@admin.register(Approval)
class ApprovalAdmin(ClosedAdmin):
    list_display = ["employee", "ends_before", "decision", "decided_by", "decided_at"]
    list_filter = ["decision"]
    list_select_related = ["employee", "decided_by"]
    search_fields = ["employee__initials", "employee__name"]


@admin.register(LossReport)
class LossReportAdmin(ClosedAdmin):
    list_display = ["device", "kind", "discovered_at", "police_number", "encrypted", "found_on"]
    list_filter = ["kind"]
    list_select_related = ["device"]
    search_fields = ["device__serial_number", "police_number"]


@admin.register(Mail)
class MailAdmin(ClosedAdmin):
    list_display = ["subject", "recipients", "written_at", "sent_at", "attempts", "error"]
    list_filter = [("sent_at", admin.EmptyFieldListFilter)]
    search_fields = ["subject", "recipients"]
    exclude = ["html"]
