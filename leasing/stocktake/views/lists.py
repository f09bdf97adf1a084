"""The lists: the stocktakes, the devices of one with what follows, and what was found besides."""

from django.db.models import Count, Q
from django.shortcuts import get_object_or_404

from albertslund_it.common.permissions import HANDLE_ORDERS, VIEW_DEVICE
from albertslund_it.web.clock import today
from albertslund_it.web.lists.pages import ListPage
from inventory.models import Unit
from inventory.organisation.selectors.scope import reads_names, sees_all, units_seen_by
from leasing.cost_table.moment import one_moment
from leasing.stocktake.selectors.progress import (
    finds_seen_by,
    rows_seen_by,
    stocktakes_seen_by,
)
from leasing.stocktake.tables import (
    CountedFilter,
    CountedRows,
    CountedTable,
    FindFilter,
    FindRows,
    FindTable,
    StocktakeFilter,
    StocktakeTable,
)


class StocktakeList(ListPage):
    """The stocktakes of the units that a user sees."""

    permission_required = VIEW_DEVICE
    template_name = "leasing/stocktake/list.html"
    table_class = StocktakeTable
    filter_class = StocktakeFilter
    title = "Optælling"
    file_name = "optaellinger"

    def rows(self):
        user, day = self.request.user, today()
        theirs = Q() if sees_all(user) else Q(devices__unit__in=units_seen_by(user, day))
        said = theirs & ~Q(devices__answer="")
        return (
            stocktakes_seen_by(user, day)
            .annotate(
                counted=Count("devices", filter=theirs), answered=Count("devices", filter=said)
            )
            .order_by("-pk")
        )

    def extra_context(self):
        return {"may_start": self.request.user.has_perm(HANDLE_ORDERS)}


class _OfStocktake(ListPage):
    permission_required = VIEW_DEVICE

    def get(self, request, *args, **kwargs):
        seen = stocktakes_seen_by(request.user, today())
        self.stocktake = get_object_or_404(seen, pk=kwargs["stocktake"])
        with one_moment():
            return super().get(request, *args, **kwargs)

    def extra_context(self):
        return {"stocktake": self.stocktake}


class CountedList(_OfStocktake):
    """The devices of a stocktake."""

    template_name = "leasing/stocktake/devices.html"
    table_class = CountedTable
    filter_class = CountedFilter
    title = "Udstyr i optællingen"
    file_name = "optaelling"

    def rows(self):
        seen = rows_seen_by(self.request.user, today())
        return seen.filter(stocktake=self.stocktake).order_by("serial_number")

    def filter_options(self):
        counted = self.rows().order_by().values("unit").distinct()
        return {"units": Unit.objects.filter(pk__in=counted)}

    def table_data(self, filtered):
        return CountedRows(filtered, self.request.user)

    def table_options(self):
        user = self.request.user
        hidden = [] if user.has_perm(HANDLE_ORDERS) else ["follows"]
        if not reads_names(user):
            hidden += ["person", "note", "place", "answered_by"]
        return {"exclude": hidden}


class FindList(_OfStocktake):
    """What was scanned where the stocktake does not count it."""

    template_name = "leasing/stocktake/devices.html"
    table_class = FindTable
    filter_class = FindFilter
    title = "Scannet, men hører ikke til der"
    file_name = "optaelling-fund"

    def rows(self):
        seen = finds_seen_by(self.request.user, today())
        return seen.filter(stocktake=self.stocktake).order_by("serial_number")

    def table_data(self, filtered):
        return FindRows(filtered, self.request.user)

    def table_options(self):
        user = self.request.user
        hidden = [] if user.has_perm(HANDLE_ORDERS) else ["follows"]
        return {"exclude": hidden if reads_names(user) else [*hidden, "place", "found_by"]}
