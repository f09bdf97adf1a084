from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import VIEW_DEVICE, VIEW_EMPLOYEE, WISH_FOR_END
from albertslund_it.web.clock import now, today
from albertslund_it.web.query import numbers_in
from inventory.models import Unit
from inventory.organisation.selectors.scope import devices_seen_by, units_seen_by
from leasing.approvals.selectors.approvals import approvals_to_decide, cost_of_exceptions
from leasing.confirmation.presenters import confirmation_tasks
from leasing.confirmation.selectors.first import round_work
from leasing.confirmation.selectors.items import answered_objections
from leasing.cost_share.selectors.payers import payers_seen_by
from leasing.cost_share.views.payer import chosen_payer
from leasing.cost_share.views.task_links import with_buttons
from leasing.lease_end.forms import WishForm
from leasing.lease_end.presenters import what_happens
from leasing.lease_end.selectors.endings import ending_page
from leasing.lease_end.services.wishes import wish_for_end


@permission_required(VIEW_DEVICE, raise_exception=True)
def decisions(request):
    """Show all that a person is to decide, with dates and kroner; take wishes for leases."""
    user, day = request.user, today()
    payers, payer = payers_seen_by(user, day), None
    if request.GET.get("afdeling"):
        payers, payer = chosen_payer(request)
    may_wish = user.has_perm(WISH_FOR_END)
    form = WishForm(request.POST or None)
    chosen = numbers_in(request.POST.getlist("lease"))
    status = 200
    if request.method == "POST":
        if not may_wish:
            raise PermissionDenied
        status = 422
        if form.is_valid() and _saved(request, form, chosen):
            return redirect(request.get_full_path())
    endings = ending_page(_units(user, payer, day), day, request.GET.get("side"))
    context = {
        "payers": payers,
        "payer": payer,
        "rounds": with_buttons(confirmation_tasks(round_work(user, day))),
        "approvals": _approvals(user, day),
        "objections": _objections(user, day),
        "form": form,
        "chosen": chosen,
        "may_wish": may_wish,
        "sees_people": user.has_perm(VIEW_EMPLOYEE),
        "today": day,
        "endings": endings,
        "ending_rows": [
            (one, what_happens(one.end, day) if one.end else None) for one in endings.rows
        ],
    }
    return render(request, "leasing/cost_share/decisions.html", context, status=status)


def _units(user, payer, day):
    """Return the units that the user sees, narrowed to a payer's; a leader's never hold stock."""
    units = units_seen_by(user, day)
    if payer is None or payer.unit_ids is None:
        return units
    return Unit.objects.filter(id__in=payer.unit_ids)


def _saved(request, form, chosen) -> bool:
    try:
        count = wish_for_end(
            lease_ids=chosen,
            units=units_seen_by(request.user, today()),
            actor=request.user,
            today=today(),
            now=now(),
            **form.cleaned_data,
        )
    except Refused as refused:
        for reason in refused.reasons:
            form.add_error(None, reason)
        return False
    said = f"Ønsket er gemt for {count} stk. It-helpdesk kan se det." if count else "Intet ændret."
    messages.success(request, said)
    return True


def _approvals(user, day):
    """Return the exceptions that wait for the user, each with its cost."""
    found = list(
        approvals_to_decide(user, day)
        .select_related("employee__unit", "line__order", "line__model")
        .order_by("asked_at", "id")
    )
    costs = cost_of_exceptions(found, day)
    return [(approval, costs.get(approval.pk)) for approval in found]


def _objections(user, day):
    """Return the answered objections, each with whether its device may be opened."""
    found = list(answered_objections(user, day))
    seen = set(
        devices_seen_by(user, day)
        .filter(pk__in=[objection.device_id for objection in found])
        .values_list("pk", flat=True)
    )
    return [(objection, objection.device_id in seen) for objection in found]
