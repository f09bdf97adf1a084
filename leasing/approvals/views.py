from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import (
    HANDLE_ORDERS,
    OBJECT_TO_DEVICE,
    VIEW_EMPLOYEE,
    VIEW_ORDER,
)
from albertslund_it.web.clock import now, today
from albertslund_it.web.lists.pages import ListPage
from albertslund_it.web.query import number_in, page_before
from inventory.models import Employee
from leasing.approvals.forms import AnswerForm, ApprovalForm
from leasing.approvals.presenters import MARKS
from leasing.approvals.selectors.approvals import (
    ONE_DAY,
    approval_page,
    approvals_seen_by,
    mails_to_heads_of,
    possessions_of,
    waiting_first,
)
from leasing.approvals.selectors.scope import sees_who_asked
from leasing.approvals.services.approvals import ask_approval, decide_approval
from leasing.approvals.tables import ApprovalFilter, ApprovalRows, ApprovalTable
from leasing.models import Decision

LINKED = (
    "employee__unit__department",
    "line__order",
    "line__model",
    "line__replaces",
    "asked_by",
    "decided_by",
)


class ApprovalList(ListPage):
    """Every exception that the user may see."""

    permission_required = VIEW_ORDER
    template_name = "leasing/approvals/list.html"
    table_class = ApprovalTable
    filter_class = ApprovalFilter
    title = "Dispensationer"
    file_name = "dispensationer"

    def rows(self):
        seen = approvals_seen_by(self.request.user, today()).select_related(*LINKED)
        return waiting_first(seen)

    def table_data(self, filtered):
        return ApprovalRows(filtered)

    def table_options(self):
        shown_to = {"person": VIEW_EMPLOYEE, "answer": OBJECT_TO_DEVICE}
        user = self.request.user
        return {"exclude": [name for name, right in shown_to.items() if not user.has_perm(right)]}


@permission_required(VIEW_ORDER, raise_exception=True)
def approval_detail(request, pk):
    """Show an exception to those who may see it; take a head's answer."""
    day, user = today(), request.user
    seen = approvals_seen_by(user, day).select_related(*LINKED)
    approval = get_object_or_404(seen, pk=pk)
    decision = request.POST.get("decision", "")
    form, status = AnswerForm(request.POST or None, refuses=decision == Decision.REFUSED), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                decided = decide_approval(
                    approval_id=pk,
                    decision=decision,
                    reason=form.cleaned_data["reason"],
                    actor=user,
                    today=day,
                    now=now(),
                )
            except Refused as refused:
                for reason in refused.reasons:
                    form.add_error(None, reason)
                approval = get_object_or_404(seen, pk=pk)
            else:
                word = "godkendt" if decided.decision == Decision.GRANTED else "afvist"
                messages.success(request, f"Dispensationen er {word}.")
                return redirect("approval-detail", pk)
    page = approval_page(approval, user, day)
    context = {
        "page": page,
        "mark": MARKS[page.state],
        "approval": approval,
        "form": form,
        "sees_people": user.has_perm(VIEW_EMPLOYEE),
        "sees_who_asked": approval.line and sees_who_asked(user, approval.line.order, day),
    }
    return render(request, "leasing/approvals/detail.html", context, status=status)


@permission_required(VIEW_ORDER, raise_exception=True)
def approval_new(request):
    """Ask the head for an exception where there is no order; ?medarbejder= names the person."""
    if not request.user.has_perm(HANDLE_ORDERS):
        raise PermissionDenied
    day, employee = today(), None
    if named := request.GET.get("medarbejder", ""):
        people = Employee.objects.select_related("unit__department")
        employee = people.filter(pk=number_in(named) or 0).first()
        if employee is None:
            raise Http404
    form, status = ApprovalForm(request.POST or None, employee=employee), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                approval = ask_approval(
                    employee=form.cleaned_data["employee"],
                    reason=form.cleaned_data["reason"],
                    ends_before=form.cleaned_data["last_day"] + ONE_DAY,
                    actor=request.user,
                    now=now(),
                )
            except Refused as refused:
                for reason in refused.reasons:
                    form.add_error(None, reason)
            else:
                messages.success(request, "Lederen er spurgt.")
                own = reverse("approval-detail", args=[approval.pk])
                return redirect(page_before(request, own))
    context: dict[str, object] = {"form": form, "employee": employee}
    if employee:
        context["possessions"] = possessions_of(employee, day)
        context["mails"] = mails_to_heads_of(employee.unit, day)
    return render(request, "leasing/approvals/new.html", context, status=status)
