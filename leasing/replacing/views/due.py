"""The list of devices whose warranty or lease ends soon."""

from albertslund_it.common.permissions import HANDLE_ORDERS, VIEW_DEVICE, VIEW_EMPLOYEE
from albertslund_it.web.clock import today
from albertslund_it.web.lists.pages import ListPage
from albertslund_it.web.lists.picking import BulkAction, Picking
from leasing.cost_table.moment import one_moment
from leasing.replacing.selectors.due import unreplaced
from leasing.replacing.tables import DueFilter, DueRows, DueTable


class DueList(ListPage):
    """What is to be replaced soon and is not yet, within what the user may see."""

    permission_required = VIEW_DEVICE
    table_class = DueTable
    filter_class = DueFilter
    title = "Udskiftning: garanti og leasing, der udløber"
    file_name = "udskiftning"
    template_name = "leasing/replacing/due.html"

    def get(self, request, *args, **kwargs):
        with one_moment():
            return super().get(request, *args, **kwargs)

    def rows(self):
        return unreplaced(self.request.user, today()).order_by(
            "lease__kept_cost__ends_before", "warranty_until", "serial_number"
        )

    def table_data(self, filtered):
        return DueRows(filtered, today())

    def table_options(self):
        user = self.request.user
        return {"exclude": [] if user.has_perm(VIEW_EMPLOYEE) else ["person"]}

    def picking(self):
        if not self.request.user.has_perm(HANDLE_ORDERS):
            return None
        return Picking(
            "udstyr",
            value=lambda row: row.id,
            called=lambda row: row.device.serial_number,
            actions=(BulkAction("Se bestillinger", "replacement-orders", is_primary=True),),
        )
