"""What only reads asks a replica of the database, where one is set up; all else asks the primary.

The replica is read when it has all that the primary had at that moment, so nobody sees less there
than they would on the primary, and least of all misses what they saved themselves.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

import structlog
from django.db import (
    DEFAULT_DB_ALIAS,
    InterfaceError,
    OperationalError,
    connection,
    connections,
    transaction,
)
from django.db.backends.base.base import BaseDatabaseWrapper

P = ParamSpec("P")
T = TypeVar("T")

REPLICA = "replica"
WAITS = 0.3  # seconds: so long for what the primary has and the replica has not yet
PASSED_OVER = 30.0  # seconds: so long is one that is gone or behind not asked again
_LOOKS = 10
GONE, BEHIND, PROMOTED = "gone", "behind", "promoted"
_is_reading: ContextVar[bool] = ContextVar("reads_the_replica", default=False)

# What is committed is seen when it is flushed, but where the server does not wait for that.
_OF_THE_PRIMARY = """
    SELECT CASE current_setting('synchronous_commit')
        WHEN 'off' THEN pg_current_wal_insert_lsn() ELSE pg_current_wal_flush_lsn() END
"""
# One that has been promoted follows nobody any more.
_HAS_COME = "SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn() >= %s::pg_lsn"

log = structlog.get_logger(__name__)


class ReplicaLost(OperationalError):
    """The replica was lost while it was read: all of it is to be read again."""


class _PassedOver:
    """Until when a replica is passed over; of one process."""

    until = float("-inf")


def reading_from() -> str:
    """Return the database that is read from just now."""
    return REPLICA if _is_reading.get() else DEFAULT_DB_ALIAS


def reading_connection() -> BaseDatabaseWrapper:
    """Return the connection to what is read from just now, for a question that is no queryset."""
    return connections[reading_from()]


class ReplicaRouter:
    """Sends what is read inside `beside_the_primary` to the replica, and writes nothing there.

    What came from there is asked further, and saved, on the primary afterwards.
    """

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return REPLICA if _is_reading.get() else self.db_for_write(model, **hints)

    def db_for_write(self, model: Any, instance: Any = None, **hints: Any) -> str | None:
        came_from_there = instance is not None and instance._state.db == REPLICA
        return DEFAULT_DB_ALIAS if came_from_there else None

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db != REPLICA


@contextmanager
def beside_the_primary() -> Iterator[None]:
    """Read what is inside from the replica, in one moment of it.

    From the primary, where no replica is set, it does not answer or is behind; and inside a
    transaction, whose own changes are to be seen.

    Raises:
        ReplicaLost: when it goes away meanwhile; see `again_if_lost`.
    """
    if _is_reading.get() or connection.in_atomic_block or not _is_there():
        yield
        return
    token = _is_reading.set(True)
    try:
        with transaction.atomic(using=REPLICA):
            with connections[REPLICA].cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    except (OperationalError, InterfaceError) as error:
        _pass_over(type(error).__name__)
        raise ReplicaLost from error
    finally:
        _is_reading.reset(token)


def again_if_lost(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do what only reads, and once more, from the primary, where the replica was lost in it."""
    try:
        return read(*args, **kwargs)
    except ReplicaLost:
        return read(*args, **kwargs)


def why_not_read() -> str:
    """Return what keeps the replica from being read now; nothing where it has all there is.

    It waits a moment for what the primary has and the replica has not yet.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OF_THE_PRIMARY)
        [place] = cursor.fetchone()
    try:
        for _ in range(_LOOKS):
            with connections[REPLICA].cursor() as cursor:
                cursor.execute(_HAS_COME, [place])
                follows, has_come = cursor.fetchone()
            if not follows:
                return PROMOTED
            if has_come:
                return ""
            time.sleep(WAITS / _LOOKS)
    except (OperationalError, InterfaceError):
        return GONE
    return BEHIND


def _is_there() -> bool:
    if REPLICA not in connections.databases or time.monotonic() < _PassedOver.until:
        return False
    if why := why_not_read():
        _pass_over(why)
    return not why


def _pass_over(why: str) -> None:
    _PassedOver.until = time.monotonic() + PASSED_OVER
    connections[REPLICA].close_if_unusable_or_obsolete()
    log.warning("replica_not_read", why=why)
