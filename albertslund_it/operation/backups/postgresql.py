"""A copy of the whole PostgreSQL database by pg_dump, and the way back by pg_restore.

pg_dump reads one moment while people write. A copy ends with a checksum of all before it, which
pg_restore does not read. It is put into a database of its own first and checked there; then the two
change names in one transaction, and what was there before is kept as a database beside it.
"""

import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql
from psycopg.conninfo import make_conninfo

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

CUSTOM_FORMAT = b"PGDMP"
LONGEST_NAME = 63  # of a database, in bytes; PostgreSQL cuts what is longer
DUMP = ("pg_dump", "--format=custom", "--no-owner")
RESTORE = ("pg_restore", "--no-owner", "--single-transaction", "--exit-on-error")
SWAP_TRIES = 5


def has_programs() -> bool:
    """Return whether PostgreSQL's own programs are installed here."""
    return all(shutil.which(name) for name in ("pg_dump", "pg_restore"))


def address() -> str:
    """Return the database's address without its password."""
    setting = connections["default"].settings_dict
    user = f"{quote(setting['USER'])}@" if setting["USER"] else ""
    port = f":{setting['PORT']}" if setting["PORT"] else ""
    return f"postgresql://{user}{setting['HOST']}{port}/{quote(setting['NAME'])}"


def back_up(target: Path) -> Content:
    """Write a checked copy of the database to a new file; return what is in it."""
    with scratch(target.parent, ".dump") as copy:
        with _one_moment() as (snapshot, content):
            _run([*DUMP, f"--snapshot={snapshot}", f"--file={copy}"], _name(), target.parent)
        _read_all(copy)
        write_checksum(copy)
        os.replace(copy, target)
    return content


def restore(source: Path) -> Restored:
    """Put a checked copy in the database's place."""
    with _filled(source, *RESTORE) as (name, other):
        is_current = check(other)
        content = content_of(other)
        if is_current:
            let_costs_be_worked_out(other)
        other.close()
        before = _change_places(name)
    connections["default"].close()
    return Restored(content, is_current, before)


@contextmanager
def thrown_away(source: Path) -> Iterator[tuple[str, BaseDatabaseWrapper]]:
    """Put a checked copy in a database of its own, which is gone afterwards; give its address."""
    # A role that is not here owns nothing in a database that is thrown away.
    with _filled(source, *RESTORE, "--no-privileges") as (name, other):
        check(other)
        address = urlsplit(os.environ.get("DATABASE_URL", ""))
        yield address._replace(path=f"/{quote(name)}").geturl(), other


@contextmanager
def _one_moment() -> Iterator[tuple[str, Content]]:
    """Yield the name of a snapshot that stands meanwhile, and what is in it."""
    live = _database(_name())
    try:
        with live.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
        yield snapshot, content_of(live)
    finally:
        live.close()


# --- the file


def _refuse_damage(source: Path) -> None:
    """Refuse what is no copy, or not as it was written."""
    try:
        with source.open("rb") as stream:
            begins = stream.read(len(CUSTOM_FORMAT))
    except OSError as error:
        raise Refused(f"{source} kan ikke læses.") from error
    if begins != CUSTOM_FORMAT:
        raise Refused(f"{source} er ikke en kopi, som backup eller pg_dump har lavet.")
    refuse_altered(source)
    _read_all(source)


def _read_all(copy: Path) -> None:
    """Let pg_restore unpack all of a copy, into nothing: it finds what is cut off or garbled."""
    _run(["pg_restore", f"--file={os.devnull}", str(copy)], "", copy.parent)


# --- the programs


def _run(call: list[str], database: str, folder: Path) -> None:
    """Run one of PostgreSQL's programs; the password is in its environment, never on its line."""
    if not has_programs():
        raise Refused("pg_dump og pg_restore er ikke installeret her (pakken postgresql-client).")
    place, environment = _place(database) if database else ("", {})
    done = subprocess.run(  # noqa: S603 (the words are ours)
        [call[0], *([f"--dbname={place}"] if place else ()), *call[1:]],
        env=os.environ | environment | {"LC_ALL": "C"},
        capture_output=True,
        check=False,
    )
    if done.returncode == 0:
        return
    said = done.stderr.decode(errors="replace").strip().splitlines() or [""]
    if any("No space left" in line for line in said):
        is_dump = call[0] == "pg_dump"
        raise Refused(no_room_for(str(folder) if is_dump else "PostgreSQL’s databaser"))
    first = next((line for line in said if "error:" in line), said[0])
    if role := re.search(r'role "(.+)" does not exist', first):
        raise Refused(
            f"Kopien giver rettigheder til rollen »{role[1]}«, som ikke findes her. Lav den først "
            f"(CREATE ROLE {role[1]} LOGIN PASSWORD '…'). Intet er lagt tilbage."
        )
    if call[0] == "pg_restore":
        raise Refused(f"Kopien er beskadiget eller kan ikke læses: {first}")
    raise Refused(f"Der er ikke taget kopi: {first}")


def _place(database: str) -> tuple[str, dict[str, str]]:
    """Return what names a database, and the environment with the password that opens it."""
    setting = connections["default"].settings_dict
    where = {"user": setting["USER"], "host": setting["HOST"], "port": setting["PORT"]}
    options = {name: one for name, one in setting["OPTIONS"].items() if isinstance(one, str | int)}
    named = {name: one for name, one in (where | options).items() if one and name != "password"}
    password = setting["PASSWORD"]
    environment = {"PGPASSWORD": password} if password else {}
    return make_conninfo(**named, dbname=database), environment


# --- databases


def _name() -> str:
    return connections["default"].settings_dict["NAME"]


def _database(name: str) -> BaseDatabaseWrapper:
    """Return a connection of its own to a database of the same server."""
    live = connections["default"]
    other = type(live)(live.settings_dict | {"NAME": name, "CONN_MAX_AGE": 0})
    other.ensure_connection()
    return other


@contextmanager
def _server() -> Iterator[Any]:
    """Yield a cursor outside the database in use, whose names it may change."""
    server = _database("postgres")
    try:
        with server.cursor() as cursor:
            yield cursor
    finally:
        server.close()


@contextmanager
def _filled(source: Path, *call: str) -> Iterator[tuple[str, BaseDatabaseWrapper]]:
    """Yield a new database with all that is in a copy; it is dropped unless it was renamed."""
    _refuse_damage(source)
    name = _cut(_name(), f"_copy_{secrets.token_hex(4)}")
    with _server() as cursor:
        try:
            cursor.execute(_create(cursor, name))
        except DatabaseError as error:
            if what := full_disk(error):
                raise Refused(no_room_for(what)) from error
            if isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege):
                raise Refused(
                    "Rollen må ikke lave en database at kontrollere kopien i. Kør kommandoen som "
                    "den rolle, der ejer tabellerne, og giv den lov: ALTER ROLE … CREATEDB"
                ) from error
            raise
    try:
        _run([*call, str(source)], name, source.parent)
        other = _database(name)
        try:
            with other.cursor() as cursor:
                cursor.execute("ANALYZE")  # a copy holds no statistics, and a check reads all of it
            yield name, other
        finally:
            other.close()
    finally:
        with _server() as cursor:
            cursor.execute(_say("DROP DATABASE IF EXISTS {} WITH (FORCE)", name))


def _create(cursor: Any, name: str) -> sql.Composed:
    """Return the statement for a new database that sorts as the one in use."""
    cursor.execute("SELECT datcollate, datctype FROM pg_database WHERE datname = %s", [_name()])
    locale = cursor.fetchone()
    create = _say("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", name)
    if locale:
        create += sql.SQL(" LC_COLLATE {} LC_CTYPE {}").format(*map(sql.Literal, locale))
    return create


def _change_places(name: str) -> str:
    """Return the new database the name of the one in use; return what that is called now."""
    live, kept = _name(), _cut(_name(), "_before_restore")
    with _server() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [live])
        if not cursor.fetchone():
            cursor.execute(_say("ALTER DATABASE {} RENAME TO {}", name, live))
            return ""
        connections["default"].close()
        _send_away(cursor, kept)
        cursor.execute(_say("DROP DATABASE IF EXISTS {}", kept))
        for attempt in range(1, SWAP_TRIES + 1):
            _send_away(cursor, live)
            cursor.execute("BEGIN")
            try:
                cursor.execute(_say("ALTER DATABASE {} RENAME TO {}", live, kept))
                cursor.execute(_say("ALTER DATABASE {} RENAME TO {}", name, live))
                cursor.execute("COMMIT")
                return kept
            except DatabaseError as error:
                cursor.execute("ROLLBACK")
                if attempt == SWAP_TRIES:
                    raise Refused(
                        "Nogen bliver ved med at logge på databasen. Stop programmet imens, og "
                        f"prøv igen. Intet er lagt tilbage. ({error})"
                    ) from error
    raise AssertionError("unreachable")


def _send_away(cursor: Any, name: str) -> None:
    """End everybody's session in a database: its name cannot change while one is there."""
    try:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = %s AND pid <> pg_backend_pid()",
            [name],
        )
    except DatabaseError as error:
        raise Refused(
            "Programmet er logget på databasen som en anden rolle. Stop det, og prøv igen. "
            "Intet er lagt tilbage."
        ) from error


def _say(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, names))


def _cut(name: str, ending: str) -> str:
    """Return a name of a database with its ending, no longer than PostgreSQL keeps."""
    return name.encode()[: LONGEST_NAME - len(ending)].decode(errors="ignore") + ending
