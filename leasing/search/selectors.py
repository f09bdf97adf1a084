"""One search box for all: a few matches of each kind, within what the user may see.

Each kind is one query that stops at the first few, so that the box answers at once.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User
from django.db.models import F, Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from albertslund_it.common.permissions import VIEW_DEVICE, VIEW_EMPLOYEE, VIEW_ORDER
from inventory.models import Device, Employee, FormerSerialNumber, Unit
from inventory.organisation.selectors.scope import (
    devices_seen_by,
    employees_seen_by,
    sees_all,
    units_seen_by,
)
from leasing.models import Order, OrderLine, SubAgreement

SHOWN = 8
LONGEST = 100
DIGIT = re.compile(r"\d")
ORDER_NUMBER = re.compile(r"b?\s*(\d{1,9})", re.IGNORECASE)
Thing = Device | Employee | Unit | Order | SubAgreement


@dataclass(frozen=True, slots=True)
class Match:
    """Something found; `by` is the former number, or the lessor's, that it was found by.

    `is_gone` marks a device that has left the register.
    """

    thing: Thing
    is_exact: bool
    by: str = ""
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Matches:
    """The first matches of a kind, and the text that they match."""

    kind: type[Thing]
    text: str
    first: list[Match]
    has_more: bool


def search(user: User, text: str, on: date) -> list[Matches]:
    """Return what matches a text, by kind; kinds without a match are left out."""
    text = " ".join(text.split())[:LONGEST]
    if not text:
        return []
    found = [
        _first_of(kind, text, find(user, text, on))
        for permission, kind, find in KINDS
        if user.has_perm(permission)
    ]
    return [matches for matches in found if matches.first]


def only_exact(found: Iterable[Matches]) -> Match | None:
    """Return the one thing that is exactly what was asked for, if there is just one."""
    exact = [match for matches in found for match in matches.first if match.is_exact]
    return exact[0] if len(exact) == 1 else None


def _first_of(kind: type[Thing], text: str, matches: list[Match]) -> Matches:
    # An exact match is read by itself and may be among the first ones too.
    once = {match.thing.pk: match for match in sorted(matches, key=lambda match: match.is_exact)}
    ordered = sorted(once.values(), key=lambda match: not match.is_exact)
    return Matches(kind, text, ordered[:SHOWN], len(ordered) > SHOWN)


def _devices(user: User, text: str, on: date) -> list[Match]:
    wanted = text.upper()
    seen = devices_seen_by(user, on).select_related("model")
    # Serial numbers are upper case by a rule: no LIKE that knows æ, ø and å is needed.
    contains: GreaterThan[int] = GreaterThan(StrIndex(F("serial_number"), Value(wanted)), 0)
    former = FormerSerialNumber.objects.filter(contains).values_list("device", "serial_number")
    before = dict(former[: SHOWN + 1])
    exact = Q(serial_number=wanted)
    # Two queries of one index each: an OR of them would read every device.
    rows = [
        *seen.filter(exact | Q(pk__in=list(before)))[: SHOWN + 1],
        *seen.filter(contains)[: SHOWN + 1],
    ]
    left = Device.objects.out_of_register(on).filter(pk__in=[device.pk for device in rows])
    gone = set(left.values_list("pk", flat=True)) if rows else set()
    found = []
    for device in rows:
        old, is_gone = before.get(device.pk, ""), device.pk in gone
        found.append(Match(device, wanted in {device.serial_number, old}, old, is_gone))
    return found


def _employees(user: User, text: str, on: date) -> list[Match]:
    seen = employees_seen_by(user, on).select_related("unit")
    # As people write them, so that the index is used: a case-blind search reads every row.
    spellings = {text, text.upper(), text.lower()}
    rows = list(seen.filter(initials__in=spellings).order_by()[:1])
    if not DIGIT.search(text):  # nobody's name has a serial or order number in it
        near = seen
        for word in text.split():
            near = near.filter(Q(name__icontains=word) | Q(initials__istartswith=word))
        rows += near.order_by("pk")[: SHOWN + 1]
    return [
        Match(one, text.casefold() in {one.initials.casefold(), one.name.casefold()})
        for one in rows
    ]


def _units(user: User, text: str, on: date) -> list[Match]:
    near = Q(name__icontains=text) | Q(number__istartswith=text)
    rows = units_seen_by(user, on).filter(near).select_related("department")[: SHOWN + 1]
    return [
        Match(unit, text.casefold() in {unit.name.casefold(), unit.number.casefold()})
        for unit in rows
    ]


def _orders(user: User, text: str, on: date) -> list[Match]:
    lines = OrderLine.objects.all()
    if not sees_all(user):
        lines = lines.filter(unit__in=units_seen_by(user, on))
    found: dict[int, Match] = {}
    if number := ORDER_NUMBER.fullmatch(text):
        for line in lines.filter(order=int(number[1])).select_related("order")[:1]:
            is_exact = text.casefold() == line.order.number.casefold()
            found[line.order_id] = Match(line.order, is_exact)
    bought = lines.filter(supplier_order_number__iexact=text).exclude(supplier_order_number="")
    for line in bought.select_related("order").order_by()[: 4 * SHOWN]:
        theirs = line.supplier_order_number
        is_exact = text.casefold() in {theirs.casefold(), line.order.number.casefold()}
        found.setdefault(line.order_id, Match(line.order, is_exact, theirs))
    return list(found.values())


def _sub_agreements(user: User, text: str, on: date) -> list[Match]:
    if not sees_all(user):
        return []
    rows = SubAgreement.objects.filter(number__icontains=text).order_by("number")[: SHOWN + 1]
    return [Match(one, one.number.casefold() == text.casefold()) for one in rows]


Finder = Callable[[User, str, date], list[Match]]
KINDS: tuple[tuple[str, type[Thing], Finder], ...] = (
    (VIEW_DEVICE, Device, _devices),
    (VIEW_EMPLOYEE, Employee, _employees),
    (VIEW_DEVICE, Unit, _units),
    (VIEW_ORDER, Order, _orders),
    (VIEW_DEVICE, SubAgreement, _sub_agreements),
)
