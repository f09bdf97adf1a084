"""Every fault of a file, named by its row, before anything of it is taken in."""

from collections.abc import Hashable
from dataclasses import dataclass

from albertslund_it.common.errors import Refused

# Nobody mends more of them one by one, and a million of them fill a gigabyte.
MOST = 20_000


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in one row; in the file as a whole when `row` is None.

    `place` is what a row is called: the row of a table, the line of an invoice. `other` is the row
    that it contradicts, if it does.
    """

    row: int | None
    sentence: str
    place: str = "række"
    other: int | None = None

    def __str__(self) -> str:
        return self.sentence if self.row is None else f"{self.place} {self.row}: {self.sentence}"


TOO_MANY = (
    "Filen har for mange fejl til at læse videre. Se, om det er den rigtige slags fil, og om "
    "kolonnerne er valgt rigtigt"
)


class FileRefused(Refused):
    """A file that is not taken in, with its errors in the order of its rows."""

    def __init__(self, errors: list[RowError]):
        self.errors = errors
        super().__init__(*map(str, errors))

    def let_go(self) -> None:
        """Let go of where it was raised, and with it of the file's table, which may be large."""
        self.__traceback__ = self.__context__ = None


class RowErrors:
    """Collects errors, so that a person hears of all of them at once."""

    def __init__(self, place: str = "række"):
        self.place = place
        self._rows: dict[int | None, list[tuple[str, int | None]]] = {}
        self._count = 0
        self._whole: list[str] = []
        self._seen: dict[Hashable, int | None] = {}

    def add(self, row: int | None, sentence: str, other: int | None = None) -> None:
        """Note a fault of a row (None: of what is done as a whole, or not from a file).

        Raises:
            FileRefused: when there are so many that it is no use to read on.
        """
        self._rows.setdefault(row, []).append((sentence.removesuffix("."), other))
        self._count += 1
        if self._count > MOST:
            raise FileRefused([RowError(None, TOO_MANY), *self.of_rows])

    def has(self, row: int | None, *columns: str) -> bool:
        """Return whether a row of a file has a fault in one of these columns already."""
        sentences = self._rows.get(row, ()) if row is not None else ()
        return any(sentence.startswith(columns) for sentence, _ in sentences)

    def add_whole(self, sentence: str) -> None:
        """Note a fault of the whole file; told only when no row has one that may cause it."""
        self._whole.append(sentence)

    def is_first(self, row: int | None, key: Hashable, what: str) -> bool:
        """Return whether a key is met for the first time; else a fault names both rows."""
        first = self._seen.setdefault(key, row)
        if first != row:
            said = f"{what} står også i række {first}. Slet den ene af de to rækker"
            self.add(row, said, first)
        return first == row

    @property
    def of_rows(self) -> list[RowError]:
        """Return the faults of rows, in their order."""
        rows = sorted(self._rows, key=lambda row: row or 0)
        return [
            RowError(row, said, self.place, other)
            for row in rows
            for said, other in self._rows[row]
        ]

    def refuse(self) -> None:
        """Raise FileRefused if there is any fault."""
        if self._rows:
            raise FileRefused(self.of_rows)
        if self._whole:
            raise FileRefused([RowError(None, sentence) for sentence in self._whole])
