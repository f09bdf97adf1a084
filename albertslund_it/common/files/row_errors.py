"""Every fault of a file, named by its row, before anything of it is taken in."""

from collections.abc import Hashable
from dataclasses import dataclass

from albertslund_it.common.errors import Refused


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in one row; in the file as a whole when `row` is None.

    `place` is what a row is called: the row of a table, the line of an invoice.
    """

    row: int | None
    sentence: str
    place: str = "række"

    def __str__(self) -> str:
        return self.sentence if self.row is None else f"{self.place} {self.row}: {self.sentence}"


class FileRefused(Refused):
    """A file that is not taken in, with its errors in the order of its rows."""

    def __init__(self, errors: list[RowError]):
        self.errors = errors
        super().__init__(*map(str, errors))


class RowErrors:
    """Collects errors, so that a person hears of all of them at once."""

    def __init__(self, place: str = "række"):
        self.place = place
        self._rows: dict[int | None, list[str]] = {}
        self._whole: list[str] = []
        self._seen: dict[Hashable, int | None] = {}

    def add(self, row: int | None, sentence: str) -> None:
        """Note a fault of a row (None: of what is done as a whole, or not from a file)."""
        self._rows.setdefault(row, []).append(sentence.removesuffix("."))

    def has(self, row: int | None, *columns: str) -> bool:
        """Say whether a row of a file has a fault in one of these columns already."""
        sentences = self._rows.get(row, ()) if row is not None else ()
        return any(sentence.startswith(columns) for sentence in sentences)

    def add_whole(self, sentence: str) -> None:
        """Note a fault of the whole file; told only when no row has one that may cause it."""
        self._whole.append(sentence)

    def is_first(self, row: int | None, key: Hashable, what: str) -> bool:
        """Say whether a key is met for the first time; else it is a fault that names both rows."""
        first = self._seen.setdefault(key, row)
        if first != row:
            self.add(row, f"{what} står også i række {first}. Slet den ene af de to rækker")
        return first == row

    def refuse(self) -> None:
        """Raise FileRefused if there is any fault."""
        if self._rows:
            rows = sorted(self._rows, key=lambda row: row or 0)
            raise FileRefused(
                [RowError(row, said, self.place) for row in rows for said in self._rows[row]]
            )
        if self._whole:
            raise FileRefused([RowError(None, sentence) for sentence in self._whole])
