"""Figures as of one moment: kept costs are brought up to date, then all is read at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

from albertslund_it.common.progress import Progress
from albertslund_it.web.database.replica import beside_the_primary
from leasing.cost_table.once import read_once
from leasing.cost_table.refresh import IN_A_REQUEST, Effort, refresh

# What subjects keep of the facts beside the costs, refreshed with them; `leasing.apps` knows them.
BESIDE: list[Callable[[Effort], bool]] = []
# Whether kept costs follow the facts, inside `one_moment`; None outside.
_follows: ContextVar[bool | None] = ContextVar("costs_follow", default=None)


@dataclass
class Moments:
    """Whether any moment of a request showed kept costs as they were before, and that was asked.

    `only_read` is of a request that changes nothing: a replica may answer it.
    """

    only_read: bool = False
    are_behind: bool = False
    are_told: bool = False


_moments: ContextVar[Moments | None] = ContextVar("moments", default=None)


@contextmanager
def moments_noted(*, only_read: bool = False) -> Iterator[Moments]:
    """Note every moment inside."""
    moments = Moments(only_read)
    token = _moments.set(moments)
    try:
        yield moments
    finally:
        _moments.reset(token)


def costs_are_behind() -> bool:
    """Return whether what was read so far, where moments are noted, was of a moment ago."""
    moments = _moments.get()
    if moments is None:
        return False
    moments.are_told = True
    return moments.are_behind


def bring_up_to_date(progress: Progress | None = None, effort: Effort = IN_A_REQUEST) -> bool:
    """Work out all that is marked; tell whether what is kept follows what was committed before."""
    # What is kept beside the costs is of the costs: where those are left, it is left too.
    return refresh(progress, effort) and all(one(effort) for one in BESIDE)


@contextmanager
def one_moment() -> Iterator[None]:
    """Read everything inside as it was at one moment, with all that was committed before it.

    Inside another one it is that one's moment. Within a transaction, which whoever changes
    something has, it is what that transaction sees.
    """
    if _follows.get() is not None:
        yield
        return
    follows = bring_up_to_date()
    moments = _moments.get()
    if moments is not None and not follows:
        moments.are_behind = True
    token = _follows.set(follows)
    # After what was just worked out is there: the replica has to have that too.
    beside = beside_the_primary() if moments is not None and moments.only_read else nullcontext()
    try:
        with beside, snapshot(), read_once():
            yield
    finally:
        _follows.reset(token)


@contextmanager
def snapshot() -> Iterator[None]:
    """Read everything inside as it was at one moment, and kept costs as they were left."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        with _without_the_write_lock(), transaction.atomic():
            yield


@contextmanager
def _without_the_write_lock() -> Iterator[None]:
    """Let a transaction of SQLite begin as one that reads: ours take the write lock at once."""
    connection.ensure_connection()
    sqlite: Any = connections[DEFAULT_DB_ALIAS]
    mode, sqlite.transaction_mode = sqlite.transaction_mode, "DEFERRED"
    try:
        yield
    finally:
        sqlite.transaction_mode = mode
