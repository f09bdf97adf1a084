"""The page on which somebody leaves."""

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import HANDLE_ORDERS
from albertslund_it.web.clock import now, today
from albertslund_it.web.forms.agreement import agreed_by, status_of
from inventory.acts.presenters import tag_of
from inventory.models import Employee
from leasing.billing.selectors.consequences import Consequence
from leasing.billing.selectors.quarter_costs import quarter_costs
from leasing.people.forms.offboarding import OffboardingForm
from leasing.people.presenters.offboarding import rows_of_partings, what_becomes
from leasing.people.selectors.offboarding import (
    ONE_DAY,
    WayOut,
    cost_of_partings,
    held_by,
    leaders_of,
    lost_with,
    open_lines_for,
)
from leasing.people.services.offboarding import Offboarded, offboard
from leasing.people.views.employee_page import find_employee

PREVIEW = "virkning"  # the id of what is swapped in as one types


@dataclass(frozen=True)
class Preview:
    """What saving would do, as far as it is said: each device in words, and the money."""

    told: list[tuple[str, str]]
    becomes: list[tuple[object, str]]
    consequence: Consequence | None
    is_later: bool
    known_day: date | None


def preview_of(form: OffboardingForm, on: date) -> Preview:
    """Work out what a form, whole or half filled in, would do."""
    partings = form.partings()
    states = {state.device.pk: state for state in form.held}
    consequence = cost_of_partings(form.held, partings, on)
    known_day = _known_day(form)
    return Preview(
        list(rows_of_partings(form.held, partings, consequence, on, known_day)),
        [(one.device, what_becomes(one, states[one.device.pk], on)) for one in partings],
        consequence,
        any(one.fate is WayOut.RETURN and one.on > on for one in partings),
        known_day,
    )


def _known_day(form: OffboardingForm) -> date | None:
    """Return the last day that is known already, if it is another than the form's."""
    left_on = form.employee.left_on
    known = left_on - ONE_DAY if left_on else None
    return known if known != form.cleaned_data.get("last_day") else None


@permission_required(HANDLE_ORDERS, raise_exception=True)
def employee_offboard(request, pk):
    """Let somebody leave, with all that they have."""
    employee, on = find_employee(request, pk), today()
    held = held_by(employee, on)
    form = OffboardingForm(
        request.POST or _first(employee, held, on), employee=employee, held=held, today=on
    )
    is_valid = form.is_valid()
    if request.method != "POST":
        form.errors.clear()
        return _page(request, employee, form)
    if request.htmx and request.htmx.target == PREVIEW:
        context = {"preview": preview_of(form, on), "form": form}
        return render(request, "leasing/people/offboarding_preview.html", context)
    if request.POST.get("trin") == "vis" or not is_valid:
        return _page(request, employee, form, 200 if is_valid else 422)
    try:
        done = offboard(
            employee=employee,
            last_day=form.cleaned_data["last_day"],
            partings=form.partings(),
            tells_leader=form.cleaned_data["tells_leader"],
            actor=request.user,
            today=on,
            now=now(),
            agree=agreed_by(request.POST, lambda: _told_now(form, on)),
        )
    except Refused as refused:
        return _page(request, employee, form, status_of(form, refused))
    _tell(request, employee, form.cleaned_data["last_day"], done)
    return redirect("employee-detail", pk)


def _told_now(form: OffboardingForm, on: date) -> list[tuple[str, str]]:
    """Return what is shown as it is by now: under the locks of the save."""
    form.employee.refresh_from_db(fields=["left_on"])
    held, partings = held_by(form.employee, on), form.partings()
    known = {state.device.pk for state in held}
    there = [one for one in partings if one.device.pk in known]
    cost = cost_of_partings(held, there, on)
    return list(rows_of_partings(held, there, cost, on, _known_day(form)))


def _first(employee: Employee, held, on: date) -> dict[str, str]:
    """Return what the form says at first: all is handed in on the last day."""
    given = {"tells_leader": "on"}
    last = employee.left_on - ONE_DAY if employee.left_on else None
    if last:
        given["last_day"] = f"{last:%d-%m-%Y}"
    for state in held:
        given[f"fate-{state.device.pk}"] = WayOut.RETURN.value
    return given


def _tell(request, employee: Employee, last_day: date, done: Offboarded) -> None:
    if done.act is None and done.leader_mail:
        messages.success(request, f"Lederen har fået en mail om, at {employee.name} fratræder.")
        return
    if done.act is None:
        messages.success(request, f"{employee.name} er fratrådt i forvejen: intet ændret.")
        return
    told = [f"{employee.name} har sidste dag den {last_day:%d-%m-%Y}."]
    if done.leader_mail:
        told.append("Lederen har fået en mail.")
    if done.own_mail:
        told.append(f"{employee.name} har fået en mail om det, der skal afleveres.")
    messages.success(request, " ".join(told), extra_tags=tag_of(done.act))


def _page(request, employee: Employee, form: OffboardingForm, status: int = 200):
    on = today()
    costs = quarter_costs([state.device.pk for state in form.held], on)
    context = {
        "employee": employee,
        "form": form,
        "rows": [(state, fields, costs.get(state.device.pk)) for state, fields in form.rows],
        "preview": preview_of(form, on),
        "leaders": leaders_of(employee.unit, on),
        "lines": open_lines_for(employee),
        "lost": lost_with(employee, on),
    }
    response = render(request, "leasing/people/offboarding.html", context, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response
