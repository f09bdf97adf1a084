from django.shortcuts import get_object_or_404

from albertslund_it.common.permissions import VIEW_DEVICE, VIEW_EMPLOYEE
from albertslund_it.web.clock import today
from albertslund_it.web.lists.pages import ListPage
from inventory.history.presenters import history_shown
from inventory.history.selectors import Rows, history_of
from inventory.history.views import shown_history
from inventory.models import Department, Unit
from inventory.organisation.selectors.before import states_before
from inventory.organisation.selectors.organisation import (
    department_rows,
    departments_open_to,
    people_without_pc,
    placements_at,
    unit_rows,
)
from inventory.organisation.selectors.scope import departments_seen_by, sees_all, units_seen_by
from inventory.organisation.tables import DepartmentTable, UnitDeviceTable, UnitTable

# Without people there is no »Fra« either: a placement is taken in whole, and would lose its person.
WITH_PEOPLE = ("person", "initials", "used_for", "placed_from")


class DepartmentList(ListPage):
    """The departments that the user sees all or some units of."""

    permission_required = VIEW_DEVICE
    table_class = DepartmentTable
    template_name = "inventory/organisation/department_list.html"
    title = "Afdelinger"
    file_name = "afdelinger"

    def rows(self):
        return department_rows(self.request.user, today())

    def table_options(self):
        return {"sees_all": sees_all(self.request.user)}


class DepartmentDetail(ListPage):
    """A department with its units; out of scope it does not exist."""

    permission_required = VIEW_DEVICE
    table_class = UnitTable
    template_name = "inventory/organisation/department_detail.html"
    file_name = "enheder"

    def get(self, request, pk):
        self.department = get_object_or_404(departments_open_to(request.user, today()), pk=pk)
        self.title = self.department.name
        return super().get(request)

    def rows(self):
        units = units_seen_by(self.request.user, today()).filter(department=self.department)
        return unit_rows(units, today())

    def extra_context(self):
        whole = departments_seen_by(self.request.user, today())
        is_whole = whole.filter(pk=self.department.pk).exists()
        return {
            "department": self.department,
            "sees_all_of_it": is_whole,
            "history": history_shown(
                history_of(
                    Rows(Department, [self.department.pk]),
                    with_people=False,
                    shown=shown_history(self.request),
                )
            ),
        }


class UnitDetail(ListPage):
    """A unit with what it has; out of scope it does not exist."""

    permission_required = VIEW_DEVICE
    table_class = UnitDeviceTable
    template_name = "inventory/organisation/unit_detail.html"
    file_name = "enhedens-udstyr"

    def get(self, request, pk):
        units = units_seen_by(request.user, today()).select_related("department", "successor")
        self.unit = get_object_or_404(units, pk=pk)
        self.title = self.unit.name
        self.sees_people = request.user.has_perm(VIEW_EMPLOYEE)
        return super().get(request)

    def rows(self):
        return placements_at(self.unit, today())

    def table_options(self):
        return {} if self.sees_people else {"exclude": WITH_PEOPLE}

    def extra_context(self):
        people = people_without_pc(self.unit, today()) if self.sees_people else []
        return {
            "unit": self.unit,
            "before": states_before(self.unit),
            "sees_people": self.sees_people,
            "people_without_pc": people,
            "history": history_shown(
                history_of(
                    Rows(Unit, [self.unit.pk]),
                    with_people=self.sees_people,
                    shown=shown_history(self.request),
                    departments=departments_open_to(self.request.user, today()),
                )
            ),
        }
