"""The queues of order lines in Danish, and what is done next with a line."""

from urllib.parse import urlencode

from django.urls import reverse

from leasing.models import Status
from leasing.orders.selectors.queues import Queue

TITLES = {
    Queue.WAITING: "Afventer svar",
    Queue.TO_BUY: "Skal bestilles",
    Queue.ON_THE_WAY: "På vej",
    Queue.READY: "Klar",
}
PREFIX = "koe-"  # of a queue, where a list is narrowed to it or a message leads on in it
CHOICES = [(f"{PREFIX}{queue}", title) for queue, title in TITLES.items()]


def next_tag(queue: str) -> str:
    """Return the tag of a message that leads on to the next job of a queue."""
    return f"{PREFIX}{queue}" if queue else ""


def next_act(
    *, line: int, order: int, status: str, is_ready: bool, bought_as: str = ""
) -> tuple[str, str]:
    """Return (label, address) of what the helpdesk does next with a line; ('', '') for nothing."""
    if is_ready:
        return "Udlever", f"{reverse('hand-out')}?{urlencode({'linje': line})}"
    if status == Status.DRAFT:
        return "Gør færdig", reverse("order-edit", args=[order])
    if status in {Status.ORDERED, Status.PARTLY} and bought_as:
        return "Modtag", f"{reverse('delivery')}?{urlencode({'nummer': bought_as})}"
    if status in {Status.APPROVED, Status.PARTLY}:
        return "Bestil", reverse("purchase")
    return "", ""
