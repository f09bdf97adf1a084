"""What the words of a pasted mail stand for, looked up all at once."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Func, Value
from django.db.models.functions import Lower, Replace

from albertslund_it.common.names import DANISH_LETTERS, match_key, model_key
from albertslund_it.web.database.rows import among
from inventory.imports.selectors import devices_by_serial_number
from inventory.models import Device, DeviceModel, Employee, Unit
from inventory.placements.selectors import placements_in_force
from leasing.cost_table.facts import successors
from leasing.domain.mail_reading import (
    DEVICE,
    MODEL,
    PERSON,
    UNIT,
    Found,
    Reading,
    key_of,
    phrases_of,
    plain,
    read_mail,
    wish_key,
    words_of,
)
from leasing.models import LeasePrice

SCREEN = wish_key("skærm")


def reading_of(text: str, on: date) -> Reading:
    """Read a mail by the people, devices, models and units that exist."""
    read = plain(text)
    phrases = phrases_of(read)
    words = {match.group().strip(".,:;'’-/") for match in words_of(read)}
    known: dict[str, Found] = {}
    units, heirs = Unit.objects.in_bulk(), successors()
    # What people go on calling a unit that is gone stands for the one that took over.
    for unit in sorted(units.values(), key=lambda unit: unit.closed_on is not None):
        pays = units[heirs.get(unit.pk, unit.pk)]
        if not unit.is_cost_holder:
            for name in (unit.name, unit.number):
                known.setdefault(match_key(name), Found(UNIT, pays.pk, pays.name))
    for person in _named(phrases):
        known[match_key(person.name)] = Found(PERSON, person.pk, str(person))
    known |= _models() | _devices(words, on)
    return read_mail(text, known, _initials(words), on)


def people_and_devices_in(reading: Reading) -> tuple[dict[int, Employee], dict[int, Device]]:
    """Return the people and the devices that the lines of a mail name, by their ids."""
    people = {line.person for line in reading.lines if line.person}
    devices = {line.device for line in reading.lines if line.device}
    return Employee.objects.in_bulk(people), Device.objects.in_bulk(devices)


def whose_outside(reading: Reading, lines: Iterable[Unit]) -> Unit | None:
    """Return the unit to pay for what a mail asks for outside the agreement; None: ask."""
    found = reading.outside_for
    if reading.is_outside_open:
        return None
    if found and found.kind == UNIT:
        return Unit.objects.filter(pk=found.id).first()
    units = set(lines)
    if not found and units:
        return units.pop() if len(units) == 1 else None
    person = found.id if found else reading.sender
    employee = Employee.objects.select_related("unit").filter(pk=person or 0).first()
    return employee.unit if employee else None


def _models() -> dict[str, Found]:
    """Return the models by their names, and by how people write them if that means only one."""
    found: dict[str, Found] = {}
    written: dict[str, list[Found]] = {}
    for model in DeviceModel.objects.select_related("category"):
        one = Found(
            MODEL, model.pk, model.name, category=model.category_id, is_pc=model.category.is_pc
        )
        found[model_key(model.name)] = one
        written.setdefault(wish_key(model.name), []).append(one)
    screens = leased_screens()
    if len(screens) == 1:  # then no size need be said
        found[SCREEN] = found[model_key(screens[0])]
    return {key: ones[0] for key, ones in written.items() if len(ones) == 1} | found


def leased_screens() -> list[str]:
    """Return the names of the screens that can be leased."""
    priced = LeasePrice.objects.order_by().values("model")
    names = DeviceModel.objects.filter(pk__in=priced).values_list("name", "category__name")
    return sorted(name for name, category in names if wish_key(category) == SCREEN)


def _named(phrases: set[str]) -> list[Employee]:
    """Return the people whose full name is in the mail; of two with the same name, neither."""
    names = [phrase for phrase in phrases if " " in phrase]
    people = Employee.objects.annotate(lower_name=_in_lower_case("name"))
    found = list(people.filter(lower_name__in=among(names)))
    by_name: dict[str, list[Employee]] = {}
    for person in found:
        by_name.setdefault(match_key(person.name), []).append(person)
    return [people[0] for people in by_name.values() if len(people) == 1]


def _in_lower_case(field: str) -> Func:
    text: Func = Lower(field)
    for letter in DANISH_LETTERS:  # PostgreSQL has done it already; SQLite knows a–z only
        text = Replace(text, Value(letter.upper()), Value(letter))
    return text


def _initials(words: set[str]) -> dict[str, Found]:
    """Return the people by initials and by mail address, in lower case."""
    spelled = {spelling for word in words for spelling in (word, word.lower(), word.upper())}
    people = Employee.objects.filter(initials__in=among(spelled)).exclude(initials="")
    found = {p.initials.casefold(): Found(PERSON, p.pk, str(p)) for p in people}
    addresses = [word.lower() for word in words if "@" in word]
    for person in Employee.objects.annotate(address=Lower("mail")).filter(
        address__in=among(addresses)
    ):
        found[person.mail.lower()] = Found(PERSON, person.pk, str(person))
    return found


def _devices(words: set[str], on: date) -> dict[str, Found]:
    known = devices_by_serial_number({word.upper() for word in words if len(word) > 3})
    there = Device.objects.in_register(on).filter(pk__in=[device.pk for device in known.values()])
    ids = set(there.values_list("pk", flat=True)) if known else set()
    devices = {number: device for number, device in known.items() if device.pk in ids}
    holders = dict(
        placements_in_force(on)
        .filter(device__in=[device.pk for device in devices.values()])
        .values_list("device", "employee")
    )
    return {
        key_of(number): Found(
            DEVICE,
            device.pk,
            f"{device.model.name} {device}",
            holders.get(device.pk),
            device.model.category_id,
        )
        for number, device in devices.items()
    }
