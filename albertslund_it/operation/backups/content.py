"""What is in a database: enough to tell whether a copy holds all of it, and whether it is ours."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader

from albertslund_it.common.errors import Refused
from albertslund_it.web.disks import full_disk, no_room_for
from leasing.guards import GUARDED, missing_guards
from leasing.marks import MARK_TABLES

FIRST_TABLES = {"django_migrations", "leasing_billingrun", "leasing_invoiceline"}
FILES = "leasing_keptfile"
RUNS = "SELECT code, digest, total_ore FROM leasing_billingrun WHERE digest <> '' ORDER BY id"


@dataclass(frozen=True)
class Content:
    """The rows of each table, the closed runs with their digests, and the bytes of kept files."""

    rows: dict[str, int]
    runs: tuple[tuple[str, str, int], ...]
    file_bytes: int

    @property
    def row_count(self) -> int:
        return sum(self.rows.values())


@dataclass(frozen=True)
class Restored:
    """What was put back, whether it is of this version, and where what was there before is."""

    content: Content
    is_current: bool
    before: str


def content_of(database: BaseDatabaseWrapper) -> Content:
    """Return what a database holds in the transaction that its connection is in."""
    with database.cursor() as cursor:

        def ask(statement: str) -> list[Any]:
            cursor.execute(statement)
            return cursor.fetchall()

        names = sorted(database.introspection.table_names(cursor))
        rows = {name: ask(f'SELECT count(*) FROM "{name}"')[0][0] for name in names}
        # Of the first version there were no files.
        size = ask("SELECT coalesce(sum(size), 0) FROM leasing_keptfile") if FILES in rows else ()
        return Content(rows, tuple(map(tuple, ask(RUNS))), int(size[0][0]) if size else 0)


def damaged_files(database: BaseDatabaseWrapper) -> int:
    """Return how many kept files are not those that were kept."""
    with database.cursor() as cursor:
        if FILES not in database.introspection.table_names(cursor):
            return 0
        cursor.execute(f"SELECT id FROM {FILES}")
        damaged = 0
        for (pk,) in cursor.fetchall():
            cursor.execute(f"SELECT sha256, data FROM {FILES} WHERE id = %s", [pk])
            sha256, data = cursor.fetchone()
            damaged += hashlib.sha256(data).hexdigest() != sha256
        return damaged


def check(connection: BaseDatabaseWrapper) -> bool:
    """Refuse a copy that is not ours, newer than this version or without its guards.

    Return whether it is of this version.
    """
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if not tables >= FIRST_TABLES:
            raise Refused("Kopien er ikke fra dette system: dets tabeller mangler.")
        known = set(MigrationLoader(None).disk_migrations)
        cursor.execute("SELECT app, name FROM django_migrations")
        applied = set(cursor.fetchall())
    if unknown := sorted(applied - known):
        raise Refused(f"Kopien er fra en nyere version af systemet ({unknown[0][1]}).")
    is_current = applied == known
    if is_current and not tables >= {guarded.table for guarded in GUARDED}:
        raise Refused("Kopien er ikke fra dette system: dets tabeller mangler.")
    if is_current and (missing := missing_guards(connection)):
        raise Refused(f"Kopien er uden den lås, der holder låste kørsler fast: {missing[0]}")
    return is_current


def let_costs_be_worked_out(connection: BaseDatabaseWrapper) -> None:
    """Mark everything: what a file held elsewhere is not taken for what its facts cost."""
    with connection.cursor() as cursor:
        for marks in MARK_TABLES:
            cursor.execute(marks.everything)


@contextmanager
def scratch(folder: Path, ending: str) -> Iterator[Path]:
    """Yield the name of an empty file of its owner alone; it is gone afterwards.

    With it goes what SQLite puts beside it.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=".copy-", suffix=ending, dir=folder)
    except OSError as error:
        if full_disk(error):
            raise Refused(no_room_for(str(folder))) from error
        raise Refused(f"Der kan ikke skrives i mappen {folder}.") from error
    os.close(handle)
    try:
        yield Path(name)
    finally:
        for beside in ("", "-wal", "-shm", "-journal"):
            Path(name + beside).unlink(missing_ok=True)
