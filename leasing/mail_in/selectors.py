"""The mails that were fetched, and whom they never come from."""

from django.db.models import Count, QuerySet

from leasing.models import ReceivedMail, Settings


def own_addresses() -> set[str]:
    """Return the addresses that the municipality's own systems write from and are written to."""
    known = Settings.objects.get()
    return {one for one in (known.helpdesk_mail,) if one}


def received_mails() -> QuerySet[ReceivedMail]:
    """Return the mails that were fetched, each with its order, and how many lines and files."""
    return ReceivedMail.objects.select_related("order").annotate(
        line_count=Count("order__lines", distinct=True), file_count=Count("files", distinct=True)
    )
