"""The board of ends, and what each choice would cost at one of them."""

from django.contrib.auth.decorators import permission_required
from django.http import Http404
from django.shortcuts import render

from albertslund_it.common.permissions import VIEW_DEVICE, VIEW_EMPLOYEE
from albertslund_it.web.clock import today
from albertslund_it.web.lists.pages import ListPage
from inventory.organisation.selectors.organisation import departments_open_to
from inventory.organisation.selectors.scope import devices_seen_by, sees_all, units_seen_by
from leasing.cost_table.moment import one_moment
from leasing.lease_end.forms import BoardFilters, BoardForm
from leasing.lease_end.presenters import figures_of, options_shown, what_happens
from leasing.lease_end.selectors.board import BoardChoice, ends_seen_by
from leasing.lease_end.selectors.options import options_at
from leasing.lease_end.selectors.term_ends import end_of_term
from leasing.lease_end.tables.board import (
    FOR_READERS_OF_ALL,
    WITH_PEOPLE,
    BoardRows,
    BoardTable,
)
from leasing.models import SubAgreement


class EndBoardPage(ListPage):
    """What ends, what is decided about it, and what it costs to leave it."""

    permission_required = VIEW_DEVICE
    table_class = BoardTable
    template_name = "leasing/lease_end/board.html"
    fragment_name = "leasing/lease_end/board_list.html"
    title = "Udløb"
    file_name = "udloeb"

    def get(self, request, *args, **kwargs):
        with one_moment():
            return super().get(request, *args, **kwargs)

    def board(self, choice: BoardChoice):
        return ends_seen_by(self.request.user, today(), choice)

    def make_filters(self):
        user, day = self.request.user, today()
        agreements = SubAgreement.objects.order_by("number")
        form = BoardForm(
            self.request.GET,
            departments=departments_open_to(user, day),
            units=units_seen_by(user, day),
            agreements=agreements if sees_all(user) else agreements.none(),
            quarters=self.board(BoardChoice()).quarters(),
            with_people=user.has_perm(VIEW_EMPLOYEE),
        )
        return BoardFilters(form, self.board)

    def table_data(self, filtered):
        self.chosen = filtered
        return BoardRows(filtered)

    def table_options(self):
        user = self.request.user
        hidden = [] if user.has_perm(VIEW_EMPLOYEE) else [*WITH_PEOPLE]
        hidden += [] if sees_all(user) else [*FOR_READERS_OF_ALL]
        return {"exclude": hidden}

    def extra_context(self):
        return {"figures": figures_of(self.chosen.sums, self.request.GET)}


@permission_required(VIEW_DEVICE, raise_exception=True)
def end_detail(request, term):
    """Show what can be chosen at an end, until when, and what each costs; and doing nothing."""
    user, on = request.user, today()
    with one_moment():
        end = end_of_term(term)
        if end is None or not devices_seen_by(user, on).filter(pk=end.device_id).exists():
            raise Http404
        options = options_at(end, on)
    context = {
        "end": end,
        "happens": what_happens(end, on),
        "options": options,
        "rows": options_shown(options),
        "reads_all": sees_all(user),
    }
    return render(request, "leasing/lease_end/detail.html", context)
