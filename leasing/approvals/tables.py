"""The list of exceptions: its table and its filters."""

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from albertslund_it.web.clock import today
from albertslund_it.web.columns import AmountColumn, Column, DateColumn, MarkColumn
from albertslund_it.web.filters import FilterSet
from albertslund_it.web.tables import QuerySetRows, Table
from inventory.models import Department
from inventory.organisation.selectors.organisation import departments_open_to
from leasing.approvals.selectors.approvals import STATES, cost_of_exceptions, in_state, state_of
from leasing.models import Approval


class ApprovalRows(QuerySetRows):
    """Exceptions with their state and cost worked out, for as many as are shown."""

    def __getitem__(self, key):
        return _dressed(list(self.data[key]))

    def __iter__(self):
        return iter(_dressed(list(self.data)))


def _dressed(approvals: list[Approval]) -> list[Approval]:
    costs = cost_of_exceptions(approvals, today())
    for approval in approvals:
        approval.state = state_of(approval, today())
        cost = costs.get(approval.pk)
        known = cost and not cost.is_range
        approval.quarter_ore = cost.quarter_ore if known else None
    return approvals


class ApprovalTable(Table):
    """Exceptions from one pc per employee."""

    caption = "Dispensationer"
    empty_title = "Der er ingen dispensationer"
    empty_help = "De kommer, når nogen skal have mere end én pc."

    asked_at = DateColumn(
        "Bedt om",
        of=lambda approval: timezone.localtime(approval.asked_at).date(),
        link=lambda approval: reverse("approval-detail", args=[approval.pk]),
    )
    person = Column(
        "Medarbejder", of=lambda approval: str(approval.employee), sort_by="employee__name"
    )
    unit = Column("Enhed", of="employee.unit.name", sort_by="employee__unit__name")
    department = Column(
        "Afdeling",
        of=lambda approval: str(approval.employee.unit.department or ""),
        sort_by="employee__unit__department__name",
    )
    model = Column(
        "Model",
        of=lambda approval: approval.line.model.name if approval.line else "",
        sort_by="line__model__name",
    )
    quarter_ore = AmountColumn("Pr. kvartal (kr.)", orderable=False)
    last_day = DateColumn(
        "Til og med", of=lambda approval: approval.last_day, sort_by="ends_before"
    )
    state = MarkColumn("Status", orderable=False)


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
        return in_state(approvals, state, today())

    def in_department(self, approvals: QuerySet[Approval], name, department: Department):
        return approvals.filter(employee__unit__department=department)
