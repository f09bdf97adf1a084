"""The mails that orders came by."""

from django.db.models import Prefetch, QuerySet

from leasing.models import MailOutcome, Order, ReceivedFile, ReceivedMail


def mail_behind(order: Order) -> ReceivedMail | None:
    """Return the mail that an order was made of by itself, with its files."""
    files = ReceivedFile.objects.select_related("file").defer("file__data").order_by("id")
    mails = ReceivedMail.objects.prefetch_related(Prefetch("files", files))
    return mails.filter(order=order).first()


def waiting_mails() -> QuerySet[ReceivedMail]:
    """Return the mails whose draft nobody has looked through yet."""
    return ReceivedMail.objects.filter(outcome=MailOutcome.ORDER, is_handled=False)


def mails_without_lines() -> QuerySet[ReceivedMail]:
    """Return those of them of which nothing could be read as a line, the oldest first."""
    return waiting_mails().filter(order__isnull=False, order__lines=None).order_by("order_id")


def waiting_mail_count() -> int:
    """Count the mails whose draft nobody has looked through yet."""
    return waiting_mails().count()
