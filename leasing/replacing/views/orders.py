"""Draft orders for what replaces some devices: of a roll, ticked on a list, or all of a filter."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import HANDLE_ORDERS
from albertslund_it.web.clock import now, today
from albertslund_it.web.database.rows import among
from albertslund_it.web.forms.agreement import agreed_by, status_of
from albertslund_it.web.query import number_in, numbers_in
from inventory.models import Replacement
from inventory.rollout.selectors import lots
from leasing.cost_table.moment import one_moment
from leasing.replacing.forms import ModelForm
from leasing.replacing.presenters import (
    ASIDE_OF_ORDERS,
    aside_in_words,
    offer_in_words,
    order_in_words,
    rows_of_orders,
)
from leasing.replacing.selectors.due import unreplaced
from leasing.replacing.selectors.orders import order_plan, replaced_by_an_order
from leasing.replacing.services.orders import draft_replacements
from leasing.replacing.tables import DueFilter

MOST = 2_000
SHOWN = 300  # orders told on the page


@permission_required(HANDLE_ORDERS, raise_exception=True)
def replacement_orders(request):
    """Show the orders that devices would need, and make drafts of them when asked to."""
    asked = request.POST if request.method == "POST" else request.GET
    roll, ids = _devices(request, asked)
    chosen = _models(asked)
    plan = order_plan(ids[:MOST], chosen, today())
    # What is only chosen comes as a form where an address does not hold it.
    is_posted = request.method == "POST" and request.POST.get("trin") != "valgt"
    form = ModelForm(asked if is_posted else None, models=plan.models, words=offer_in_words)
    status = 200
    if request.POST.get("handling") == "gem" and form.is_valid():
        try:
            drafts = draft_replacements(
                device_ids=ids[:MOST],
                models=chosen,
                note=f"Udskiftning: {roll.name} ({roll})." if roll else "Udskiftning ved udløb.",
                actor=request.user,
                today=today(),
                now=now(),
                agree=agreed_by(
                    request.POST, lambda: rows_of_orders(order_plan(ids[:MOST], chosen, today()))
                ),
            )
        except Refused as refused:
            status = status_of(form, refused)
        else:
            _tell(request, drafts)
            return redirect(f"{reverse('order-list')}?status=draft")
    elif is_posted and not form.is_valid():
        status = 422
    context = {
        "form": form,
        "roll": roll,
        "plan": plan,
        "orders": [(order_in_words(one), one) for one in plan.orders[:SHOWN]],
        "rows": list(rows_of_orders(plan)),
        "aside": aside_in_words(plan.aside, ASIDE_OF_ORDERS),
        "asked_count": len(ids),
        "is_cut": len(ids) > MOST,
        "kept": _kept(roll, ids),
    }
    return render(request, "leasing/replacing/orders.html", context, status=status)


def _devices(request, asked):
    """Return the roll that is ordered for, if any, and the ids of the devices."""
    if asked.get("rul"):
        roll = get_object_or_404(lots(), pk=number_in(asked["rul"]) or 0)
        waiting = Replacement.objects.filter(roll=roll, replaced_on=None, reason="")
        ids = list(waiting.order_by("pk").values_list("old_device", flat=True))
        if len(ids) > MOST:  # the rest, once the first are ordered
            ordered = replaced_by_an_order(ids)
            ids = [pk for pk in ids if pk not in ordered]
        return roll, ids
    with one_moment():
        found = unreplaced(request.user, today())
        if "udstyr" in asked:
            named = numbers_in(",".join(asked.getlist("udstyr")).split(","))
            found = found.filter(pk__in=among(sorted(named), int))
        else:
            filters = DueFilter(asked, queryset=found, request=request)
            if not filters.form.is_valid():
                raise Http404  # of what cannot be read nothing is ordered
            found = filters.qs
        return None, list(found.order_by("pk").values_list("pk", flat=True))


def _models(asked) -> dict[int, int]:
    """Return the new model of each old one that the form names."""
    found = {}
    for name, value in asked.items():
        old, new = number_in(name.removeprefix("model-")), number_in(value)
        if name.startswith("model-") and old is not None and new is not None:
            found[old] = new
    return found


def _kept(roll, ids) -> tuple[str, str]:
    """Return what the page's form carries on: the roll, or the very devices that are shown."""
    return ("rul", str(roll.pk)) if roll else ("udstyr", ",".join(map(str, ids[:MOST])))


def _tell(request, drafts) -> None:
    many = "kladde" if len(drafts) == 1 else "kladder"
    numbers = f"{drafts[0]}" if len(drafts) == 1 else f"{drafts[0]} til {drafts[-1]}"
    messages.success(
        request, f"{len(drafts)} {many} er lavet ({numbers}). Se dem igennem, og afgiv dem."
    )
