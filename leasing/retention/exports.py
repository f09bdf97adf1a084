"""What is held on a person, as a workbook."""

from collections.abc import Sequence
from typing import BinaryIO

from albertslund_it.common.files.workbooks import SheetColumn, Workbook, sheet_name
from leasing.retention.presenters.person import SheetOfPerson


def write_person(stream: BinaryIO, *, title: str, sheets: Sequence[SheetOfPerson]) -> None:
    """Write a sheet for each kind of thing that is held."""
    book = Workbook(title=title)
    taken: set[str] = set()
    for number, sheet in enumerate(sheets, start=1):
        name = sheet_name(sheet.name)
        if name.casefold() in taken:
            name = f"{name[:27]} {number}"
        taken.add(name.casefold())
        book.add_sheet(name, [SheetColumn(heading) for heading in sheet.headings], sheet.rows)
    book.save(stream)
