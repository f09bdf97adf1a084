"""In Danish what was taken in, and what undoing it does."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple, Protocol

from django.apps import apps

from albertslund_it.common.files.headings import OURS
from albertslund_it.common.files.spreadsheets import heading_key
from albertslund_it.common.names import how_many
from leasing.imports.selectors import CHANGED, CREATED, GoesBack, Undoing


def counts_shown(counts: Mapping[str, list[int]]) -> str:
    """Say what a file did: '1 medarbejder oprettet; 2 medarbejdere ændret'."""
    return (
        "; ".join(
            f"{_counted(count, name)} {word}"
            for name, (created, changed, *_) in counts.items()
            for count, word in ((created, "oprettet"), (changed, "ændret"))
            if count
        )
        or "intet ændret"
    )


def _counted(count: int, plural: str) -> str:
    return how_many(count, _singulars().get(plural, plural), plural)


@cache
def _singulars() -> dict[str, str]:
    """Return each model's name for one by its name for several, which counts are kept under."""
    return {
        str(model._meta.verbose_name_plural): str(model._meta.verbose_name)
        for model in apps.get_models()
    }


class FaultyRow(Protocol):
    """A row that waits, in the database or not yet."""

    @property
    def number(self) -> int: ...
    @property
    def cells(self) -> Sequence[str]: ...
    @property
    def reason(self) -> str: ...


class RowShown(NamedTuple):
    """A row that waits, as a page shows it."""

    number: int
    cells: list[str]
    reason: str


def rows_that_wait(headings: Sequence[object], rows: Iterable[FaultyRow]) -> list[RowShown]:
    """Return rows that wait without the columns that we put into a file of faults."""
    ours = {at for at, one in enumerate(headings) if heading_key(one) in OURS}
    return [
        RowShown(row.number, [c for at, c in enumerate(row.cells) if at not in ours], row.reason)
        for row in rows
    ]


def mark_of(*, is_undone: bool, waiting: int) -> tuple[str, str]:
    """Return how a batch stands: undone, with rows that wait, or done with."""
    if is_undone:
        return "", "Fortrudt"
    if waiting:
        return "warn", f"{waiting} venter"
    return "good", "Indlæst"


# What undoing does is agreed to by so many rows, and how many there are: an act never changes.
SHOWN = 200


def undoing_agreed(undoing: Undoing, waiting: Sequence[str]) -> list[tuple[str, str]]:
    """Return what somebody agrees to who undoes a file."""
    told = [
        (f"{of}: {what}" if now or before else of, f"{now} → {before}" if now or before else what)
        for of, what, now, before in undoing_told(undoing.rows)
    ]
    waits = [("Rækker, der venter", "; ".join(waiting))] if waiting else []
    return [*told, *waits, ("I alt", str(undoing.count))]


def undoing_told(rows: list[GoesBack]) -> Iterator[tuple[str, str, str, str]]:
    """Yield what undoing does: (of what, what, as it is, as it becomes)."""
    for row in rows:
        of = f"{row.name} ({row.kind})" if row.name else row.kind.capitalize()
        if row.what == CREATED:
            yield of, "slettes igen", "", ""
        elif row.what == CHANGED:
            for name, now, before in row.fields:
                yield of, name, now, before
        else:
            yield of, "kommer tilbage", "", ""
