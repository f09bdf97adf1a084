"""What PostgreSQL has from ICU and SQLite must be taught: Danish order and case-blind search."""

import functools
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db.models import CharField, TextField
from django.db.models.expressions import Col
from django.db.models.lookups import IContains, IExact, IStartsWith

from albertslund_it.common.names import danish_key

# SQLite asks for one comparison at a time, so a sort meets each text many times.
_key = functools.lru_cache(maxsize=1 << 17)(danish_key)


def _compare(left: str, right: str) -> int:
    a, b = _key(left), _key(right)
    return (a > b) - (a < b)


@functools.lru_cache(maxsize=256)
def _pattern(like: str, escape: str):
    parts, literal = [], iter(like)
    for char in literal:
        if char == escape:
            parts.append(re.escape(next(literal, "").casefold()))
        else:
            parts.append({"%": ".*", "_": "."}.get(char) or re.escape(char.casefold()))
    return re.compile("".join(parts), re.DOTALL)


def _like(like, value, escape="\\"):
    if like is None or value is None:
        return None
    return _pattern(str(like), escape).fullmatch(str(value).casefold()) is not None


def close_to_others(connection, **kwargs):
    """Let nobody but the owner read the file of a SQLite database: it holds names."""
    if connection.vendor != "sqlite" or connection.is_in_memory_db():
        return
    for ending in ("", "-wal", "-shm"):  # the last two are made like the file, as it was by then
        path = Path(f"{connection.settings_dict['NAME']}{ending}")
        with suppress(FileNotFoundError):
            found = path.stat()
            # Of another's file, which one may use all the same, only the owner decides.
            if found.st_mode & 0o077 and found.st_uid == os.getuid():
                path.chmod(found.st_mode & 0o700)


def teach_danish(connection, **kwargs):
    """Give a SQLite connection the collation 'dansk' and a LIKE that knows æ, ø and å."""
    if connection.vendor != "sqlite":
        return
    raw = connection.connection
    raw.create_collation("dansk", _compare)
    raw.create_function("like", 2, _like, deterministic=True)
    raw.create_function("like", 3, _like, deterministic=True)


def _folded_by_row(lookup: Any, compiler: Any, connection: Any, found: str) -> tuple[str, Any]:
    """Write a case-blind search that asks Python about texts with other letters than a–z alone.

    SQLite's own LOWER knows those, and a call into Python for every row is most of such a search.
    """
    sql, params = lookup.as_sql(compiler, connection)
    if not isinstance(lookup.lhs, Col) or not isinstance(lookup.rhs, str):
        return sql, params
    text, _ = lookup.lhs.as_sql(compiler, connection)
    is_plain = f"LENGTH(CAST({text} AS BLOB)) = LENGTH({text})"
    plainly = found.format(f"LOWER({text})")
    return f"CASE WHEN {is_plain} THEN {plainly} ELSE {sql} END", [lookup.rhs.casefold(), *params]


class _Contains(IContains):
    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return _folded_by_row(self, compiler, connection, "INSTR({}, %s) > 0")


class _StartsWith(IStartsWith):
    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return _folded_by_row(self, compiler, connection, "INSTR({}, %s) = 1")


class _Exact(IExact):
    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return _folded_by_row(self, compiler, connection, "{} = %s")


for _field in (CharField, TextField):
    for _lookup in (_Contains, _StartsWith, _Exact):
        _field.register_lookup(_lookup)
