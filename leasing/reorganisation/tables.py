"""The list of reorganisations, and the lists under the figures of one."""

import django_filters
from django.urls import reverse

from albertslund_it.common.sentences import listed
from albertslund_it.web.lists.columns import (
    AmountColumn,
    ChangeColumn,
    CodeColumn,
    Column,
    DateColumn,
    MarkColumn,
    NumberColumn,
)
from albertslund_it.web.lists.filters import FilterSet
from albertslund_it.web.lists.tables import Table
from leasing.models import Reorganisation
from leasing.reorganisation.presenters import late_lines, state_of, what_changes
from leasing.reorganisation.selectors.money import Change, Money

STATES = [
    ("kommende", "Ikke gennemført"),
    ("gennemfoert", "Gennemført"),
    ("annulleret", "Annulleret"),
]


class ReorganisationFilter(FilterSet):
    """What the reorganisations can be narrowed to."""

    q = django_filters.CharFilter(label="Søg", field_name="title", lookup_expr="icontains")
    stand = django_filters.ChoiceFilter(
        label="Status", choices=STATES, method="in_state", empty_label="Alle"
    )

    class Meta:
        model = Reorganisation
        fields: list[str] = []

    def in_state(self, rows, name, value):
        if value == "kommende":
            return rows.filter(carried_out_at=None, cancelled_at=None)
        if value == "annulleret":
            return rows.filter(cancelled_at__isnull=False)
        return rows.filter(carried_out_at__isnull=False)


class ReorganisationTable(Table):
    """Every reorganisation, the latest day first."""

    caption = "Organisationsændringer"
    empty_title = "Der er ingen organisationsændringer endnu"
    empty_help = "Forbered en, når enheder flytter, lægges sammen, deles, nedlægges eller omdøbes."

    title = Column(
        "Overskrift", link=lambda row: reverse("reorganisation", args=[row.pk]), card="title"
    )
    starts_on = DateColumn("Gælder fra", card="note")
    state = MarkColumn("Status", of=state_of, orderable=False, card="line")
    step_count = NumberColumn("Ændringer", orderable=False, card="line")
    prepared_by = Column("Forberedt af", card="line")
    agreed_by = Column("Godkendt af")


def _device_of(row: Change) -> str:
    pk = row.thing.device_id
    return reverse("device-detail", args=[pk]) if pk else ""


class ChangeTable(Table):
    """What a unit pays more or less of, in the quarter and the year of `money`."""

    caption = "Det, der ændres"
    empty_title = "Her ændres ingenting"
    empty_help = "Enheden betaler det samme som før."

    what = CodeColumn("Hvad", of=what_changes, link=_device_of, card="title")
    model = Column("Model", of="thing.model_name", card="line")
    others = Column("Fra eller til", of=lambda row: listed(row.others), card="line")
    quarter_ore = ChangeColumn("Kvartalet (kr.)", summed=True, card="answer")
    year_ore = ChangeColumn("Året (kr.)", summed=True)

    def __init__(self, data, *, money: Money, **kwargs):
        super().__init__(data, **kwargs)
        for name, span in (
            ("quarter_ore", (money.quarter, money.quarter)),
            ("year_ore", money.span),
        ):
            self.columns[name].column.link_to = lambda row, span=span: late_lines(row, *span)


class StepDeviceTable(Table):
    """The devices that go with a step."""

    caption = "Udstyr, der følger med"
    empty_title = "Der følger intet udstyr med"

    serial_number = CodeColumn(
        "Serienr.", link=lambda row: reverse("device-detail", args=[row.id]), card="title"
    )
    model = Column("Model", card="line")
    quarter_ore = AmountColumn("Pr. kvartal (kr.)", summed=True, card="answer")


class StepPersonTable(Table):
    """The people who go with a step."""

    caption = "Medarbejdere, der følger med"
    empty_title = "Der følger ingen medarbejdere med"

    name = Column(
        "Medarbejder", link=lambda one: reverse("employee-detail", args=[one.pk]), card="title"
    )
    initials = CodeColumn("Initialer", card="line")
    unit = Column("Enhed i dag", of="unit.name", orderable=False, card="line")
