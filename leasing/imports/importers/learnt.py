"""The names of models and units in a file, and those that are read as they were once learnt."""

from collections import Counter
from dataclasses import dataclass

from albertslund_it.common.files import cells
from albertslund_it.common.files.headings import ColumnChoice
from albertslund_it.common.files.spreadsheets import FileTable
from inventory.imports.importers.matching import match_columns
from inventory.imports.importers.reading import Importer
from leasing.imports.selectors import LearntName, learnt_among


def names_in(importer: Importer, table: FileTable, choice: ColumnChoice) -> dict[str, Counter[str]]:
    """Return by kind of name each that stands in a file, with how many rows have it."""
    places = match_columns(importer.columns, table, choice).places
    found: dict[str, Counter[str]] = {}
    for column in importer.columns:
        if not column.names or (place := places.get(column.field)) is None:
            continue
        counted = found.setdefault(column.names, Counter())
        for _, row in table.rows:
            cell = row[place] if place < len(row) else None
            if isinstance(cell, str) and not cells.is_blank(cell):
                counted[" ".join(cell.split())] += 1
    return found


@dataclass(frozen=True)
class ReadAs:
    """A name in a file, and the learnt name that it was read by."""

    text: str
    learnt: LearntName

    def __str__(self) -> str:
        return f"»{self.text}« læst som {self.learnt.stands_for}"


def read_as_learnt(importer: Importer, table: FileTable, choice: ColumnChoice) -> list[ReadAs]:
    """Return each name of a file, or said for all of it, that is read as it was once learnt."""
    names = names_in(importer, table, choice)
    for column in importer.columns:
        if column.names and (value := choice.values.get(column.field)):
            names.setdefault(column.names, Counter())[value] += 1
    return [ReadAs(text, learnt) for text, learnt in learnt_among(names)]
