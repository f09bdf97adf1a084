"""Who changed what, and when: what the audit log has of some rows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q, QuerySet

from albertslund_it.web.database.history import left_out_of
from albertslund_it.web.people import name_of
from inventory.models import Department, Employee

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a model whose changes are told.

    Args:
        model: their model.
        ids: their ids, as they are today.
        deleted: how the names begin of those that are deleted, which have no ids any more.
        is_named: whether each change says which row it was.
        of_people: names of fields that tell of people, left out where they are.
    """

    model: type[models.Model]
    ids: Iterable[int]
    deleted: str = ""
    is_named: bool = False
    of_people: frozenset[str] = frozenset()


class FieldChange(NamedTuple):
    """A field with its change as the log has it: [before, after], or for many to many a dict."""

    field: "models.Field[Any, Any]"
    change: Any


class Entry(NamedTuple):
    """An entry of the log, whose row it is about, and the fields that are told of it.

    `row` is what the row is called; '' where the page has no other one.
    """

    log: LogEntry
    model: type[models.Model]
    row: str
    fields: list[FieldChange]


# What rows are called, by model and id; None for one that is not to be named.
Names = dict[type[models.Model], dict[str, str | None]]


@dataclass(frozen=True, slots=True)
class History:
    """Entries, the latest first; `has_more` says that older ones are left out."""

    entries: list[Entry]
    names: Names
    has_more: bool


def history_of(
    *about: Rows,
    with_people: bool,
    shown: int | None = SHOWN,
    departments: QuerySet[Department] | None = None,
) -> History:
    """Return the latest changes of some rows; all of them where `shown` is None.

    Without people, nothing is told of employees nor of who a thing was given to. Where
    `departments` are given, no other one is named.
    """
    told = [rows for rows in about if with_people or rows.model is not Employee]
    kinds = ContentType.objects.get_for_models(*(rows.model for rows in told))
    gone = _gone(told, kinds)
    where = Q(pk__in=())
    for rows in told:
        kind = kinds[rows.model]
        # Ids as a list: of a subquery PostgreSQL would guess how many there are, and read by time.
        where |= Q(content_type=kind, object_id__in=[*rows.ids, *gone[kind.pk]])
    found = LogEntry.objects.filter(where).select_related("actor").order_by("-timestamp", "-id")
    logged = list(found[: shown and shown + 1])
    reader = _Reader(told, kinds, with_people)
    entries = [reader.entry(log) for log in logged[:shown]]
    return History(
        entries,
        _names(entries, departments),
        shown is not None and len(logged) > shown,
    )


def _gone(
    told: Iterable[Rows], kinds: Mapping[type[models.Model], ContentType]
) -> Mapping[int, list[int]]:
    """Return the ids of deleted rows by their kind; all that was deleted is read through once."""
    named = [
        Q(content_type=kinds[rows.model], object_repr__startswith=rows.deleted)
        for rows in told
        if rows.deleted
    ]
    found: dict[int, list[int]] = defaultdict(list)
    if named:
        deleted = LogEntry.objects.filter(reduce(or_, named), action=LogEntry.Action.DELETE)
        for kind, pk in deleted.order_by().values_list("content_type", "object_id"):
            found[kind].append(pk)
    return found


class _Reader:
    """Reads of each entry what may be told."""

    def __init__(
        self, about: list[Rows], kinds: dict[type[models.Model], ContentType], with_people: bool
    ):
        self.models = {kinds[rows.model].pk: rows.model for rows in about}
        self.named = {rows.model for rows in about if rows.is_named}
        self.with_people = with_people
        self.of_people = {
            (rows.model, name) for rows in about if not with_people for name in rows.of_people
        }
        # An entry from before a field was kept out of history may still have it.
        self.left_out = {
            (model, name) for model in self.models.values() for name in left_out_of(model)
        }

    def entry(self, log: LogEntry) -> Entry:
        model = self.models[log.content_type_id]
        row = log.object_repr if model in self.named else ""
        return Entry(log, model, row, list(self._fields(log, model)))

    def _fields(self, log: LogEntry, model: type[models.Model]) -> Iterator[FieldChange]:
        fields = {f.name: f for f in (*model._meta.concrete_fields, *model._meta.many_to_many)}
        for name, change in (log.changes or {}).items():
            field = fields.get(name)
            if field is not None and self._is_told(field, log.action):
                yield FieldChange(field, change)

    def _is_told(self, field: "models.Field[Any, Any]", action: int) -> bool:
        if field.primary_key or not field.editable:
            return False
        if field.related_model is Employee and not self.with_people:
            return False
        if (field.model, field.name) in self.of_people | self.left_out:
            return False
        # That a row belongs to the one whose page it is goes without saying, unless it moved.
        is_parent = field.many_to_one and field.related_model in self.models.values()
        return not is_parent or action == LogEntry.Action.UPDATE


def _names(entries: Iterable[Entry], departments: QuerySet[Department] | None) -> Names:
    """Look up what the entries point to, for all of them at once."""
    ids: dict[type[models.Model], set[str]] = {}
    for entry in entries:
        for field, change in entry.fields:
            if isinstance(field, models.ForeignKey) and isinstance(change, list | tuple):
                pointed = ids.setdefault(field.remote_field.model, set())
                pointed.update(value for value in change if str(value).isdecimal())
    names: Names = {
        model: {
            str(pk): name_of(row) if isinstance(row, User) else str(row)
            for pk, row in model._default_manager.in_bulk(list(wanted)).items()
        }
        for model, wanted in ids.items()
    }
    if departments is not None and Department in ids:
        seen = {str(pk) for pk in departments.values_list("pk", flat=True)}
        names[Department] |= dict.fromkeys(ids[Department] - seen)
    return names
