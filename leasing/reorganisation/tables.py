"""The list of reorganisations."""

import django_filters
from django.urls import reverse

from albertslund_it.web.lists.columns import Column, DateColumn, MarkColumn, NumberColumn
from albertslund_it.web.lists.filters import FilterSet
from albertslund_it.web.lists.tables import Table
from leasing.models import Reorganisation
from leasing.reorganisation.presenters import state_of

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
