from django.http import Http404

from albertslund_it.common.permissions import VIEW_DEVICE
from albertslund_it.common.quarters import Quarter, quarters_between
from albertslund_it.web.clock import today
from albertslund_it.web.lists.pages import ListPage
from albertslund_it.web.lists.tables import SlicedRows
from leasing.cost_share.forms import ComingForm
from leasing.cost_share.presenters.words import SHADE_NAMES
from leasing.cost_share.selectors.bridge_rows import units_of
from leasing.cost_share.selectors.coming import ComingRows, coming_rows
from leasing.cost_share.selectors.forecast import last_quarter
from leasing.cost_share.tables.coming import ComingTable
from leasing.cost_share.views.bridge import chosen_unit
from leasing.cost_share.views.payer import chosen_payer
from leasing.cost_table.facts import billing_start


class ComingList(ListPage):
    """What is under a forecast's planned or assumed amount."""

    permission_required = VIEW_DEVICE
    table_class = ComingTable
    template_name = "leasing/cost_share/coming.html"
    title = "Kommende beløb i prognosen"
    address_names = ("afdeling", "enhed", *ComingForm.base_fields)
    file_name = "kommende"
    per_page = 100

    def get(self, request):
        _, self.whole = chosen_payer(request)
        self.unit, self.payer = chosen_unit(request, self.whole, units_of(self.whole))
        day, first = today(), Quarter.of(billing_start())
        quarters = list(quarters_between(first, max(first, last_quarter(day))))
        form = ComingForm(request.GET, quarters=quarters)
        if not form.is_valid():
            raise Http404
        self.span = form.span
        self.title = f"{SHADE_NAMES[self.span.shade]} i prognosen"
        return super().get(request)

    def rows(self):
        return coming_rows(self.payer, self.span, today())

    def table_data(self, filtered):
        return SlicedRows(filtered or ComingRows())

    def table_options(self):
        is_one = not self.payer.is_everybody and len(self.payer.unit_ids or ()) == 1
        return {"exclude": ["unit"] if self.unit or is_one else []}

    def extra_context(self):
        return {
            "title": self.title,
            "payer": self.whole,
            "unit": self.unit,
            "span": self.span,
        }
