"""The four queues that open order lines stand in, by what is to happen next.

A line that is partly here stands in two: what has come is to be handed out, the rest is on its way
or still to be bought.
"""

from enum import StrEnum

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from leasing.models import OrderedDevice, OrderLine, Status
from leasing.models.order import OPEN


class Queue(StrEnum):
    """What is to happen next to an order line, as addresses name it."""

    WAITING = "afventer"
    TO_BUY = "bestil"
    ON_THE_WAY = "paa-vej"
    READY = "klar"


_UNBOUGHT = Q(supplier_order_number="")
_THERE = Q(Exists(OrderedDevice.objects.filter(line=OuterRef("pk"), handed_out_on=None)))
# A line is partly delivered only while something of it is missing.
LINES = {
    Queue.WAITING: Q(status__in=[Status.DRAFT, Status.AWAITING]),
    Queue.TO_BUY: _UNBOUGHT & Q(status__in=[Status.APPROVED, Status.PARTLY]),
    Queue.ON_THE_WAY: Q(status=Status.ORDERED) | (~_UNBOUGHT & Q(status=Status.PARTLY)),
    Queue.READY: Q(status=Status.DELIVERED) | (Q(status=Status.PARTLY) & _THERE),
}


def lines_in(queue: Queue, lines: QuerySet[OrderLine] | None = None) -> QuerySet[OrderLine]:
    """Keep the lines that stand in a queue."""
    return (OrderLine.objects.all() if lines is None else lines).filter(LINES[queue])


def line_counts() -> dict[Queue, int]:
    """Count the lines of each queue, in one query."""
    found = OrderLine.objects.filter(status__in=OPEN).aggregate(
        **{queue.name: Count("pk", filter=lines) for queue, lines in LINES.items()}
    )
    return {queue: found[queue.name] for queue in Queue}


def next_in(queue: Queue) -> OrderLine | None:
    """Return the line of a queue that has waited longest; of what waits, a draft of ours."""
    lines = lines_in(queue)
    if queue is Queue.WAITING:
        lines = lines.filter(status=Status.DRAFT)
    return lines.order_by("order_id", "position").first()
