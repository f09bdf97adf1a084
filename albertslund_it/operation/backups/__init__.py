"""A checked copy of the whole database in one file, and the way back from one.

Kept files and attachments are rows, so they are in it. A copy is taken in one moment while people
work; one that is put back is read in full and checked beside the database before it replaces it.
"""

from contextlib import AbstractContextManager
from pathlib import Path

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from albertslund_it.common.errors import Refused
from albertslund_it.operation.backups import postgresql, sqlite
from albertslund_it.operation.backups.content import Content, Restored


def is_postgresql() -> bool:
    """Return which of the two databases is in use."""
    return connections["default"].vendor == "postgresql"


def back_up(target: Path) -> Content:
    """Write a checked copy to a new file; return what is in it."""
    if target.exists():
        raise Refused(f"{target} findes allerede. Vælg et andet navn.")
    if not target.parent.is_dir():
        raise Refused(f"Mappen {target.parent} findes ikke.")
    return postgresql.back_up(target) if is_postgresql() else sqlite.back_up(target)


def restore(source: Path) -> Restored:
    """Put a checked copy in the database's place; what was there is kept beside it."""
    if not source.is_file():
        raise Refused(f"{source} findes ikke.")
    return postgresql.restore(source) if is_postgresql() else sqlite.restore(source)


def thrown_away(source: Path) -> AbstractContextManager[tuple[str, BaseDatabaseWrapper]]:
    """Put a checked copy in a database of its own, which is gone afterwards.

    Give its address, for other processes, and a connection to it.
    """
    return (postgresql if is_postgresql() else sqlite).thrown_away(source)
