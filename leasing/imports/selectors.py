"""What was said of files before: their columns, what was taken in, and which rows wait."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db.models import Count, Model, Q, QuerySet
from django.db.models.fields.related import RelatedField

from albertslund_it.common.files.headings import (
    OURS,
    SURPLUS_HEADING,
    ColumnChoice,
    headings_digest,
)
from albertslund_it.common.files.spreadsheets import heading_key
from albertslund_it.common.names import match_key, model_key
from albertslund_it.web.database.bulk import label_of, shown_value
from albertslund_it.web.database.recorded import RowsOfModel, decoded
from albertslund_it.web.database.rows import column_of
from inventory.acts.selectors.written import names_of
from inventory.imports.selectors import (
    machine_type,
    models_by_key,
    models_by_machine_type,
    unit_numbers_by_name,
    units_by_number,
)
from inventory.models import DeviceModel, ModelAlias, Unit, UnitAlias
from leasing.models import ColumnMap, ImportBatch, WaitingRow

MODEL_NAME, UNIT_NAME = "model", "unit"
LONGEST_MODEL, LONGEST_UNIT = 60, 100
MOST_NAMES = 50
CREATED, CHANGED, DELETED = "created", "changed", "deleted"
RowSaid = tuple[tuple[str, str], ...]  # (key of the heading, cell), where anything stands
_LETTER = re.compile(r"[^\W\d_]")


def choice_said(kind: str, digest: str) -> ColumnChoice:
    """Return how the columns of files with these headings are read, as was once said."""
    found = ColumnMap.objects.filter(kind=kind, digest=digest).first()
    return ColumnChoice(found.mapped, found.values) if found else ColumnChoice()


def headings_said(kind: str) -> set[str]:
    """Return the keys of every heading that was once said to be a column of a kind."""
    maps = ColumnMap.objects.filter(kind=kind).order_by().values_list("mapped", flat=True)
    return {key for mapped in maps for key, name in mapped.items() if name}


def names_learnt() -> dict[str, dict[str, str]]:
    """Return, by kind of name, what a file may call a unit, and the number that it stands for."""
    return {UNIT_NAME: unit_numbers_by_name()}


def batches_of(kinds: Collection[str]) -> QuerySet[ImportBatch]:
    """Return what was taken in of some kinds, with how many of its rows wait."""
    rows = ImportBatch.objects.filter(kind__in=kinds).select_related("file", "act")
    return rows.defer("file__data", "headings", "values").annotate(
        waiting_count=Count("waiting_rows", filter=Q(waiting_rows__settled_by=None))
    )


def taken_in_as(kind: str, sha256: str) -> ImportBatch | None:
    """Return the latest batch of a very file, unless it is undone."""
    same = ImportBatch.objects.filter(kind=kind, sha256=sha256, act__undone_at=None)
    return same.defer("headings", "values").order_by("-pk").first()


def waiting_of(kinds: Collection[str]) -> QuerySet[ImportBatch]:
    """Return the batches of some kinds that have rows which wait, the oldest first."""
    with_rows = WaitingRow.objects.waiting().order_by().values("batch")
    return batches_of(kinds).filter(pk__in=with_rows).order_by("id")


def count_waiting(kinds: Collection[str]) -> int:
    """Return how many rows wait of some kinds."""
    return WaitingRow.objects.waiting().filter(batch__kind__in=kinds).count()


def waiting_among(kind: str, marks: Iterable[str]) -> list[WaitingRow]:
    """Return the rows of a kind that wait under some marks, as 12/17."""
    wanted: dict[int, set[int]] = {}
    for mark in marks:
        batch, _, row = mark.partition("/")
        if batch.isdecimal() and row.isdecimal() and max(len(batch), len(row)) < 10:
            wanted.setdefault(int(batch), set()).add(int(row))
    found = WaitingRow.objects.waiting().filter(batch__in=list(wanted), batch__kind=kind)
    rows = found.defer("cells")
    return [row for row in rows if row.number in wanted[row.batch_id]]


def said_in(headings: Sequence[object], cells: Sequence[str]) -> RowSaid:
    """Return what a row of a file says, whatever its columns' order and our own headings."""
    keys = [heading_key(one) for one in headings]
    keys += [heading_key(f"{SURPLUS_HEADING} {at + 1}") for at in range(len(keys), len(cells))]
    said = zip(keys, (cell.strip() for cell in cells), strict=False)
    return tuple(sorted((key, cell) for key, cell in said if cell and key not in OURS))


def waiting_like(kind: str, headings: Sequence[object]) -> set[RowSaid]:
    """Return what the rows of a kind say that wait, of files with the same headings."""
    digest = headings_digest(headings)
    rows = WaitingRow.objects.waiting().filter(batch__kind=kind).order_by()
    batches = dict(
        ImportBatch.objects.filter(pk__in=rows.values("batch")).values_list("id", "headings")
    )
    alike = [pk for pk, theirs in batches.items() if headings_digest(theirs) == digest]
    found = rows.filter(batch__in=alike).values_list("batch", "cells")
    return {said_in(batches[pk], cells) for pk, cells in found}


@dataclass(frozen=True)
class UnknownName:
    """A name in a file that stands for no model or unit, in how many rows, and what it may be."""

    kind: str
    text: str
    count: int
    proposed: int | None = None


def unknown_names(names: Mapping[str, Counter[str]]) -> list[UnknownName]:
    """Return those names that nobody knows, the most frequent first.

    What has no letter is no name of a unit, but a number with a slip.
    """
    found = []
    if models := names.get(MODEL_NAME):
        known, by_type = models_by_key(), models_by_machine_type()
        for text, count in models.items():
            key = model_key(text)
            if key and text not in known and key not in known and len(text) <= LONGEST_MODEL:
                proposed = by_type.get(machine_type(text))
                found.append(
                    UnknownName(MODEL_NAME, text, count, proposed.pk if proposed else None)
                )
    if units := names.get(UNIT_NAME):
        numbers, by_name = units_by_number(), unit_numbers_by_name()
        for text, count in units.items():
            is_known = text in numbers or match_key(text) in by_name
            if not is_known and _LETTER.search(text) and len(text) <= LONGEST_UNIT:
                found.append(UnknownName(UNIT_NAME, text, count))
    return sorted(found, key=lambda one: (one.kind, -one.count, one.text))[:MOST_NAMES]


def names_to_choose_from() -> dict[str, list[tuple[int, str]]]:
    """Return by kind of name every model, and every unit, that a name of a file may stand for."""
    units = Unit.objects.values_list("id", "name", "number")
    return {
        MODEL_NAME: list(DeviceModel.objects.values_list("id", "name")),
        UNIT_NAME: [(pk, f"{name} ({number})") for pk, name, number in units],
    }


@dataclass(frozen=True)
class LearntName:
    """A name that was learnt for a model or a unit, and what it stands for."""

    kind: str
    pk: int
    name: str
    stands_for: str
    target: int


def names_remembered(kinds: Collection[str]) -> list[LearntName]:
    """Return every name of some kinds that was learnt, by kind."""
    found = []
    if MODEL_NAME in kinds:
        found += [_of_model(one) for one in ModelAlias.objects.select_related("model")]
    if UNIT_NAME in kinds:
        found += [_of_unit(one) for one in UnitAlias.objects.select_related("unit")]
    return found


def learnt_among(names: Mapping[str, Collection[str]]) -> list[tuple[str, LearntName]]:
    """Return those names, by kind, that are read as they were learnt, not by their own name."""
    found = []
    if texts := names.get(MODEL_NAME):
        aliases = {one.key: one for one in ModelAlias.objects.select_related("model") if one.key}
        if aliases:
            own = list(DeviceModel.objects.values_list("name", flat=True))
            known = {*own, *map(model_key, own)}
            found += [
                (text, _of_model(aliases[key]))
                for text in texts
                if text not in known and (key := model_key(text)) in aliases.keys() - known
            ]
    if texts := names.get(UNIT_NAME):
        learnt = {one.key: one for one in UnitAlias.objects.select_related("unit") if one.key}
        if learnt:
            read = unit_numbers_by_name()
            found += [
                (text, _of_unit(learnt[key]))
                for text in texts
                if (key := match_key(text)) in learnt and read.get(key) == learnt[key].unit.number
            ]
    return found


def _of_model(alias: ModelAlias) -> LearntName:
    return LearntName(MODEL_NAME, alias.pk, alias.name, alias.model.name, alias.model_id)


def _of_unit(alias: UnitAlias) -> LearntName:
    unit = alias.unit
    return LearntName(
        UNIT_NAME, alias.pk, alias.name, f"{unit.name} ({unit.number})", alias.unit_id
    )


Field = tuple[str, str, str]  # what it is called, as it is, as it was


@dataclass(frozen=True)
class GoesBack:
    """What undoing does to a row: its kind, its name, and each field now and as it was."""

    kind: str
    name: str
    what: str
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True)
class Undoing:
    """What undoing does to the first rows of an act, and to how many rows in all."""

    rows: list[GoesBack]
    count: int


def what_goes_back(written: Sequence[RowsOfModel], shown: int) -> Undoing:
    """Return what undoing an act does, the first rows one by one; nothing where it is forgotten."""
    found: list[GoesBack] = []
    count = 0
    for rows in written:
        created = list(islice(rows.created, shown))
        changed = dict(islice(rows.changed.items(), shown))
        kind, names = str(rows.model._meta.verbose_name), names_of(rows.model, [*created, *changed])
        found += [GoesBack(kind, names.get(pk, ""), CREATED) for pk in created]
        values = _Shown(rows.model, changed)
        found += [
            GoesBack(kind, names.get(pk, ""), CHANGED, values.fields(fields))
            for pk, fields in changed.items()
        ]
        found += [GoesBack(kind, "", DELETED) for _ in islice(rows.deleted, shown)]
        count += len(rows.created) + len(rows.changed) + len(rows.deleted)
    return Undoing(found[:shown], count)


class _Shown:
    """The values of a model's changed fields as a person reads them, each link found at once."""

    def __init__(self, model: type[Model], changed: Mapping[int, Mapping[str, Sequence[object]]]):
        self.model = model
        ids: dict[str, set[int]] = {}
        for fields in changed.values():
            for name, values in fields.items():
                if isinstance(column_of(self.model, name), RelatedField):
                    ids.setdefault(name, set()).update(v for v in values if isinstance(v, int))
        self.links: dict[str, dict[int, str]] = {}
        for name, found in ids.items():
            target = column_of(self.model, name).related_model
            self.links[name] = names_of(target, found) if isinstance(target, type) else {}

    def fields(
        self, changed: Mapping[str, tuple[object, object]]
    ) -> tuple[tuple[str, str, str], ...]:
        return tuple(
            (
                label_of(column_of(self.model, name)),
                self._text(name, after),
                self._text(name, before),
            )
            for name, (before, after) in changed.items()
        )

    def _label(self, name: str) -> str:
        return label_of(column_of(self.model, name))

    def _text(self, name: str, value: object) -> str:
        column = column_of(self.model, name)
        if name in self.links and isinstance(value, int):
            return self.links[name].get(value, str(value))
        return shown_value(column, decoded(column, value))
