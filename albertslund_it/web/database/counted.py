"""Several counts in one question that is put together once.

To build the five questions behind a menu takes Django ten times as long as a database takes to
answer them: 6 of the 17 milliseconds of an empty page.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from albertslund_it.web.database.replica import reading_connection

Sets = Callable[[date], Mapping[str, QuerySet[Any]]]


def counts_on(day: date, sets: Sets) -> dict[str, int]:
    """Return how many rows there are in each of the sets of a day, by their names.

    `sets` is a function of a module, and what it gives depends on the day alone.
    """
    names, sql, params = _question(connection.vendor, sets, day)
    with reading_connection().cursor() as cursor:
        cursor.execute(sql, params)
        return dict(zip(names, cursor.fetchone(), strict=True))


@lru_cache(maxsize=16)  # a few functions, today and yesterday
def _question(vendor: str, sets: Sets, day: date) -> tuple[list[str], str, list[Any]]:
    names: list[str] = []
    parts: list[str] = []
    params: list[Any] = []
    for name, rows in sets(day).items():
        sql, given = rows.order_by().values("pk").query.sql_with_params()
        names.append(name)
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS counted)")
        params += given
    return names, f"SELECT {', '.join(parts)}", params
