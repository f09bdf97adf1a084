"""From a table to rows of checked values: which headings a kind of file has, how each is read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import CharField, Model

from albertslund_it.common.errors import Refused
from albertslund_it.common.files import cells
from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.common.files.spreadsheets import FileTable, heading_key
from albertslund_it.common.permissions import VIEW_EMPLOYEE
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.bulk import Changes

SHOWN = 60
BLANK = object()
MORE_CELLS = (
    "Der er flere celler end overskrifter. Står der et skilletegn inde i en celle, skal cellen "
    "stå i anførselstegn"
)


@dataclass(frozen=True)
class FileColumn:
    """A heading of a file, the field it fills and how its cells are read.

    `clears_to` is what SLET puts there; a column without it cannot be cleared. Of one whose heading
    alone `must_stand`, the cells may be blank. `also` are other headings of it, those of our own
    lists first.
    """

    name: str
    field: str
    read: Callable[[Any], Any] = cells.text
    required: bool = False
    must_stand: bool = False
    clears_to: Any = cells.KEEP
    help: str = ""
    example: Any = ""
    also: tuple[str, ...] = ()
    may_be_blank: bool = False  # where the heading is required all the same

    @property
    def keys(self) -> list[str]:
        """Return what its headings are known by."""
        return [heading_key(name) for name in (self.name, *self.also)]


@dataclass(frozen=True)
class Importer:
    """A kind of file: its columns, and the service that takes in its rows.

    `make` builds a row's facts from the columns' fields; what it has a default for may be blank.
    `read_document` reads the kind's other form, an XML document, to the same facts; the quarter is
    what a person says it is for. Of a kind that keeps its file, `save` takes it as `source`. Of one
    that `names_people`, errors and differences tell of them by name.
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

    @property
    def permissions(self) -> tuple[str, ...]:
        """Return what it takes to take in such a file, and to read what is said of it."""
        return (self.permission, VIEW_EMPLOYEE) if self.names_people else (self.permission,)

    @property
    def known(self) -> set[str]:
        """Return what the headings of such a file are known by."""
        return {key for column in self.columns for key in column.keys}


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


def read_rows(importer: Importer, table: FileTable, errors: RowErrors) -> tuple[list, list[str]]:
    """Return the facts of the rows, and warnings; note every fault.

    A row with a fault is still there, without the cell, where nothing required is missing: so its
    other errors are found too, and rows that build on it have none of their own.

    Raises:
        Refused: when a required heading is missing or a heading stands twice.
    """
    places, warnings = _match_headings(importer, table)
    required = {c.field for c in importer.columns if c.required and not c.may_be_blank}
    rows = []
    for number, row_cells in table.rows:
        if len(row_cells) > len(table.headings):
            errors.add(number, MORE_CELLS)
            continue
        values = _read_row(number, row_cells, places, errors)
        if required <= values.keys():
            rows.append(importer.make(**values, row=number))
    return rows, [*table.warnings, *warnings, *_dates_of_two_minds(table, places)]


def _dates_of_two_minds(table: FileTable, places: list) -> list[str]:
    """Say how dates like 8/1/2026 were read where the column does not show which comes first."""
    warnings = []
    for column, place in places:
        if column.read not in (cells.day, cells.day_of_moment):
            continue
        found = cells.month_first(row[place] for _, row in table.rows if place < len(row))
        if found:
            warnings.append(
                f"Datoerne i {column.name} er læst med dagen først: {found} er dag/måned/år. Står "
                "måneden først (amerikansk), så gør kolonnen til datoer i Excel, og indlæs igen."
            )
    return warnings


def _match_headings(importer: Importer, table: FileTable) -> tuple[list, list[str]]:
    """Return (column, place of its cells) for each heading that is known, and warnings."""
    columns = {key: column for column in importer.columns for key in column.keys}
    found: dict[str, int] = {}
    warnings, reasons = [], []
    for place, heading in enumerate(table.headings):
        key = heading_key(heading)
        shown = f"»{str(heading).strip()[:SHOWN]}«" if key else f"nr. {place + 1} uden overskrift"
        if key not in columns:
            if key or any(
                len(row) > place and not cells.is_blank(row[place]) for _, row in table.rows
            ):
                warnings.append(f"Kolonnen {shown} kendes ikke og er ikke læst.")
        elif found.setdefault(columns[key].field, place) != place:
            reasons.append(f"Overskriften {shown} står to gange. Slet den ene kolonne.")
    missing = [
        column.name
        for column in importer.columns
        if (column.required or column.must_stand) and column.field not in found
    ]
    if missing:
        reasons.append(
            f"Række {table.heading_row} skal være overskrifter, og her mangler: "
            f"{', '.join(missing)}. Skriv dem, som de står i vejledningen til »{importer.label}«."
        )
    if reasons:
        raise Refused(*reasons)
    by_field = {column.field: column for column in importer.columns}
    return [(by_field[field], place) for field, place in found.items()], warnings


def _read_row(number: int, row_cells: tuple, places: list, errors: RowErrors) -> dict:
    values = {}
    for column, place in places:
        cell = row_cells[place] if place < len(row_cells) else None
        try:
            value = _read_cell(column, cell)
        except ValueError as error:
            errors.add(number, str(error))
        else:
            if value is not BLANK:
                values[column.field] = value
    return values


def _read_cell(column: FileColumn, cell):
    if cells.is_blank(cell):
        if column.required and not column.may_be_blank:
            raise ValueError(f"{column.name} mangler")
        return BLANK
    if isinstance(cell, str) and cell.strip().upper() == cells.CLEAR_WORD:
        if column.clears_to is cells.KEEP:
            raise ValueError(f"{column.name} kan ikke slettes. Skriv en værdi")
        return column.clears_to
    try:
        return column.read(cell)
    except ValueError as error:
        raise ValueError(f"{column.name} »{str(cell).strip()[:SHOWN]}«. {error}") from None
