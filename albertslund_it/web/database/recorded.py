"""What an act does to rows, as it can be undone: what each held before, and what the act left.

The history cannot carry that. It is of texts, so that nothing and the word None are the same in it,
and it leaves out what is too personal to be kept for years. This is exact, and kept for days.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from hashlib import blake2b
from itertools import groupby
from json.encoder import encode_basestring as quoted
from types import NoneType
from typing import Any
from uuid import UUID

from auditlog.registry import auditlog
from django.db.models import DateField, Field, JSONField, Model
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save

from albertslund_it.web.database import history
from albertslund_it.web.database.rows import among, column_of, values_of

PLAIN = (str, int, bool, NoneType)
_AS_TEXT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
# The same of the values that most columns have, sooner than an encoder is set up.
_PLAIN_IN_JSON: dict[type, Callable[[Any], str]] = {
    str: quoted,
    int: repr,
    NoneType: lambda none: "null",
}
_IN_JSON = defaultdict(lambda: _AS_TEXT, _PLAIN_IN_JSON)
Values = dict[str, object]


@dataclass
class RowsOfModel:
    """What an act did to the rows of a model, all in all, by their ids.

    Of a created row the checksum of what the act left; of a changed one each field's value before
    and after; of a deleted one all that it held.
    """

    model: type[Model]
    created: dict[int, str] = field(default_factory=dict)
    changed: dict[int, dict[str, tuple[object, object]]] = field(default_factory=dict)
    deleted: dict[int, Values] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.created or self.changed or self.deleted)


class Recorder:
    """Adds up what is written, row by row, in the order in which the models were first met.

    Those it is made with come first, in their order: undone, they are the last to be set back.
    """

    def __init__(self, models: Iterable[type[Model]] = ()) -> None:
        self._models = {model: RowsOfModel(model) for model in models}
        self._written_again: dict[type[Model], set[int]] = {}

    def note(
        self,
        created: Iterable[Model],
        changed: Iterable[tuple[Model, dict[str, object]]],
        deleted: Iterable[Model],
    ) -> None:
        """Note rows as they are now; `changed` has what some fields held before, by name."""
        for model, rows in groupby(created, type):
            there, sum_up = self._of(model), _sum_of(model)
            key = there.model._meta.pk.attname
            for row in rows:
                there.created[vars(row)[key]] = sum_up(row)
        for row, before in changed:
            self._change(row, before)
        for row in deleted:
            self._delete(row)

    def _of(self, model: type[Model]) -> RowsOfModel:
        if model not in self._models:
            self._models[model] = RowsOfModel(model)
        return self._models[model]

    def _change(self, row: Model, before: dict[str, object]) -> None:
        model = type(row)
        rows = self._of(model)
        if row.pk in rows.created:
            self._written_again.setdefault(model, set()).add(row.pk)
            return
        fields = rows.changed.setdefault(row.pk, {})
        for name, old in before.items():
            attname, encode = _encoded(model, name)
            first = fields[name][0] if name in fields else encode(old)
            fields[name] = (first, encode(getattr(row, attname)))

    def _delete(self, row: Model) -> None:
        rows = self._of(type(row))
        if rows.created.pop(row.pk, None):
            return
        values = {
            column.name: encoder(column)(getattr(row, column.attname))
            for column in columns_of(type(row))
        }
        changed = rows.changed.pop(row.pk, {})
        rows.deleted[row.pk] = values | {name: before for name, (before, _) in changed.items()}

    def done(self) -> list[RowsOfModel]:
        """Return what came of it all; what was changed and changed back is no news."""
        for model, ids in self._written_again.items():
            there = self._models[model].created
            there |= checksums(model, ids.intersection(there))
        for rows in self._models.values():
            for pk, fields in list(rows.changed.items()):
                left = {name: both for name, both in fields.items() if both[0] != both[1]}
                rows.changed[pk] = left
                if not left:
                    del rows.changed[pk]
        return [rows for rows in self._models.values() if rows]


@contextmanager
def recording(recorder: Recorder):
    """Let a recorder see every row that is written meanwhile.

    What is written with `.update()` of a queryset is not seen: no model and no signal sees it.
    """
    token = history.WATCHER.set(recorder)
    try:
        yield
    finally:
        history.WATCHER.reset(token)


@contextmanager
def unrecorded():
    """Let no recorder see what is written meanwhile: it is not put back."""
    token = history.WATCHER.set(None)
    try:
        yield
    finally:
        history.WATCHER.reset(token)


def columns_of(model: type[Model]) -> list[Field]:
    """Return the columns of a model's table."""
    columns = (one for one in model._meta.concrete_fields if not one.generated)
    return [column_of(model, column.name) for column in columns]


def encoder(column: Field) -> Callable[[object], object]:
    """Return what makes a column's value one of JSON; `decoded` gives it back."""
    if isinstance(column, JSONField):
        return lambda value: value
    prepare = column.get_prep_value

    def encode(value: object) -> object:
        return value if value.__class__ in PLAIN else _plain(prepare(value))

    if column.__class__ is DateField:  # most of what is not plain, and a field asks more of it
        return lambda value: value.isoformat() if type(value) is date else encode(value)
    return encode


def _plain(value: Any) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, PLAIN):
        return value
    raise TypeError(f"{type(value).__name__} cannot be put back")


def decoded(column: Field, value: object) -> Any:
    """Return the value of a column that `encoder` made one of JSON."""
    return None if value is None else column.to_python(value)


@cache
def _encoded(model: type[Model], name: str) -> tuple[str, Callable[[object], object]]:
    """Return where a row holds a field, and what makes its value one of JSON."""
    column = column_of(model, name)
    return column.attname, encoder(column)


@cache
def _sum_of(model: type[Model]) -> Callable[[Model], str]:
    """Return what sums up those columns of a row that say whether it is as it was left."""
    columns = _columns_checked(model)
    values, in_json = values_of(columns), [_in_json(column) for column in columns]

    def sum_up(row: Model) -> str:
        read = zip(values(row), in_json, strict=True)
        return _summed([as_json[value.__class__](value) for value, as_json in read])

    return sum_up


def _in_json(column: Field) -> Mapping[type, Callable[[Any], str]]:
    """Return what makes JSON of a column's values, by their class."""
    encode = encoder(column)
    known: dict[type, Callable[[Any], str]] = dict(_PLAIN_IN_JSON)
    if column.__class__ is DateField:
        known[date] = lambda day: f'"{day.isoformat()}"'
    return defaultdict(lambda: lambda value: _AS_TEXT(encode(value)), known)


def kept_out_of(model: type[Model]) -> Sequence[str]:
    """Return the fields that change beside what is done, as when a device was last seen."""
    return history.left_out_of(model) if auditlog.contains(model) else ()


def _columns_checked(model: type[Model]) -> list[Field]:
    left_out = kept_out_of(model)
    return [column for column in columns_of(model) if column.name not in left_out]


def checksum(values: Sequence[object]) -> str:
    """Return a short sum of a row's values, which tells whether they are the same."""
    return _summed([_IN_JSON[value.__class__](value) for value in values])


def _summed(values: Iterable[str]) -> str:
    text = f"[{','.join(values)}]"
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def checksums(model: type[Model], ids: Iterable[int]) -> dict[int, str]:
    """Return the checksums of rows as they are now, by their ids."""
    columns = _columns_checked(model)
    encoders = [encoder(column) for column in columns]
    found = model._base_manager.filter(pk__in=among(ids, int))
    rows = found.values_list("pk", *(column.attname for column in columns))
    return {
        pk: checksum([encode(value) for encode, value in zip(encoders, values, strict=True)])
        for pk, *values in rows.iterator()
    }


def watch_single_rows() -> None:
    """Let rows that are saved or deleted alone be seen too: of models with a history, no others."""
    for model in auditlog.get_models():
        pre_save.connect(_remember, sender=model)
        post_save.connect(_saved, sender=model)
        post_delete.connect(_deleted, sender=model)
        for link in model._meta.many_to_many:
            m2m_changed.connect(_joined, sender=link.remote_field.through)


def _remember(sender, instance, raw=False, **kwargs):
    if history.WATCHER.get() and not raw and instance.pk:
        instance._before_act = sender._base_manager.filter(pk=instance.pk).first()


def _saved(sender, instance, created, raw=False, **kwargs):
    watcher = history.WATCHER.get()
    if not watcher or raw:
        return
    if created:
        watcher.note([instance], [], [])
    elif before := vars(instance).pop("_before_act", None):
        now = sender._base_manager.get(pk=instance.pk)
        values = {column.name: getattr(before, column.attname) for column in columns_of(sender)}
        watcher.note([], [(now, values)], [])


def _deleted(sender, instance, **kwargs):
    if watcher := history.WATCHER.get():
        watcher.note([], [], [instance])


def _joined(sender, instance, action, **kwargs):
    """Note which rows of a table between two models came and went."""
    watcher = history.WATCHER.get()
    moment, _, what = action.partition("_")
    if not watcher or what not in ("add", "remove", "clear"):
        return
    name = next(
        one.name
        for one in sender._meta.concrete_fields
        if one.remote_field and isinstance(instance, one.remote_field.model)
    )
    rows = {row.pk: row for row in sender._base_manager.filter(**{name: instance})}
    if moment == "pre":
        instance._joined_before_act = rows
        return
    before = vars(instance).pop("_joined_before_act", {})
    new = [row for pk, row in rows.items() if pk not in before]
    watcher.note(new, [], [row for pk, row in before.items() if pk not in rows])
