"""How much waits on each page of the menu: what a few small questions answer, and nothing more."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User

from albertslund_it.common.permissions import HANDLE_ORDERS
from leasing.approvals.selectors.approvals import approvals_to_decide, awaiting_answer
from leasing.models import Approval
from leasing.movements.selectors.overdue import overdue_returns
from leasing.orders.selectors.queues import Queue, line_counts
from leasing.orders.selectors.received import waiting_mail_count

# Where the lines of a queue are worked on.
WORKED_ON = {
    Queue.TO_BUY: "purchase",
    Queue.ON_THE_WAY: "delivery",
    Queue.READY: "hand-out",
}


@dataclass(frozen=True)
class MenuCount:
    """How many things wait on a page, and whether they are past their day."""

    count: int = 0
    is_late: bool = False


def waiting(user: User, today: date) -> dict[str, MenuCount]:
    """Return what waits, by the page where it is done; a page where nothing does is left out."""
    counts: dict[str, MenuCount] = {}
    if user.has_perm(HANDLE_ORDERS):
        lines = line_counts()
        counts = {name: MenuCount(lines[queue]) for queue, name in WORKED_ON.items()}
        counts["approval-list"] = MenuCount(awaiting_answer(Approval.objects.all()).count())
        counts["received-list"] = MenuCount(waiting_mail_count())
        counts["take-back"] = MenuCount(overdue_returns(today).count(), is_late=True)
    else:
        counts["approval-list"] = MenuCount(approvals_to_decide(user, today).count())
    return {name: one for name, one in counts.items() if one.count}
