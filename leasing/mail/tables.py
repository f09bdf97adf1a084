"""The list of mails: its table and its filter."""

import django_filters
from django.urls import reverse

from albertslund_it.web.lists.columns import Column, MarkColumn, NumberColumn
from albertslund_it.web.lists.filters import FilterSet
from albertslund_it.web.lists.tables import Table
from albertslund_it.web.moments import moment_told
from leasing.models import Mail

WAITING, SENT = "venter", "sendt"
STATES = [(WAITING, "Ikke sendt"), (SENT, "Sendt")]


def _state(mail: Mail) -> tuple[str, str]:
    if mail.sent_at:
        return ("good", f"Sendt {moment_told(mail.sent_at)}")
    return ("bad", "Ikke sendt")


class MomentColumn(Column):
    is_danish = False
    css = "nowrap"


class StateColumn(MarkColumn):
    is_danish = False


class MailTable(Table):
    """The mails that the system has written."""

    caption = "Mails"
    empty_title = "Der er ikke skrevet nogen mails"
    empty_help = "De kommer her, når der bestilles, spørges om dispensation eller rykkes."

    subject = Column("Emne", link=lambda mail: reverse("mail-detail", args=[mail.pk]), card="title")
    recipients = Column("Til", of=lambda mail: mail.recipients.replace(",", ", "), card="line")
    written_at = MomentColumn(
        "Skrevet",
        of=lambda mail: moment_told(mail.written_at),
        card="note",
    )
    state = StateColumn("Status", of=_state, sort_by="sent_at", card="line")
    attempts = NumberColumn("Forsøg")
    error = Column("Hvorfor ikke", orderable=False, card="line")


class MailFilter(FilterSet):
    """What the list of mails can be narrowed to."""

    status = django_filters.ChoiceFilter(
        label="Status", choices=STATES, method="in_state", empty_label="Alle"
    )

    class Meta:
        model = Mail
        fields: list[str] = []

    def in_state(self, mails, name, state):
        return mails.filter(sent_at__isnull=state == WAITING)
