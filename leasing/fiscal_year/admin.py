from django.contrib import admin

from albertslund_it.web.admin import OurAdmin
from leasing.models import FiscalYear


@admin.register(FiscalYear)
class FiscalYearAdmin(OurAdmin):
    list_display = ["year", "supplement_ends_on"]
