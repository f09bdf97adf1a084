"""The board that an address asks for."""

from albertslund_it.common.permissions import VIEW_EMPLOYEE
from albertslund_it.web.clock import today
from inventory.organisation.selectors.organisation import departments_open_to
from inventory.organisation.selectors.scope import sees_all, units_seen_by
from leasing.lease_end.forms import BoardFilters, BoardForm
from leasing.lease_end.selectors.board import BoardChoice, EndBoard, ends_seen_by
from leasing.models import SubAgreement


def asked_filters(request) -> BoardFilters:
    """Return the filters of the board, with what the user may choose among."""
    user, day = request.user, today()

    def board_of(choice: BoardChoice) -> EndBoard:
        return ends_seen_by(user, day, choice)

    agreements = SubAgreement.objects.order_by("number")
    form = BoardForm(
        request.GET,
        departments=departments_open_to(user, day),
        units=units_seen_by(user, day),
        agreements=agreements if sees_all(user) else agreements.none(),
        quarters=board_of(BoardChoice()).quarters(),
        with_people=user.has_perm(VIEW_EMPLOYEE),
        with_stock=sees_all(user),
    )
    return BoardFilters(form, board_of)


def asked_board(request) -> EndBoard:
    """Return the board that the address asks for; nothing is on it where it cannot be read."""
    return asked_filters(request).qs
