from django.contrib import admin

from albertslund_it.web.admin import ClosedAdmin
from inventory.models import ExpectedReturn


@admin.register(ExpectedReturn)
class ExpectedReturnAdmin(ClosedAdmin):
    list_display = ["device", "employee", "unit", "why", "due_on"]
    list_filter = ["why"]
    list_select_related = ["device", "employee", "unit"]
    search_fields = ["device__serial_number", "employee__initials"]
