"""A page of rows by what the last one was called: what comes or goes moves no other row."""

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)
LARGEST = 2**63 - 1
# What a row is called in the order of its resource: numbers and short texts.
Key = tuple[Any, ...]


def cursor_of(key: Key) -> str:
    """Return a row's key as addresses carry it; nobody need know what is in it."""
    text = json.dumps(list(key), separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def key_in(cursor: str, like: Sequence[type]) -> Key:
    """Return the key that a cursor carries.

    Raises:
        ValueError: when it carries none, or one of other kinds.
    """
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        key = json.loads(text)
    except (binascii.Error, ValueError, RecursionError):
        raise ValueError(cursor) from None
    if not isinstance(key, list) or [type(part) for part in key] != list(like):
        raise ValueError(cursor)
    if any(isinstance(part, int) and abs(part) > LARGEST for part in key):
        raise ValueError(cursor)
    return tuple(key)


def page_after(
    rows: QuerySet[M], order: Sequence[str], after: Key | None, size: int
) -> tuple[list[M], bool]:
    """Return the rows after a key in an order that is unique, and whether there are more."""
    found: list[M] = []
    for stretch in [rows] if after is None else _stretches_after(rows, order, after):
        found += stretch.order_by(*order)[: size + 1 - len(found)]
        if len(found) > size:
            break
    return found[:size], len(found) > size


def _stretches_after(rows: QuerySet[M], order: Sequence[str], key: Key) -> Iterator[QuerySet[M]]:
    """Yield what comes after a key, each a stretch of the index: what shares most with it first.

    Asked for at once with OR, all that shares its first value would be read and thrown away.
    """
    for at in reversed(range(len(order))):
        shared = dict(zip(order[:at], key, strict=False))
        yield rows.filter(**shared, **{f"{order[at]}__gt": key[at]})
