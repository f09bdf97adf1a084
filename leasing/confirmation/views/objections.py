from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import SETTLE_OBJECTION, VIEW_BILLINGRUN
from albertslund_it.common.signs import without_unseen
from albertslund_it.web.clock import now, today
from albertslund_it.web.lists.pages import ListPage
from leasing.confirmation.services import settle_objection
from leasing.confirmation.tables import ObjectionFilter, ObjectionTable
from leasing.models import Objection


def may_see(user) -> bool:
    """Return whether a user sees everybody's objections: helpdesk, finance and auditors."""
    return user.has_perm(SETTLE_OBJECTION) or user.has_perm(VIEW_BILLINGRUN)


class ObjectionList(ListPage):
    """What leaders have said is not theirs."""

    permission_required = ()
    table_class = ObjectionTable
    filter_class = ObjectionFilter
    title = "Indsigelser"
    file_name = "indsigelser"

    def has_permission(self):
        return may_see(self.request.user)

    def rows(self):
        return Objection.objects.select_related(
            "device__model", "unit__department", "raised_by"
        ).order_by("-raised_at", "-id")


@login_required
def objection(request, pk):
    """Show an objection; the helpdesk ends it by a move or a reason."""
    if not may_see(request.user):
        raise PermissionDenied
    found = get_object_or_404(
        Objection.objects.select_related("device__model", "unit", "raised_by", "settled_by"), pk=pk
    )
    reasons = []
    if request.method == "POST":
        if not request.user.has_perm(SETTLE_OBJECTION):
            raise PermissionDenied
        try:
            settle_objection(
                objection_id=pk,
                outcome=request.POST.get("outcome", ""),
                note=without_unseen(request.POST.get("note", "")),
                actor=request.user,
                today=today(),
                now=now(),
            )
        except Refused as refused:
            reasons = refused.reasons
        else:
            messages.success(request, "Indsigelsen er afsluttet.")
            return redirect("objection-list")
    context = {"objection": found, "reasons": reasons, "note": request.POST.get("note", "")}
    status = 422 if reasons else 200
    return render(request, "leasing/confirmation/objection.html", context, status=status)
