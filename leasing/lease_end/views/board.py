"""The board of ends, and what each choice would cost at one of them."""

from django.contrib.auth.decorators import permission_required
from django.http import Http404, QueryDict
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.http import urlencode

from albertslund_it.common.permissions import VIEW_DEVICE, VIEW_EMPLOYEE, WISH_FOR_END
from albertslund_it.web.clock import today
from albertslund_it.web.lists.pages import ListPage
from albertslund_it.web.lists.picking import BulkAction, Picking
from inventory.organisation.selectors.scope import devices_seen_by, sees_all
from leasing.cost_table.moment import one_moment
from leasing.domain.lease_end import Fate
from leasing.lease_end.forms import BoardForm
from leasing.lease_end.presenters import EVERY_QUARTER, figures_of, options_shown, what_happens
from leasing.lease_end.selectors.board import right_to_decide
from leasing.lease_end.selectors.options import options_at
from leasing.lease_end.selectors.term_ends import end_of_term
from leasing.lease_end.tables.board import (
    FOR_READERS_OF_ALL,
    WITH_PEOPLE,
    BoardRows,
    BoardTable,
)
from leasing.lease_end.views.asked import asked_filters


class EndBoardPage(ListPage):
    """What ends, what is decided about it, and what it costs to leave it."""

    permission_required = VIEW_DEVICE
    table_class = BoardTable
    template_name = "leasing/lease_end/board.html"
    filter_form = BoardForm
    fragment_name = "leasing/lease_end/board_list.html"
    title = "Udløb"
    file_name = "udloeb"

    def get(self, request, *args, **kwargs):
        with one_moment():
            return super().get(request, *args, **kwargs)

    def make_filters(self):
        return asked_filters(self.request)

    def table_data(self, filtered):
        self.chosen = filtered
        return BoardRows(filtered)

    def table_options(self):
        user = self.request.user
        hidden = [] if user.has_perm(VIEW_EMPLOYEE) else [*WITH_PEOPLE]
        hidden += [] if sees_all(user) else [*FOR_READERS_OF_ALL]
        return {"exclude": hidden}

    def picking(self):
        actions = [BulkAction("Beslut", "end-decide", is_primary=True)] if self.decides else []
        if self.request.user.has_perm(WISH_FOR_END):
            actions.append(BulkAction("Ønsk", "end-wish"))
        if not actions:
            return None
        return Picking(
            "slut",
            value=lambda row: row.end.term_id,
            called=lambda row: row.serial_number,
            ore=lambda row: row.quarter_ore,
            actions=tuple(actions),
        )

    @property
    def asked(self) -> QueryDict:
        """Return what the board is narrowed to."""
        asked = self.request.GET.copy()
        for name in ("side", "sorter", "hent", "valgt"):
            asked.pop(name, None)
        return asked

    @cached_property
    def decides(self) -> bool:
        return right_to_decide(self.request.user, today()).is_given

    def extra_context(self):
        return {
            "figures": figures_of(self.chosen.sums, self.request.GET),
            "decides": self.decides,
            "query": self.asked.urlencode(),
            "list_query": _list_query(self.asked),
            "count": len(self.chosen),
        }


def _list_query(asked) -> str:
    """Return what the lessor's list is asked for from a board: its quarter and sub-agreement."""
    kept = {name: asked[name] for name in ("kvartal", "underaftale") if asked.get(name)}
    if kept.get("kvartal") == EVERY_QUARTER:
        del kept["kvartal"]
    return urlencode(kept)


@permission_required(VIEW_DEVICE, raise_exception=True)
def end_detail(request, term):
    """Show what can be chosen at an end, until when, and what each costs; and doing nothing."""
    user, on = request.user, today()
    with one_moment():
        end = end_of_term(term)
        if end is None or not devices_seen_by(user, on).filter(pk=end.device_id).exists():
            raise Http404
        options = options_at(end, on)
    is_open = not end.has_taken_effect(on) and end.fate(on) != Fate.STOPPED
    context = {
        "end": end,
        "happens": what_happens(end, on, with_people=user.has_perm(VIEW_EMPLOYEE)),
        "options": options,
        "rows": options_shown(options),
        "reads_all": sees_all(user),
        "is_open": is_open,
        "decides": is_open and right_to_decide(user, on).is_given,
    }
    return render(request, "leasing/lease_end/detail.html", context)
