"""The list of what was taken in."""

import django_filters
from django.db.models import Q
from django.urls import reverse

from albertslund_it.web.lists.columns import (
    CodeColumn,
    Column,
    DateColumn,
    MarkColumn,
    NumberColumn,
)
from albertslund_it.web.lists.filters import FilterSet
from albertslund_it.web.lists.tables import Table
from leasing.imports.importers.kinds import KINDS
from leasing.imports.presenters import counts_shown, mark_of
from leasing.models import ImportBatch

WAITS, UNDONE = "venter", "fortrudt"


class BatchFilter(FilterSet):
    """What the list of what was taken in can be narrowed to."""

    q = django_filters.CharFilter(label="Søg", method="search", max_length=100)
    slags = django_filters.ChoiceFilter(label="Slags", field_name="kind", empty_label="Alle")
    vis = django_filters.ChoiceFilter(
        label="Vis",
        choices=[(WAITS, "Med rækker, der venter"), (UNDONE, "Fortrudt")],
        method="in_state",
        empty_label="Alle",
    )

    class Meta:
        model = ImportBatch
        fields: list[str] = []

    def __init__(self, *args, kinds: list[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["slags"].extra["choices"] = [(kind, KINDS[kind].label) for kind in kinds]
        self.hint("Nummer, fil eller navn")

    def search(self, batches, name, value):
        found = Q(name__icontains=value) | Q(made_by__icontains=value)
        if value.isdecimal() and len(value) < 10:
            found |= Q(pk=int(value))
        return batches.filter(found)

    def in_state(self, batches, name, value):
        if value == UNDONE:
            return batches.filter(act__undone_at__isnull=False)
        return batches.filter(waiting_count__gt=0)


def _page_of(batch: ImportBatch) -> str:
    return reverse("import-batch", args=[batch.pk])


def _mark_of(one) -> tuple[str, str]:
    return mark_of(is_undone=one.is_undone, waiting=one.waiting_count)


class BatchTable(Table):
    """What was taken in, the newest first."""

    caption = "Det, der er indlæst"
    empty_title = "Der er ikke indlæst noget endnu"
    empty_help = "Hver fil, der ændrer noget, står her med sit nummer."

    number = NumberColumn("Nr.", of="pk", link=_page_of, sort_by="pk")
    kind = Column("Slags", of=lambda one: KINDS[one.kind].label, orderable=False, card="line")
    name = CodeColumn("Fil", link=_page_of, card="title")
    made_at = DateColumn("Indlæst", card="note")
    made_by = Column("Af")
    did = Column("Ændrede", of=lambda one: counts_shown(one.counts), orderable=False, card="line")
    state = MarkColumn("Status", of=_mark_of, orderable=False, card="line")
