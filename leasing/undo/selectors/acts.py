"""What a user has done and may undo, and what of it goes back."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Case, Field, ForeignKey, Model, QuerySet, When

from albertslund_it.web.database.recorded import RowsOfModel, columns_of, encoder
from albertslund_it.web.database.rows import among, column_of
from inventory.acts.selectors.written import names_of
from inventory.history.selectors import Names
from inventory.models import Act, ActRows, Device, Employee
from leasing.models import WaitingRow
from leasing.undo.selectors.hindrances import oldest_kept

What = ActRows.What
SHOWN = 50
# Parts of an act (see `ActRows`), by which undoing it takes two seconds.
MUCH = 10


def acts_of(user: User) -> QuerySet[Act]:
    """Return what a user has done; what another has done does not exist.

    A reorganisation is undone on its own page, by whoever may carry it out.
    """
    return Act.objects.filter(actor=user).exclude(kind=Act.Kind.REORGANISATION)


def acts_with_age(user: User, now: datetime) -> QuerySet[Act]:
    """Return what a user has done, with `is_old` where that may no longer be undone."""
    is_old = Case(When(at__lt=oldest_kept(now), then=True), default=False)
    return acts_of(user).annotate(is_old=is_old)


def last_act_on(device: Device, user: User, now: datetime) -> Act | None:
    """Return what a user did last to a device alone, if that may still be undone by its age."""
    found = acts_of(user).filter(device=device, at__gte=oldest_kept(now)).order_by("-pk").first()
    return found if found and not found.undone_at else None


def wrote_much(act: Act) -> bool:
    """Return whether an act wrote so many rows that undoing it takes longer than a page may."""
    return act.rows.count() > MUCH


@dataclass(frozen=True)
class WaitingBack:
    """How many rows of a file wait, and go when it is undone; how many wait again then."""

    gone: int
    again: int


def waiting_back(act: Act) -> WaitingBack:
    """Return what becomes of rows that wait when an act is undone."""
    rows = WaitingRow.objects
    return WaitingBack(
        rows.waiting().filter(batch__act=act).count(), rows.filter(settled_by__act=act).count()
    )


@dataclass(frozen=True, slots=True)
class GoingBack:
    """A row that goes back: its fields with what each holds now and what it will hold."""

    model: type[Model]
    what: ActRows.What
    name: str
    fields: Sequence[tuple["Field[Any, Any]", object, object]]


def counts_of(written: Sequence[RowsOfModel]) -> list[tuple[type[Model], ActRows.What, int]]:
    """Return how many rows of each table go back, and how."""
    return [
        (rows.model, what, len(found))
        for rows in written
        for what, found in (
            (What.CREATED, rows.created),
            (What.CHANGED, rows.changed),
            (What.DELETED, rows.deleted),
        )
        if found
    ]


def going_back(
    written: Sequence[RowsOfModel], *, with_people: bool, shown: int = SHOWN
) -> tuple[list[GoingBack], Names]:
    """Return the first rows that go back, and the names of what they point to.

    Without people a row of a person is left out, and so is who a row is of.
    """
    told = [rows for rows in written if with_people or rows.model is not Employee]
    found = list(islice((one for rows in told for one in _of_model(rows, shown)), shown))
    if not with_people:
        found = [_without_people(one) for one in found]
    return found, _pointed_to(found)


def _without_people(one: GoingBack) -> GoingBack:
    left = [field for field in one.fields if field[0].related_model is not Employee]
    return replace(one, fields=left)


def _of_model(rows: RowsOfModel, shown: int) -> Iterator[GoingBack]:
    model = rows.model
    created, changed = list(islice(rows.created, shown)), list(islice(rows.changed, shown))
    there = model._base_manager.in_bulk([*created, *changed])
    names = names_of(model, there)
    told = [column for column in columns_of(model) if column.editable and not column.primary_key]
    for pk in created:
        if pk in there:
            row = there[pk]
            held = [(c, encoder(c)(getattr(row, c.attname)), None) for c in told]
            yield GoingBack(model, What.CREATED, names[pk], held)
    for pk in changed:
        if pk in there:
            both = rows.changed[pk].items()
            changes = [(column_of(model, name), now, before) for name, (before, now) in both]
            yield GoingBack(model, What.CHANGED, names[pk], changes)
    for pk in islice(rows.deleted, shown):
        values = rows.deleted[pk]
        coming = [(c, None, values.get(c.name)) for c in told]
        yield GoingBack(model, What.DELETED, "", coming)


def _pointed_to(found: Iterable[GoingBack]) -> Names:
    ids: dict[type[Model], set[int]] = {}
    for one in found:
        for column, *values in one.fields:
            if isinstance(column, ForeignKey):
                pointed = ids.setdefault(column.remote_field.model, set())
                pointed |= {value for value in values if isinstance(value, int)}
    return {
        model: {str(row.pk): str(row) for row in _rows(model, wanted)}
        for model, wanted in ids.items()
    }


def _rows(model: type[Model], ids: Iterable[int]) -> Iterable[Model]:
    return model._base_manager.filter(pk__in=among(ids, int))
