"""One run through the mailbox: each mail is saved, then left where it belongs."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from email import message_from_bytes

from django.db import DataError

from albertslund_it.common.urls import ImapAddress
from leasing.mail_in.importers.mailbox import MOST_BYTES, MailInBox, open_mailbox
from leasing.mail_in.importers.message import BROKEN, ReadMessage, key_of, read_head, read_message
from leasing.mail_in.services import take_in
from leasing.models import MailOutcome

BROKEN_UP = "Mailens opbygning er i stykker."
HELD_BACK = "Mailserveren udleverer ikke mailen. Den ligger i postkassen og prøves igen."
TOO_LARGE = f"Mailen fylder over {MOST_BYTES // 2**20} MB og er ikke hentet."


@dataclass(slots=True)
class Fetched:
    """What a run came to: how many of each outcome, the drafts, and what could not be moved.

    `held_back` are those that the server does not deliver; they are tried again by the next run.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    orders: list[str] = field(default_factory=list)
    known: int = 0
    unmoved: int = 0
    held_back: int = 0
    left: int = 0


def fetch(
    address: ImapAddress,
    *,
    own: Collection[str],
    most: int,
    today: date,
    now: datetime,
    progress: Callable[[str], None],
) -> Fetched:
    """Read the mailbox, the oldest mails first; what was taken in before is only moved.

    Raises:
        Refused: when the mailbox cannot be read, or is lost on the way. What was saved stays.
    """
    done = Fetched()
    with open_mailbox(address) as box:
        for found in box.mails(most):
            if found.is_held_back:
                done.held_back += 1
                gone = ReadMessage(key=key_of(box.key_of_place(found.uid)))
                unreadable = MailOutcome.UNREADABLE
                take_in(read=gone, outcome=unreadable, why=HELD_BACK, today=today, now=now)
                continue
            read, outcome, why = _read(found, own)
            try:
                received = take_in(read=read, outcome=outcome, why=why, today=today, now=now)
            except DataError:  # one mail that no column takes must not stop those behind it
                gone, outcome = ReadMessage(key=read.key), MailOutcome.UNREADABLE
                received = take_in(read=gone, outcome=outcome, why=BROKEN_UP, today=today, now=now)
            if received.is_new:
                done.outcomes[received.outcome] += 1
                done.orders += [received.number] if received.number else []
            else:
                done.known += 1
            is_order = received.outcome in (MailOutcome.ORDER, MailOutcome.DISMISSED)
            folder = address.read_folder if is_order else address.other_folder
            done.unmoved += not box.put(found.uid, folder)
            progress(f"{done.outcomes.total() + done.known} mails læst")
        done.left = max(0, box.count() - done.unmoved - done.held_back)
    return done


def _read(found: MailInBox, own: Collection[str]) -> tuple[ReadMessage, MailOutcome, str]:
    try:
        if not found.is_whole:
            head = read_head(message_from_bytes(found.data), found.size)
            return head, MailOutcome.TOO_LARGE, TOO_LARGE
        read = read_message(found.data, own)
    except BROKEN:
        key = key_of(hashlib.sha256(found.data).hexdigest())
        return ReadMessage(key=key), MailOutcome.UNREADABLE, BROKEN_UP
    outcome = MailOutcome.AUTOMATIC if read.automatic else MailOutcome.ORDER
    return read, outcome, read.automatic
