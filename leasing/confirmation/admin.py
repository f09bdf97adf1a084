from django.contrib import admin

from albertslund_it.web.admin import ClosedAdmin
from leasing.models import ConfirmationRound, Objection


@admin.register(ConfirmationRound)
class ConfirmationRoundAdmin(ClosedAdmin):
    list_display = ["asked_at", "asked_by", "due_on"]


@admin.register(Objection)
class ObjectionAdmin(ClosedAdmin):
    list_display = ["device", "unit", "note", "outcome", "raised_at"]
    list_select_related = ["device", "unit"]
    list_filter = ["outcome"]
