"""A copy of the whole SQLite database, and the way back from one.

SQLite's own backup copies in one transaction at both ends: people may go on working, a copy is
never half of one, and a restore is there whole or not at all.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from django.db import DatabaseError, connections
from django.db.migrations.loader import MigrationLoader

from albertslund_it.common.errors import Refused
from albertslund_it.web.disks import full_disk, no_room_for
from leasing.guards import GUARDED, missing_guards
from leasing.marks import MARK_TABLES

OUR_TABLES = {"django_migrations", *(guarded.table for guarded in GUARDED)}
PATIENCE = 80  # quarters of a second to wait for somebody who is writing


def postgresql_address() -> str | None:
    """Give the database's address without its password; None on SQLite."""
    connection = connections["default"]
    if connection.vendor != "postgresql":
        return None
    setting = connection.settings_dict
    user = f"{quote(setting['USER'])}@" if setting["USER"] else ""
    port = f":{setting['PORT']}" if setting["PORT"] else ""
    return f"postgresql://{user}{setting['HOST']}{port}/{quote(setting['NAME'])}"


def live_file() -> Path:
    """Give the file of the database in use."""
    return Path(connections["default"].settings_dict["NAME"])


def back_up(target: Path) -> int:
    """Write a checked copy of the database to a new file; gives its number of closed runs."""
    if target.exists():
        raise Refused(f"{target} findes allerede. Vælg et andet navn.")
    if not target.parent.is_dir():
        raise Refused(f"Mappen {target.parent} findes ikke.")
    with _scratch(target.parent) as copy:
        _copy(live_file(), copy)
        runs, _ = _check(copy)
        os.replace(copy, target)
    return runs


def restore(source: Path) -> tuple[int, bool, Path | None]:
    """Put a checked copy in the database's place.

    Gives its number of closed runs, whether it is of this version, and the copy that was made of
    what was there before.
    """
    live = live_file()
    if not source.is_file():
        raise Refused(f"{source} findes ikke.")
    if live.exists() and source.samefile(live):
        raise Refused(f"{source} er selve databasen. Angiv en kopi.")
    with _scratch(live.parent) as copy:
        _copy(source, copy)
        runs, is_current = _check(copy)
        if is_current:
            _let_costs_be_worked_out(copy)
        before = _keep(live)
        connections["default"].close()
        _copy(copy, live, is_copy=False)
    return runs, is_current, before


def _keep(live: Path) -> Path | None:
    """Copy what is there now to a file beside it; move it there if it cannot be read."""
    if not live.exists():
        return None
    kept = live.with_name(f"{live.name}.before-restore")
    with _scratch(live.parent) as copy:
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
    tries = iter(range(PATIENCE))

    def wait(status, remaining, total):
        if status != sqlite3.SQLITE_DONE and next(tries, None) is None:
            raise Refused("Databasen er optaget. Prøv igen om lidt, eller stop serveren imens.")

    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as reading,
            closing(sqlite3.connect(target)) as writing,
        ):
            reading.backup(writing, progress=wait)
            if is_copy:
                writing.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.DatabaseError as error:
        if full_disk(error):
            raise Refused(no_room_for(str(target.parent))) from error
        raise Refused(f"{source} kan ikke læses som en SQLite-database ({error}).") from error


def _check(copy: Path) -> tuple[int, bool]:
    """Refuse a copy that is damaged, not ours, newer than this version or without its guards.

    Gives its number of closed runs and whether it is of this version.
    """
    with _as_database(copy) as connection, connection.cursor() as cursor:
        if damage := _damage(cursor):
            raise Refused(f"Kopien er beskadiget: {damage}")
        if not set(connection.introspection.table_names(cursor)) >= OUR_TABLES:
            raise Refused("Kopien er ikke fra dette system: dets tabeller mangler.")
        known = set(MigrationLoader(None).disk_migrations)
        cursor.execute("SELECT app, name FROM django_migrations")
        applied = set(cursor.fetchall())
        if unknown := sorted(applied - known):
            raise Refused(f"Kopien er fra en nyere version af systemet ({unknown[0][1]}).")
        is_current = applied == known
        if is_current and (missing := missing_guards(connection)):
            raise Refused(f"Kopien er uden den lås, der holder låste kørsler fast: {missing[0]}")
        cursor.execute("SELECT count(*) FROM leasing_billingrun WHERE digest <> ''")
        return cursor.fetchone()[0], is_current


def _let_costs_be_worked_out(copy: Path) -> None:
    """Mark everything: what a file held elsewhere is not taken for what its facts cost."""
    with _as_database(copy) as connection, connection.cursor() as cursor:
        for marks in MARK_TABLES:
            cursor.execute(marks.everything)


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


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """Give the name of an empty file that is gone afterwards, with what SQLite puts beside it."""
    try:
        handle, name = tempfile.mkstemp(prefix=".copy-", suffix=".sqlite3", dir=folder)
    except OSError as error:
        if full_disk(error):
            raise Refused(no_room_for(str(folder))) from error
        raise Refused(f"Der kan ikke skrives i mappen {folder}.") from error
    os.close(handle)
    try:
        yield Path(name)
    finally:
        for ending in ("", "-wal", "-shm", "-journal"):
            Path(name + ending).unlink(missing_ok=True)
