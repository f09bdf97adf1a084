from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import CLOSE_QUARTER, VIEW_BILLINGRUN
from albertslund_it.common.quarters import span_label
from albertslund_it.web.clock import now, today
from albertslund_it.web.people import actor_name
from albertslund_it.web.refusals import tell_refusal
from inventory.models import Department, Unit
from leasing.confirmation.forms import RoundForm
from leasing.confirmation.presenters import meters_of
from leasing.confirmation.selectors.asked import people_to_ask
from leasing.confirmation.selectors.first import first_rebilling
from leasing.confirmation.selectors.items import items_of, latest_round, quarters_asked
from leasing.confirmation.services import ask_missing, extend_round, remind, start_round

START, EXTEND, REMIND, MISSING = "start", "extend", "remind", "missing"
ASKS_DAY = {START, EXTEND}
PER_PAGE = 50


@permission_required(VIEW_BILLINGRUN, raise_exception=True)
def first_page(request):
    """Show how ready everything is for the rebilling; ask the leaders, remind, give more time."""
    asks_day = request.method == "POST" and request.POST.get("action", START) in ASKS_DAY
    form = RoundForm(request.POST if asks_day else None)
    status = 200
    if request.method == "POST":
        if not request.user.has_perm(CLOSE_QUARTER):
            raise PermissionDenied
        if _acted(request, form):
            return redirect("first-rebilling")
        status = 422
    found = first_rebilling(today())
    overdue = [q.quarter for q in found.standing.overdue]
    context: dict[str, object] = {
        "form": form,
        "found": found,
        "meters": meters_of(found),
        "overdue": overdue,
        "overdue_label": span_label(overdue) if overdue else "",
        "span": span_label(found.quarters).lower(),
    }
    return render(request, "leasing/confirmation/first.html", context, status=status)


def _acted(request, form: RoundForm) -> bool:
    """Do what the button says; what is refused stands at the form, or above the page."""
    action = request.POST.get("action", START)
    if action in ASKS_DAY and not form.is_valid():
        return False
    try:
        messages.success(request, _act(request, action, form))
    except Refused as refused:
        if action in ASKS_DAY:
            form.add_error(None, refused.reasons)
            return False
        tell_refusal(request, refused)
    return True


def _act(request, action: str, form: RoundForm) -> str:
    day, moment = today(), now()
    if action not in {REMIND, MISSING, *ASKS_DAY}:
        raise Refused("Tryk på en af knapperne på siden. Der er ikke gjort noget.")
    if action == REMIND:
        return _written(remind(today=day, now=moment), "Alle, der kan rykkes i dag, er rykket.")
    if action == MISSING:
        return _written(ask_missing(today=day, now=moment), "Alle, der kan spørges, er spurgt.")
    due_on = form.cleaned_data["due_on"]
    if action == EXTEND:
        asked = extend_round(due_on=due_on, today=day)
        return f"Fristen er nu den {asked.due_on:%d-%m-%Y}."
    asked = start_round(due_on=due_on, actor_name=actor_name(request), today=day, now=moment)
    return f"Lederne er spurgt. Fristen er den {asked.due_on:%d-%m-%Y}."


def _written(count: int, otherwise: str) -> str:
    return f"{count} mail{'s' if count > 1 else ''} er skrevet." if count else otherwise


@permission_required(VIEW_BILLINGRUN, raise_exception=True)
def department_answers(request, pk):
    """Show a department's list with what its leaders have answered; never a person."""
    department = get_object_or_404(Department, pk=pk)
    items = items_of(Unit.objects.filter(department=department), today())
    quarters = quarters_asked(today())
    asked = latest_round()
    context = {
        "department": department,
        "round": asked,
        "quarters": quarters,
        "span": span_label(quarters).lower(),
        "page": Paginator(items, PER_PAGE).get_page(request.GET.get("side")),
        "amount_ore": sum(item.amount_ore for item in items),
        "people": people_to_ask(today(), asked, items),
    }
    return render(request, "leasing/confirmation/department.html", context)
