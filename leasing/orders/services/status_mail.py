"""The mail that tells the orderer how far the order has come."""

from collections.abc import Iterable
from datetime import datetime

from leasing.mail.services import write_mail
from leasing.models import Mail, Order, OrderLine


def tell_orderer(*, order: Order, now: datetime, reply: str = "") -> Mail | None:
    """Tell the orderer how each line stands, or the reply to their mail, if there is an address."""
    if not order.requester_mail:
        return None
    lines = order.lines.select_related("model", "employee", "unit").order_by("position")
    return write_mail(
        recipients=order.requester_mail,
        subject=f"Bestilling {order.number}: {_in_short(lines)}",
        template="order_reply" if reply else "order_status",
        context={"order": order, "lines": lines, "reply": reply},
        now=now,
        order=order,
    )


def _in_short(lines: Iterable[OrderLine]) -> str:
    """Return the statuses for the subject: the one, or how many there are of each."""
    counts: dict[str, int] = {}
    for line in lines:
        word = str(line.get_status_display()).lower()
        counts[word] = counts.get(word, 0) + 1
    if len(counts) == 1:
        return next(iter(counts))
    return ", ".join(f"{count} {word}" for word, count in counts.items())
