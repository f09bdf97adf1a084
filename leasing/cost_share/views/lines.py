from albertslund_it.common.money import format_count
from albertslund_it.common.permissions import VIEW_BILLINGRUN, VIEW_DEVICE
from albertslund_it.web.clock import today
from albertslund_it.web.lists.pages import ListPage
from leasing.cost_share.forms import LineFilters, LineForm
from leasing.cost_share.tables.lines import LineRows, LineTable, hidden_columns
from leasing.cost_share.views.payer import chosen_payer
from leasing.cost_table.moment import one_moment


class LineList(ListPage):
    """The lines under a figure: those of closed runs, and those that no run holds yet."""

    permission_required = VIEW_DEVICE
    table_class = LineTable
    template_name = "leasing/cost_share/lines.html"
    title = "Linjer"
    file_name = "linjer"
    per_page = 100

    def get(self, request):
        self.payers, self.payer = chosen_payer(request)
        with one_moment():
            return super().get(request)

    def make_filters(self):
        return LineFilters(
            LineForm(
                self.request.GET,
                payers=self.payers,
                payer=self.payer,
                today=today(),
                ahead=self.request.user.has_perm(VIEW_BILLINGRUN),
            )
        )

    def table_data(self, filtered):
        self.lines = filtered
        return LineRows(filtered)

    def table_options(self):
        label = "I alt" if len(self.lines) < 2 else f"I alt, {format_count(len(self.lines))} linjer"
        return {
            "exclude": hidden_columns(self.payer),
            "totals": {"period": label, "amount_ore": self.lines.total_ore},
        }

    def extra_context(self):
        return {"payer": self.payer}
