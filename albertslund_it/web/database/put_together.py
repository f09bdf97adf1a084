"""Questions that are put together once a day, and then only asked.

To put one together takes Django ten times as long as a small table takes to answer it: of the 150
milliseconds of a page that asks 120 questions, a hundred.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, wraps
from inspect import Parameter, signature
from typing import Any, ParamSpec, TypeVar, cast

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.query import FlatValuesListIterable, ValuesListIterable

from albertslund_it.web.database.replica import reading_from

P = ParamSpec("P")
Row = TypeVar("Row")


@dataclass(frozen=True)
class Given:
    """Stands, while a question is put together, for what it will be asked with.

    `form` makes of that what the database takes.
    """

    name: str
    form: Callable[[Any], object] = lambda value: value


def given(value: object) -> RawSQL:
    """Return a single value that a question is asked with, for a filter."""
    return RawSQL("%s", (value,))


def put_together_once(ask: Callable[P, QuerySet[Any, Row]]) -> Callable[P, list[Row]]:
    """Put the question of a function together once for what it is called with, and ask it.

    It gives rows of values, as `values_list` does. What it is called with by position, a day, is
    part of the question: few and the same again and again. What it is called with by name may be
    another each time, and is used in `given` and `among` alone. Nothing else decides what it gives.
    """
    later = tuple(
        name
        for name, one in signature(ask).parameters.items()
        if one.kind is Parameter.KEYWORD_ONLY
    )

    @lru_cache(maxsize=8)  # today and yesterday, and a day that is looked back on
    def put_together(using: str, *fixed: Any) -> "_Question":
        build = cast("Callable[..., QuerySet[Any, Any]]", ask)
        return _Question(build(*fixed, **{name: Given(name) for name in later}), using)

    @wraps(ask)
    def asking(*args: P.args, **kwargs: P.kwargs) -> list[Row]:
        return put_together(reading_from(), *args).rows(kwargs)

    return asking


class _Question:
    def __init__(self, rows: QuerySet[Any, Any], using: str):
        self._using = using
        self._is_flat = rows._iterable_class is FlatValuesListIterable
        if not self._is_flat and rows._iterable_class is not ValuesListIterable:
            raise TypeError("only rows of values are put together once")
        self._compiler = rows.query.get_compiler(using)
        try:
            self._sql, self._params = self._compiler.as_sql()
        except EmptyResultSet:
            self._sql, self._params = "", ()

    def rows(self, values: dict[str, Any]) -> list[Any]:
        if not self._sql:
            return []
        with connections[self._using].cursor() as cursor:
            cursor.execute(self._sql, _filled_in(self._params, values))
            found = cursor.fetchall()
        rows = self._compiler.results_iter([found], tuple_expected=True)
        return [row[0] for row in rows] if self._is_flat else list(rows)


def _filled_in(params: Iterable[object], values: dict[str, Any]) -> list[Any]:
    """Return the parameters of a question with what it is asked with."""
    return [one.form(values[one.name]) if isinstance(one, Given) else one for one in params]
