from albertslund_it.common.permissions import HANDLE_ORDERS, VIEW_EMPLOYEE
from albertslund_it.web.clock import today
from albertslund_it.web.lists.columns import ActsColumn
from albertslund_it.web.lists.pages import ListPage
from inventory.organisation.selectors.scope import employees_seen_by
from leasing.people.presenters.employees import acts_on_row
from leasing.people.tables import EmployeeFilter, EmployeeRows, EmployeeTable
from leasing.people.views.permissions import may_edit


class EmployeeList(ListPage):
    """The employees of the units that the user sees."""

    permission_required = VIEW_EMPLOYEE
    table_class = EmployeeTable
    filter_class = EmployeeFilter
    template_name = "leasing/people/list.html"
    title = "Medarbejdere"
    file_name = "medarbejdere"

    def acts(self):
        if not self.request.user.has_perm(HANDLE_ORDERS):
            return None
        return ActsColumn(acts_on_row, lambda row: row.employee.name)

    def rows(self):
        return employees_seen_by(self.request.user, today())

    def table_data(self, filtered):
        return EmployeeRows(filtered)

    def extra_context(self):
        return {"may_edit": may_edit(self.request.user)}
