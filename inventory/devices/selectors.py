"""Free text: a device found by its numbers, by who has it, or by where it is."""

from datetime import date

from django.db import connection
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from albertslund_it.web.database.rows import only
from inventory.models import Device, Employee, FormerSerialNumber, Unit
from inventory.placements.selectors import placements_in_force


def devices_matching(
    devices: QuerySet[Device], text: str, on: date, *, with_people: bool
) -> QuerySet[Device]:
    """Keep the devices that match every word: serial number, former one, unit, and perhaps person.

    `with_people` is off for who may not see them: else a search would tell.
    """
    words = text.split()
    if not words:
        return devices
    # Searched once, not for the count and the page each.
    found = set.intersection(*(_matching(word, on, with_people) for word in words))
    return only(devices, found)


def has_number(text: str) -> "Q | GreaterThan[int]":
    """Return the condition that a serial number has a text in it.

    Serial numbers are upper case by a rule, so a plain search in the text finds them; on SQLite a
    LIKE that knows æ, ø and å costs a call into Python for every row. PostgreSQL's own takes less
    than half of what a search for the place takes.
    """
    if connection.vendor == "postgresql":
        return Q(serial_number__contains=text.upper())
    return GreaterThan(StrIndex(F("serial_number"), Value(text.upper())), 0)


def _matching(word: str, on: date, with_people: bool) -> set[int]:
    """Return the ids of what matches a word, each way by its own index."""
    is_numbered = has_number(word)
    named = Q(name__icontains=word)
    placed = placements_in_force(on).order_by()
    units = Unit.objects.filter(named | Q(number__istartswith=word))
    found = [
        Device.objects.filter(is_numbered).order_by().values_list("pk", flat=True),
        FormerSerialNumber.objects.filter(is_numbered).values_list("device", flat=True),
        placed.filter(unit__in=units.order_by()).values_list("device", flat=True),
    ]
    if with_people:
        people = Employee.objects.filter(named | Q(initials__istartswith=word)).order_by()
        found.append(placed.filter(employee__in=people).values_list("device", flat=True))
    return set().union(*found)
