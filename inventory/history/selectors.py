"""Who changed what, and when: the audit log of some rows, put in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone

from albertslund_it.common.money import format_kroner
from albertslund_it.web.history import left_out_of
from albertslund_it.web.people import author_of
from inventory.models import Department, Employee

ACTIONS = {
    LogEntry.Action.CREATE: "oprettet",
    LogEntry.Action.UPDATE: "rettet",
    LogEntry.Action.DELETE: "slettet",
}
SHOWN = 50
NOTHING = "–"
ANOTHER = "En anden afdeling"


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a model whose changes are told.

    Args:
        model: their model.
        ids: their ids, as they are today.
        deleted: how the names begin of those that are deleted, who have no ids any more.
        is_named: whether each change says which row it was.
        of_people: names of fields that tell of people, left out where they are.
    """

    model: type[models.Model]
    ids: Iterable[int]
    deleted: str = ""
    is_named: bool = False
    of_people: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Change:
    """One entry: 'Tildeling oprettet', by whom, and its fields as (name, before, after)."""

    at: datetime
    by: str
    what: str
    fields: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class History:
    """Changes, the latest first; `has_more` says that older ones are left out."""

    changes: list[Change]
    has_more: bool = False

    def __bool__(self):
        return bool(self.changes)


def shown_history(request) -> int | None:
    """Return how many changes a page is asked for: all of them with '?historik=alle'."""
    return None if request.GET.get("historik") == "alle" else SHOWN


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
    where = Q(pk__in=())
    for rows in told:
        where |= _about(rows, kinds[rows.model])
    found = LogEntry.objects.filter(where).select_related("actor").order_by("-timestamp", "-id")
    entries = list(found[: shown and shown + 1])
    reader = _Reader(told, kinds, with_people, departments)
    reader.look_up(entries[:shown])
    return History(
        [reader.change(entry) for entry in entries[:shown]],
        has_more=shown is not None and len(entries) > shown,
    )


def _about(rows: Rows, kind: ContentType) -> Q:
    # Ids as a list: of a subquery PostgreSQL would guess how many there are, and read by time.
    where = Q(content_type=kind, object_id__in=list(rows.ids))
    if rows.deleted:
        gone = LogEntry.objects.filter(
            content_type=kind,
            action=LogEntry.Action.DELETE,
            object_repr__startswith=rows.deleted,
        )
        where |= Q(content_type=kind, object_id__in=list(gone.values_list("object_id", flat=True)))
    return where


class _Reader:
    """Puts entries in words; what they point to is looked up for all of them at once."""

    def __init__(
        self,
        about: list[Rows],
        kinds: dict,
        with_people: bool,
        departments: QuerySet[Department] | None,
    ):
        self.departments = departments
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
        self.names: dict[type[models.Model], dict[str, str]] = {}

    def look_up(self, entries: Iterable[LogEntry]) -> None:
        ids: dict[type[models.Model], set[str]] = {}
        for entry in entries:
            for field, change in self._fields(entry):
                if isinstance(field, models.ForeignKey) and isinstance(change, list | tuple):
                    pointed = ids.setdefault(field.related_model, set())
                    pointed.update(value for value in change if str(value).isdecimal())
        self.names = {
            model: {
                str(pk): name_of(row)
                for pk, row in model._default_manager.in_bulk(list(wanted)).items()
            }
            for model, wanted in ids.items()
        }
        if self.departments is not None and Department in ids:
            seen = {str(pk) for pk in self.departments.values_list("pk", flat=True)}
            hidden = dict.fromkeys(ids[Department] - seen, ANOTHER)
            self.names[Department] |= hidden

    def change(self, entry: LogEntry) -> Change:
        model = self.models[entry.content_type_id]
        what = str(model._meta.verbose_name).capitalize()
        if model in self.named:
            what = f"{what} {entry.object_repr}"
        fields = [
            (_label(field), *self._words(field, change)) for field, change in self._fields(entry)
        ]
        fields = [one for one in fields if one[1:] != (NOTHING, NOTHING)]
        return Change(
            entry.timestamp, author_of(entry), f"{what} {ACTIONS.get(entry.action, 'set')}", fields
        )

    def _fields(self, entry: LogEntry):
        """Yield (field, change) of what is told of an entry."""
        model = self.models[entry.content_type_id]
        fields = {f.name: f for f in (*model._meta.concrete_fields, *model._meta.many_to_many)}
        for name, change in (entry.changes or {}).items():
            field = fields.get(name)
            if field is not None and self._is_told(field, entry.action):
                yield field, change

    def _is_told(self, field, action: int) -> bool:
        if field.primary_key or not field.editable:
            return False
        if field.related_model is Employee and not self.with_people:
            return False
        if (field.model, field.name) in self.of_people | self.left_out:
            return False
        # That a row belongs to the one whose page it is goes without saying, unless it moved.
        is_parent = field.many_to_one and field.related_model in self.models.values()
        return not is_parent or action == LogEntry.Action.UPDATE

    def _words(self, field, change) -> tuple[str, str]:
        if isinstance(change, dict):  # many to many
            told = ", ".join(str(one) for one in change.get("objects", ())) or NOTHING
            return (told, NOTHING) if change.get("operation") == "delete" else (NOTHING, told)
        before, after = change
        return self._word(field, before), self._word(field, after)

    def _word(self, field, value) -> str:
        text = str(value)
        if text in {"None", ""}:
            return NOTHING
        if isinstance(field, models.ForeignKey):
            return self.names.get(field.related_model, {}).get(text, text)
        if field.choices:
            return str(dict(field.flatchoices).get(text, text))
        if field.name.endswith("_ore") and text.lstrip("-").isdecimal():
            return format_kroner(int(text))
        if isinstance(field, models.DateField):
            return _day(text)
        return {"True": "ja", "False": "nej"}.get(text, text)


def _label(field) -> str:
    return str(field.verbose_name).removesuffix(" (øre)").removesuffix(".")


def _day(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if len(text) <= len("2026-01-01"):
        return f"{date.fromisoformat(text):%d-%m-%Y}"
    return f"{timezone.localtime(moment) if moment.tzinfo else moment:%d-%m-%Y %H.%M}"


def name_of(row: models.Model) -> str:
    """Return what people call a row; a user by the full name."""
    full_name = getattr(row, "get_full_name", None)
    return (full_name and full_name()) or str(row)
