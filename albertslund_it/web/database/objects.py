"""Objects of models by the ten thousand: as Django makes them, without its walk through the fields
of each and its signals, which nothing of ours listens to.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple, TypeVar

from django.db.models import NOT_PROVIDED, Field, ForeignKey, Model, QuerySet
from django.db.models.base import ModelState

M = TypeVar("M", bound=Model)


class _Shape(NamedTuple):
    """What a new object of a model holds unless it is said, and where it holds what is said."""

    defaults: dict[str, object]
    made_each: dict[str, Callable[[], object]]
    # By name: where it is held and, of a link, what its target is known by.
    places: dict[str, tuple[str, str]]


@cache
def _shape(model: type[Model]) -> _Shape:
    columns = [one for one in model._meta.concrete_fields if not one.generated]
    made_each = {
        one.attname: one.get_default
        for one in columns
        if callable(one.default) and one.default is not NOT_PROVIDED
    }
    places = {one.attname: (one.attname, "") for one in columns}
    for column in columns:
        if isinstance(column, ForeignKey):
            places[column.name] = column.attname, column.target_field.attname
    return _Shape({one.attname: one.get_default() for one in columns}, made_each, places)


def new_row(model: type[M], /, **values: Any) -> M:
    """Return a new object, as `model(**values)` does in several times as long.

    What it alone points to is not told of it: two that point at each other are no longer used only
    once the interpreter has looked through all there is.
    """
    defaults, made_each, places = _shape(model)
    row, held = _empty(model)
    held.update(defaults)
    for attname, make in made_each.items():
        held[attname] = make()
    linked = row._state.fields_cache
    for name, value in values.items():
        attname, key = places[name]
        if key:
            linked[name] = value
            value = None if value is None else getattr(value, key)
        held[attname] = value
    return row


def sharing(rows: QuerySet[M], **targets: Mapping[int, Model]) -> Iterator[M]:
    """Yield the objects of a query, that point to one object for each target, by its id.

    With `select_related` each of tens of thousands would make one of its own. What the database
    makes itself, to search in, is read of those alone that are asked for it.
    """
    columns: list[Field] = [one for one in rows.model._meta.concrete_fields if not one.generated]
    names = [column.attname for column in columns]
    links = [(name, names.index(f"{name}_id"), found) for name, found in targets.items()]
    model, using = rows.model, rows.db
    empty = model.__new__
    for values in rows.values_list(*names):
        row = empty(model)
        row.__dict__ = held = dict(zip(names, values, strict=True))
        held["_state"] = state = ModelState()
        state.adding, state.db = False, using
        state.fields_cache = {name: found.get(values[at]) for name, at, found in links}
        yield row


def _empty(model: type[M]) -> tuple[M, dict[str, Any]]:
    row = model.__new__(model)
    row._state = ModelState()
    return row, vars(row)
