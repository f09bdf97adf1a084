"""The list of a kind of difference: its dearest rows first, read a page at a time."""

from collections.abc import Iterator
from datetime import date
from html import escape

import django_filters
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django_tables2.data import TableData

from albertslund_it.web.lists.columns import AmountColumn, CodeColumn, Column, DateColumn
from albertslund_it.web.lists.filters import FilterSet
from albertslund_it.web.lists.tables import Table
from inventory.models import Device
from leasing.sources.presenters.rows import DifferenceShown, difference_shown
from leasing.sources.selectors.differences import little_ram, unseen
from leasing.sources.selectors.kinds import DifferenceKind, amounts, ids_of
from leasing.sources.selectors.rows import differing_rows

CHUNK = 500


class DifferenceRows(TableData):
    """The rows of a kind of difference: all ids, by what they cost, then the rows of a page."""

    def __init__(self, kind: DifferenceKind, rows: QuerySet, on: date, user: User):
        ids = ids_of(rows)
        self.kind, self.on, self.user = kind, on, user
        self.costs = amounts(kind, ids, on)
        self.quarter_ore = sum(self.costs.values())
        super().__init__(sorted(ids, key=lambda pk: -self.costs.get(pk, 0)))

    def __len__(self) -> int:
        return len(self.data)

    def order_by(self, aliases):
        """Keep the order: the list has one."""

    def __getitem__(self, wanted: slice) -> list[DifferenceShown]:
        rows = differing_rows(self.kind, self.data[wanted], self.costs, self.on)
        return [difference_shown(self.kind, row, self.user) for row in rows]

    def __iter__(self) -> Iterator[DifferenceShown]:
        for start in range(0, len(self.data), CHUNK):
            yield from self[start : start + CHUNK]


class ActionsColumn(Column):
    """What mends a row, or who does it."""

    css = "nowrap"

    def cell(self, record, value):
        if record.is_others:
            return '<span class="soft">Sig til it-helpdesk</span>'
        name = escape(record.name)
        return " ".join(
            '<a class="btn btn-sm btn-outline-secondary" '
            f'href="{escape(action.url)}">{escape(action.label)}'
            f'<span class="visually-hidden"> {name}</span></a>'
            for action in record.actions
        )


class SourceDifferenceTable(Table):
    """What differs."""

    caption = "Forskelle"
    empty_title = "Der er ingen forskelle"
    empty_help = "Kilden og registeret siger det samme."

    name = CodeColumn("Hvad", link=lambda row: row.url, orderable=False)
    ours = Column("I registeret", link=lambda row: row.ours_url, orderable=False)
    theirs = Column("I kilden", orderable=False)
    unit = Column("Enhed", link=lambda row: row.unit_url, orderable=False)
    last_seen = DateColumn("Sidst set", orderable=False)
    quarter_ore = AmountColumn("Kr. pr. kvartal", orderable=False)
    actions = ActionsColumn("Handling", orderable=False, exclude_from_export=True)


class _BoundedFilter(FilterSet):
    """A limit that the list is asked with, in place of the setting's."""

    class Meta:
        model = Device
        fields: list[str] = []

    def __init__(self, *args, on: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.on = on


class UnseenFilter(_BoundedFilter):
    """For how long nothing was seen."""

    dage = django_filters.NumberFilter(
        label="Ikke set i (dage)",
        method="for_days",
        min_value=1,
        max_value=3650,
        help_text="Tom: indstillingens dage",
    )

    def for_days(self, devices, name, value):
        return unseen(self.on, int(value))


class RamFilter(_BoundedFilter):
    """How little RAM is too little."""

    gb = django_filters.NumberFilter(
        label="RAM højst (GB)",
        method="at_most",
        min_value=1,
        max_value=1024,
        help_text="Tom: indstillingens",
    )

    def at_most(self, devices, name, value):
        return little_ram(self.on, int(value))


FILTERS: dict[str, type[FilterSet]] = {"ikke-set": UnseenFilter, "lidt-ram": RamFilter}
