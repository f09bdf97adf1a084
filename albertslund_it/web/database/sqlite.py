"""What PostgreSQL has from ICU and SQLite must be taught: Danish order and case-blind search."""

import functools
import re

from albertslund_it.common.names import danish_key

# SQLite asks for one comparison at a time, so a sort meets each text many times.
_key = functools.lru_cache(maxsize=1 << 16)(danish_key)


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


def teach_danish(connection, **kwargs):
    """Give a SQLite connection the collation 'dansk' and a LIKE that knows æ, ø and å."""
    if connection.vendor != "sqlite":
        return
    raw = connection.connection
    raw.create_collation("dansk", _compare)
    raw.create_function("like", 2, _like, deterministic=True)
    raw.create_function("like", 3, _like, deterministic=True)
