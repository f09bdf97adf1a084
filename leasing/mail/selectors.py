"""Which mails a user may read, and what became of those that an action wrote."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from albertslund_it.common.permissions import HANDLE_ORDERS, VIEW_BILLINGRUN
from leasing.models import Mail

# What the key of a mail about money begins with; such a mail names no person. All other mails are
# about who has what, and belong to the helpdesk.
ABOUT_MONEY = (
    "confirmation-",
    "letter-",
    "arrears-",
    "digest-",
    "reconciliation-",
    "budget-",
)

# Who reads such a mail may become the one it is to: nobody reads it here.
UNREAD = "invitation-"


def mails_seen_by(user: User) -> QuerySet[Mail]:
    """Return the mails about what a user works with; to others they do not exist."""
    money = Q()
    for start in ABOUT_MONEY:
        money |= Q(key__startswith=start)
    seen = Q(pk__in=[])
    if user.has_perm(VIEW_BILLINGRUN):
        seen |= money
    if user.has_perm(HANDLE_ORDERS):
        seen |= (~money & ~Q(key__startswith=UNREAD)) | Q(key=None)
    return Mail.objects.filter(seen)


def may_read_mails(user: User) -> bool:
    """Return whether a user has any mails to read."""
    return user.has_perm(VIEW_BILLINGRUN) or user.has_perm(HANDLE_ORDERS)


@dataclass(frozen=True, slots=True)
class Unsent:
    """How many mails are not sent, and what the latest of them are about."""

    count: int
    subjects: list[str]


def sends_mail() -> bool:
    """Return whether mails leave this machine, or are only written to the server's log."""
    return "smtp" in settings.EMAIL_BACKEND


def mails_are_from() -> str:
    """Return the address that mails leave with."""
    return settings.DEFAULT_FROM_EMAIL


def unsent_mails() -> Unsent:
    """Count the mails that could not be sent yet."""
    unsent = Mail.objects.filter(sent_at=None)
    count = unsent.count()
    latest = unsent.order_by("-id").values_list("subject", flat=True)[:2]
    return Unsent(count, list(latest) if count else [])


class MailState(Enum):
    """What became of the mails about something: `NOBODY` where one of them had no recipient."""

    SENT = "sent"
    WAITS = "waits"
    NOBODY = "nobody"


def state_of_mails(keys: Collection[str]) -> MailState:
    """Return what became of the mails with these keys, taken together."""
    sent = list(Mail.objects.filter(key__in=keys).values_list("sent_at", flat=True))
    if len(sent) < len(keys):
        return MailState.NOBODY
    return MailState.SENT if all(sent) else MailState.WAITS
