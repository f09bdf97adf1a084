from django.contrib import admin

from albertslund_it.web.admin import ClosedAdmin
from leasing.models import RebillingExport, Voucher


@admin.register(RebillingExport)
class RebillingExportAdmin(ClosedAdmin):
    list_display = ["run", "file_kind", "exported_at", "exported_by", "checksum"]
    list_select_related = ["run"]


@admin.register(Voucher)
class VoucherAdmin(ClosedAdmin):
    list_display = ["number", "run", "posted_on", "entered_by"]
    list_select_related = ["run"]
