"""What is held on one person, as sheets of Danish text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models

from albertslund_it.common.money import format_kroner
from albertslund_it.web.moments import moment_told
from inventory.history.presenters import history_shown
from leasing.retention.selectors.person import HeldOnPerson, PersonRows, is_held

# What those apps of others call their tables.
OURS = {
    "auth.User": "bruger",
    "auth.User_groups": "brugerens roller",
    "auth.User_user_permissions": "brugerens egne rettigheder",
    "axes.AccessLog": "login",
    "axes.AccessAttempt": "forgæves login",
    "admin.LogEntry": "administrationens log",
    "auditlog.LogEntry": "hændelseslog",
    "inventory.Employee_also_employed_at": "også ansat i",
    "leasing.ReorganisationStep_people": "flyttet i organisationsændringer",
    "otp_static.StaticDevice": "nødkoder",
    "otp_totp.TOTPDevice": "totrinskode",
}
# What they, and the tables that Django makes between two of ours, call their columns.
COLUMNS = {
    "confirmed by": "bekræftet af",
    "created at": "oprettet",
    "device": "udstyr",
    "employee": "medarbejder",
    "group": "rolle",
    "last used at": "sidst brugt",
    "name": "navn",
    "permission": "rettighed",
    "reorganisationstep": "ændring",
    "round": "runde",
    "unit": "enhed",
    "user": "bruger",
    "User Agent": "browser",
}


@dataclass(frozen=True, slots=True)
class SheetOfPerson:
    """One kind of thing that is held, as a sheet."""

    name: str
    headings: tuple[str, ...]
    rows: Sequence[Sequence[str]]


def sheets_of(held: HeldOnPerson) -> list[SheetOfPerson]:
    """Return everything as sheets, each with rows; the person first, and history last."""
    return [sheet for sheet in _sheets(held) if sheet.rows]


def _sheets(held: HeldOnPerson) -> Iterator[SheetOfPerson]:
    for table in held.tables:
        yield _sheet(table)
    found = [
        (
            str(row.batch),
            row.name,
            moment_told(row.made_at),
            str(row.number),
            "; ".join(f"{heading}: {text}" if heading else text for heading, text in row.cells),
        )
        for row in held.in_files
    ]
    headings = ("Indlæsning", "Fil", "Indlæst", "Række", "Der står")
    yield SheetOfPerson("I indlæste filer", headings, found)
    done = [
        (_capital(_name_of(model)), str(field.verbose_name), str(count))
        for model, field, count in held.done_as_user
    ]
    yield SheetOfPerson("Gjort som bruger", ("Hvad", "Som", "Antal"), done)
    changes = [
        (
            moment_told(change.at),
            change.by,
            change.what,
            "; ".join(f"{one.name}: {one.before} → {one.after}" for one in change.fields),
        )
        for change in history_shown(held.history).changes
    ]
    yield SheetOfPerson("Historik", ("Hvornår", "Hvem", "Hvad", "Ændring"), changes)


def _sheet(table: PersonRows) -> SheetOfPerson:
    names = (str(field.verbose_name) for field in table.fields)
    headings = tuple(_capital(COLUMNS.get(one, one)).removesuffix(" (øre)") for one in names)
    rows = [tuple(_told(row, field) for field in table.fields) for row in table.rows]
    return SheetOfPerson(_capital(_name_of(table.model)), headings, rows)


def _name_of(model: type[models.Model]) -> str:
    return OURS.get(model._meta.label, str(model._meta.verbose_name_plural))


def _capital(text: object) -> str:
    words = str(text)
    return words[:1].upper() + words[1:]


def _told(row: models.Model, field: "models.Field[Any, Any]") -> str:
    """Write a field's value as people read it."""
    value = getattr(row, field.attname)
    if value is None or value == "":
        return ""
    if isinstance(field, models.ForeignKey):
        return str(getattr(row, field.name)) if is_held(field) else str(value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, int) and field.name.endswith("_ore"):
        return format_kroner(value)
    if isinstance(value, datetime):
        return moment_told(value)
    return f"{value:%d-%m-%Y}" if isinstance(value, date) else str(value)
