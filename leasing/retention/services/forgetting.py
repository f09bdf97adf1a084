"""What is forgotten of rows, and of the history of rows, whatever they are about."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from albertslund_it.web.database.rows import among

GONE = "Anonymiseret"
BATCH = 500


class Forgotten(NamedTuple):
    """How many rows had something to forget, and how many entries of their history."""

    rows: int
    entries: int


def forget_texts(found: QuerySet[models.Model], names: Collection[str]) -> Forgotten:
    """Forget what is written in some fields of rows, in their history too."""
    written = Q()
    for name in names:
        written |= ~Q(**{f"{name}__in": ["", GONE]})
    ids = list(found.filter(written).values_list("pk", flat=True))
    rows = found.model._default_manager.filter(pk__in=among(ids, int))
    for name in names:
        rows.exclude(**{name: ""}).update(**{name: GONE})
    return Forgotten(len(ids), scrub(entries_of(found.model, ids), names))


def entries_of(model: type[models.Model], ids: Collection[int]) -> QuerySet[LogEntry]:
    kind = ContentType.objects.get_for_model(model)
    found: QuerySet[LogEntry] = LogEntry.objects.filter(
        content_type=kind, object_id__in=among(ids, int)
    )
    return found


def entries_of_deleted(
    model: type[models.Model], names: Collection[str], moment: datetime
) -> QuerySet[LogEntry]:
    """Return old entries with some fields, of rows that are no longer there."""
    there = model._default_manager.filter(pk=OuterRef("object_id")).order_by()
    found: QuerySet[LogEntry] = LogEntry.objects.filter(
        ~Exists(there),
        content_type=ContentType.objects.get_for_model(model),
        timestamp__lt=moment,
        changes__has_any_keys=list(names),
    )
    return found


def scrub(entries: Iterable[LogEntry], fields: Collection[str], called: str = "") -> int:
    """Take the values of some fields out of history, and the row's own name where it is a person.

    Returns how many entries had something to forget.
    """
    changed = []
    for entry in entries:
        changes = entry.changes or {}
        kept = {
            name: _emptied(values) if name in fields else values for name, values in changes.items()
        }
        if kept != changes or (called and entry.object_repr != called):
            entry.changes, entry.object_repr = kept, called or entry.object_repr
            entry.changes_text, entry.serialized_data = "", None
            changed.append(entry)
    LogEntry.objects.bulk_update(
        changed, ["changes", "object_repr", "changes_text", "serialized_data"], batch_size=BATCH
    )
    return len(changed)


def _emptied(values: Any) -> Any:
    if isinstance(values, dict):  # many to many: names of what was added or taken away
        return values | {"objects": [GONE for _ in values.get("objects", ())]}
    return [_forgotten(one) for one in values]


def _forgotten(value: object) -> object:
    return value if value in (None, "", "None") else GONE
