"""Acts: what one person does in one go is kept together, so that it can be undone as one."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from auditlog.models import LogEntry
from django.db import transaction
from django.db.models import Max, Model

from albertslund_it.web.database.recorded import Recorder, RowsOfModel, recording
from albertslund_it.web.database.rows import insert
from albertslund_it.web.people import Actor
from inventory.models import Act, ActRows, Device

What = ActRows.What
TOGETHER = 2_000  # rows told in one


@dataclass
class Recording:
    """What is being done; `act` is there once it is done, unless it wrote nothing."""

    title: str
    device: Device | None = None
    act: Act | None = None


_current: ContextVar[Recording | None] = ContextVar("act", default=None)


@contextmanager
def recorded_as(
    kind: Act.Kind,
    *,
    title: str,
    permission: str,
    actor: Actor,
    now: datetime,
    device: Device | None = None,
    models: Sequence[type[Model]] = (),
) -> Iterator[Recording]:
    """Keep all that is written meanwhile as one act that can be undone; in one transaction.

    What is done inside another act is part of that. What tells of the act, as a batch of an import
    does, is written after it, with its `act`: else undoing would delete it. The title names no
    person, and may be set as one goes. What `.update()` of a queryset writes is not seen, and not
    undone. `models` are told in that order, and set back from the last to the first.
    """
    if outer := _current.get():
        yield outer
        return
    done, recorder = Recording(title, device), Recorder(models)
    token = _current.set(done)
    try:
        with transaction.atomic():
            with recording(recorder):
                yield done
            if rows := recorder.done():
                done.act = _written(rows, kind, done, permission, actor, now)
    finally:
        _current.reset(token)


def keep_empty(
    model: type[Model], *, kind: Act.Kind, title: str, permission: str, actor: Actor, now: datetime
) -> Act:
    """Keep an act that wrote no row which is put back, but did something to rows of a model.

    Undoing it, they are set back by who keeps them.
    """
    act = _written([], kind, Recording(title), permission, actor, now)
    part = {"model": model._meta.label_lower, "what": What.CHANGED.value}
    insert(ActRows, [ActRows(act=act, position=0, names=[], content=[], **part)])
    return act


def _written(
    rows: list[RowsOfModel],
    kind: Act.Kind,
    done: Recording,
    permission: str,
    actor: Actor,
    now: datetime,
) -> Act:
    act = Act.objects.create(
        kind=kind,
        title=done.title[:200],
        device=done.device,
        permission=permission,
        actor=actor,
        at=now,
        last_entry=LogEntry.objects.aggregate(newest=Max("pk"))["newest"] or 0,
    )
    told = [one for of_model in rows for one in _told(of_model)]
    for position, one in enumerate(told):
        one.act, one.position = act, position
    insert(ActRows, told)
    return act


def _told(rows: RowsOfModel) -> Iterator[ActRows]:
    yield from _in_parts(rows, What.CREATED, [], [list(one) for one in rows.created.items()])
    alike: defaultdict[tuple[str, ...], list[object]] = defaultdict(list)
    for pk, fields in rows.changed.items():
        before, after = zip(*fields.values(), strict=True)
        alike[tuple(fields)].append([pk, before, after])
    for fields_changed, changed in alike.items():
        yield from _in_parts(rows, What.CHANGED, list(fields_changed), changed)
    if rows.deleted:
        names = list(next(iter(rows.deleted.values())))
        content = [[pk, list(values.values())] for pk, values in rows.deleted.items()]
        yield from _in_parts(rows, What.DELETED, names, content)


def _in_parts(
    rows: RowsOfModel, what: What, names: list[str], content: Sequence[object]
) -> Iterator[ActRows]:
    label = rows.model._meta.label_lower
    for start in range(0, len(content), TOGETHER):
        part = content[start : start + TOGETHER]
        yield ActRows(model=label, what=what.value, names=names, content=part)
