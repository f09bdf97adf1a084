"""What the helpdesk does in the rollout: plan weeks, find old machines, note what came of each."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import MANAGE_ROLLOUT
from albertslund_it.web.clock import today
from albertslund_it.web.forms.agreement import agreed_by, status_of
from inventory.history.presenters import history_shown
from inventory.history.selectors import History, Rows, history_of
from inventory.history.views import shown_history
from inventory.models import Replacement, Roll, RolloutWeek
from inventory.rollout.forms import KEPT, REPLACED, FindForm, OutcomeForm, RollForm, VisitForm
from inventory.rollout.selectors import (
    Rollout,
    machines_to_find,
    next_roll_number,
    replacements_seen_by,
    rollout,
    unknown_machines,
)
from inventory.rollout.services import rolls as planning
from inventory.rollout.services.outcomes import (
    ReplacementOutcome,
    record_outcome,
    replacement_state,
)
from inventory.rollout.views.rollout import chosen_lot

SHOWN = 50  # of what is found


def _refuse(form, refused: Refused) -> None:
    for reason in refused.reasons:
        form.add_error(None, reason)


def _page(request, name, form, **context):
    status = 422 if request.method == "POST" else 200
    return render(request, name, {"form": form, **context}, status=status)


@permission_required(MANAGE_ROLLOUT, raise_exception=True)
def machine(request, machine):
    """Note what came of one old machine."""
    rows = replacements_seen_by(request.user, today()).select_related(
        "roll", "old_device__model", "unit__department", "new_device"
    )
    row = get_object_or_404(rows, pk=machine)
    form = OutcomeForm(request.POST or None, initial=_as_it_is(row))
    if request.method == "POST" and form.is_valid():
        try:
            record_outcome(
                outcome=_outcome(row, form.cleaned_data),
                is_handed_in=form.cleaned_data["is_handed_in"],
                actor=request.user,
                today=today(),
            )
        except Refused as refused:
            _refuse(form, refused)
        else:
            messages.success(request, f"{row.old_device} er gemt.")
            return redirect("rollout-machines")
    history = history_of(
        Rows(Replacement, [row.pk]), with_people=False, shown=shown_history(request)
    )
    shown = history_shown(history)
    return _page(request, "inventory/rollout/machine.html", form, row=row, history=shown)


def _as_it_is(row: Replacement) -> dict:
    return {
        "outcome": REPLACED if row.replaced_on or not row.reason else KEPT,
        "replaced_on": row.replaced_on or today(),
        "new_serial": row.new_device or "",
        "reason": row.reason,
        "seen": replacement_state(row),
    }


def _outcome(row: Replacement, given: dict) -> ReplacementOutcome:
    """Keep what belongs to the answer: a date that is left over from another says nothing."""
    is_replaced = given["outcome"] == REPLACED
    return ReplacementOutcome(
        old_serial_number=row.old_device.serial_number,
        new_serial_number=given["new_serial"] if is_replaced else "",
        replaced_on=given["replaced_on"] if is_replaced else None,
        reason=given["reason"] if given["outcome"] == KEPT else "",
        seen=given["seen"],
    )


@permission_required(MANAGE_ROLLOUT, raise_exception=True)
def find(request):
    """Show the machines that fit, and put them into a roll when asked to."""
    asked = request.POST if request.method == "POST" else request.GET
    form = FindForm(asked if asked else None)
    context = {}
    if form.is_valid():
        roll, given = form.cleaned_data["roll"], _criteria(form.cleaned_data)
        rows = partial(_rows_to_add, roll, given)
        if request.method == "POST":
            agree = agreed_by(request.POST, rows)
            try:
                count = planning.find_machines(
                    roll=roll, on=today(), actor=request.user, agree=agree, **given
                )
            except Refused as refused:
                status_of(form, refused)
            else:
                _tell_found(request, roll, count)
                return redirect("rollout")
        found = machines_to_find(on=today(), **given)
        context = {
            "roll": roll,
            "count": found.count(),
            "found": found[:SHOWN],
            "rows": rows(),
            "unknown": unknown_machines(department=given["department"], on=today()),
        }
    status = 422 if form.errors else 200
    return render(request, "inventory/rollout/find.html", {"form": form, **context}, status=status)


def _rows_to_add(roll: Roll, given: dict) -> list[tuple[str, str]]:
    """Return which machines would be added, for whoever agrees to it."""
    found = machines_to_find(on=today(), **given).values_list("serial_number", flat=True)
    return [(serial, f"føjes til {str(roll).lower()}") for serial in found]


def _criteria(given: dict) -> dict:
    return {
        "department": given["department"],
        "max_ram_gb": given["ram"],
        "without_windows_11": given["old_windows"],
    }


def _tell_found(request, roll, count: int) -> None:
    if count:
        ending = "" if count == 1 else "r"
        messages.success(request, f"{count} maskine{ending} er føjet til {str(roll).lower()}.")
    else:
        messages.info(request, "De er i et rul allerede, så intet er ændret.")


@permission_required(MANAGE_ROLLOUT, raise_exception=True)
def plan(request):
    """Show the plan, and put a department into a week."""
    lot = chosen_lot(request)
    form = VisitForm(request.POST or None, initial={"year": today().year}, lot=lot)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            visit = planning.plan_visit(**given, actor=request.user)
        except Refused as refused:
            _refuse(form, refused)
        else:
            messages.success(request, f"{visit.department} er planlagt i {visit}.")
            return redirect(_plan_of(visit.roll))
    shown = rollout(request.user, on=today(), today=today(), lot=lot)
    history = _history_of_plan(shown, shown_history(request))
    return _page(
        request,
        "inventory/rollout/plan.html",
        form,
        shown=shown,
        lot=lot,
        history=history_shown(history),
    )


def _plan_of(roll: Roll | None) -> str:
    query = f"?rul={roll.pk}" if roll and roll.lot else ""
    return reverse("rollout-plan") + query


def _history_of_plan(shown: Rollout, count: int | None) -> History:
    return history_of(
        Rows(Roll, [row.roll.pk for row in shown.rolls], is_named=True),
        # Weeks that were taken out again are told of, too.
        Rows(RolloutWeek, _visits(shown), deleted="uge ", is_named=True),
        with_people=False,
        shown=count,
    )


def _visits(shown: Rollout) -> list[int]:
    by_week = (visits for row in shown.planned for visits in row.visits.values())
    return [visit.pk for visits in by_week for visit in visits]


@require_POST
@permission_required(MANAGE_ROLLOUT, raise_exception=True)
def cancel_visit(request, visit):
    """Take a week out of the plan."""
    gone = planning.cancel_visit(visit_id=visit)
    if gone:
        messages.success(request, f"{gone.department} er taget ud af {gone}.")
    else:
        messages.info(request, "Ugen var taget ud af planen allerede.")
    return redirect(_plan_of(gone.roll if gone else None))


@permission_required(MANAGE_ROLLOUT, raise_exception=True)
def new_roll(request):
    """Make a roll."""
    form = RollForm(request.POST or None, initial={"number": next_roll_number()})
    if request.method == "POST" and form.is_valid():
        try:
            roll = planning.create_roll(**form.cleaned_data, actor=request.user)
        except Refused as refused:
            _refuse(form, refused)
        else:
            messages.success(request, f"{roll} er oprettet. Find de maskiner, det skal udskifte.")
            return redirect("rollout-find")
    return _page(request, "inventory/rollout/roll.html", form)
