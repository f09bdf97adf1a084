from django.contrib import admin

from albertslund_it.web.admin import ClosedAdmin
from leasing.models import Approval


# Who may have one pc more is for the head alone to say: not even an administrator writes it here.
@admin.register(Approval)
class ApprovalAdmin(ClosedAdmin):
    list_display = ["employee", "ends_before", "decision", "decided_by", "decided_at"]
    list_filter = ["decision"]
    list_select_related = ["employee", "decided_by"]
    search_fields = ["employee__initials", "employee__name"]
