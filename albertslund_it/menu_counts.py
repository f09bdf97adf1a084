"""How much waits on each page of the menu: what a few small questions answer, and nothing more."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet

from albertslund_it.common.permissions import HANDLE_ORDERS
from albertslund_it.web.database.counted import counts_on
from leasing.approvals.selectors.approvals import awaiting_answer, count_to_decide
from leasing.models import Approval
from leasing.movements.selectors.overdue import overdue_returns
from leasing.orders.selectors.queues import Queue, lines_in
from leasing.orders.selectors.received import waiting_mails

# Where the lines of a queue are worked on.
WORKED_ON = {
    Queue.TO_BUY: "purchase",
    Queue.ON_THE_WAY: "delivery",
    Queue.READY: "hand-out",
}
# What waits there is late.
PAST_THEIR_DAY = {"take-back"}


@dataclass(frozen=True)
class MenuCount:
    """How many things wait on a page, and whether they are past their day."""

    count: int = 0
    is_late: bool = False


def waiting(user: User, today: date) -> dict[str, MenuCount]:
    """Return what waits, by the page where it is done; a page where nothing does is left out."""
    if user.has_perm(HANDLE_ORDERS):
        found = counts_on(today, _of_helpdesk)
    else:
        found = {"approval-list": count_to_decide(user, today)}
    return {
        name: MenuCount(count, name in PAST_THEIR_DAY) for name, count in found.items() if count
    }


def _of_helpdesk(today: date) -> dict[str, QuerySet[Any]]:
    return {
        **{name: lines_in(queue) for queue, name in WORKED_ON.items()},
        "approval-list": awaiting_answer(Approval.objects.all()),
        "received-list": waiting_mails(),
        "take-back": overdue_returns(today),
    }
