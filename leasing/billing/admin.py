from django.contrib import admin

from albertslund_it.web.admin import ClosedAdmin, OurAdmin, kroner
from leasing.models import (
    BilledFacts,
    BillingRun,
    InvoiceLine,
    InvoiceSummary,
    Preparation,
    QuarterlyInvoice,
    Settings,
)


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
            "Det, en kommune kan vælge fra",
            {"fields": ["uses_stocktakes", "uses_scenarios", "uses_comparison"]},
        ),
        (
            "Leasingens udløb",
            {
                "fields": [
                    "allows_buyout",
                    "buyout_margin_days",
                    "return_days",
                    "heads_decide_ends",
                    "end_notice_days",
                    "uses_calendar_feed",
                    "uses_api",
                    "uses_webhooks",
                    "uses_worker",
                ]
            },
        ),
        (
            "Kilder ved siden af registeret",
            {"fields": ["unseen_days", "little_ram_gb", "snapshots_kept"]},
        ),
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
        ("Personoplysninger", {"fields": ["retention_years", "undo_days"]}),
        ("Visning", {"fields": ["shows_demo_data"]}),
    ]

    def has_add_permission(self, request):
        return False  # there is one row, from the start

    def has_delete_permission(self, request, obj=None):
        return False


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


@admin.register(Preparation)
class PreparationAdmin(ClosedAdmin):
    list_display = ["code", "prepared_by", "prepared_at", "digest"]
