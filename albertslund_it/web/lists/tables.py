"""Tables: django-tables2 for headings, sorting and paging, with rows and a template of our own."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from operator import itemgetter
from typing import Any

import django_tables2 as tables
from django.db.models import CharField, F, QuerySet, Sum, TextField
from django.utils.safestring import SafeString
from django_tables2.data import TableData

from albertslund_it.common.files import workbooks
from albertslund_it.common.files.workbooks import CellKind
from albertslund_it.web.lists.columns import NOTHING
from albertslund_it.web.lists.presets import COLUMN


class QuerySetRows(TableData):
    """Rows of a queryset, ordered by the database."""

    data: QuerySet[Any]

    def __len__(self):
        if not hasattr(self, "_length"):
            self._length = self.data.count()
        return self._length

    def order_by(self, aliases):
        keys = []
        for alias in aliases:
            name = alias.lstrip("-")
            column = self.table.columns[name].column
            keys += column.order_expressions(name, alias.startswith("-"), self._is_text)
        if keys:
            self.data = self.data.order_by(*keys, "pk")

    def _is_text(self, field: str) -> bool:
        found = F(field).resolve_expression(self.data.query.chain())
        return isinstance(found.output_field, CharField | TextField)

    def ids(self):
        """Return the ids of all rows in their order, to be sliced."""
        return self.data.values_list("pk", flat=True)

    def rows_of(self, ids: list[int]) -> dict[int, Any]:
        """Read some rows, by their ids."""
        return {row.pk: row for row in self.data.order_by().filter(pk__in=ids)}

    def __getitem__(self, wanted: slice) -> list[Any]:
        """Read the page's ids first: what is sorted and skipped is then ids, not whole rows."""
        ids = list(self.ids()[wanted])
        found = self.rows_of(ids)
        return [found[pk] for pk in ids if pk in found]

    def __iter__(self):
        return self.data.iterator(chunk_size=2000)

    def sum_of(self, bound) -> int:
        """Add up a column, by the database where it is a field of the rows."""
        fields = {field.name for field in self.data.model._meta.concrete_fields}
        if bound.name in fields and bound.column.of is None:
            return self.data.order_by().aggregate(sum=Sum(bound.name))["sum"] or 0
        return sum(map(bound.column.reader(bound.name), self))


class ListRows(TableData):
    """Rows of a list, ordered here; for what is few or worked out in Python."""

    data: list[Any]

    def __len__(self):
        return len(self.data)

    def order_by(self, aliases):
        for alias in reversed(aliases):
            name = alias.lstrip("-")
            column = self.table.columns[name].column
            read = column.reader(name)
            keyed = [(column.sort_key(read(record)), record) for record in self.data]
            there = [one for one in keyed if one[0] != NOTHING]
            there.sort(key=itemgetter(0), reverse=alias.startswith("-"))
            nothing = [one for one in keyed if one[0] == NOTHING]
            self.data = [record for _, record in there + nothing]

    def sum_of(self, bound) -> int:
        """Add up a column."""
        return sum(map(bound.column.reader(bound.name), self.data))


class SequenceRows(TableData):
    """Rows of a sequence that reads them where it is sliced."""

    data: Any

    def __len__(self):
        return len(self.data)

    def __getitem__(self, wanted):
        return self.data[wanted]

    def __iter__(self):
        return iter(self.data)


class SlicedRows(SequenceRows):
    """Rows read page by page, with `sums` of theirs; in any other order all are read first."""

    def __init__(self, data):
        super().__init__(data)
        self.sums = data.sums

    def sum_of(self, bound) -> int:
        """Add up a column."""
        return getattr(self.sums, bound.name)

    def order_by(self, aliases):
        if aliases:
            rows = ListRows(list(self.data))
            rows.set_table(self.table)
            rows.order_by(aliases)
            self.data = rows.data


@dataclass(frozen=True, slots=True)
class OfferedColumn:
    """A column as it is chosen: `up` and `down` ask for the columns shown once it is moved."""

    name: str
    header: str
    is_shown: bool
    up: str = ""
    down: str = ""


class Table(tables.Table):
    """The base of our tables.

    Args:
        data: a queryset, a list of records, or a TableData.
        totals: what stands under columns, by their names, the first being a label; without it,
            the columns that are `summed` are added up.
        caption: read out by a screen reader before the table.
    """

    caption = ""
    empty_title = "Der er ingenting her endnu"
    empty_help = ""

    def __init__(self, data, *, totals: dict | None = None, **kwargs):
        if not isinstance(data, TableData):
            data = QuerySetRows(data) if hasattr(data, "query") else ListRows(list(data))
        super().__init__(
            data,
            order_by_field="sorter",
            page_field="side",
            template_name="web/table.html",
            **kwargs,
        )
        self.totals = totals
        self.is_chosen = False

    @property
    def _fixed(self) -> list[str]:
        """Return the columns that always come first: the box, and what a row is known by."""
        pick = [bound.name for bound in self.columns if bound.column.is_pick]
        return [*pick, next(bound.name for bound in self.columns if bound.name not in pick)]

    @property
    def _acts(self) -> list[str]:
        """Return the columns that always come last: what is done with a row."""
        return [bound.name for bound in self.columns if bound.column.is_acts]

    @property
    def cards(self) -> str:
        """Return how a phone shows a row: 'card' as the columns say, or 'list' of them all.

        Columns that were chosen are all shown, whatever a card would have room for.
        """
        has_places = any(bound.column.card for bound in self.columns)
        return "card" if has_places and not self.is_chosen else "list"

    def choose(self, names: Sequence[str]) -> None:
        """Show these columns in this order, after the first; those not offered are left out."""
        fixed, acts = self._fixed, self._acts
        offered = [bound.name for bound in self.columns.iterall()]
        wanted = [n for n in dict.fromkeys(names) if n in offered and n not in {*fixed, *acts}]
        others = [name for name in offered if name not in {*fixed, *wanted, *acts}]
        self.sequence = [*fixed, *wanted, *others, *acts, *self.exclude]
        for name in offered:
            shows = self.columns.show if name in {*fixed, *wanted, *acts} else self.columns.hide
            shows(name)
        self.is_chosen = True

    @property
    def choices(self) -> list[OfferedColumn]:
        """Return the columns that may be chosen, those that are shown first, in their order."""
        fixed = {*self._fixed, *self._acts}
        shown = [bound.name for bound in self.columns if bound.name not in fixed]
        places = {name: place for place, name in enumerate(shown)}
        found = []
        for bound in self.columns.iterall():
            name, place = bound.name, places.get(bound.name)
            if name in fixed or not bound.header:
                continue
            up = down = ""
            if place is not None:
                up = _swapped(shown, place - 1, place) if place else ""
                down = _swapped(shown, place, place + 1) if place + 1 < len(shown) else ""
            found.append(OfferedColumn(name, str(bound.header), place is not None, up, down))
        found.sort(key=lambda one: places.get(one.name, len(places)))
        return found

    @property
    def summary(self) -> str:
        """Say something beside the number of rows."""
        return ""

    def records(self) -> Iterable:
        """Return the records of the page, or all of them where there are no pages."""
        page = getattr(self, "page", None)
        return page.object_list.data if page else self.data

    def body(self) -> Iterator[SafeString]:
        """Return the inside of each row; its first cell is the row's heading."""
        heading = self._fixed[-1]
        cells = [
            _cell_of(
                bound,
                'th scope="row"' if bound.name == heading else "td",
                is_heading=bound.name == heading,
                cards=self.cards,
            )
            for bound in self.columns
        ]
        for record in self.records():
            yield SafeString("".join([cell(record) for cell in cells]))

    def footer(self) -> list[tuple[str, str, str]]:
        """Return (css class, text, what a card calls it) of each cell of the totals, or nothing."""
        totals = self.totals if self.totals is not None else self._sums()
        if not totals:
            return []
        cells = []
        for bound in self.columns:
            if bound.column.is_pick:
                cells.append((bound.column.css, "", ""))
                continue
            value = totals.get(bound.name)
            is_label = isinstance(value, str) or value is None
            text = value or "" if is_label else bound.column.text(value)
            # A card says the answer's sum alone without its name: any other would be taken for it.
            name = "" if is_label or bound.column.card == "answer" else str(bound.header)
            cells.append((bound.column.css, text, name))
        return cells

    def _sums(self) -> dict:
        """Add up the columns that ask for it and can be; a label stands in the first column."""
        summed = [bound for bound in self.columns if bound.column.summed]
        if not summed or len(self.data) < 2:
            return {}
        sums = {bound.name: self.data.sum_of(bound) for bound in summed}
        known = {name: value for name, value in sums.items() if value is not None}
        return {self._fixed[-1]: "I alt", **known} if known else {}

    def page_numbers(self):
        """Return the numbers of the page links, with gaps as '…'."""
        return self.paginator.get_elided_page_range(self.page.number, on_each_side=2, on_ends=1)

    def excel_columns(self) -> list[workbooks.SheetColumn]:
        """Return the columns as a spreadsheet has them, also those that only it has.

        A column with `visible=False` is what an import needs of a row, and the page says otherwise.
        Where columns are chosen, the spreadsheet has those and no others.
        """
        return [
            workbooks.SheetColumn(
                str(bound.header), bound.column.kind, is_summed=bound.column.summed
            )
            for bound in self._exported()
        ]

    def _exported(self) -> list:
        columns = self.columns if self.is_chosen else self.columns.all()
        return [bound for bound in columns if not bound.column.exclude_from_export]

    def excel_rows(self) -> Iterator[list]:
        """Yield every row's values, of all pages."""
        columns = [
            (bound.column.reader(bound.name), bound.column.excel) for bound in self._exported()
        ]
        for record in self.data:
            yield [excel(read(record)) for read, excel in columns]


def _swapped(names: Sequence[str], one: int, other: int) -> str:
    moved = list(names)
    moved[one], moved[other] = moved[other], moved[one]
    return "&".join([f"{COLUMN}={name}" for name in moved])


def _cell_of(bound, tag: str, *, is_heading: bool, cards: str) -> Callable:
    """Return the function that writes a column's cell of a record."""
    column, read = bound.column, bound.column.reader(bound.name)
    css = f' class="{column.css}"' if column.css else ""
    if column.is_pick:
        css += " data-pick"
    elif column.is_acts:
        css += " data-acts"
    elif cards == "card":
        css += f' data-card="{column.card}"'
        # A number says nothing by itself, nor does an amount that is not the answer.
        is_amount = column.kind is CellKind.AMOUNT and column.card != "answer"
        if column.card and (column.kind is CellKind.NUMBER or is_amount):
            css += f' data-named="{escape(bound.header)}"'
    elif not is_heading:
        # What is not for a spreadsheet is what to do: in a card it needs no heading.
        css += (
            " data-act" if column.exclude_from_export else f' data-label="{escape(bound.header)}"'
        )
    opening, closing = f"<{tag}{css}>", f"</{tag[:2]}>"

    def cell(record) -> str:
        return f"{opening}{column.cell(record, read(record))}{closing}"

    return cell


def unknown_order(tables: Iterable[type[Table]], asked: str) -> str | None:
    """Return the column that rows are asked to be sorted by and never can be; None for none.

    A column that a filter leaves out for now, as it would say the same in every row, is known.
    """
    known = {
        name
        for table in tables
        for name, column in table.base_columns.items()
        if column.orderable is not False
    }
    names = (alias.removeprefix("-") for alias in asked.split(",")) if asked else ()
    return next((name for name in names if name not in known), None)


def unknown_column(tables: Iterable[type[Table]], asked: Iterable[str]) -> str | None:
    """Return a column that is asked for and that no table has; None for none.

    One that this reader is not shown is known: a preset may come from somebody who is.
    """
    known = {name for table in tables for name in table.base_columns}
    return next((name for name in asked if name not in known), None)
