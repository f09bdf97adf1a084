"""An order as its page shows it: each line with what fulfils it, its mails, and its history."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User
from django.db.models import Prefetch, QuerySet

from inventory.history.selectors import SHOWN, History, Rows, history_of
from inventory.organisation.selectors.scope import sees_all
from leasing.models import Approval, Mail, Order, OrderedDevice, OrderLine, Status
from leasing.models.order import CLOSED
from leasing.orders.selectors.scope import lines_seen_by

# What people wrote, of themselves and others: names are read in it.
OF_WHO_ASKED = frozenset(
    {"requester_name", "requester_mail", "reference", "note", "mail_text", "reply"}
)
OF_REASONS = frozenset({"reason", "decision_reason"})


@dataclass(frozen=True, slots=True)
class LineOfPage:
    """A line with its devices and the exception asked for it; `may_hand_out` where one is ready."""

    line: OrderLine
    devices: list[OrderedDevice]
    approval: Approval | None

    @property
    def is_open(self) -> bool:
        return self.line.status not in CLOSED

    @property
    def may_hand_out(self) -> bool:
        ready = self.line.status in (Status.PARTLY, Status.DELIVERED)
        return ready and any(device.handed_out_on is None for device in self.devices)


def lines_on_page(order: Order, user: User, on: date) -> list[LineOfPage]:
    """Return the lines of an order that a user sees."""
    devices = OrderedDevice.objects.select_related("device__model").order_by("id")
    approvals = Approval.objects.select_related("decided_by").order_by("-id")
    lines = (
        lines_seen_by(user, on)
        .filter(order=order)
        .select_related(
            "model", "unit__department", "employee__unit__department", "replaces__model"
        )
        .prefetch_related(Prefetch("devices", devices), Prefetch("approvals", approvals))
        .order_by("position")
    )
    return [
        LineOfPage(line, list(line.devices.all()), next(iter(line.approvals.all()), None))
        for line in lines
    ]


def mails_of(order: Order) -> QuerySet[Mail]:
    """Return the mails about an order, the latest first."""
    return order.mails.order_by("-id")


def history_of_order(
    order: Order, user: User, *, with_people: bool, shown: int | None = SHOWN
) -> History | None:
    """Return the latest changes of an order and its lines, to those who see all of it."""
    if not sees_all(user):
        return None
    lines = list(order.lines.values_list("pk", flat=True))
    devices = OrderedDevice.objects.filter(line__in=lines).values_list("pk", flat=True)
    approvals = Approval.objects.filter(line__in=lines).values_list("pk", flat=True)
    return history_of(
        Rows(Order, [order.pk], of_people=OF_WHO_ASKED),
        Rows(OrderLine, lines, deleted=f"{order.number}/", is_named=True),
        Rows(OrderedDevice, devices),
        Rows(Approval, approvals, of_people=OF_REASONS),
        with_people=with_people,
        shown=shown,
    )
