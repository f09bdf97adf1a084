"""Whose mails a user may read, and what became of those that an action wrote."""

from collections.abc import Collection
from enum import Enum

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from albertslund_it.common.permissions import HANDLE_ORDERS, VIEW_BILLINGRUN
from leasing.models import Mail

# What the key of a mail begins with where it is about the money; it then names no person. All
# other mails are about who has what, and are the helpdesk's.
ABOUT_MONEY = ("confirmation-", "letter-", "arrears-", "digest-", "reconciliation-")


def mails_seen_by(user: User) -> QuerySet[Mail]:
    """Return the mails about what a user works with; to others they do not exist."""
    money = Q()
    for start in ABOUT_MONEY:
        money |= Q(key__startswith=start)
    seen = Q(pk__in=[])
    if user.has_perm(VIEW_BILLINGRUN):
        seen |= money
    if user.has_perm(HANDLE_ORDERS):
        seen |= ~money | Q(key=None)
    return Mail.objects.filter(seen)


def may_read_mails(user: User) -> bool:
    """Tell whether a user has any mails to read."""
    return user.has_perm(VIEW_BILLINGRUN) or user.has_perm(HANDLE_ORDERS)


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
