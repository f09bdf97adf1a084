"""Tables that people hand in as .xlsx or .csv, read with care."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True)
class Table:
    """The first sheet of a file: headings, and the rows below that hold anything.

    Each row is (its number as a spreadsheet shows it, its cells).
    """

    headings: tuple
    rows: list[tuple[int, tuple]]
    heading_row: int = 1

    @classmethod
    def of(cls, headings: Sequence[str], rows: Iterable[Sequence]) -> "Table":
        """Make a table in code, numbered as a file with the headings in row 1 would be."""
        return cls(tuple(headings), [(n, tuple(row)) for n, row in enumerate(rows, start=2)])


def read_table(stream: BinaryIO, filename: str, max_bytes: int) -> Table:
    """Read the first sheet of an .xlsx file, or a .csv file.

    Raises:
        Refused: with what is wrong with the file and what to do.
    """
    raise NotImplementedError
