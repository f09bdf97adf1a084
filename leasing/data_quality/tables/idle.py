"""The list of what is leased and not used."""

from datetime import timedelta

from django.urls import reverse

from albertslund_it.web.lists.columns import AmountColumn, CodeColumn, Column, DateColumn
from albertslund_it.web.lists.tables import Table
from leasing.data_quality.presenters.idle import why_of
from leasing.data_quality.selectors.idle import Idle

ONE_DAY = timedelta(days=1)


def device_page(row: Idle) -> str:
    """Return the page of a device."""
    return reverse("device-detail", args=[row.id])


class IdleTable(Table):
    """What is leased and not used, with what ends it."""

    caption = "Leaset, men ikke i brug"
    empty_title = "Alt, der er leaset, er i brug"
    empty_help = "Så vidt vi ved."

    name = CodeColumn("Serienr.", link=device_page, card="title")
    model = Column("Model", card="line")
    department = Column("Afdeling", of="place.department")
    unit = Column("Enhed", of="place.unit", card="line")
    person = Column("Medarbejder", card="line")
    why = Column("Hvorfor", of=why_of, card="line")
    ends = DateColumn("Udløb", of=lambda row: row.ends_before and row.ends_before - ONE_DAY)
    quarter_ore = AmountColumn("I kvartalet (kr.)", summed=True, card="answer")
    rest_ore = AmountColumn("Til udløb (kr.)", summed=True)
    actions = Column("Gør", orderable=False, exclude_from_export=True, card="note")
