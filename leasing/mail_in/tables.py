"""The list of mails that were fetched: its table and its filter."""

import django_filters
from django.urls import reverse

from albertslund_it.web.lists.columns import Column, NumberColumn
from albertslund_it.web.lists.filters import FilterSet
from albertslund_it.web.lists.tables import Table
from albertslund_it.web.moments import moment_told
from leasing.mail.tables import MomentColumn, StateColumn
from leasing.models import MailOutcome, ReceivedMail

WAITS = "venter"
STATES = [(WAITS, "Ikke set igennem"), *MailOutcome.choices]


def _state(mail: ReceivedMail) -> tuple[str, str]:
    if mail.outcome != MailOutcome.ORDER:
        is_bad = mail.outcome in (MailOutcome.TOO_LARGE, MailOutcome.UNREADABLE)
        return ("bad" if is_bad else "", MailOutcome(mail.outcome).label)
    return ("", "Set igennem") if mail.is_handled else ("warn", "Ikke set igennem")


def _sent(mail: ReceivedMail) -> str:
    return moment_told(mail.sent_at)


def _page(mail: ReceivedMail) -> str:
    if mail.order_id is None:
        return ""
    return reverse("order-detail" if mail.is_handled else "order-edit", args=[mail.order_id])


class ReceivedTable(Table):
    """The mails of the helpdesk's mailbox, as far as they were fetched."""

    caption = "Modtagne mails"
    empty_title = "Der er ikke hentet nogen mails"
    empty_help = "De kommer her, når `manage.py fetch_mail` har læst helpdeskens postkasse."

    subject = Column("Emne", of=str, link=_page, sort_by="subject", card="title")
    sender = Column("Fra", card="line")
    sent_at = MomentColumn("Sendt", of=_sent, card="note")
    state = StateColumn("Status", of=_state, sort_by=("outcome", "is_handled"), card="line")
    order = Column(
        "Bestilling",
        of=lambda mail: mail.order.number if mail.order else "",
        link=_page,
        sort_by="order_id",
        card="line",
    )
    line_count = NumberColumn("Linjer")
    file_count = NumberColumn("Filer")
    why = Column("Hvorfor ikke en bestilling", orderable=False, card="line")


class ReceivedFilter(FilterSet):
    """What the list of fetched mails can be narrowed to."""

    status = django_filters.ChoiceFilter(
        label="Status", choices=STATES, method="in_state", empty_label="Alle"
    )

    class Meta:
        model = ReceivedMail
        fields: list[str] = []

    def in_state(self, mails, name, state):
        if state == WAITS:
            return mails.filter(outcome=MailOutcome.ORDER, is_handled=False)
        return mails.filter(outcome=state)
