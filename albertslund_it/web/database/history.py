"""The history of rows written in bulk, which Django sends no signal for.

Entries read like those that auditlog writes itself for a row that is saved alone.
"""

from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from itertools import repeat
from json.encoder import encode_basestring as quoted
from typing import Protocol

from auditlog.cid import get_cid
from auditlog.context import auditlog_disabled
from auditlog.middleware import AuditlogMiddleware
from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib.contenttypes.models import ContentType
from django.db import connection, connections
from django.db.models import Model
from django.db.models.signals import pre_save

from albertslund_it.web.database.rows import write_rows
from albertslund_it.web.people import Actor

COLUMNS = (
    "content_type_id",
    "object_pk",
    "object_id",
    "object_repr",
    "action",
    "changes",
    "changes_text",
)
# The same of each entry that is written together.
SAME = ("timestamp", "actor_id", "actor_email", "remote_addr", "remote_port", "cid")
# Indexed by the library; entries are found by their id, row (`object_id`) and moment, and those of
# rows that are gone by what was done. Of what kind the row is narrows that down, and finds none
# alone: half of all may be of one, and SQLite would go by it rather than by the row.
UNREAD = ("object_pk", "cid", "content_type_id", "actor_id")


class Watcher(Protocol):
    """What is told of every row that is written, beside the history."""

    def note(
        self,
        created: Iterable[Model],
        changed: Iterable[tuple[Model, dict[str, object]]],
        deleted: Iterable[Model],
    ) -> None: ...


WATCHER: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


class WhoIsAsking(AuditlogMiddleware):
    """Tell the history who makes a request, and nothing that its headers claim.

    The library would also keep the address, which we have no use for, and a header that is none
    would make the write fail.
    """

    def get_extra_data(self, request):
        return {"actor": self._get_actor(request)}


def record(
    *,
    created: Iterable[Model] = (),
    changed: Iterable[tuple[Model, dict[str, object]]] = (),
    deleted: Iterable[Model] = (),
    actor: Actor = None,
) -> None:
    """Write what came to be, what changed and what was deleted, by whom.

    `changed` pairs a row, as it is now, with the values that some of its fields had before (of a
    foreign key: the id). Without an actor, it is the one of the request or of `set_actor`. What a
    model keeps out of its history stays out, and a change of nothing else has no entry.
    """
    created, changed, deleted = list(created), list(changed), list(deleted)
    if watcher := WATCHER.get():
        watcher.note(created, changed, deleted)
    if auditlog_disabled.get():
        return
    # What is nothing, as most of it is, need not be written a hundred thousand times.
    said = zip(SAME, (_moment(), *_who(actor)), strict=True)
    same = {column: value for column, value in said if value is not None}
    tail = tuple(same.values())
    # A list, as naming a row may read from the database, which a COPY in progress does not allow.
    entries = [
        *_entries(LogEntry.Action.CREATE, zip(created, repeat({})), _beginnings, tail),
        *_entries(LogEntry.Action.UPDATE, changed, _changes, tail),
        *_entries(LogEntry.Action.DELETE, zip(deleted, repeat({})), _ends, tail),
    ]
    write_rows(LogEntry._meta.db_table, (*COLUMNS, *same), entries)


Fields = dict[str, tuple[str, str]]


def _entries(
    action: int,
    rows: Iterable[tuple[Model, dict[str, object]]],
    changes_of: Callable[[Model, dict[str, object], Fields], list[str]],
    tail: tuple[object, ...],
) -> Iterator[tuple[object, ...]]:
    """Yield the entries of rows; what is the same of all rows of a model is asked for once."""
    known: dict[type[Model], tuple[int, str, Fields]] = {}
    for row, before in rows:
        model = type(row)
        if model not in known:
            kind = ContentType.objects.get_for_model(model)
            known[model] = kind.id, model._meta.pk.attname, _told(model)
        kind_id, key, fields = known[model]
        pk = vars(row)[key]
        if changes := changes_of(row, before, fields):
            yield kind_id, str(pk), pk, str(row), action, f"{{{', '.join(changes)}}}", "", *tail


def _told(model: type[Model]) -> Fields:
    """Return what a model has in its history: by field its attribute, and how its JSON begins."""
    left_out = left_out_of(model)
    return {
        one.name: (one.attname, f"{quoted(one.name)}: [")
        for one in model._meta.concrete_fields
        if one.name not in left_out
    }


def _who(actor: Actor) -> tuple[object, ...]:
    entry = LogEntry(actor=actor, actor_email=actor and actor.email)
    pre_save.send(LogEntry, instance=entry)  # how the request, or `set_actor`, fills in the rest
    return entry.actor_id, entry.actor_email, entry.remote_addr, entry.remote_port, get_cid()


def _moment() -> str:
    # The moment that auditlog itself writes: the true one, whatever the system takes for today.
    # As text, which is made once and not for each row.
    return str(
        connection.ops.adapt_datetimefield_value(
            LogEntry._meta.get_field("timestamp").get_default()
        )
    )


def _beginnings(row: Model, before: dict[str, object], fields: Fields) -> list[str]:
    """Return in JSON what a new row holds: an encoder would take longer over its many values."""
    held = vars(row)
    return [
        f'{begins}"None", {quoted(str(value))}]'
        for attname, begins in fields.values()
        if (value := held[attname]) is not None
    ]


def _ends(row: Model, before: dict[str, object], fields: Fields) -> list[str]:
    return [
        f'{begins}{quoted(str(value))}, "None"]'
        for attname, begins in fields.values()
        if (value := getattr(row, attname)) is not None
    ]


def _changes(row: Model, before: dict[str, object], fields: Fields) -> list[str]:
    return [
        f"{begins}{quoted(str(old))}, {quoted(str(getattr(row, attname)))}]"
        for name, old in before.items()
        if name in fields
        for attname, begins in (fields[name],)
    ]


def keep_to_own_fields() -> None:
    """Keep out of a model's history the rows that point to it, which have entries of their own.

    Of a new row the library would ask for each that may point to it, one query each, and write the
    name of a manager where there can be several.
    """
    for model in auditlog.get_models():
        left_out = auditlog._registry[model]["exclude_fields"]
        pointing = {field.name for field in model._meta.related_objects}
        left_out += sorted(pointing.difference(left_out))


def left_out_of(model: type[Model]) -> list[str]:
    """Return the names of the fields that a model keeps out of its history."""
    return auditlog.get_model_fields(model)["exclude_fields"]


def drop_unread_indexes(using: str = "default", **kwargs: object) -> None:
    """Drop those indexes of the history that nothing is found by: every entry is put into each.

    After each migration: one of the library's may make them again.
    """
    database, table = connections[using], LogEntry._meta.db_table
    with database.cursor() as cursor:
        if table not in database.introspection.table_names(cursor):
            return
        there = database.introspection.get_constraints(cursor, table)
        for name, one in there.items():
            if one["index"] and one["columns"] in [[column] for column in UNREAD]:
                cursor.execute(f"DROP INDEX {database.ops.quote_name(name)}")
