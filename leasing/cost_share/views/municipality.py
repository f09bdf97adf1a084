from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from albertslund_it.common.permissions import VIEW_ALL_DEPARTMENTS, VIEW_BILLINGRUN
from albertslund_it.web.clock import today
from albertslund_it.web.drawings.flows import flow_picture, lying_bars
from albertslund_it.web.lists.pages import ListPage
from leasing.cost_share.forms import SpanForm
from leasing.cost_share.selectors import moves as map_of_change
from leasing.cost_share.selectors import municipality as comparison
from leasing.cost_share.selectors.payers import STOCK
from leasing.cost_share.tables.municipality import ComparedDepartmentTable, FlowTable, MoveTable
from leasing.cost_share.views.share import chosen_quarter

READS = (VIEW_BILLINGRUN, VIEW_ALL_DEPARTMENTS)


class ComparedDepartmentList(ListPage):
    """The departments side by side in a quarter."""

    permission_required = READS
    table_class = ComparedDepartmentTable
    template_name = "leasing/cost_share/municipality.html"
    title = "Sammenlign afdelinger"
    file_name = "afdelinger"

    def get(self, request):
        self.quarters, self.quarter = chosen_quarter(request)
        self.title = f"{type(self).title}, {self.quarter.label}"
        return super().get(request)

    def rows(self):
        self.compared = comparison.departments_compared(self.quarter, today())
        self.whole = comparison.whole_of(self.compared)
        return self.compared

    def table_options(self):
        sums = ("cost_ore", "change_ore", "average_ore", "pcs", "employees")
        totals = {name: getattr(self.whole, name) for name in sums}
        return {"quarter": self.quarter, "day": self._day(), "totals": {"name": "I alt", **totals}}

    def _day(self):
        """Return the day that PCs are counted on: the quarter's last, or today within it."""
        return min(self.quarter.last_day, today())

    def extra_context(self):
        before = self.quarter.next(-1)
        has_before = self.whole.before_ore is not None
        return {
            "quarters": self.quarters,
            "quarter": self.quarter,
            "day": self._day(),
            "whole": self.whole,
            "stock": next((row for row in self.compared if row.key == STOCK), None),
            "before": before,
            "chart": lying_bars(
                ident="afdelinger",
                title=f"Udgift pr. afdeling, {self.quarter.label}",
                names=(self.quarter.label, before.label if has_before else ""),
                rows=[(row.name, row.cost_ore, row.before_ore) for row in self.compared],
            ),
        }


class MoveList(ListPage):
    """The map of change: what moved from where to where; a flow opens its devices."""

    permission_required = READS
    template_name = "leasing/cost_share/moves.html"
    tables = (FlowTable, MoveTable)
    title = "Flytninger mellem afdelinger"
    address_names = ("fraafd", "tilafd", *SpanForm.base_fields)
    file_name = "flytninger"
    per_page = 100

    def get(self, request):
        self.names = map_of_change.place_names()
        self.opened = tuple(request.GET.get(name) or "" for name in ("fraafd", "tilafd"))
        if any(self.opened) and not all(key in self.names for key in self.opened):
            raise Http404
        self.table_class = MoveTable if all(self.opened) else FlowTable
        form = SpanForm(request.GET, today=today())
        self.context = {"form": form, "title": self.title}
        if not form.is_valid():
            return render(request, self.template_name, self.context, status=422)
        self.span = form.span
        return super().get(request)

    def rows(self):
        moves = map_of_change.moves_between(*self.span)
        if all(self.opened):
            return [one for one in moves if (one.from_key, one.to_key) == self.opened]
        self.flows = map_of_change.flows_of(moves, self.names)
        return self.flows

    def table_options(self):
        if all(self.opened):
            return {}
        return {"link": lambda flow: self.address(fraafd=flow.from_key, tilafd=flow.to_key)}

    def address(self, **asked) -> str:
        """Return the page of the same days with something more."""
        days = zip(("fra", "til"), self.span, strict=True)
        asked = {name: f"{day:%d-%m-%Y}" for name, day in days} | asked
        return f"{reverse('moves')}?{urlencode(asked)}"

    def extra_context(self):
        context = self.context | {"span": self.span, "address": self.address()}
        if all(self.opened):
            giver, taker = (self.names[key] for key in self.opened)
            return context | {"giver": giver, "taker": taker}
        places = map_of_change.places_of(self.flows, self.names)
        return context | {
            "flows": self.flows,
            "count": sum(flow.count for flow in self.flows),
            "places": places,
            "matrix": self._matrix(places),
            "chart": flow_picture(
                ident="flytninger",
                title="Flytninger mellem afdelinger",
                flows=[(flow.from_name, flow.to_name, flow.count) for flow in self.flows],
            ),
        }

    def _matrix(self, places) -> list:
        """Return (giver, [(flow, address) or None for each taker])."""
        cells = {(flow.from_key, flow.to_key): flow for flow in self.flows}
        return [
            (
                giver,
                [
                    (flow, self.address(fraafd=giver.key, tilafd=taker.key))
                    if (flow := cells.get((giver.key, taker.key)))
                    else None
                    for taker in places
                ],
            )
            for giver in places
        ]
