"""What the words of a pasted mail stand for, looked up all at once."""

from datetime import date

from albertslund_it.common.names import match_key
from albertslund_it.web.rows import among
from inventory.models import DeviceModel, Employee, Unit
from inventory.selectors.lookups import devices_by_serial_number, model_key
from inventory.selectors.placements import placements_in_force
from leasing.domain.mail_reading import (
    DEVICE,
    MODEL,
    PERSON,
    UNIT,
    Found,
    Reading,
    key_of,
    phrases_of,
    read_mail,
    words_of,
)
from leasing.selectors.ordering.people import folded


def reading_of(text: str, on: date) -> Reading:
    """Read a mail by the people, devices, models and units there are."""
    phrases = phrases_of(text)
    words = {match.group().strip(".,:;'’-/") for match in words_of(text)}
    known: dict[str, Found] = {}
    for unit in Unit.objects.filter(is_cost_holder=False):
        for name in (unit.name, unit.number):
            known.setdefault(match_key(name), Found(UNIT, unit.pk, unit.name))
    for person in _named(phrases):
        known[match_key(person.name)] = Found(PERSON, person.pk, str(person))
    for model in DeviceModel.objects.all():
        known[model_key(model.name)] = Found(MODEL, model.pk, model.name)
    known |= _devices(words, on)
    return read_mail(text, known, _initials(words))


def _named(phrases: set[str]):
    """Give the people whose whole name stands in the mail; of two by one name, neither."""
    names = [phrase for phrase in phrases if " " in phrase]
    people = Employee.objects.annotate(folded_name=folded("name"))
    found = list(people.filter(folded_name__in=among(names)))
    by_name: dict[str, list[Employee]] = {}
    for person in found:
        by_name.setdefault(match_key(person.name), []).append(person)
    return [people[0] for people in by_name.values() if len(people) == 1]


def _initials(words: set[str]) -> dict[str, Found]:
    spelled = {spelling for word in words for spelling in (word, word.lower(), word.upper())}
    people = Employee.objects.filter(initials__in=among(spelled)).exclude(initials="")
    return {p.initials.casefold(): Found(PERSON, p.pk, str(p)) for p in people}


def _devices(words: set[str], on: date) -> dict[str, Found]:
    devices = devices_by_serial_number({word.upper() for word in words if len(word) > 3})
    holders = dict(
        placements_in_force(on)
        .filter(device__in=[device.pk for device in devices.values()])
        .values_list("device", "employee")
    )
    return {
        key_of(number): Found(
            DEVICE, device.pk, f"{device.model.name} {device}", holders.get(device.pk)
        )
        for number, device in devices.items()
    }
