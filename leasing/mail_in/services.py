"""Mails taken in: each once, as a draft order or as what it is instead; and what is no order."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.kept import check_file, clean_name
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor
from leasing.kept_files.services import forget_unused, keep
from leasing.models import KeptFile, MailOutcome, Order, ReceivedFile, ReceivedMail
from leasing.orders.services.from_mail import draft_from_mail
from leasing.orders.services.orders import is_draft

LONGEST_SENDER = 300
ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}\Z")


class BroughtFile(Protocol):
    """A file that came with a mail."""

    @property
    def name(self) -> str: ...
    @property
    def data(self) -> bytes: ...


class WrittenMail(Protocol):
    """What a mail is, as its reader gives it."""

    key: str
    earlier: list[str]
    name: str
    address: str
    subject: str
    sent_at: datetime | None
    files_left: int

    @property
    def files(self) -> Sequence[BroughtFile]: ...
    @property
    def sender(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of a mail, now or before (`is_new` tells), and its order's number."""

    outcome: str
    number: str
    is_new: bool


@transaction.atomic
def take_in(
    *, read: WrittenMail, outcome: MailOutcome, why: str, today: date, now: datetime
) -> Arrival:
    """Take a mail in, with a draft of what it asks for, unless it has been: it is known by its key.

    Nobody is written to. Two runs at once take turns, so that a mail makes one draft.
    """
    lock(Order, KeptFile, ReceivedMail)
    known = ReceivedMail.objects.filter(key=read.key).select_related("order").first()
    if known:
        return Arrival(known.outcome, known.order.number if known.order else "", is_new=False)
    earlier = ReceivedMail.objects.filter(key__in=read.earlier).order_by("-id").first()
    order = None
    if outcome == MailOutcome.ORDER:
        order = draft_from_mail(
            text=read.text,
            name=read.name,
            address=read.address,
            subject=read.subject,
            follows=earlier.order if earlier else None,
            today=today,
            now=now,
        )
    mail = ReceivedMail.objects.create(
        key=read.key,
        outcome=outcome,
        why=why,
        order=order,
        follows=earlier,
        sender=read.sender[:LONGEST_SENDER],
        subject=read.subject,
        sent_at=read.sent_at,
        fetched_at=now,
    )
    ReceivedFile.objects.bulk_create(_files(read, mail))
    return Arrival(outcome, order.number if order else "", is_new=True)


def _files(read: WrittenMail, mail: ReceivedMail) -> Iterator[ReceivedFile]:
    """Yield the files of a mail: those that may be kept, and why the others are not."""
    seen: set[str] = set()
    for brought in read.files:
        try:
            file = check_file(brought.name, brought.data)
        except ValueError as error:
            ending = ENDING.search(brought.name)
            name = clean_name(brought.name, ending[0].lower() if ending else "")
            yield ReceivedFile(mail=mail, name=name, why_left=f"Filen {error}")
            continue
        if file.sha256 not in seen:
            seen.add(file.sha256)
            yield ReceivedFile(mail=mail, file=keep(file), name=file.name)
    if read.files_left:
        yield ReceivedFile(
            mail=mail, name=f"{read.files_left} filer mere", why_left="Mailen har for mange filer"
        )


@transaction.atomic
def dismiss(*, mail_id: int, actor: Actor) -> ReceivedMail:
    """Say that a mail is no order: its draft and its files go, the mail stays in the mailbox.

    Raises:
        Refused: when it has become an order meanwhile.
    """
    lock(Order, KeptFile, ReceivedMail)
    mail = ReceivedMail.objects.select_related("order").get(pk=mail_id)
    order = mail.order
    if order and not is_draft(order):
        raise Refused(f"Mailen er blevet til bestilling {order.number}. Annullér dens linjer.")
    mail.outcome, mail.is_handled, mail.order = MailOutcome.DISMISSED, True, None
    mail.save()
    forget_files(mail)
    if order:
        changes = Changes((Order,))
        order.lines.all().delete()
        changes.delete(order, order.number, "slettet, da mailen ikke er en bestilling")
        changes.save(actor)
    return mail


def forget_files(mail: ReceivedMail) -> None:
    """Delete the files of a mail, and their bytes where nothing else has them."""
    ids = list(mail.files.exclude(file=None).values_list("file", flat=True))
    mail.files.all().delete()
    forget_unused([pk for pk in ids if pk is not None])
