"""What one action creates and changes, however much: told to people, and written at once."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from itertools import chain
from typing import NamedTuple, TypeVar, cast

from django.db import transaction
from django.db.models import Field, ForeignKey, Model

from albertslund_it.common.money import format_kroner
from albertslund_it.web.database import history
from albertslund_it.web.database.rows import column_of, delete_rows, insert, update
from albertslund_it.web.people import Actor

NAMES = ("number", "initials", "serial_number", "name")
Row = TypeVar("Row", bound=Model)


class ValueChange(NamedTuple):
    """One thing that an action changes: of what, which field, from what to what."""

    subject: str
    what: str
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        if not (self.before or self.after):
            return f"{self.subject}: {self.what}"
        return f"{self.subject}: {self.what} {self.before} → {self.after}"


class LeftOut(NamedTuple):
    """A row of a file that an action leaves alone: its row, what it is of, and why.

    One that `is_kept` stands beside the register all the same, as a row of a snapshot.
    """

    row: int | None
    subject: str
    why: str
    is_kept: bool = False

    def __str__(self) -> str:
        place = f"række {self.row}: " if self.row is not None else ""
        return f"{place}{self.subject}: {self.why}"


@dataclass(slots=True)
class Count:
    """How many rows of a kind were created, changed and left as they were."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass
class Changes:
    """What one action creates and changes, of some models in the order they are saved.

    A model comes after those its rows point to. `left_out` are rows of a file that are none of its
    business, which is no fault. `to_tell` are calls, with the moment, that write to
    those whom it concerns.
    """

    models: tuple[type[Model], ...]
    differences: list[ValueChange] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    to_tell: list[Callable[[datetime], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        # By identity: rows that are not saved yet are not hashable. The row is kept alive beside.
        self._created: defaultdict[type[Model], dict[int, Model]] = defaultdict(dict)
        self._met: dict[int, Model] = {}
        self._before: dict[int, dict[str, object]] = {}
        self._deleted: list[Model] = []

    def create(self, row: Row, difference: ValueChange | None = None) -> Row:
        """Note a row to be created, and what to tell of it."""
        self._created[type(row)][id(row)] = row
        if difference:
            self.differences.append(difference)
        return row

    def update(self, row: Model, subject: str, **values: object) -> None:
        """Set fields of a row and note those that differ."""
        key, model = id(row), type(row)
        self._met[key] = row
        is_new = key in self._created.get(model, ())
        for name, value in values.items():
            if is_new:
                setattr(row, name, value)
                continue
            column, attname, label = _of_column(model, name)
            old = getattr(row, attname)
            if _same(column, old, value):
                continue
            before, after = shown_value(column, getattr(row, name)), shown_value(column, value)
            self.differences.append(ValueChange(subject, label, before, after))
            self._before.setdefault(key, {}).setdefault(name, old)
            setattr(row, name, value)

    def delete(self, row: Model, subject: str, what: str) -> None:
        """Note a row to be deleted, and what to tell of it; nothing may point to it any more."""
        self._deleted.append(row)
        self.differences.append(ValueChange(subject, what))

    def warn(self, row: int | None, sentences: Iterable[str]) -> None:
        """Note what is to be looked at before it is saved, by its row."""
        for sentence in sentences:
            self.warnings.append(f"række {row}: {sentence}" if row is not None else sentence)

    def leave_out(self, row: int | None, subject: str, why: str, *, is_kept: bool = False) -> None:
        """Note a row of a file that is left alone, and why."""
        self.left_out.append(LeftOut(row, subject, why, is_kept))

    def created_of(self, model: type[Row]) -> list[Row]:
        """Return the new rows of a model."""
        return cast("list[Row]", list(self._created.get(model, {}).values()))

    def changed_of(self, model: type[Row]) -> list[tuple[Row, dict[str, object]]]:
        """Return the changed rows of a model, each with what some of its fields were before."""
        changed = ((self._met[key], before) for key, before in self._before.items())
        return [(row, before) for row, before in changed if isinstance(row, model)]

    def touches(self, model: type[Model]) -> bool:
        """Return whether any row of a model is created, changed or deleted."""
        changed = (self._met[key] for key in self._before)
        return model in self._created or any(
            isinstance(row, model) for row in chain(changed, self._deleted)
        )

    @property
    def counts(self) -> dict[str, Count]:
        """Return the count of each kind of row met, by its name in the plural."""
        counts = {}
        for model in self.models:
            created = self._created.get(model, {})
            met = [key for key, row in self._met.items() if type(row) is model]
            old = [key for key in met if key not in created]
            changed = sum(key in self._before for key in old)
            if created or old:
                name = str(model._meta.verbose_name_plural)
                counts[name] = Count(len(created), changed, len(old) - changed)
        return counts

    def tell(self, now: datetime) -> None:
        """Write to those whom the changes concern, once they are saved."""
        for call in self.to_tell:
            call(now)

    @transaction.atomic
    def save(self, actor: Actor) -> None:
        """Write it all, with its history."""
        changed = [(self._met[key], before) for key, before in self._before.items()]
        for model in reversed(self.models):
            gone = [(row.pk,) for row in self._deleted if type(row) is model]
            delete_rows(model._meta.db_table, [model._meta.pk.column], gone)
        for model in self.models:
            # Changes first: a row may give up what a new one takes, as the cost holder does.
            rows = [(row, before) for row, before in changed if type(row) is model]
            if names := sorted({name for _, before in rows for name in before}):
                update(model, names, [row for row, _ in rows])
            if created := self.created_of(model):
                insert(model, created)
        made = chain.from_iterable(rows.values() for rows in self._created.values())
        history.record(created=made, changed=changed, deleted=self._deleted, actor=actor)


@cache
def _of_column(model: type[Model], name: str) -> tuple[Field, str, str]:
    column = column_of(model, name)
    return column, column.attname, label_of(column)


def _same(column: Field, old: object, value: object) -> bool:
    if isinstance(value, Model) and isinstance(column, ForeignKey):
        return value.pk is not None and old == value.pk
    return old == value


def label_of(column: Field) -> str:
    """Return what a field is called on the screen."""
    name = str(column.verbose_name).removesuffix(" (øre)").removesuffix(".")
    return name[0].upper() + name[1:]


def shown_value(column: Field, value: object) -> str:
    """Return a field's value as a person reads it."""
    if value is None or value == "":
        return "(tom)"
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, date):
        return f"{value:%d-%m-%Y}"
    if column.choices:
        return str(dict(column.flatchoices).get(value, value))
    if isinstance(value, int) and column.name.endswith("_ore"):
        return format_kroner(value, unit=False)
    return next((getattr(value, name) for name in NAMES if hasattr(value, name)), str(value))
