from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render

from albertslund_it.common.errors import Refused
from albertslund_it.common.quarters import span_label
from albertslund_it.web.clock import now, today
from albertslund_it.web.forms import DateField, PlainForm
from leasing.selectors.confirmation.first import first_rebilling
from leasing.services.confirmation.rounds import start_round
from leasing.views.later import is_computed_now
from leasing.views.quarter import actor_name


class RoundForm(PlainForm, forms.Form):
    """The day by which leaders are to have answered."""

    due_on = DateField(label="Svarfrist", help_text="Til og med den dag. Tavshed tæller som ja.")


@permission_required("leasing.view_billingrun", raise_exception=True)
def first_page(request):
    """Show how ready everything is for the first rebilling; ask the leaders."""
    form = RoundForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if not request.user.has_perm("leasing.close_quarter"):
            raise PermissionDenied
        if _start(request, form):
            return redirect("first-rebilling")
        status = 422
    context = {"form": form}
    if is_computed_now(request) or status == 422:
        found = first_rebilling(today())
        overdue = [q.quarter for q in found.standing.overdue]
        context |= {
            "found": found,
            "overdue": overdue,
            "overdue_label": span_label(overdue) if overdue else "",
        }
    return render(request, "leasing/confirmation/first.html", context, status=status)


def _start(request, form: RoundForm) -> bool:
    if not form.is_valid():
        return False
    try:
        asked = start_round(
            due_on=form.cleaned_data["due_on"],
            actor_name=actor_name(request),
            today=today(),
            now=now(),
        )
    except Refused as refused:
        form.add_error(None, refused.reasons)
        return False
    messages.success(request, f"Lederne er spurgt. Fristen er den {asked.due_on:%d-%m-%Y}.")
    return True
