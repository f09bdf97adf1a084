"""Figures over the whole municipality, worked out once for as long as nothing has changed."""

from collections.abc import Callable
from hashlib import sha256
from typing import Generic, NamedTuple, ParamSpec, TypeVar

from auditlog.models import LogEntry
from django.core.cache import cache
from django.db import connection
from django.db.models import Max

from leasing.models import Confirmation, QuarterlyInvoice

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R", bound=NamedTuple)


class Kept(Generic[P, T]):
    """A function whose answer is kept, by the facts and by what it is called with.

    An argument that has a `known_as` is named by that. Call it with the arguments in their places.
    """

    def __init__(self, name: str, compute: Callable[P, T]) -> None:
        self.name, self.worked_out = name, compute
        self.__doc__ = compute.__doc__

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        return remembered(self.key(*args, **kwargs), lambda: self.worked_out(*args, **kwargs))

    def is_at_hand(self, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Tell whether there is nothing left to work out."""
        return is_remembered(self.key(*args, **kwargs))

    def key(self, *args: P.args, **kwargs: P.kwargs) -> str:
        """Return what the answer is kept under."""
        told = [str(getattr(one, "known_as", one)) for one in (*args, *kwargs.values())]
        return "|".join([self.name, *told])


def kept(name: str) -> Callable[[Callable[P, T]], Kept[P, T]]:
    """Keep the answers of a function."""
    return lambda compute: Kept(name, compute)


class KeptRows(Kept[P, list[R]]):
    """Rows that are kept as plain tuples, which are found again in half the time."""

    def __init__(self, name: str, row: type[R], compute: Callable[P, list[R]]) -> None:
        super().__init__(name, compute)
        self.row = row

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[R]:
        found = remembered(
            self.key(*args, **kwargs),
            lambda: [tuple(row) for row in self.worked_out(*args, **kwargs)],
        )
        return [self.row._make(row) for row in found]

    def keep(self, rows: list[R], *args: P.args, **kwargs: P.kwargs) -> None:
        """Keep rows that have been worked out on the way to something else."""
        remembered(self.key(*args, **kwargs), lambda: [tuple(row) for row in rows])


def kept_rows(name: str, row: type[R]) -> Callable[[Callable[P, list[R]]], KeptRows[P, R]]:
    """Keep the rows that a function returns."""
    return lambda compute: KeptRows(name, row, compute)


def remembered(name: str, compute: Callable[[], T]) -> T:
    """Return what `compute` gives, kept for as long as the database holds the same facts.

    `name` tells what it is, with everything but the facts that it depends on: the day, the payer.
    """
    key = _key(name)
    found: T | None = cache.get(key)
    if found is None:
        found = compute()
        cache.set(key, found, timeout=3600)
    return found


def is_remembered(name: str) -> bool:
    """Tell whether `remembered` has it at hand."""
    return _key(name) in cache


def _key(name: str) -> str:
    """Name an answer in the cache, whatever signs the name has and however long it is."""
    return sha256(f"{name}|{_version()}".encode()).hexdigest()


def _version() -> str:
    """Name the facts as they are: everything that can change a figure leaves an entry in history.

    An entry has its moment too: SQLite gives the number of one that was rolled back to the next.
    On PostgreSQL entries get their numbers before they can be seen, so the transactions that are
    under way count as well: once one of them ends, it is another version.
    """
    entry = LogEntry.objects.order_by("-id").values_list("id", "timestamp").first()
    # Written in bulk, without an entry each.
    written = [
        model.objects.aggregate(last=Max("id"))["last"]
        for model in (QuarterlyInvoice, Confirmation)
    ]
    under_way = ""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT string_agg(x::text, ',') FROM pg_snapshot_xip(pg_current_snapshot()) x"
            )
            under_way = cursor.fetchone()[0] or ""
    return f"{entry}|{written}|{under_way}"
