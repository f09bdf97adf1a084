"""An act undone: every row as it was before it, in one transaction, and in history too."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from auditlog.registry import auditlog
from django.db.models import Model, QuerySet

from albertslund_it.common.errors import Refused
from albertslund_it.web.database import history
from albertslund_it.web.database.recorded import (
    RowsOfModel,
    columns_of,
    decoded,
    encoder,
    kept_out_of,
)
from albertslund_it.web.database.rows import among, column_of, delete_rows, lock, put_back, update
from albertslund_it.web.people import Actor
from inventory.acts.presenters import ANOTHERS, TOO_LATE, why_undone_already, words_of
from inventory.acts.selectors.hindrances import (
    Hindrance,
    goes_along,
    hindrances,
    lets_go,
    links_to,
)
from inventory.acts.selectors.written import rows_of
from inventory.models import Act

REASONS = 50

# What more stands in the way of an act that wrote some rows.
Further = Callable[[Act, Sequence[RowsOfModel]], Iterable[Hindrance]]


def put_everything_back(
    *,
    act_id: int,
    actor: Actor,
    now: datetime,
    timelines: Mapping[type[Model], str],
    oldest: datetime,
    beside: Collection[type[Model]] = (),
    further: Further = lambda act, written: (),
    agree: Callable[[], None] = lambda: None,
    of_anybody: bool = False,
) -> Act:
    """Undo an act; the tables that all who write lock first are locked by the caller.

    Raises:
        Refused: with every reason; nothing is written.
    """
    written = rows_of(Act.objects.get(pk=act_id))
    if written:
        lock(*sorted((rows.model for rows in written), key=lambda model: model._meta.db_table))
    act = Act.objects.select_for_update(of=("self",)).get(pk=act_id)
    if reason := why_not(act, actor, oldest, of_anybody=of_anybody):
        raise Refused(reason)
    if not (written := rows_of(act)):
        raise Refused(TOO_LATE)
    agree()
    reasons = words_of([*hindrances(act, written, timelines, beside), *further(act, written)])
    if reasons:
        raise Refused(*reasons[:REASONS])
    _write_back(written, actor)
    act.undone_at, act.undone_by = now, actor
    act.save(update_fields=["undone_at", "undone_by"])
    act.rows.all().delete()
    return act


def why_not(act: Act, actor: Actor, oldest: datetime, *, of_anybody: bool = False) -> str:
    """Return why a user may not undo an act, whatever has happened since; '' if they may."""
    if act.undone_at:
        return why_undone_already(act)
    if not of_anybody and act.actor_id != (actor and actor.pk):
        return ANOTHERS
    if act.at < oldest:
        return TOO_LATE
    return ""


def _write_back(written: Sequence[RowsOfModel], actor: Actor) -> None:
    """Delete what was created, the last first; set back what was changed; bring back the rest."""
    _record_gone(written, actor)
    changed: list[tuple[Model, dict[str, object]]] = []
    back: list[Model] = []
    # Read while all is there that they point to: what was created goes first.
    held = [(rows, list(_rows(rows.model, rows.changed))) for rows in reversed(written)]
    for rows in reversed(written):
        _let_go(rows)
        key = rows.model._meta.pk.column
        delete_rows(rows.model._meta.db_table, [key], [(pk,) for pk in rows.created])
    for rows, found in held:
        changed += _set_back(rows, found)
    for rows in written:
        made = [_row(rows.model, values) for values in rows.deleted.values()]
        put_back(rows.model, made)
        back += made
    history.record(
        created=[row for row in back if auditlog.contains(type(row))],
        changed=[(row, before) for row, before in changed if auditlog.contains(type(row))],
        actor=actor,
    )


def _record_gone(written: Sequence[RowsOfModel], actor: Actor) -> None:
    """Tell history what goes, while it is all there: a row is often called by what it is of."""
    gone: list[Model] = []
    for rows in reversed(written):
        if rows.created and auditlog.contains(rows.model):
            gone += _rows(rows.model, rows.created)
    history.record(deleted=gone, actor=actor)


def _rows(model: type[Model], ids: Iterable[int]) -> QuerySet[Model]:
    """Return rows with what they are of, which their names may tell."""
    return model._base_manager.filter(pk__in=among(ids, int)).select_related()


def _let_go(rows: RowsOfModel) -> None:
    """Let what does without a row that goes no longer point to it; its parts go with it."""
    if rows.created:
        for link in links_to(rows.model):
            found = link.model._base_manager.filter(
                **{f"{link.name}__in": among(rows.created, int)}
            )
            if goes_along(link):
                found.delete()
            elif lets_go(link):
                found.update(**{link.name: None})


def _set_back(
    rows: RowsOfModel, found: Iterable[Model]
) -> Iterator[tuple[Model, dict[str, object]]]:
    """Set fields back, and yield each row with what it held until now.

    What changes beside what people do stays, where it has changed since.
    """
    model, volatile = rows.model, kept_out_of(rows.model)
    alike: dict[tuple[str, ...], list[Model]] = {}
    for row in found:
        until_now: dict[str, object] = {}
        for name, (before, after) in rows.changed[row.pk].items():
            column = column_of(model, name)
            now = getattr(row, column.attname)
            if name in volatile and encoder(column)(now) != after:
                continue
            until_now[name] = now
            setattr(row, column.attname, decoded(column, before))
        alike.setdefault(tuple(until_now), []).append(row)
        yield row, until_now
    for names, changed in alike.items():
        if names:
            update(model, names, changed)


def _row(model: type[Model], values: Mapping[str, object]) -> Model:
    row = model(
        **{
            column.attname: decoded(column, values[column.name])
            for column in columns_of(model)
            if column.name in values
        }
    )
    row._state.adding = False
    return row
