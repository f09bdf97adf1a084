"""Mails: written in the transaction of what they tell about, sent after it, and tried again.

A mail goes out after the change is safe, outside any transaction: a slow mail server may make one
page wait for a few seconds, but locks nobody out and loses nothing. While the server does not
answer, further mails wait for `notify` and no page waits for them.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from smtplib import SMTPConnectError, SMTPException, SMTPServerDisconnected

from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import F
from django.template import Context, Engine

from leasing.models import Mail, Order, Settings

# How long after an attempt that was not answered no page waits for the server.
PAUSE = timedelta(minutes=10)
# A process that takes a mail and reports nothing within this time was stopped while sending it.
TAKEN_FOR = timedelta(minutes=2)


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
    subject = " ".join(subject.split())[:200]
    site = Settings.objects.get().site_address.rstrip("/")
    context = {"site": site, "subject": subject, **context}
    mail = Mail(
        recipients=to,
        subject=subject,
        text=_rendered(f"mail/{template}.txt", context, autoescape=False).strip() + "\n",
        html=_rendered(f"mail/{template}.html", context, autoescape=True),
        key=key,
        told=list(told),
        order=order,
        written_at=now,
    )
    try:
        with transaction.atomic():
            mail.save()
    except IntegrityError:  # somebody else wrote it at the same moment
        return None
    transaction.on_commit(lambda: _send_unless_paused(mail.pk, now), robust=True)
    return mail


def addresses(recipients: str | Iterable[str]) -> str:
    """Return the valid addresses, once each, with commas between; as many as there is room for."""
    parts = recipients.split(",") if isinstance(recipients, str) else recipients
    found: list[str] = []
    for part in (part.strip() for part in parts):
        try:
            validate_email(part)
        except ValidationError:
            continue
        if "," not in part and part not in found and len(",".join([*found, part])) <= 500:
            found.append(part)
    return ",".join(found)


def _rendered(name: str, context: dict[str, object], *, autoescape: bool) -> str:
    template = Engine.get_default().get_template(name)
    return template.render(Context(context, autoescape=autoescape))


def _send_unless_paused(mail_id: int, now: datetime) -> None:
    unanswered = Mail.objects.filter(sent_at=None, is_unanswered=True, failed_at__gt=now - PAUSE)
    if not unanswered.exists():
        send_mail(mail_id=mail_id, now=now)


def send_mail(*, mail_id: int, now: datetime) -> bool:
    """Send one mail that is not sent yet; a failure is noted on it, never raised."""
    mail = _taken(mail_id, now)
    if mail is None:
        return False
    answers = Settings.objects.get().helpdesk_mail
    message = EmailMultiAlternatives(
        mail.subject, mail.text, to=mail.recipients.split(","), reply_to=[answers] * bool(answers)
    )
    message.attach_alternative(mail.html, "text/html")
    try:
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


def send_unsent(*, now: datetime) -> tuple[int, int]:
    """Try every mail that is not sent; return how many were sent and how many were not.

    If the server does not answer for one, it is not asked about the rest.
    """
    ids = list(Mail.objects.filter(sent_at=None).order_by("id").values_list("id", flat=True))
    sent = 0
    for pk in ids:
        if send_mail(mail_id=pk, now=now):
            sent += 1
        elif Mail.objects.filter(pk=pk, sent_at=None, is_unanswered=True).exists():
            break
    return sent, len(ids) - sent
