from django.contrib import admin
from django.urls import reverse

from albertslund_it.web.admin import ClosedAdmin, CorrectedElsewhere, kroner
from leasing.models import Charge


@admin.register(Charge)
class ChargeAdmin(CorrectedElsewhere, ClosedAdmin):
    corrected_on = "Beløbet rettes på sin egen side."
    list_display = ["charged_on", "unit", kroner("amount_ore", "beløb"), "text", "device"]
    list_select_related = ["unit", "device"]
    search_fields = ["text", "unit__name", "device__serial_number"]

    def address_of(self, row):
        return reverse("charge", args=[row.pk])
