from django.contrib import admin

from albertslund_it.web.admin import ClosedAdmin
from leasing.models import LossReport


@admin.register(LossReport)
class LossReportAdmin(ClosedAdmin):
    list_display = ["device", "kind", "discovered_at", "police_number", "encrypted", "found_on"]
    list_filter = ["kind"]
    list_select_related = ["device"]
    search_fields = ["device__serial_number", "police_number"]
