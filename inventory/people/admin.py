from django.contrib import admin

from albertslund_it.web.admin import OurAdmin
from inventory.models import Employee


@admin.register(Employee)
class EmployeeAdmin(OurAdmin):
    list_display = ["initials", "name", "unit", "left_on"]
    list_filter = ["unit__department"]
    list_select_related = ["unit"]
    search_fields = ["initials", "name"]
