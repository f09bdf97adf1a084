"""How far something long is."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

# Told how many are done, and of how many.
Progress = Callable[[int, int], None]
ROWS_BETWEEN = 1000
# A file of more rows is made as a job, which tells how far it is: so many devices take a second and
# a half of CPU.
LONG = 10_000

Row = TypeVar("Row")


def told_nobody(done: int, total: int) -> None:
    """Tell nobody."""


def told(rows: Iterable[Row], total: int, progress: Progress) -> Iterator[Row]:
    """Yield the rows, and tell now and then how many have gone by."""
    for number, row in enumerate(rows):
        if number % ROWS_BETWEEN == 0:
            progress(number, total)
        yield row


class ToldRows(list[Row]):
    """Rows of which is told how many have gone by, whoever goes through them."""

    def __init__(self, rows: Iterable[Row], progress: Progress):
        super().__init__(rows)
        self._progress = progress

    def __iter__(self) -> Iterator[Row]:
        return told(super().__iter__(), len(self), self._progress)
