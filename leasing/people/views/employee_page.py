from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import HANDLE_ORDERS, VIEW_EMPLOYEE
from albertslund_it.web.clock import now, today
from albertslund_it.web.query import number_in
from inventory.history.presenters import history_shown
from inventory.history.views import shown_history
from inventory.models import Device, Employee
from inventory.organisation.selectors.scope import employees_seen_by
from inventory.people.services.people import add_coming, employee_state, save_employee
from leasing.devices.selectors.device_page import ReaderScope
from leasing.lease_end.presenters import what_happens
from leasing.people.forms import AskBackForm, ComingEmployeeForm, EmployeeForm
from leasing.people.selectors.employee_page import employee_page, history_of_employee
from leasing.people.services.coming import join_coming
from leasing.people.services.returns import ask_back
from leasing.people.views.permissions import editor_required, may_edit


def _employee(request, pk) -> Employee:
    seen = employees_seen_by(request.user, today()).select_related("unit__department")
    return get_object_or_404(seen.prefetch_related("also_employed_at"), pk=pk)


@permission_required(VIEW_EMPLOYEE, raise_exception=True)
def employee_detail(request, pk):
    """Show everything about one employee; out of scope it does not exist."""
    employee, on = _employee(request, pk), today()
    reader = ReaderScope(request.user, on)
    page = employee_page(employee, reader, on)
    context = {
        "employee": employee,
        "page": page,
        "has": [(held, what_happens(held.end, on) if held.end else None) for held in page.has],
        "today": on,
        "may_edit": may_edit(request.user),
        "may_handle": request.user.has_perm(HANDLE_ORDERS),
        "history": history_shown(
            history_of_employee(employee, with_people=True, shown=shown_history(request))
        )
        if reader.all
        else None,
    }
    return render(request, "leasing/people/detail.html", context)


@editor_required
def employee_edit(request, pk):
    """Change what is known of an employee; a coming one gets initials here."""
    employee = _employee(request, pk)
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
            return redirect("employee-detail", pk)
    context = {"employee": employee, "form": form}
    return _form(request, "leasing/people/edit.html", context)


@editor_required
def coming_new(request):
    """Add somebody who is to begin and has no initials yet."""
    form = ComingEmployeeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        employee = add_coming(actor=request.user, **form.cleaned_data)
        messages.success(request, f"{employee.name} er oprettet som kommende medarbejder.")
        return redirect("employee-detail", employee.pk)
    return _form(request, "leasing/people/coming.html", {"form": form})


@editor_required
@require_POST
def employee_join(request, pk):
    """Join a coming employee to the real one."""
    _employee(request, pk)
    real_id = number_in(request.POST.get("real", "")) or 0
    try:
        joined = join_coming(coming_id=pk, real_id=real_id, actor=request.user, today=today())
    except Refused as refused:
        messages.error(request, " ".join(refused.reasons))
        return redirect("employee-detail", pk)
    real = joined.employee
    messages.success(request, f"De to er samlet: alt, der var knyttet til {real.name}, står her.")
    if joined.breaks_rule:
        messages.warning(
            request,
            f"{real.name} har nu mere end én pc. Det står i datakvalitet, indtil den ene er "
            "taget tilbage, eller lederen giver dispensation.",
        )
    return redirect("employee-detail", real.pk)


@permission_required(HANDLE_ORDERS, raise_exception=True)
def employee_ask_back(request, pk, device_pk):
    """Ask an employee to hand a device in by a day, with a mail."""
    employee = _employee(request, pk)
    device = get_object_or_404(Device.objects.select_related("model"), pk=device_pk)
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
