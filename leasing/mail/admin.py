from django.contrib import admin

from albertslund_it.web.admin import ClosedAdmin
from leasing.mail.selectors import UNREAD
from leasing.models import Mail


@admin.register(Mail)
class MailAdmin(ClosedAdmin):
    list_display = ["subject", "recipients", "written_at", "sent_at", "attempts", "error"]
    list_filter = [("sent_at", admin.EmptyFieldListFilter)]
    search_fields = ["subject", "recipients"]
    exclude = ["html"]

    def get_queryset(self, request):
        found = super().get_queryset(request)
        return found.exclude(key__startswith=UNREAD) | found.filter(key=None)
