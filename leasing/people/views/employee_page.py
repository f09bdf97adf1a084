from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import HANDLE_ORDERS, VIEW_EMPLOYEE
from albertslund_it.web.clock import now, today
from albertslund_it.web.query import page_before
from inventory.history.presenters import history_shown
from inventory.history.views import shown_history
from inventory.models import Device, Employee
from inventory.organisation.selectors.scope import employees_seen_by
from inventory.people.services.people import add_coming, employee_state, save_employee
from leasing.devices.selectors.device_page import ReaderScope
from leasing.lease_end.presenters import what_happens
from leasing.notes.views import notes_shown
from leasing.people.forms.employee import AskBackForm, ComingEmployeeForm, EmployeeForm
from leasing.people.presenters.employees import actions_on, likeness
from leasing.people.presenters.onboarding import order_url, steps_of, when
from leasing.people.selectors.employee_page import (
    employee_page,
    history_of_employee,
    merged_into,
)
from leasing.people.selectors.onboarding import beginning_of, begins
from leasing.people.services.returns import ask_back, why_not_handed_in
from leasing.people.views.permissions import editor_required, may_edit


def find_employee(request, pk) -> Employee:
    """Return an employee that the user sees; out of scope it does not exist."""
    seen = employees_seen_by(request.user, today()).select_related("unit__department")
    return get_object_or_404(seen.prefetch_related("also_employed_at"), pk=pk)


@permission_required(VIEW_EMPLOYEE, raise_exception=True)
def employee_detail(request, pk):
    """Show everything about one employee; out of scope it does not exist."""
    on = today()
    try:
        employee = find_employee(request, pk)
    except Http404:
        # One that was merged is found under the one who stays, by who sees that one.
        kept = merged_into(pk, employees_seen_by(request.user, on))
        if kept is None:
            raise
        return redirect("employee-detail", kept)
    reader = ReaderScope(request.user, on)
    may_handle = request.user.has_perm(HANDLE_ORDERS)
    page = employee_page(employee, reader, on)
    context = {
        "employee": employee,
        "page": page,
        "has": [(held, what_happens(held.end, on) if held.end else None) for held in page.has],
        "today": on,
        "may_edit": may_edit(request.user),
        "may_take": reader.all,
        "doubles": [(one, likeness(one)) for one in page.doubles],
        "may_handle": may_handle,
        "actions": list(actions_on(page, employee, on)) if may_handle else [],
        "first_day": _first_day(employee, on) if may_handle else None,
        "notes": notes_shown(request.user, "employee", employee, "employee-notes"),
        "history": history_shown(
            history_of_employee(employee, with_people=True, shown=shown_history(request))
        )
        if reader.all
        else None,
    }
    return render(request, "leasing/people/detail.html", context)


def _first_day(employee: Employee, on: date) -> dict[str, object] | None:
    """Return what is to be there on the first day, of whoever begins."""
    if not begins(employee, on):
        return None
    [one] = beginning_of([employee], on)
    return None if one.is_done else {"when": when(one), "steps": list(steps_of(one))}


@editor_required
def employee_edit(request, pk):
    """Change what is known of an employee; a coming one gets initials here."""
    employee = find_employee(request, pk)
    initial = {
        "unit": employee.unit_id,
        "also_employed_at": [unit.pk for unit in employee.also_employed_at.all()],
        "starts_on": employee.starts_on,
        "left_on": employee.left_on,
        "seen": employee_state(employee),
    }
    form = EmployeeForm(request.POST or None, employee=employee, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            save_employee(employee_id=pk, actor=request.user, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, list(refused.reasons))
        else:
            messages.success(request, f"{employee.name} er gemt.")
            return redirect(page_before(request, reverse("employee-detail", args=[pk])))
    context = {"employee": employee, "form": form}
    return _form(request, "leasing/people/edit.html", context)


@editor_required
def coming_new(request):
    """Add somebody who is to begin and has no initials yet."""
    asked = {"name": "navn", "unit": "enhed", "starts_on": "fra"}
    filled = {field: request.GET.get(name, "")[:100] for field, name in asked.items()}
    form = ComingEmployeeForm(request.POST or None, initial=filled)
    if request.method == "POST" and form.is_valid():
        employee = add_coming(actor=request.user, **form.cleaned_data)
        messages.success(request, f"{employee.name} er oprettet som kommende medarbejder.")
        if request.POST.get("derefter") == "bestil":
            [one] = beginning_of([employee], today())
            return redirect(order_url(one))
        return redirect("employee-detail", employee.pk)
    return _form(request, "leasing/people/coming.html", {"form": form})


@permission_required(HANDLE_ORDERS, raise_exception=True)
def employee_ask_back(request, pk, device_pk):
    """Ask an employee to hand a device in by a day, with a mail."""
    employee = find_employee(request, pk)
    device = get_object_or_404(Device.objects.select_related("model"), pk=device_pk)
    if request.method != "POST" and (loss := device.losses.open().first()):
        messages.warning(request, why_not_handed_in(device, employee, loss))
        return redirect("employee-detail", pk)
    form = AskBackForm(request.POST or None, today=today())
    if request.method == "POST" and form.is_valid():
        try:
            mailed = ask_back(
                device=device,
                employee=employee,
                actor=request.user,
                today=today(),
                now=now(),
                **form.cleaned_data,
            )
        except Refused as refused:
            form.add_error(None, list(refused.reasons))
        else:
            due = form.cleaned_data["due_on"]
            told = " Der er sendt en mail." if mailed else ""
            messages.success(
                request, f"{employee.name} skal aflevere {device} senest {due:%d-%m-%Y}.{told}"
            )
            return redirect("employee-detail", pk)
    context = {"employee": employee, "device": device, "form": form}
    return _form(request, "leasing/people/ask_back.html", context)


def _form(request, template: str, context: dict):
    status = 422 if request.method == "POST" else 200
    return render(request, template, context, status=status)
