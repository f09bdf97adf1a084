"""The history of some rows in words."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from auditlog.models import LogEntry
from django.db import models
from django.utils import timezone

from albertslund_it.common.money import format_kroner
from albertslund_it.web.moments import moment_told
from albertslund_it.web.people import author_of
from inventory.history.selectors import Entry, FieldChange, History, Names

ACTIONS = {
    LogEntry.Action.CREATE: "oprettet",
    LogEntry.Action.UPDATE: "rettet",
    LogEntry.Action.DELETE: "slettet",
    LogEntry.Action.ACCESS: "hentet som fil",
}
# What is said of a row that nobody changed a field of; `additional_data` names it.
EVENTS = {
    "set_up": "har sat en totrinskode op",
    "used": "logget ind med adgangskode og totrinskode",
    "guessed": "fik forkerte totrinskoder efter den rigtige adgangskode",
    "made": "har fået en ny totrinskode på serveren",
}
NOTHING = "–"
ANOTHER = "En anden afdeling"


class ShownField(NamedTuple):
    """A field by its name, and what stood in it before and after."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One change: 'Tildeling oprettet', by whom, and its fields."""

    at: datetime
    by: str
    what: str
    fields: list[ShownField]


@dataclass(frozen=True, slots=True)
class ShownHistory:
    """Changes, the latest first; `has_more` says that older ones are left out."""

    changes: list[ShownChange]
    has_more: bool

    def __bool__(self) -> bool:
        return bool(self.changes)


def history_shown(history: History) -> ShownHistory:
    """Return a history as `web/history.html` shows it."""
    changes = [_change(entry, history.names) for entry in history.entries]
    return ShownHistory(changes, history.has_more)


def _change(entry: Entry, names: Names) -> ShownChange:
    log = entry.log
    what = " ".join(filter(None, [str(entry.model._meta.verbose_name).capitalize(), entry.row]))
    fields = [_field(one, names) for one in entry.fields]
    fields = [one for one in fields if (one.before, one.after) != (NOTHING, NOTHING)]
    event = (log.additional_data or {}).get("event", "")
    done = EVENTS.get(event) or ACTIONS.get(log.action, "set")
    return ShownChange(log.timestamp, author_of(log), f"{what} {done}", fields)


def _field(told: FieldChange, names: Names) -> ShownField:
    field, change = told
    label = str(field.verbose_name).removesuffix(" (øre)").removesuffix(".")
    if isinstance(change, dict):  # many to many
        objects = ", ".join(str(one) for one in change.get("objects", ())) or NOTHING
        is_removed = change.get("operation") == "delete"
        return ShownField(label, *((objects, NOTHING) if is_removed else (NOTHING, objects)))
    before, after = change
    return ShownField(label, shown_value(field, before, names), shown_value(field, after, names))


def shown_value(field: "models.Field[Any, Any]", value: object, names: Names) -> str:
    """Return what stands in a field as people read it; `value` is as the log has it."""
    text = str(value)
    if text in {"None", ""}:
        return NOTHING
    if isinstance(field, models.ForeignKey):
        name = names.get(field.remote_field.model, {}).get(text, text)
        return ANOTHER if name is None else name
    if field.choices:
        return str(dict(field.flatchoices).get(text, text))
    if field.name.endswith("_ore") and text.lstrip("-").isdecimal():
        return format_kroner(int(text))
    if isinstance(field, models.DateField):
        return _day(text)
    return {"True": "ja", "False": "nej"}.get(text, text)


def _day(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if len(text) <= len("2026-01-01"):
        return f"{date.fromisoformat(text):%d-%m-%Y}"
    return moment_told(moment if moment.tzinfo else timezone.make_aware(moment))
