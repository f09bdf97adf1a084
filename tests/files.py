"""Files for tests: tables and workbooks made in code, taken in as a person would."""

import io
from datetime import date

import openpyxl
import pytest
from django.utils import timezone

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.spreadsheets import FileTable
from leasing.imports.importers.files import import_file, import_table
from leasing.imports.importers.reports import ImportReport

TODAY = date(2026, 3, 11)


def table(text: str) -> FileTable:
    """Make a table of lines like 'Afdeling; Enhedsnr' with '-' for a blank cell."""
    lines = [line.split(";") for line in text.strip().splitlines()]
    rows = [[None if cell.strip() == "-" else cell.strip() for cell in line] for line in lines]
    return FileTable.of(rows[0], rows[1:])


def take_in(kind: str, text: str, *, actor=None, dry_run=False) -> ImportReport:
    """Take in such a table."""
    return import_table(kind=kind, table=table(text), actor=actor, today=TODAY, dry_run=dry_run)


def take_file(kind: str, text: str, *, actor=None, name="fil.csv", **options) -> ImportReport:
    """Take in such a table as a file, which makes a batch of it."""
    content = "\n".join(";".join(map(str.strip, line.split(";"))) for line in text.splitlines())
    return import_file(
        kind=kind,
        stream=io.BytesIO(content.encode()),
        filename=name,
        actor=actor,
        today=TODAY,
        now=timezone.now(),
        **options,
    )


def faults_of(kind: str, text: str) -> list[str]:
    """Return the faults for which such a table is refused."""
    with pytest.raises(Refused) as refused:
        take_in(kind, text)
    return refused.value.reasons


def workbook(*rows, **sheets) -> bytes:
    """Make an .xlsx file whose first sheet has these rows; further sheets by name."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for name, more in sheets.items():
        sheet = book.create_sheet(name)
        for row in more:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
