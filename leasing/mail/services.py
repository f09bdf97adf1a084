"""Mails: written with what they tell of, in its transaction; sent after it, and tried again.

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
from django.template import engines
from django.template.context import make_context

from leasing.models import Mail, Order, Settings

NO_ANSWER = "Mailserveren svarer ikke"
# So long after a vain attempt no page waits for the server.
PAUSE = timedelta(minutes=10)
# Who takes a mail and says no more within this time has been stopped while sending it.
TAKEN_FOR = timedelta(minutes=2)


@transaction.atomic
def write_mail(
    *,
    recipients: str | Iterable[str],
    subject: str,
    template: str,
    context: dict,
    now: datetime,
    order: Order | None = None,
    key: str | None = None,
    told: Sequence[str] = (),
) -> Mail | None:
    """Write a mail from 'mail/<template>.txt' and '.html', to be sent when all else is written.

    `recipients` are addresses, or a text of them with commas between; what is no address is left
    out. Nothing is written without a recipient, or where a mail with that key is there.
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
    """Return what is an address, once each, with commas between; as many as there is room for."""
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


def _rendered(name: str, context: dict, *, autoescape: bool) -> str:
    template = engines["django"].get_template(name).template
    return template.render(make_context(context, autoescape=autoescape))


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
        is_unanswered = _is_unanswered(error)
        said = f"{type(error).__name__}: {error}".replace("\x00", "")
        Mail.objects.filter(pk=mail_id).update(
            taken_at=None,
            failed_at=now,
            is_unanswered=is_unanswered,
            error=(f"{NO_ANSWER} ({said})" if is_unanswered else said)[:500],
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


def send_unsent(*, now: datetime) -> tuple[int, int]:
    """Try every mail that is not sent; give how many were sent and how many were not.

    Where the server does not answer one, it is not asked about the rest.
    """
    ids = list(Mail.objects.filter(sent_at=None).order_by("id").values_list("id", flat=True))
    sent = 0
    for pk in ids:
        if send_mail(mail_id=pk, now=now):
            sent += 1
        elif Mail.objects.filter(pk=pk, sent_at=None, is_unanswered=True).exists():
            break
    return sent, len(ids) - sent
