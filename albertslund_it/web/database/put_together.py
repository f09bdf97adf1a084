"""Questions that are put together once a day, and then only asked.

To put one together takes Django ten times as long as a small table takes to answer it: of the 150
milliseconds of a page that asks 120 questions, a hundred.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, wraps
from types import SimpleNamespace
from typing import Any, ParamSpec, TypeVar, cast

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Model, QuerySet, Value
from django.db.models.expressions import RawSQL

from albertslund_it.web.database.replica import reading_from

P = ParamSpec("P")
Row = TypeVar("Row")
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Given:
    """Stands, while a question is put together, for what it will be asked with.

    `form` makes of that what the database takes.
    """

    name: str
    form: Callable[[Any], object] = lambda value: value


def given(value: Any) -> Any:
    """Return a single value that a question is asked with, for a filter."""
    return RawSQL("%s", (value,)) if isinstance(value, Given) else value


def put_together_once(ask: Callable[P, QuerySet[Any, Row]]) -> Callable[P, list[Row]]:
    """Put the question of a function together once for what it is called with, and ask it.

    It gives a list of what the queryset would. What it is called with by position, a day, is
    part of the question: few and the same again and again. What it is called with by name may be
    another each time, and is used in `given` and `among` alone. Nothing else decides what it gives.
    """

    @lru_cache(maxsize=32)  # a few days, each with the quarters and the like that are looked at
    def put_together(using: str, names: tuple[str, ...], *fixed: Any) -> "_Question":
        build = cast("Callable[..., QuerySet[Any, Any]]", ask)
        return _Question(build(*fixed, **{name: Given(name) for name in names}), using)

    @wraps(ask)
    def asking(*args: P.args, **kwargs: P.kwargs) -> list[Row]:
        return put_together(reading_from(), tuple(kwargs), *args).rows(kwargs)

    return asking


def as_one_group(rows: QuerySet[M]) -> QuerySet[M, dict[str, Any]]:
    """Return rows as one group, to be added up in a question: `aggregate` would ask at once."""
    return rows.annotate(all=Value(1)).values("all")


class _Question:
    def __init__(self, rows: Any, using: str):
        if rows._prefetch_related_lookups:
            raise TypeError("what is fetched beside the rows is another question")
        self._using, self._iterable = using, rows._iterable_class
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
        return list(self._iterable(self._answered([found])))

    def _answered(self, chunks: list[list[Any]]) -> Any:
        """Return what Django makes rows of: a queryset to it, whose database has answered."""
        # A copy of it, made faster than by `copy`: others ask the same question beside us.
        compiler = object.__new__(type(self._compiler))
        answer = {"connection": connections[self._using], "execute_sql": lambda *_, **__: chunks}
        vars(compiler).update(vars(self._compiler), **answer)
        query = SimpleNamespace(get_compiler=lambda *args, **kwargs: compiler)
        return SimpleNamespace(query=query, db=self._using, _known_related_objects={})


def _filled_in(params: Iterable[object], values: dict[str, Any]) -> list[Any]:
    """Return the parameters of a question with what it is asked with."""
    return [one.form(values[one.name]) if isinstance(one, Given) else one for one in params]
