"""What became of the mails that an action wrote."""

from collections.abc import Collection
from enum import Enum

from leasing.models import Mail


class Delivery(Enum):
    """Whether people have been told by mail."""

    SENT = "sent"
    WAITS = "waits"
    NOBODY = "nobody"


def delivery_of(keys: Collection[str]) -> Delivery:
    """Tell whether every mail with one of these keys is there and sent."""
    sent = list(Mail.objects.filter(key__in=keys).values_list("sent_at", flat=True))
    if len(sent) < len(keys):
        return Delivery.NOBODY
    return Delivery.SENT if all(sent) else Delivery.WAITS
