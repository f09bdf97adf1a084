"""From a table to rows of checked values: which headings a kind of file has, how each is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import CharField, Model

from albertslund_it.common.errors import Refused
from albertslund_it.common.files import cells
from albertslund_it.common.files.headings import ColumnChoice, is_surplus
from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.common.files.spreadsheets import FileTable, heading_key
from albertslund_it.common.names import match_key
from albertslund_it.common.permissions import VIEW_EMPLOYEE
from albertslund_it.common.progress import Progress, told, told_nobody
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.bulk import Changes
from inventory.imports.importers.file_columns import FileColumn
from inventory.imports.importers.matching import (
    SHOWN,
    Matching,
    headings_of,
    match_columns,
    shown_heading,
)

BLANK = object()
UNREAD = object()
NOWHERE = -1
MORE_CELLS = (
    "Der er flere celler end overskrifter. Står der et skilletegn inde i en celle, skal cellen "
    "stå i anførselstegn"
)


@dataclass(frozen=True)
class Importer:
    """A kind of file: its columns, and the service that takes in its rows.

    `make` builds a row's facts from the columns' fields; what it has a default for may be blank.
    `read_document` reads the kind's other form, an XML document, to the same facts; the quarter is
    what a person says it is for. Of a kind that keeps its file, `save` takes it as `source`. Of one
    that `names_people`, errors and differences tell of them by name. One that `takes_any_heading`
    reads what it knows of another system's export, and says nothing of the rest. Rows that are
    `whole_by` a field go together: where one has a fault, none with the same value is taken in.
    `more_examples` are rows, by heading, that an example needs beside that of the columns.
    """

    kind: str
    label: str
    help: str
    permission: str
    columns: tuple[FileColumn, ...]
    make: Callable[..., Any]
    save: Callable[..., Changes]
    read_document: Callable[[bytes, RowErrors, Quarter | None], list] | None = None
    keeps_file: bool = False
    names_people: bool = False
    takes_any_heading: bool = False
    whole_by: str = ""
    more_examples: tuple[Mapping[str, str], ...] = ()

    @property
    def examples(self) -> list[list[object]]:
        """Return the rows of the example file, which an empty register takes."""
        first = [column.example for column in self.columns]
        more = [[row.get(column.name, "") for column in self.columns] for row in self.more_examples]
        return [first, *more]

    @property
    def permissions(self) -> tuple[str, ...]:
        """Return what it takes to take in such a file, and to read what is said of it."""
        return (self.permission, VIEW_EMPLOYEE) if self.names_people else (self.permission,)

    @property
    def known(self) -> set[str]:
        """Return what the headings of such a file are known by, or may be."""
        own = {key for column in self.columns for key in column.keys}
        return own | {heading_key(name) for column in self.columns for name in column.may_be}


def like(model: type[Model], field: str, read: Callable[[Any], str] = cells.text) -> Callable:
    """Return a reader of text that the model's field would take: its length and its checks."""
    column = model._meta.get_field(field)
    if not isinstance(column, CharField) or column.max_length is None:
        raise TypeError(f"{field} of {model.__name__} is no text with a length")
    longest, checks = column.max_length, column.validators

    def read_like(cell) -> str:
        value = read(cell)
        if len(value) > longest:
            raise ValueError(f"Teksten er på {len(value)} tegn. Der er plads til {longest}")
        for check in checks:
            try:
                check(value)
            except ValidationError as error:
                raise ValueError(error.messages[0].removesuffix(".")) from None
        return value

    return read_like


NO_CHOICE = ColumnChoice()


@dataclass(frozen=True)
class ReadingOf:
    """How a table is to be read: what was said of its columns, and the names that were learnt.

    `names` gives by kind of name (of `FileColumn.names`) what to read for a name's match key.
    """

    choice: ColumnChoice = NO_CHOICE
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class ColumnsMissing(Refused):
    """A table without a column that must be there; a person may say which of its headings it is."""


class DatesOfBefore(ColumnsMissing):
    """A date that once held for a whole file, and may be another one's now; a person must say."""


@dataclass
class RowReader:
    """Reads the rows of one table; `groups` are what the rows go together by, if they do.

    `unmade` are the values of the rows that something required is missing in.
    """

    importer: Importer
    table: FileTable
    errors: RowErrors
    reading: ReadingOf = field(default_factory=ReadingOf)
    groups: dict[int, Any] = field(default_factory=dict)
    unmade: dict[int, dict[str, Any]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    progress: Progress = told_nobody

    def rows(self) -> list:
        """Return the facts of the rows.

        Raises:
            Refused: when a required heading is missing or a heading stands twice.
        """
        importer, table = self.importer, self.table
        places = self.places()
        cells_read = self._cells_read(places)
        required = {c.field for c in importer.columns if c.required and not c.may_be_blank}
        surplus = [at for at, one in enumerate(table.headings) if is_surplus(heading_key(one))]
        rows = []
        for number, row_cells in told(table.rows, len(table.rows), self.progress):
            if len(row_cells) > len(table.headings) or _any_in(row_cells, surplus):
                self.errors.add(number, MORE_CELLS)
                continue
            values = self._read_row(number, row_cells, cells_read)
            if importer.whole_by in values:
                self.groups[number] = values[importer.whole_by]
            if required <= values.keys():
                rows.append(importer.make(**values, row=number))
            else:
                self.unmade[number] = values
        self.warnings = [*table.warnings, *self.warnings, *_dates_of_two_minds(table, places)]
        return rows

    def look_up(self) -> None:
        """Note what the rows that could not be made name, and is not there.

        A service notes it of the others; so a person hears of all that is wrong with a row at once.
        """
        for column in self.importer.columns:
            at = {row: value for row, of in self.unmade.items() if (value := of.get(column.field))}
            if at and column.not_there:
                faults = column.not_there(set(at.values()))
                for row in (row for row, value in at.items() if value in faults):
                    self.errors.add(row, faults[at[row]])

    def places(self) -> list[tuple[FileColumn, int]]:
        """Return (column, place of its cells); one with a value alone stands nowhere.

        Raises:
            Refused: as `rows` does.
        """
        importer, choice = self.importer, self.reading.choice
        matching = match_columns(importer.columns, self.table, choice)
        self.warnings += unread_columns(importer, self.table, matching)
        reasons = list(matching.faults)
        if matching.missing:
            missing = ", ".join(column.name for column in matching.missing)
            reasons.append(
                f"Række {self.table.heading_row} skal være overskrifter, og her mangler: "
                f"{missing}. Skriv dem, som de står i vejledningen til »{importer.label}«."
            )
            reasons += self._proposals(matching)
            raise ColumnsMissing(*reasons)
        by_field = {column.field: column for column in importer.columns}
        for name, value in choice.values.items():
            try:
                self._read_cell(by_field[name], value)
            except ValueError as error:
                reasons.append(f"Værdien for hele filen: {error}.")
        if reasons:
            raise Refused(*reasons)
        alone = [name for name in choice.values if name not in matching.places]
        places = [*matching.places.items(), *((name, NOWHERE) for name in alone)]
        return [(by_field[name], place) for name, place in places]

    @property
    def may_be_more(self) -> bool:
        """Return whether columns of ours are missing, and headings there that nobody told of."""
        choice, table = self.reading.choice, self.table
        if self.importer.takes_any_heading or choice:
            return False
        matching = match_columns(self.importer.columns, table, choice)
        there = matching.places.keys() | choice.values.keys()
        return not {column.field for column in self.importer.columns} <= there and any(
            heading_key(table.headings[place])
            and any(len(row) > place and not cells.is_blank(row[place]) for _, row in table.rows)
            for place in matching.unread
        )

    def _proposals(self, matching: Matching) -> list[str]:
        """Return which headings may be what is missing."""
        names = {column.field: column.name for column in matching.missing}
        found = headings_of(self.importer.columns, self.table, self.reading.choice)
        return [
            f"Kolonnen »{cells.shown(one.text, SHOWN)}« er måske {names[one.proposed]}."
            for one in found
            if one.proposed in names
        ]

    def _cells_read(self, places: list) -> list[tuple]:
        """Return (column, its field, its place, its value of the whole file, what was read)."""
        given = self.reading.choice.values
        return [
            (column, column.field, place, given.get(column.field), {}) for column, place in places
        ]

    def _read_row(self, number: int, row_cells: tuple, columns: list[tuple]) -> dict:
        values, width = {}, len(row_cells)
        for column, name, place, given, read in columns:
            cell = row_cells[place] if NOWHERE < place < width else None
            if given is not None and cells.is_blank(cell):
                cell = given
            # The same text again and again, as models and days are, is read once.
            is_text = cell.__class__ is str
            value = read.get(cell, UNREAD) if is_text else UNREAD
            if value is UNREAD:
                try:
                    value = self._read_cell(column, cell)
                except ValueError as error:
                    self.errors.add(number, str(error))
                    continue
                if is_text:
                    read[cell] = value
            if value is not BLANK:
                values[name] = value
        return values

    def _read_cell(self, column: FileColumn, cell):
        if cells.is_blank(cell):
            if column.required and not column.may_be_blank:
                raise ValueError(f"{column.name} mangler")
            return BLANK
        if isinstance(cell, str) and cell.strip().upper() == cells.CLEAR_WORD:
            if column.clears_to is cells.KEEP:
                raise ValueError(f"{column.name} kan ikke slettes. Skriv en værdi")
            return column.clears_to
        names = self.reading.names.get(column.names) if column.names else None
        if names and isinstance(cell, str):
            cell = names.get(match_key(cell), cell)
        try:
            return column.read(cell)
        except ValueError as error:
            raise ValueError(f"{column.name} »{cells.shown(cell, SHOWN)}«. {error}") from None


def _any_in(row_cells: tuple, places: list[int]) -> bool:
    return any(at < len(row_cells) and not cells.is_blank(row_cells[at]) for at in places)


def read_rows(importer: Importer, table: FileTable, errors: RowErrors) -> tuple[list, list[str]]:
    """Return the facts of the rows, and warnings; note every fault.

    A row with a fault is still there, without the cell, where nothing required is missing: so its
    other errors are found too, and rows that build on it have none of their own.

    Raises:
        Refused: when a required heading is missing or a heading stands twice.
    """
    reader = RowReader(importer, table, errors)
    return reader.rows(), reader.warnings


def unread_columns(importer: Importer, table: FileTable, matching: Matching) -> list[str]:
    """Return which columns are not read; of another system's export we need not know all."""
    if importer.takes_any_heading:
        return []
    told = [
        f"Kolonnen {shown_heading(table, place)} kendes ikke og er ikke læst."
        for place in matching.unread
        if heading_key(table.headings[place])
        or any(len(row) > place and not cells.is_blank(row[place]) for _, row in table.rows)
    ]
    return [*told, *matching.warnings]


def _dates_of_two_minds(table: FileTable, places: list) -> list[str]:
    """Return how dates like 8/1/2026 were read where the column does not show which comes first."""
    warnings = []
    for column, place in places:
        if place == NOWHERE or not column.is_date:
            continue
        found = cells.month_first(row[place] for _, row in table.rows if place < len(row))
        if found:
            warnings.append(
                f"Datoerne i {column.name} er læst med dagen først: {found} er dag/måned/år. Står "
                "måneden først (amerikansk), så gør kolonnen til datoer i Excel, og indlæs igen."
            )
    return warnings
