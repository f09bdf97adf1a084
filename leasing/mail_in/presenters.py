"""What a run through the mailbox came to, in words without anybody's name."""

from collections import Counter
from collections.abc import Iterator
from typing import Protocol

from albertslund_it.common.urls import ImapAddress
from leasing.models import MailOutcome

MOST_NAMED = 20


class FetchedMails(Protocol):
    """What a run came to."""

    outcomes: Counter[str]
    orders: list[str]
    known: int
    left: int


def what_was_fetched(done: FetchedMails, address: ImapAddress) -> Iterator[str]:
    """Yield a line for each thing that a run did."""
    if not (done.outcomes or done.known):
        yield "Der er ingen nye mails."
    if done.orders:
        named = ", ".join(done.orders[:MOST_NAMED])
        more = len(done.orders) - MOST_NAMED
        more_text = f" og {more} til" if more > 0 else ""
        yield f"{_mails(len(done.orders))} er blevet til kladder: {named}{more_text}."
    for outcome, said in (
        (MailOutcome.AUTOMATIC, "er automatiske og ikke gjort til bestillinger"),
        (MailOutcome.TOO_LARGE, "er for store og er ikke hentet"),
        (MailOutcome.UNREADABLE, "kan ikke læses"),
    ):
        if count := done.outcomes.get(outcome):
            yield f"{_mails(count)} {said}. Se efter i mappen »{address.other_folder}«."
    if done.known:
        yield f"{_mails(done.known)} var hentet før og er kun flyttet."
    if done.left > 0:
        yield f"Der ligger {_mails(done.left)} tilbage. Kør kommandoen igen."


def _mails(count: int) -> str:
    return "1 mail" if count == 1 else f"{count} mails"
