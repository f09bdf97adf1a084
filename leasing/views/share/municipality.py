from django.http import Http404
from django.urls import reverse
from django.utils.http import urlencode

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.clock import today
from albertslund_it.web.lists import ListPage
from leasing.municipality_list import DepartmentTable, FlowTable, MoveTable, SpanForm
from leasing.selectors.share.moves import flows_of, moves_between
from leasing.selectors.share.municipality import departments_compared
from leasing.selectors.window import billing_start
from leasing.views.share.share import chosen_quarter

READS = "leasing.view_billingrun"


class DepartmentList(ListPage):
    """The departments side by side in a quarter."""

    permission_required = READS
    table_class = DepartmentTable
    template_name = "leasing/share_pages/municipality.html"
    file_name = "afdelinger"

    def get(self, request):
        self.quarters, self.quarter = chosen_quarter(request)
        self.title = f"Hele kommunen, {self.quarter.label}"
        return super().get(request)

    def rows(self):
        return departments_compared(self.quarter, today())

    def extra_context(self):
        return {"quarters": self.quarters, "quarter": self.quarter}


class SpanFilters:
    """The form of a span of days, in the shape that a list page takes its filters."""

    def __init__(self, data):
        self.form = SpanForm(data)
        self.filters = self.form.fields

    def span(self):
        """Give the first and the last day; the quarter so far unless the address says."""
        if not self.form.is_valid():
            return None
        asked = self.form.cleaned_data
        first = asked["fra"] or max(Quarter.of(today()).starts_on, billing_start())
        return first, asked["til"] or today()


class MoveList(ListPage):
    """The map of change: who moved what where."""

    permission_required = READS
    template_name = "leasing/share_pages/moves.html"
    title = "Flytninger mellem afdelinger"
    file_name = "flytninger"
    per_page = 100

    def get(self, request):
        self.opened = [request.GET.get(name) for name in ("fraafd", "tilafd")]
        if any(self.opened) and not all(self.opened):
            raise Http404
        self.table_class = MoveTable if all(self.opened) else FlowTable
        return super().get(request)

    def make_filters(self):
        filters = SpanFilters(self.request.GET)
        span = filters.span()
        moves = moves_between(*span) if span else []
        if all(self.opened):
            filters.qs = [m for m in moves if [m.from_key, m.to_key] == self.opened]
        else:
            filters.qs = flows_of(moves)
        self.asked = {name: self.request.GET.get(name, "") for name in ("fra", "til")}
        return filters

    def table_options(self):
        if all(self.opened):
            return {}
        return {"link": self.link}

    def link(self, flow) -> str:
        """Give the devices of a flow."""
        asked = {"fraafd": flow.from_key, "tilafd": flow.to_key, **self.asked}
        return f"{reverse('moves')}?{urlencode(asked)}"

    def extra_context(self):
        return {"is_opened": all(self.opened)}
