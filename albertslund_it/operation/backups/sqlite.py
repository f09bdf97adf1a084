"""A copy of the whole SQLite database, and the way back from one.

SQLite's own backup copies in one transaction at both ends: people may go on working, a copy is
never half of one, and a restore is there whole or not at all.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from albertslund_it.common.errors import Refused
from albertslund_it.operation.backups.checksum import refuse_altered, write_checksum
from albertslund_it.operation.backups.content import (
    Content,
    Restored,
    check,
    content_of,
    let_costs_be_worked_out,
    scratch,
)
from albertslund_it.web.disks import full_disk, no_room_for

PATIENCE = 80  # quarters of a second to wait for somebody who is writing


def live_file() -> Path:
    """Return the file of the database in use."""
    return Path(connections["default"].settings_dict["NAME"])


def back_up(target: Path) -> Content:
    """Write a checked copy of the database to a new file; return what the database held then."""
    live = live_file()
    if not live.exists():
        raise Refused(f"{live} findes ikke.")
    with scratch(target.parent, ".sqlite3") as copy, _as_database(live) as reading:
        with reading.cursor() as cursor, _in_words(live, copy):
            cursor.execute("BEGIN")
            cursor.execute("SELECT count(*) FROM sqlite_schema")  # what is read is of this moment
            _pour(reading.connection, copy)
        _check(copy)
        content = content_of(reading)
        write_checksum(copy)
        os.replace(copy, target)
    return content


def restore(source: Path) -> Restored:
    """Put a checked copy in the database's place."""
    live = live_file()
    if live.exists() and source.samefile(live):
        raise Refused(f"{source} er selve databasen. Angiv en kopi.")
    refuse_altered(source)
    with scratch(live.parent, ".sqlite3") as copy:
        _copy(source, copy)
        content, is_current = _check(copy)
        if is_current:
            with _as_database(copy) as connection:
                let_costs_be_worked_out(connection)
        before = _keep(live)
        connections["default"].close()
        _copy(copy, live, is_copy=False)
    return Restored(content, is_current, str(before or ""))


@contextmanager
def thrown_away(source: Path) -> Iterator[tuple[str, BaseDatabaseWrapper]]:
    """Put a checked copy in a database of its own, which is gone afterwards; give its address."""
    refuse_altered(source)
    with scratch(source.parent, ".sqlite3") as copy:
        _copy(source, copy)
        _check(copy)
        with _as_database(copy) as connection:
            yield f"sqlite:///{copy}", connection


def _keep(live: Path) -> Path | None:
    """Copy what is there now to a file beside it; move it there if it cannot be read."""
    if not live.exists():
        return None
    kept = live.with_name(f"{live.name}.before-restore")
    with scratch(live.parent, ".sqlite3") as copy:
        try:
            _copy(live, copy)
            os.replace(copy, kept)
        except Refused:
            for ending in ("", "-wal"):
                if Path(f"{live}{ending}").exists():
                    os.replace(f"{live}{ending}", f"{kept}{ending}")
            Path(f"{live}-shm").unlink(missing_ok=True)
    return kept


def _copy(source: Path, target: Path, *, is_copy: bool = True) -> None:
    """Copy a database in one transaction; a copy is one file, readable by its owner alone."""
    with _in_words(source, target):
        uri = f"{source.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as reading:
            _pour(reading, target, is_copy=is_copy)


def _pour(reading: sqlite3.Connection, target: Path, *, is_copy: bool = True) -> None:
    tries = iter(range(PATIENCE))

    def wait(status: int, remaining: int, total: int) -> None:
        if status != sqlite3.SQLITE_DONE and next(tries, None) is None:
            raise Refused("Databasen er optaget. Prøv igen om lidt, eller stop serveren imens.")

    with closing(sqlite3.connect(target)) as writing:
        reading.backup(writing, progress=wait)
        if is_copy:
            writing.execute("PRAGMA journal_mode=DELETE")


@contextmanager
def _in_words(source: Path, target: Path) -> Iterator[None]:
    """Say in Danish why a database could not be copied."""
    try:
        yield
    except (sqlite3.DatabaseError, DatabaseError) as error:
        if full_disk(error):
            raise Refused(no_room_for(str(target.parent))) from error
        raise Refused(f"{source} kan ikke læses som en SQLite-database ({error}).") from error


def _check(copy: Path) -> tuple[Content, bool]:
    """Refuse a copy that is damaged or that `check` refuses; return what is in it as well."""
    with _as_database(copy) as connection:
        with connection.cursor() as cursor:
            if damage := _damage(cursor):
                raise Refused(f"Kopien er beskadiget: {damage}")
        is_current = check(connection)
        return content_of(connection), is_current


def _damage(cursor) -> str:
    try:
        found = [row[0] for row in cursor.execute("PRAGMA integrity_check") if row[0] != "ok"]
        broken = cursor.execute("PRAGMA foreign_key_check").fetchall()
    except DatabaseError as error:
        return str(error)
    found += [f"{table} peger på rækker, der mangler." for table, *_ in broken]
    return found[0] if found else ""


@contextmanager
def _as_database(copy: Path) -> Iterator:
    """Open a copy as Django opens the database itself, Danish order and all."""
    live = connections["default"]
    # Without WAL, so that a copy stays one file.
    connection = type(live)(live.settings_dict | {"NAME": str(copy), "OPTIONS": {}})
    try:
        yield connection
    finally:
        connection.close()
