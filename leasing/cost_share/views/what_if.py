from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import ADD_SCENARIO, HANDLE_ORDERS, VIEW_DEVICE, WISH_FOR_END
from albertslund_it.common.signs import without_unseen
from albertslund_it.web.clock import now, today
from albertslund_it.web.forms.agreement import agreed_by
from albertslund_it.web.query import number_in
from albertslund_it.web.refusals import tell_refusal
from leasing.cost_share.forms import WhatIfForm
from leasing.cost_share.presenters.drawings import years_chart
from leasing.cost_share.selectors.what_if import (
    compare,
    payer_of,
    scenarios_seen_by,
)
from leasing.cost_share.services.scenarios import (
    delete_scenario,
    draft_from_scenario,
    save_scenario,
)
from leasing.cost_share.views.payer import chosen_payer

ORDERS = (WISH_FOR_END, HANDLE_ORDERS)


def asked_for(request):
    """Return (payers, payer, scenario, form) of the address; a scenario brings its own payer."""
    query = request.GET
    scenario = None
    if "scenarie" in query:
        seen = scenarios_seen_by(request.user).select_related("created_by")
        scenario = get_object_or_404(seen, pk=number_in(query["scenarie"]) or 0)
        payer = payer_of(scenario, today())
        if payer is None:
            raise Http404
        payers = [payer]
    else:
        payers, payer = chosen_payer(request)
    form = WhatIfForm(query, payer=payer, today=today())
    if not form.is_asked():
        form = WhatIfForm(scenario.assumptions if scenario else None, payer=payer, today=today())
    return payers, payer, scenario, form


@permission_required(VIEW_DEVICE, raise_exception=True)
def what_if(request):
    """Show what the years to come would cost if something were otherwise."""
    payers, payer, scenario, form = asked_for(request)
    return page(request, payers, payer, scenario, form)


def page(request, payers, payer, scenario, form, status=200, name="", reasons=()):
    """Show the form, what it comes to, and the scenarios there are."""
    context = {
        "payers": payers,
        "payer": payer,
        "scenario": scenario,
        "form": form,
        "scenarios": scenarios_seen_by(request.user).select_related("created_by")[:50],
        "query": urlencode({"afdeling": payer.key, **(form.kept() if form.is_bound else {})}),
        "may_order": any(request.user.has_perm(one) for one in ORDERS),
        "name": name or (scenario.name if scenario else ""),
        "reasons": reasons,
        "ordered": ordered_by(form),
    }
    if form.is_bound and form.is_valid():
        found = compare(payer, today(), form.assumptions())
        context |= {"found": found, "chart": years_chart(found)}
    elif form.is_bound:
        status = 422
    return render(request, "leasing/cost_share/what_if.html", context, status=status)


def ordered_by(form: WhatIfForm) -> list[tuple[str, str]]:
    """Say what a draft order of the scenario would ask for, for whoever makes it."""
    added = form.added() if form.is_bound and form.is_valid() else {}
    names = {unit.pk: unit.name for unit in form.units}
    return [
        (f"{model} til {names.get(unit, unit)}", f"{count} stk.")
        for (unit, model), count in added.items()
        if count > 0
    ]


@require_POST
@permission_required(ADD_SCENARIO, raise_exception=True)
def scenario_save(request):
    """Keep what the address assumes under a name."""
    payers, payer, scenario, form = asked_for(request)
    name = without_unseen(request.POST.get("name", ""))
    reasons = []
    if form.is_bound and form.is_valid():
        try:
            saved = save_scenario(
                name=name,
                payer=payer.key,
                assumptions=form.kept(),
                is_shared="shared" in request.POST,
                actor=request.user,
                now=now(),
            )
        except Refused as refused:
            reasons = refused.reasons
        else:
            messages.success(request, f"Scenariet »{saved.name}« er gemt.")
            return redirect(f"{reverse('what-if')}?scenarie={saved.pk}")
    else:
        reasons = ["Der er intet at gemme: vælg først, hvad der skal være anderledes."]
    return page(request, payers, payer, scenario, form, 422, name, reasons)


@require_POST
@permission_required(ADD_SCENARIO, raise_exception=True)
def scenario_delete(request, pk):
    """Delete one's own scenario."""
    scenario = get_object_or_404(scenarios_seen_by(request.user), pk=pk)
    if scenario.created_by != request.user:
        raise PermissionDenied
    delete_scenario(scenario=scenario)
    messages.success(request, f"Scenariet »{scenario.name}« er slettet.")
    return redirect("what-if")


@require_POST
@permission_required(VIEW_DEVICE, raise_exception=True)
def scenario_order(request, pk):
    """Turn the pcs that a scenario adds into a draft order for the helpdesk."""
    if not any(request.user.has_perm(one) for one in ORDERS):
        raise PermissionDenied
    scenario = get_object_or_404(scenarios_seen_by(request.user), pk=pk)
    payer = payer_of(scenario, today())
    if payer is None:
        raise Http404
    form = WhatIfForm(scenario.assumptions, payer=payer, today=today())
    try:
        order = draft_from_scenario(
            scenario=scenario,
            added=form.added() if form.is_valid() else {},
            agree=agreed_by(request.POST, lambda: ordered_by(form)),
            actor=request.user,
            now=now(),
        )
    except Refused as refused:
        tell_refusal(request, refused)
    else:
        messages.success(
            request, f"Kladden {order.number} er lavet. It-helpdesk gør den færdig og bestiller."
        )
    return redirect(f"{reverse('what-if')}?scenarie={scenario.pk}")
