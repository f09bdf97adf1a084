"""Columns of our tables: how a value looks on the page, in Excel, and when it is sorted.

A cell is made by a plain function of strings: django-tables2's own cells cost ten times as much,
which is felt on a page of 50 rows. Its headings, sorting and paging are used as they are.
"""

from collections.abc import Callable
from datetime import date
from html import escape
from operator import attrgetter

import django_tables2 as tables
from django.db.models import F
from django.db.models.functions import Collate
from django.utils.html import format_html
from django.utils.safestring import SafeString

from albertslund_it.common.files.workbooks import CellKind
from albertslund_it.common.money import format_count, format_kroner
from albertslund_it.common.names import danish_key
from albertslund_it.web.query import returning_to

NOTHING = (1,)  # what a column of nothing is sorted by: after (0, …)


class Column(tables.Column):
    """Text.

    Args:
        verbose_name: the heading.
        of: the attribute to show ('unit.name') or a function of the record, if not the name.
        link: a function of the record that gives an address, or '' for none.
        sort_by: names of the fields that a queryset is ordered by, if not the column's own.
        summed: whether a list's rows are added up under the table.
        card: where it stands on a phone's card: 'title', 'answer' (beside the title), 'line' or
            'note' (at the end of the lines). Where any column says so, those that do not are left
            out of cards.
    """

    css = ""
    kind = CellKind.TEXT
    is_danish = True
    is_pick = False  # a box to choose the row by
    is_acts = False  # what is done with the row

    def __init__(
        self,
        verbose_name=None,
        *,
        of: str | Callable | None = None,
        link: Callable | None = None,
        sort_by: tuple[str, ...] | str | None = None,
        summed: bool = False,
        card: str = "",
        **kwargs,
    ):
        super().__init__(verbose_name, order_by=sort_by, **kwargs)
        self.of = of
        self.link_to = link
        self.summed = summed
        self.card = card

    def reader(self, name: str) -> Callable:
        """Return the function that takes the column's value from a record."""
        of = self.of or name
        return of if callable(of) else attrgetter(of)

    def text(self, value) -> str | SafeString:
        """Write a value on the page."""
        return value

    def cell(self, record, value) -> str:
        """Return a cell's HTML."""
        if value is None or value == "":
            return ""
        text = self.text(value)
        if not isinstance(text, SafeString):
            text = escape(text, quote=False)
        if self.link_to and (url := self.link_to(record)):
            return f'<a href="{escape(url)}">{text}</a>'
        return text

    def excel(self, value):
        """Return the value as a spreadsheet takes it."""
        return value

    def plain(self, value) -> str:
        """Write a value where there is no page, in a mail for instance."""
        value = self.excel(value)
        return "" if value is None or value == "" else str(self.text(value))

    def sort_key(self, value):
        """Return what a list of records is sorted by; nothing comes last."""
        if value is None or value == "":
            return NOTHING
        return (0, danish_key(value) if isinstance(value, str) else value)

    def order_expressions(
        self, name: str, descending: bool, is_text: Callable[[str], bool] = lambda field: True
    ) -> list:
        """Return what a queryset is ordered by; nothing comes last.

        A column of text may be sorted by fields that are none, to which PostgreSQL gives no order
        of letters: `is_text` tells them apart.
        """
        fields = [str(field) for field in self.order_by or (name,)]
        expressions = [
            Collate(field, "dansk") if self.is_danish and is_text(field) else F(field)
            for field in fields
        ]
        return [
            e.desc(nulls_last=True) if descending else e.asc(nulls_last=True) for e in expressions
        ]


class CodeColumn(Column):
    """A number that is a name: a serial number, an account."""

    kind = CellKind.CODE
    is_danish = False
    css = "nowrap"


class DateColumn(Column):
    """A date as 17-11-2025."""

    kind = CellKind.DATE
    is_danish = False
    css = "nowrap"

    def text(self, value):
        return f"{value:%d-%m-%Y}"


class NumberColumn(Column):
    """A count, to the right."""

    kind = CellKind.NUMBER
    is_danish = False
    css = "num"

    def text(self, value):
        return format_count(value)


class AmountColumn(Column):
    """An amount in øre, to the right; its heading says kr."""

    kind = CellKind.AMOUNT
    is_danish = False
    css = "num"

    def text(self, value):
        return format_kroner(value, unit=False)


class ChangeColumn(AmountColumn):
    """A change in øre, with its sign."""

    def text(self, value):
        return format_kroner(value, unit=False, sign=True)


class MarkColumn(Column):
    """A word in a mark: (style, word) with style good, warn, bad or ''; or a date or plain text."""

    css = "nowrap"

    def text(self, value):
        if isinstance(value, date):
            return f"{value:%d-%m-%Y}"
        if isinstance(value, str):
            return value
        style, word = value
        return format_html('<span class="mark{}">{}</span>', f" mark-{style}" * bool(style), word)

    def excel(self, value):
        return value[1] if isinstance(value, tuple) else value

    def sort_key(self, value):
        return super().sort_key(self.excel(value))


class ActsColumn(Column):
    """What can be done with a row: (label, address) of each, given by a function of the record.

    What is done leads back to the list. One stands as a button, more in a menu, which opens
    without a script.
    """

    css = "acts-cell no-print"
    is_acts = True

    def __init__(self, acts: Callable, called: Callable):
        super().__init__("Handlinger", of=acts, orderable=False, exclude_from_export=True)
        self.called = called
        self.back = ""

    def come_back_to(self, address: str) -> None:
        """Let all that is done lead back to a page."""
        self.back = address

    def cell(self, record, value):
        acts = [(label, returning_to(url, self.back)) for label, url in value]
        if not acts:
            return ""
        name = escape(str(self.called(record)))
        if len(acts) == 1:
            [(label, url)] = acts
            return (
                f'<a class="btn btn-sm btn-outline-secondary" href="{escape(url)}">{escape(label)}'
                f'<span class="visually-hidden"> {name}</span></a>'
            )
        links = "".join(
            f'<li><a href="{escape(url)}">{escape(label)}</a></li>' for label, url in acts
        )
        return (
            f'<button class="acts" type="button" popovertarget="acts-{record.id}" '
            f'aria-label="Handlinger: {name}">⋯</button>'
            f'<ul class="acts-menu" popover id="acts-{record.id}">{links}</ul>'
        )
