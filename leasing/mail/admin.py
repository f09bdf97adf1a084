from django.contrib import admin

from albertslund_it.web.admin import ClosedAdmin
from leasing.models import Mail


@admin.register(Mail)
class MailAdmin(ClosedAdmin):
    list_display = ["subject", "recipients", "written_at", "sent_at", "attempts", "error"]
    list_filter = [("sent_at", admin.EmptyFieldListFilter)]
    search_fields = ["subject", "recipients"]
    exclude = ["html"]
