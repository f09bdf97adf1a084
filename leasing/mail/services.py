"""Mails: written in the transaction of what they tell about, sent after it, and tried again.

A mail goes out after the change is safe, outside any transaction: a slow mail server may make one
page wait for a few seconds, but locks nobody out and loses nothing. While the server does not
answer, further mails wait for `notify` and no page waits for them.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPConnectError, SMTPException, SMTPServerDisconnected

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, transaction
from django.db.models import F
from django.template import Context, Engine
from django.template.base import Template

from albertslund_it.web.database.rows import among, insert
from albertslund_it.web.mail_addresses import is_mail
from leasing.models import Mail, Order, Settings

# How long after an attempt that was not answered no page waits for the server.
PAUSE = timedelta(minutes=10)
# A process that takes a mail and reports nothing within this time was stopped while sending it.
TAKEN_FOR = timedelta(minutes=2)
# Of many that are written at once so many are sent while a page waits; `notify` sends the others.
AT_ONCE = 50
# No machine answers it, and `fetch_mail` of another system takes it for no order.
FROM_NOBODY = {"Auto-Submitted": "auto-generated"}


@transaction.atomic
def write_mail(
    *,
    recipients: str | Iterable[str],
    subject: str,
    template: str,
    context: dict[str, object],
    now: datetime,
    order: Order | None = None,
    key: str | None = None,
    told: Sequence[str] = (),
) -> Mail | None:
    """Write a mail from 'mail/<template>.txt' and '.html', to be sent when all else is written.

    `recipients` are addresses, or a text of them with commas between; what is not an address is
    left out. Nothing is written without a recipient, or if a mail with that key exists.
    """
    to = addresses(recipients)
    if not to or (key and Mail.objects.filter(key=key).exists()):
        return None
    mail = _Paper(template).written(to, subject, context, now)
    mail.key, mail.told, mail.order = key, list(told), order
    try:
        with transaction.atomic():
            mail.save()
    except IntegrityError:  # somebody else wrote it at the same moment
        return None
    transaction.on_commit(lambda: _send_unless_paused(mail.pk, now), robust=True)
    return mail


@dataclass(frozen=True, slots=True)
class Draft:
    """One of many mails that are written by one template; `key` names what it is about."""

    recipients: str | Iterable[str]
    subject: str
    context: dict[str, object]
    key: str


@transaction.atomic
def write_mails(*, drafts: Iterable[Draft], template: str, now: datetime) -> list[Mail]:
    """Write many mails from one template, in as many queries as a few; return those written.

    As with `write_mail`, what has no recipient or was written before is left out. The first ones go
    out when all else is written, the others by `notify` or as mails that are tried again.
    """
    drafts = list(drafts)
    keys = among([draft.key for draft in drafts])
    known = set(Mail.objects.filter(key__in=keys).values_list("key", flat=True))
    paper, mails = _Paper(template), []
    for draft in drafts:
        to = addresses(draft.recipients)
        if not to or draft.key in known:
            continue
        known.add(draft.key)
        mail = paper.written(to, draft.subject, draft.context, now)
        mail.key = draft.key
        mails.append(mail)
    if mails:
        insert(Mail, mails)
    ids = [mail.pk for mail in mails[:AT_ONCE]]
    if ids:
        transaction.on_commit(lambda: _send_all_unless_paused(ids, now), robust=True)
    return mails


class _Paper:
    """The two bodies of a mail, read once for as many as are written on them."""

    def __init__(self, template: str):
        engine = Engine.get_default()
        self.text = engine.get_template(f"mail/{template}.txt")
        self.html = engine.get_template(f"mail/{template}.html")
        self.site = Settings.objects.get().site_address.rstrip("/")

    def written(self, to: str, subject: str, context: dict[str, object], now: datetime) -> Mail:
        subject = " ".join(subject.split())[:200]
        context = {"site": self.site, "subject": subject, **context}
        return Mail(
            recipients=to,
            subject=subject,
            text=_rendered(self.text, context, autoescape=False).strip() + "\n",
            html=_rendered(self.html, context, autoescape=True),
            written_at=now,
        )


def addresses(recipients: str | Iterable[str]) -> str:
    """Return the valid addresses, once each, with commas between; as many as there is room for."""
    parts = recipients.split(",") if isinstance(recipients, str) else recipients
    found: list[str] = []
    for part in (part.strip() for part in parts):
        is_new = "," not in part and part not in found and is_mail(part)
        if is_new and len(",".join([*found, part])) <= 500:
            found.append(part)
    return ",".join(found)


def _rendered(template: Template, context: dict[str, object], *, autoescape: bool) -> str:
    return template.render(Context(context, autoescape=autoescape))


def _send_unless_paused(mail_id: int, now: datetime) -> None:
    if not _is_paused(now):
        send_mail(mail_id=mail_id, now=now)


def _send_all_unless_paused(ids: Sequence[int], now: datetime) -> None:
    if not _is_paused(now):
        _send_in_turn(ids, now)


def _is_paused(now: datetime) -> bool:
    unanswered = Mail.objects.filter(sent_at=None, is_unanswered=True, failed_at__gt=now - PAUSE)
    return unanswered.exists()


def send_mail(*, mail_id: int, now: datetime, connection: BaseEmailBackend | None = None) -> bool:
    """Send one mail that is not sent yet; a failure is noted on it, never raised.

    `connection` is one that several are sent by.
    """
    mail = _taken(mail_id, now)
    if mail is None:
        return False
    answers = Settings.objects.get().helpdesk_mail
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        to=mail.recipients.split(","),
        reply_to=[answers] * bool(answers),
        connection=connection,
        headers=FROM_NOBODY,
    )
    message.attach_alternative(mail.html, "text/html")
    try:
        if connection:
            connection.open()  # if it is not open; what is not opened here is closed after one mail
        message.send()
    except Exception as error:  # whatever the server says, the order is worth more
        Mail.objects.filter(pk=mail_id).update(
            taken_at=None,
            failed_at=now,
            is_unanswered=_is_unanswered(error),
            error=_why_unsent(error)[:500],
        )
        return False
    Mail.objects.filter(pk=mail_id).update(
        taken_at=None, failed_at=None, is_unanswered=False, error="", sent_at=now
    )
    return True


def _taken(mail_id: int, now: datetime) -> Mail | None:
    """Take a mail to be sent, unless somebody else is sending it; no lock is held meanwhile."""
    mail = Mail.objects.filter(pk=mail_id, sent_at=None).first()
    if mail is None:
        return None
    if mail.taken_at and abs(now - mail.taken_at) < TAKEN_FOR:
        return None
    # Of two who have read the same attempts, one counts them up.
    mine = Mail.objects.filter(pk=mail_id, sent_at=None, attempts=mail.attempts)
    taken = mine.update(attempts=F("attempts") + 1, taken_at=now)
    return mail if taken else None


def _is_unanswered(error: Exception) -> bool:
    lost = isinstance(error, SMTPConnectError | SMTPServerDisconnected)
    return lost or (isinstance(error, OSError) and not isinstance(error, SMTPException))


def _why_unsent(error: Exception) -> str:
    said = f"{type(error).__name__}: {error}".replace("\x00", "")
    return f"Mailserveren svarer ikke ({said})" if _is_unanswered(error) else said


def send_unsent(*, now: datetime, most: int | None = None) -> tuple[int, int]:
    """Try the mails that are not sent; return how many were sent and how many were not.

    If the server does not answer for one, it is not asked about the rest. `most` is how many are
    tried, those first that have been tried least; without it all are.
    """
    unsent = Mail.objects.filter(sent_at=None).order_by("attempts", "id")
    ids = list(unsent.values_list("id", flat=True))
    sent = _send_in_turn(ids[:most], now)
    return sent, len(ids) - sent


def _send_in_turn(ids: Sequence[int], now: datetime) -> int:
    """Send mails by one connection until the server does not answer; return how many it took."""
    connection, sent = get_connection(), 0
    for at, pk in enumerate(ids, start=1):
        if send_mail(mail_id=pk, now=now, connection=connection):
            sent += 1
        elif Mail.objects.filter(pk=pk, sent_at=None, is_unanswered=True).exists():
            break
        if at % AT_ONCE == 0:  # many servers take so many by one connection, and no more
            _hang_up(connection)
    _hang_up(connection)
    return sent


def _hang_up(connection: BaseEmailBackend) -> None:
    with suppress(OSError, SMTPException):
        connection.close()
