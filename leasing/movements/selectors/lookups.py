"""What a person has typed or pasted: devices by their numbers, somebody by initials or name."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from albertslund_it.common.serial_numbers import doubt
from albertslund_it.web.database.rows import among
from inventory.imports.selectors import devices_by_serial_number
from inventory.models import Device, Employee
from inventory.people.selectors.names import employee_with_initials
from leasing.models import OrderedDevice, OrderLine

MOST = 1000  # devices handled at once
GUESSED, CANDIDATES, SUGGESTED = 10, 500, 3
MISREAD = (str.maketrans("OIS", "015"), str.maketrans("015", "OIS"))


@dataclass(frozen=True, slots=True)
class Unknown:
    """A number that no device has, and those that look like it."""

    typed: str
    close: tuple[str, ...] = ()

    def __str__(self) -> str:
        if reason := doubt(self.typed):
            return f"{self.typed} – {reason}"
        if not self.close:
            return self.typed
        return f"{self.typed} – mente du {' eller '.join(self.close)}?"


@dataclass(frozen=True, slots=True)
class FoundDevices:
    """The devices of a text, in its order, and the numbers that are not known."""

    devices: tuple[Device, ...] = ()
    unknown: tuple[Unknown, ...] = ()

    @property
    def ids(self) -> list[int]:
        return [device.pk for device in self.devices]


def devices_in(text: str, within: QuerySet[Device]) -> FoundDevices:
    """Find the devices whose numbers, also former ones, stand in a text: by lines, commas, spaces.

    Raises:
        ValueError: with a Danish sentence, when there are too many.
    """
    typed = list(dict.fromkeys(re.split(r"[\s,;]+", text.upper().strip(" \t\r\n,;"))))
    typed = [number for number in typed if number]
    if len(typed) > MOST:
        raise ValueError(f"Der kan højst håndteres {MOST} ad gangen. Del dem op.")
    known = devices_by_serial_number(typed)
    ids = among({device.pk for device in known.values()}, int)
    visible = set(within.filter(pk__in=ids).values_list("pk", flat=True))
    known = {number: device for number, device in known.items() if device.pk in visible}
    devices = {known[number].pk: known[number] for number in typed if number in known}
    missing = [number for number in typed if number not in known]
    close = _close_to(missing[:GUESSED], within)
    unknown = tuple(Unknown(number, close.get(number, ())) for number in missing)
    return FoundDevices(tuple(devices.values()), unknown)


def _close_to(numbers: Sequence[str], within: QuerySet[Device]) -> dict[str, tuple[str, ...]]:
    """Return the numbers that look like each, among those that share a beginning or an end."""
    misread, ends, beginnings = [], Q(), Q()
    for number in numbers:
        middle = len(number) // 2
        if middle > 1:  # one wrong character leaves one half right
            misread += [number.translate(letters) for letters in MISREAD]
            # A plain search in the text, as numbers are upper case; bounds, for the index.
            ends |= Q(GreaterThan(StrIndex(F("serial_number"), Value(number[middle:])), 0))
            first = number[:middle]
            beginnings |= Q(serial_number__gte=first, serial_number__lt=f"{first}\uffff")
    if not misread:
        return {}
    candidates: dict[str, None] = {}
    for condition in (Q(serial_number__in=misread), ends, beginnings):
        found = within.filter(condition).order_by("serial_number")
        candidates |= dict.fromkeys(found.values_list("serial_number", flat=True)[:CANDIDATES])
    return {
        number: tuple(get_close_matches(number, candidates, SUGGESTED, cutoff=0.75))
        for number in numbers
    }


def lines_of(device_ids: Collection[int], on: date) -> dict[int, OrderLine]:
    """Return the order line that each device is set aside for, or was handed out for on the day."""
    linked = ("line__order", "line__unit", "line__employee__unit", "line__replaces")
    ordered = OrderedDevice.objects.filter(
        Q(handed_out_on=None) | Q(handed_out_on=on), device__in=among(list(device_ids), int)
    )
    found = ordered.select_related(*linked).order_by("pk")
    return {one.device_id: one.line for one in found}


def employee_named(text: str, on: date) -> Employee:
    """Find somebody by initials, else by name; who has left is not meant where others are.

    Raises:
        ValueError: with a Danish sentence, when nobody or more than one is meant.
    """
    text = " ".join(text.split()).removesuffix(" (kommende)")
    people = Employee.objects.select_related("unit")
    if found := employee_with_initials(text.partition("(")[2].rstrip(") ") or text):
        return found
    there = Q(left_on=None) | Q(left_on__gt=on)
    named = list(people.filter(there, name__iexact=text)[:2])
    named = named or list(people.filter(there, name__icontains=text).order_by("name")[:4])
    if len(named) == 1:
        return named[0]
    if not named:
        raise ValueError(f"Ingen medarbejder hedder »{text}«. Skriv initialer eller navn.")
    names = ", ".join(map(str, named[:3])) + (" …" if len(named) > 3 else "")
    raise ValueError(f"Flere passer til »{text}«: {names}. Skriv initialerne.")
