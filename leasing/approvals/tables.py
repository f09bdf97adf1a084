"""The list of exceptions: its table and its filters."""

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from albertslund_it.web.clock import today
from albertslund_it.web.lists.columns import AmountColumn, Column, DateColumn, MarkColumn
from albertslund_it.web.lists.filters import FilterSet
from albertslund_it.web.lists.tables import QuerySetRows, Table
from inventory.models import Department
from inventory.organisation.selectors.organisation import departments_open_to
from leasing.approvals.presenters import MARKS, STATES
from leasing.approvals.selectors.approvals import (
    ApprovalState,
    approval_rows,
    approvals_in_state,
)
from leasing.models import Approval


class ApprovalRows(QuerySetRows):
    """Exceptions with their state and cost worked out, for as many as are shown."""

    def __getitem__(self, key):
        return approval_rows(list(self.data[key]), today())

    def __iter__(self):
        return iter(approval_rows(list(self.data), today()))


class ApprovalTable(Table):
    """Exceptions from one PC per employee."""

    caption = "Dispensationer"
    empty_title = "Der er ingen dispensationer"
    empty_help = "De kommer, når nogen skal have mere end én pc."

    person = Column(
        "Medarbejder",
        of=lambda row: str(row.approval.employee),
        link=lambda row: reverse("approval-detail", args=[row.approval.pk]),
        sort_by="employee__name",
        card="title",
    )
    asked_at = DateColumn(
        "Bedt om",
        of=lambda row: timezone.localtime(row.approval.asked_at).date(),
        link=lambda row: reverse("approval-detail", args=[row.approval.pk]),
        card="line",
    )
    unit = Column(
        "Enhed", of="approval.employee.unit.name", sort_by="employee__unit__name", card="line"
    )
    department = Column(
        "Afdeling",
        of=lambda row: str(row.approval.employee.unit.department or ""),
        sort_by="employee__unit__department__name",
    )
    model = Column(
        "Model",
        of=lambda row: row.approval.line.model.name if row.approval.line else "",
        sort_by="line__model__name",
        card="line",
    )
    quarter_ore = AmountColumn("Pr. kvartal (kr.)", orderable=False, card="answer")
    last_day = DateColumn("Til og med", of="approval.last_day", sort_by="ends_before")
    state = MarkColumn("Status", of=lambda row: MARKS[row.state], orderable=False, card="line")
    answer = Column(
        "Svar",
        of=lambda row: "Svar" if row.state == ApprovalState.WAITING else "",
        link=lambda row: reverse("approval-detail", args=[row.approval.pk]),
        orderable=False,
        exclude_from_export=True,
        card="note",
    )


class ApprovalFilter(FilterSet):
    """What the list of exceptions can be narrowed to, within the user's scope."""

    status = django_filters.ChoiceFilter(
        label="Status", choices=STATES, method="in_a_state", empty_label="Alle"
    )
    afdeling = django_filters.ModelChoiceFilter(
        label="Afdeling",
        queryset=lambda request: departments_open_to(request.user, today()),
        method="in_department",
        empty_label="Alle",
    )

    class Meta:
        model = Approval
        fields: list[str] = []

    def in_a_state(self, approvals: QuerySet[Approval], name, state):
        return approvals_in_state(approvals, ApprovalState(state), today())

    def in_department(self, approvals: QuerySet[Approval], name, department: Department):
        return approvals.filter(employee__unit__department=department)
