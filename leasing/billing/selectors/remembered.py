"""Figures over the whole municipality, worked out once for as long as nothing has changed."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from auditlog.models import LogEntry
from django.core.cache import cache
from django.db import connection
from django.db.models import Max

from leasing.models import Confirmation, QuarterlyInvoice


def remembered(name: str, compute: Callable[[], Any]) -> Any:
    """Return what `compute` gives, kept for as long as the database holds the same facts.

    `name` tells what it is, with everything but the facts that it depends on: the day, the payer.
    """
    key = _key(name)
    found = cache.get(key)
    if found is None:
        found = compute()
        cache.set(key, found, timeout=3600)
    return found


def is_remembered(name: str) -> bool:
    """Tell whether `remembered` has it at hand."""
    return _key(name) in cache


def _key(name: str) -> str:
    """Name an answer in the cache, whatever signs the name has and however long it is."""
    return sha256(f"{name}|{_version()}".encode()).hexdigest()


def _version() -> str:
    """Name the facts as they are: everything that can change a figure leaves an entry in history.

    An entry has its moment too: SQLite gives the number of one that was rolled back to the next.
    On PostgreSQL entries get their numbers before they can be seen, so the transactions that are
    under way count as well: once one of them ends, it is another version.
    """
    entry = LogEntry.objects.order_by("-id").values_list("id", "timestamp").first()
    # Written in bulk, without an entry each.
    written = [
        model.objects.aggregate(last=Max("id"))["last"]
        for model in (QuarterlyInvoice, Confirmation)
    ]
    under_way = ""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT string_agg(x::text, ',') FROM pg_snapshot_xip(pg_current_snapshot()) x"
            )
            under_way = cursor.fetchone()[0] or ""
    return f"{entry}|{written}|{under_way}"
