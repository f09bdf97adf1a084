"""A file to fill in: the headings of a kind of import file, and one row that shows how."""

from collections.abc import Sequence
from typing import BinaryIO

from albertslund_it.common.files.workbooks import CellKind, SheetColumn, write_table


def write_example(stream: BinaryIO, *, title: str, columns: Sequence[tuple[str, object]]) -> None:
    """Write the headings and one row of examples; `columns` are (heading, example).

    All cells are text, so that Excel neither shortens an EAN nor makes a date of a serial number.
    """
    write_table(
        stream,
        title=title,
        columns=[
            SheetColumn(heading, CellKind.CODE, width=max(len(heading), len(str(example))) + 4)
            for heading, example in columns
        ],
        rows=[[str(example) for _, example in columns]],
    )
