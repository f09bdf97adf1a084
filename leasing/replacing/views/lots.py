"""The plan for leases that end together."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import redirect, render
from django.urls import reverse

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import HANDLE_ORDERS, MANAGE_ROLLOUT
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.clock import today
from albertslund_it.web.forms.agreement import agreed_by, status_of
from leasing.replacing.forms import LotForm, first_days
from leasing.replacing.presenters import (
    ASIDE_OF_LOT,
    aside_in_words,
    bridging_in_words,
    difference_in_words,
    priced_by,
    rows_of_lot,
)
from leasing.replacing.selectors.lots import lot_plan, lot_quarters
from leasing.replacing.services.lots import lay_out_lot


@permission_required(MANAGE_ROLLOUT, raise_exception=True)
def lot_plan_page(request):
    """Show in which weeks a lot could be swapped and what that costs; make the roll when asked."""
    asked = request.POST if request.method == "POST" else request.GET
    quarters = lot_quarters()
    is_asked = "antal" in asked
    form = LotForm(
        asked if is_asked else None,
        initial=_initial(quarters, asked),
        quarters=quarters,
    )
    context, status = {"form": form, "quarters": quarters}, 200
    if is_asked and form.is_valid():
        question = form.question()
        if request.method == "POST":
            roll, status = _laid_out(request, form, question)
            if roll:
                return redirect(f"{reverse('rollout')}?rul={roll.pk}")
        context |= _shown(question)
        context["may_order"] = request.user.has_perm(HANDLE_ORDERS)
    elif is_asked:
        status = 422
    return render(request, "leasing/replacing/lot.html", context, status=status)


def _initial(quarters: list[tuple[Quarter, int]], asked) -> dict:
    """Begin with the quarter that the address names, else the next in which leases end."""
    known = [quarter for quarter, _ in quarters]
    named = [one for one in known if str(one) == asked.get("kvartal")]
    coming = [one for one in known if one >= Quarter.of(today())]
    chosen = (named or coming or known or [Quarter.of(today())])[0]
    return {**first_days(chosen, today()), "underaftale": asked.get("underaftale")}


def _laid_out(request, form: LotForm, question):
    """Make the roll; return it, or None with the status of the page that says why not."""
    agree = agreed_by(request.POST, lambda: rows_of_lot(lot_plan(question, today())))
    try:
        roll = lay_out_lot(asked=question, today=today(), actor=request.user, agree=agree)
    except Refused as refused:
        return None, status_of(form, refused)
    messages.success(request, f"{roll} er planlagt: {roll.name}. Bestil nu det, der skal erstatte.")
    return roll, 200


def _shown(question) -> dict:
    found = lot_plan(question, today())
    return {
        "found": found,
        "rows": rows_of_lot(found),
        "aside": aside_in_words(found.aside, ASIDE_OF_LOT),
        "difference": difference_in_words(found),
        "paces": [(pace, bridging_in_words(pace.bridging)) for pace in found.paces],
        "bridging": bridging_in_words(found.chosen.bridging),
        "priced_by": priced_by(found.chosen.bridging),
    }
