"""Mails: written with what they tell of, in its transaction; sent after it, and tried again."""

from datetime import datetime

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string

from leasing.models import Mail, Order, Settings


@transaction.atomic
def write_mail(
    *,
    recipients: str,
    subject: str,
    template: str,
    context: dict,
    now: datetime,
    order: Order | None = None,
    key: str | None = None,
) -> Mail | None:
    """Write a mail from 'mail/<template>.txt' and '.html', to be sent when all else is written.

    Nothing is written without a recipient, or where a mail with that key is there.
    """
    if not recipients or (key and Mail.objects.filter(key=key).exists()):
        return None
    context = {"site": Settings.objects.get().site_address.rstrip("/"), **context}
    mail = Mail.objects.create(
        recipients=recipients,
        subject=" ".join(subject.split())[:200],
        text=render_to_string(f"mail/{template}.txt", context),
        html=render_to_string(f"mail/{template}.html", context),
        key=key,
        order=order,
        written_at=now,
    )
    transaction.on_commit(lambda: send_mail(mail_id=mail.pk, now=now), robust=True)
    return mail


def send_mail(*, mail_id: int, now: datetime) -> bool:
    """Send one mail that is not sent yet; a failure is noted on it, never raised."""
    with transaction.atomic():
        unsent = Mail.objects.select_for_update(skip_locked=True).filter(sent_at=None)
        mail = unsent.filter(pk=mail_id).first()
        if mail is None:
            return False
        message = EmailMultiAlternatives(mail.subject, mail.text, to=mail.recipients.split(","))
        message.attach_alternative(mail.html, "text/html")
        mail.attempts += 1
        try:
            message.send()
        except Exception as error:  # whatever the server says, the order is worth more
            mail.error = f"{type(error).__name__}: {error}"[:500]
        else:
            mail.error, mail.sent_at = "", now
        mail.save(update_fields=["attempts", "error", "sent_at"])
        return mail.sent_at is not None


def send_unsent(*, now: datetime) -> tuple[int, int]:
    """Try every mail that is not sent; give how many were sent and how many were not."""
    ids = list(Mail.objects.filter(sent_at=None).order_by("id").values_list("id", flat=True))
    sent = sum(send_mail(mail_id=pk, now=now) for pk in ids)
    return sent, len(ids) - sent
