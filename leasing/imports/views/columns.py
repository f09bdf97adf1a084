"""The page where a person says which column of ours each heading of a file is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.shortcuts import render

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.headings import ColumnChoice
from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.common.files.spreadsheets import FileTable, read_bytes
from albertslund_it.web.clock import now
from inventory.imports.importers.file_columns import FileColumn
from inventory.imports.importers.matching import Heading, headings_of, match_columns
from inventory.imports.importers.reading import ColumnsMissing, Importer, ReadingOf, RowReader
from leasing.imports.forms import Step, columns_sent, values_sent
from leasing.imports.importers.files import reading_of, table_of
from leasing.imports.selectors import names_learnt
from leasing.imports.services.columns import remember_columns


@dataclass(frozen=True)
class Said:
    """What is to stand in the whole file for a column; of before and only guessed to hold again."""

    column: FileColumn
    value: str
    is_needed: bool
    is_guess: bool
    is_lacking: bool = False


def table_in(importer: Importer, stream, step: Step) -> FileTable:
    """Return the table of a file that is on its way."""
    data = read_bytes(stream, step.name, settings.IMPORT_MAX_BYTES)
    return table_of(importer, data, step.name, sheet=step.sheet)


def say_columns(request, importer: Importer, stream, step: Step):
    """Remember what was said of the columns; return their page again where it does not hold."""
    table = table_in(importer, stream, step)
    fields = {column.field for column in importer.columns}
    keys = {column.field for column in importer.columns if column.is_key}
    before = reading_of(importer, table).choice
    places = {one.place: one.key for one in headings_of(importer.columns, table, before)}
    choice = ColumnChoice(
        columns_sent(request.POST, places, fields), values_sent(request.POST, fields - keys)
    )
    try:
        RowReader(importer, table, RowErrors(), ReadingOf(choice, names_learnt())).places()
    except ColumnsMissing:  # the page says of each where it is to be said
        faults = match_columns(importer.columns, table, choice).faults
        return columns_page(
            request, importer, table, step, choice=choice, reasons=faults, is_refused=True
        )
    except Refused as refused:
        return columns_page(request, importer, table, step, choice=choice, reasons=refused.reasons)
    remember_columns(
        kind=importer.kind,
        headings=table.headings,
        choice=choice,
        actor=request.user,
        now=now(),
    )
    return None


def columns_page(
    request,
    importer: Importer,
    table: FileTable,
    step: Step,
    *,
    choice: ColumnChoice | None = None,
    reasons: Sequence[str] = (),
    is_refused: bool = False,
    is_new: bool = False,
):
    """Show every heading with samples of its cells; what is guessed is marked as a guess."""
    said = choice or reading_of(importer, table).choice
    headings = [one for one in headings_of(importer.columns, table, said) if one.key]
    if choice:  # what was chosen is never lost, also where it cannot be
        headings = [_as_chosen(one, choice) for one in headings]
    missing = match_columns(importer.columns, table, said).missing
    needed = {column.field for column in missing}
    proposed = {heading.proposed for heading in headings} - {""}
    is_asked = not (choice or step.dates_hold)
    context = {
        "importer": importer,
        "step": step,
        "headings": headings,
        "columns": importer.columns,
        "values": [
            Said(
                column,
                value := said.values.get(column.field, ""),
                is_needed=column.field in needed - proposed,
                is_guess=bool(value and column.is_date and is_asked),
                is_lacking=is_refused and column.field in needed,
            )
            for column in importer.columns
            if not column.is_key
        ],
        "sheets": table.sheets,
        "sheet": table.sheet,
        "row_count": len(table.rows),
        "missing": [column.name for column in missing],
        "of_all_rows": [column.name for column in missing if not column.is_key],
        "guesses": bool(proposed),
        "reasons": reasons,
        "is_new": is_new,
        "lacking": missing if is_refused else [],
    }
    status = 422 if reasons or is_refused else 200
    return render(request, "leasing/imports/match.html", context, status=status)


def _as_chosen(heading: Heading, choice: ColumnChoice) -> Heading:
    return replace(heading, field=choice.mapped.get(heading.key, ""), proposed="")
