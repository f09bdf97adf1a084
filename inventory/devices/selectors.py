"""Free text: a device found by its numbers, by who has it, or by where it is."""

from datetime import date

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from inventory.models import Device, Employee, FormerSerialNumber, Unit
from inventory.placements.selectors import placements_in_force


def devices_matching(
    devices: QuerySet[Device], text: str, on: date, *, with_people: bool
) -> QuerySet[Device]:
    """Keep the devices that match every word: serial number, former one, unit, and perhaps person.

    `with_people` is off for who may not see them: else a search would tell.
    """
    for word in text.split():
        devices = devices.filter(_matches(word, on, with_people))
    return devices


def _matches(word: str, on: date, with_people: bool) -> Q:
    # Serial numbers are upper case by a rule, so a plain search in the text finds them; on SQLite
    # a LIKE that knows æ, ø and å costs a call into Python for every row.
    has_number: GreaterThan[int] = GreaterThan(StrIndex(F("serial_number"), Value(word.upper())), 0)
    former = FormerSerialNumber.objects.filter(has_number)
    where = Q(unit__in=Unit.objects.filter(Q(name__icontains=word) | Q(number__istartswith=word)))
    if with_people:
        people = Employee.objects.filter(Q(name__icontains=word) | Q(initials__istartswith=word))
        where |= Q(employee__in=people)
    placed = placements_in_force(on).filter(where)
    return Q(has_number) | Q(pk__in=former.values("device")) | Q(pk__in=placed.values("device"))
