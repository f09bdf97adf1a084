"""What stands in the way of undoing an act: what has changed since, and what rests on it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, TypeVar

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib.contenttypes.models import ContentType
from django.db.models import (
    SET_NULL,
    Exists,
    Field,
    ForeignKey,
    ManyToManyRel,
    ManyToOneRel,
    Model,
    OuterRef,
    QuerySet,
)

from albertslund_it.web.database.recorded import (
    RowsOfModel,
    checksums,
    columns_of,
    encoder,
    kept_out_of,
)
from albertslund_it.web.database.rows import among, column_of
from inventory.acts.selectors.written import names_of
from inventory.models import Act, ActRows

TOLD = 20
Link = ForeignKey[Any, Any]
M = TypeVar("M", bound=Model)


class HinderedBy(Enum):
    """Why an act cannot be undone."""

    GONE = auto()
    ALTERED = auto()
    HAS_GOT = auto()
    POINTS_NOWHERE = auto()
    BILLED = auto()
    HAS_ANOTHER = auto()
    HAS_ORDERED = auto()


@dataclass(frozen=True, slots=True)
class Hindrance:
    """One thing in the way: of what by name, or of how many; `what` is it that is in the way."""

    why: HinderedBy
    what: str
    of: str = ""
    count: int = 0


def hindrances(
    act: Act,
    written: Sequence[RowsOfModel],
    timelines: Mapping[type[Model], str],
    beside: Collection[type[Model]] = (),
) -> Iterator[Hindrance]:
    """Yield what stands in the way of putting everything back.

    `timelines` names models of which each row means what those beside it leave it to mean, with
    the link to what they are of: of whatever has one, anything new is in the way, but for models
    that only stand `beside` it.
    """
    for rows in written:
        yield from _altered(rows)
    yield from _written_again(act, written)
    for rows in written:
        yield from _resting(rows, written)
        yield from _pointing_nowhere(rows, written)
    for rows in written:
        if link := timelines.get(rows.model):
            yield from _come_since(act, rows, link, written, beside)
            yield from _changed_since(act, rows, link)


def _named(
    model: type[Model], ids: Iterable[int], why: HinderedBy, what: str
) -> Iterator[Hindrance]:
    """Yield the same of many rows: of some by name, and of how many more."""
    ids = list(dict.fromkeys(ids))
    for name in sorted(set(names_of(model, ids[:TOLD]).values())):
        yield Hindrance(why, what, name)
    if len(ids) > TOLD:
        yield Hindrance(why, what, count=len(ids) - TOLD)


def _altered(rows: RowsOfModel) -> Iterator[Hindrance]:
    model, word = rows.model, str(rows.model._meta.verbose_name)
    now = checksums(model, rows.created)
    if missing := len(rows.created) - len(now):
        yield Hindrance(HinderedBy.GONE, word, count=missing)
    altered = [pk for pk, left in rows.created.items() if now.get(pk, left) != left]
    yield from _named(model, altered, HinderedBy.ALTERED, word)
    there, differ = _compared(rows)
    if missing := len(rows.changed) - len(there):
        yield Hindrance(HinderedBy.GONE, word, count=missing)
    for name, ids in differ.items():
        label = str(column_of(model, name).verbose_name)
        yield from _named(model, ids, HinderedBy.ALTERED, f"{word}: {label}")


def _written_again(act: Act, written: Sequence[RowsOfModel]) -> Iterator[Hindrance]:
    """Yield what a later act has changed too, and back: that one is undone first."""
    touched = {
        rows.model._meta.label_lower: ids for rows in written if (ids := _touched(act, rows))
    }
    if not touched:
        return
    later = ActRows.objects.filter(
        act__pk__gt=act.pk, act__undone_at=None, model__in=touched, what=ActRows.What.CHANGED
    )
    again: dict[str, set[int]] = {}
    ours = {rows.model._meta.label_lower: rows for rows in written}
    for label, names, content in later.order_by().values_list("model", "names", "content"):
        rows = ours[label]
        fields = set(names).difference(kept_out_of(rows.model))
        for pk in touched[label].intersection(one[0] for one in content):
            if fields & set(rows.changed.get(pk, fields)):
                again.setdefault(label, set()).add(pk)
    for label, ids in again.items():
        model = ours[label].model
        yield from _named(model, sorted(ids), HinderedBy.ALTERED, str(model._meta.verbose_name))


def _touched(act: Act, rows: RowsOfModel) -> set[int]:
    """Return which of an act's rows have something in history since."""
    if not auditlog.contains(rows.model):
        return set()
    ids = among([*rows.created, *rows.changed], int)
    found = written_since(act, rows.model._base_manager.filter(pk__in=ids))
    return set(found.order_by().values_list("pk", flat=True))


def _compared(rows: RowsOfModel) -> tuple[set[int], dict[str, list[int]]]:
    """Return which changed rows are there, and of which a field is no longer as it was left."""
    names = sorted({name for fields in rows.changed.values() for name in fields})
    columns = [column_of(rows.model, name) for name in names]
    encoders = [encoder(column) for column in columns]
    found = rows.model._base_manager.filter(pk__in=among(rows.changed, int))
    there: set[int] = set()
    differ: dict[str, list[int]] = {}
    volatile = kept_out_of(rows.model)
    for pk, *values in found.values_list("pk", *(column.attname for column in columns)):
        there.add(pk)
        for name, encode, value in zip(names, encoders, values, strict=True):
            both = rows.changed[pk].get(name)
            if both and name not in volatile and encode(value) != both[1]:
                differ.setdefault(name, []).append(pk)
    return there, differ


def _resting(rows: RowsOfModel, written: Sequence[RowsOfModel]) -> Iterator[Hindrance]:
    """Yield what points to a row that would go; what the act itself wrote goes with it."""
    if not rows.created:
        return
    for link in links_to(rows.model):
        if lets_go(link) or goes_along(link):
            continue
        others = link.model
        found = others._base_manager.filter(**{f"{link.name}__in": among(rows.created, int)})
        if own := next((one for one in written if one.model is others), None):
            pointed = [pk for pk, fields in own.changed.items() if link.name in fields]
            found = found.exclude(pk__in=among([*own.created, *pointed], int))
        yield from _in_the_way(rows.model, found, link)


def links_to(model: type[Model]) -> list[Link]:
    """Return the foreign keys of all models that point to rows of one, as the database keeps them.

    What is only kept beside its facts, as what leases cost, has none there.
    """
    relations = model._meta.get_fields(include_hidden=True)
    found: list[Any] = [
        one.field
        for one in relations
        if isinstance(one, ManyToOneRel) and not isinstance(one, ManyToManyRel)
    ]
    return [link for link in found if link.db_constraint]


def lets_go(link: Link) -> bool:
    """Return whether a row does without what it points to, once that is gone."""
    return link.remote_field.on_delete is SET_NULL


def goes_along(link: Link) -> bool:
    """Return whether a row is but a part of what it points to, and is written and goes with it."""
    return getattr(link.model, "part_of", "") == link.name


def _in_the_way(model: type[Model], found: QuerySet[Model], link: Link) -> Iterator[Hindrance]:
    word = str(link.model._meta.verbose_name)
    ids = found.order_by().values_list(link.attname, flat=True).distinct()
    yield from _named(model, ids, HinderedBy.HAS_GOT, word)


def _pointing_nowhere(rows: RowsOfModel, written: Sequence[RowsOfModel]) -> Iterator[Hindrance]:
    """Yield what a row that comes back would point to, and is gone."""
    held: list[dict[str, object]] = list(rows.deleted.values())
    held += [
        {name: before for name, (before, _) in fields.items()} for fields in rows.changed.values()
    ]
    for column in columns_of(rows.model):
        if not isinstance(column, ForeignKey) or not held:
            continue
        wanted = {values[column.name] for values in held if values.get(column.name) is not None}
        target = _target(column)
        back = next((one.deleted for one in written if one.model is target), {})
        wanted -= set(back)
        there = target._base_manager.filter(pk__in=among(wanted, int)).values_list("pk", flat=True)
        if gone := len(wanted - set(there)):
            yield Hindrance(HinderedBy.POINTS_NOWHERE, str(target._meta.verbose_name), count=gone)


def _come_since(
    act: Act,
    rows: RowsOfModel,
    link: str,
    written: Sequence[RowsOfModel],
    beside: Collection[type[Model]],
) -> Iterator[Hindrance]:
    """Yield what has come to that which the act's rows are of."""
    subject = _target(column_of(rows.model, link))
    ids = subjects_of(rows, link)
    for coming in links_to(subject):
        if coming.model in beside or not auditlog.contains(coming.model):
            continue
        found = coming.model._base_manager.filter(**{f"{coming.name}__in": among(ids, int)})
        made = next((one.created for one in written if one.model is coming.model), {})
        found = newer_than(act, found).exclude(pk__in=among(made, int))
        yield from _in_the_way(subject, found, coming)


def _changed_since(act: Act, rows: RowsOfModel, link: str) -> Iterator[Hindrance]:
    """Yield of what the act's rows are of a later act has changed or deleted rows.

    Those need not be rows of this act: what it wrote means what the ones beside it leave it.
    """
    what = ActRows.What
    later = ActRows.objects.filter(
        act__pk__gt=act.pk,
        act__undone_at=None,
        model=rows.model._meta.label_lower,
        what__in=(what.CHANGED, what.DELETED),
    )
    changed: set[int] = set()
    touched: set[int] = set()
    for kind, names, content in later.order_by().values_list("what", "names", "content"):
        if kind == what.CHANGED:
            changed.update(pk for pk, *_ in content)
        else:
            touched.update(values[names.index(link)] for _, values in content)
    column = column_of(rows.model, link)
    found = rows.model._base_manager.filter(pk__in=among(changed, int)).order_by()
    touched.update(found.values_list(column.attname, flat=True))
    ids = sorted(touched & subjects_of(rows, link))
    yield from _named(_target(column), ids, HinderedBy.ALTERED, str(rows.model._meta.verbose_name))


def _target(column: "Field[Any, Any]") -> type[Model]:
    """Return the model that a foreign key points to."""
    target = column.related_model
    if target is None or isinstance(target, str):
        raise TypeError(f"{column.name} points nowhere")
    return target


def subjects_of(rows: RowsOfModel, link: str) -> set[int]:
    """Return the ids of what an act's rows belong to by a link, before it and after."""
    there = among([*rows.created, *rows.changed], int)
    column = column_of(rows.model, link)
    now = rows.model._base_manager.filter(pk__in=there).values_list(column.attname, flat=True)
    before = {fields[link][0] for fields in rows.changed.values() if link in fields}
    gone = {values[link] for values in rows.deleted.values()}
    return {pk for pk in (*now, *before, *gone) if isinstance(pk, int)}


def written_since(act: Act, found: QuerySet[M]) -> QuerySet[M]:
    """Keep the rows that have something in history since an act."""
    kind = ContentType.objects.get_for_model(found.model)
    since = LogEntry.objects.filter(content_type=kind, pk__gt=act.last_entry).order_by()
    return found.filter(pk__in=since.values("object_id"))


def newer_than(act: Act, found: QuerySet[M]) -> QuerySet[M]:
    """Keep the rows whose history begins after an act."""
    kind = ContentType.objects.get_for_model(found.model)
    entries = LogEntry.objects.filter(content_type=kind).order_by()
    since = entries.filter(pk__gt=act.last_entry)
    until = entries.filter(pk__lte=act.last_entry, object_id=OuterRef("pk"))
    return found.filter(~Exists(until), pk__in=since.values("object_id"))
