"""A file to fill in: the headings of a kind of import file, and rows that show how."""

from collections.abc import Iterable, Sequence
from typing import BinaryIO

from albertslund_it.common.files.headings import (
    FAULT_HEADING,
    OURS,
    SURPLUS_HEADING,
    WAITING_HEADING,
)
from albertslund_it.common.files.spreadsheets import heading_key
from albertslund_it.common.files.workbooks import CellKind, SheetColumn, write_table


def write_example(
    stream: BinaryIO, *, title: str, headings: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    """Write the headings and rows of examples.

    All cells are text, so that Excel neither shortens an EAN nor makes a date of a serial number.
    """
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) + 4 for column in zip(headings, *texts, strict=True)]
    write_table(
        stream,
        title=title,
        columns=[
            SheetColumn(heading, CellKind.CODE, width=width)
            for heading, width in zip(headings, widths, strict=True)
        ],
        rows=texts,
    )


def write_faults(
    stream: BinaryIO,
    headings: Sequence[object],
    rows: Iterable[tuple[Sequence[str], str, str]],
) -> None:
    """Write rows to be mended: (cells, what is wrong, the mark they wait under, if they wait).

    What is wrong and the mark stand first, where they are seen; a file with them is taken in as one
    without. Cells that have no heading get one, under which they are a fault still.
    """
    rows = list(rows)
    named = ["" if one is None else str(one).strip() for one in headings]
    most = max((len(cells) for cells, _, _ in rows), default=0)
    named += [f"{SURPLUS_HEADING} {at + 1}" for at in range(len(named), most)]
    places = [at for at, name in enumerate(named) if heading_key(name) not in OURS]
    columns = [FAULT_HEADING, WAITING_HEADING, *(named[at] for at in places)]
    write_table(
        stream,
        title="Rækker med fejl",
        columns=[
            SheetColumn(name, CellKind.CODE, width=60 if name == FAULT_HEADING else 18)
            for name in columns
        ],
        rows=[
            [reason, mark, *(cells[at] if at < len(cells) else "" for at in places)]
            for cells, reason, mark in rows
        ],
    )
