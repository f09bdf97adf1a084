"""Heavy reports read a replica of the database, where one is set up; all else reads the primary."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import structlog
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction

REPLICA = "replica"
_is_reading: ContextVar[bool] = ContextVar("reads_the_replica", default=False)

log = structlog.get_logger(__name__)


def reading_from() -> str:
    """Return the database that is read from just now."""
    return REPLICA if _is_reading.get() else DEFAULT_DB_ALIAS


class ReplicaRouter:
    """Sends what is read inside `beside_the_primary` to the replica, and writes nothing there."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return REPLICA if _is_reading.get() else None

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db != REPLICA


@contextmanager
def beside_the_primary(has_it: Callable[[str], bool]) -> Iterator[None]:
    """Read what is inside from the replica, in one moment of it.

    From the primary, where no replica is set, it does not answer, or `has_it` tells that what is to
    be read has not come there yet.
    """
    if REPLICA not in connections.databases or not _has(has_it):
        yield
        return
    token = _is_reading.set(True)
    try:
        with transaction.atomic(using=REPLICA):
            with connections[REPLICA].cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    finally:
        _is_reading.reset(token)


def _has(has_it: Callable[[str], bool]) -> bool:
    try:
        return has_it(REPLICA)
    except DatabaseError as error:
        log.warning("replica_not_read", why=type(error).__name__)
        return False
