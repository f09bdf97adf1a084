"""The list of objections: its filter and its columns."""

import django_filters
from django.urls import reverse

from albertslund_it.web.lists.columns import CodeColumn, Column, DateColumn, MarkColumn
from albertslund_it.web.lists.filters import FilterSet
from albertslund_it.web.lists.tables import Table
from albertslund_it.web.people import name_of
from leasing.models import Objection

OPEN = "aaben"


class ObjectionFilter(FilterSet):
    """Whether an objection is open."""

    stand = django_filters.ChoiceFilter(
        label="Status",
        choices=[(OPEN, "Åben"), *Objection.Outcome.choices],
        method="in_state",
        empty_label="Alle",
    )

    class Meta:
        model = Objection
        fields: list[str] = []

    def in_state(self, objections, name, value):
        return objections.filter(outcome="" if value == OPEN else value)


def _state(objection):
    if not objection.outcome:
        return ("warn", "Åben")
    return ("good", objection.get_outcome_display())


def _by(objection) -> str:
    by = objection.raised_by
    return name_of(by)


class ObjectionTable(Table):
    """What leaders have said is not theirs."""

    caption = "Indsigelser"
    empty_title = "Ingen har gjort indsigelse"
    empty_help = "Når en leder siger »Ikke vores« til udstyr på sin liste, står det her."

    device = CodeColumn(
        "Udstyr",
        of="device.serial_number",
        link=lambda row: reverse("objection", args=[row.pk]),
        sort_by="device__serial_number",
        card="title",
    )
    model = Column("Model", of="device.model.name", sort_by="device__model__name", card="line")
    unit = Column("Enhed, der betaler", of="unit.name", sort_by="unit__name", card="line")
    note = Column("Hvad er forkert", card="line")
    since = DateColumn("Forkert siden")
    raised_at = DateColumn("Rejst", card="note")
    by = Column("Af", of=_by, orderable=False)
    state = MarkColumn("Status", of=_state, sort_by="outcome", card="answer")
