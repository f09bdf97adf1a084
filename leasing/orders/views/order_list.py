from albertslund_it.common.permissions import VIEW_EMPLOYEE, VIEW_ORDER
from albertslund_it.web.clock import today
from albertslund_it.web.lists.pages import ListPage
from leasing.orders.selectors.scope import lines_seen_by
from leasing.orders.tables import OrderFilter, OrderRows, OrderTable


class OrderList(ListPage):
    """Every order line that the user may see."""

    permission_required = VIEW_ORDER
    table_class = OrderTable
    filter_class = OrderFilter
    template_name = "leasing/orders/order_list.html"
    title = "Bestillinger"
    file_name = "bestillinger"

    def rows(self):
        return lines_seen_by(self.request.user, today())

    def filter_options(self):
        return {"people": self.request.user.has_perm(VIEW_EMPLOYEE)}

    def table_data(self, filtered):
        return OrderRows(filtered)

    def table_options(self):
        return {"exclude": [] if self.request.user.has_perm(VIEW_EMPLOYEE) else ["person"]}
