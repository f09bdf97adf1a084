"""One search box for all: a few hits of each kind, within what the user may see.

Each kind is one query that stops at the first few, so that the box answers at once.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import F, Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan
from django.urls import reverse

from albertslund_it.common.permissions import VIEW_DEVICE, VIEW_EMPLOYEE, VIEW_ORDER
from inventory.models import FormerSerialNumber
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


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found: what it is called, what is said of it, and its page."""

    title: str
    note: str
    url: str
    is_exact: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The first hits of a kind; `more_url` lists them all where there are more."""

    title: str
    hits: list[Hit]
    more_url: str = ""


def search(user: User, text: str, on: date) -> list[Group]:
    """Return what matches a text, by kind; kinds without a hit are left out."""
    text = " ".join(text.split())[:LONGEST]
    if not text:
        return []
    found = [kind(user, text, on) for permission, kind in KINDS if user.has_perm(permission)]
    return [group for group in found if group.hits]


def only_exact(groups: Iterable[Group]) -> Hit | None:
    """Return the one thing that is exactly what was asked for, if it is one."""
    exact = [hit for group in groups for hit in group.hits if hit.is_exact]
    return exact[0] if len(exact) == 1 else None


def _group(title: str, hits: list[Hit], more_url: str) -> Group:
    # An exact hit is read by itself and may be among the first ones too.
    once = list({hit.url: hit for hit in sorted(hits, key=lambda hit: hit.is_exact)}.values())
    once.sort(key=lambda hit: not hit.is_exact)
    return Group(title, once[:SHOWN], more_url if len(once) > SHOWN else "")


def _devices(user: User, text: str, on: date) -> Group:
    wanted = text.upper()
    seen = devices_seen_by(user, on).select_related("model")

    def contains():
        # Serial numbers are upper case by a rule: no LIKE that knows æ, ø and å is needed.
        return GreaterThan(StrIndex(F("serial_number"), Value(wanted)), 0)

    former = FormerSerialNumber.objects.filter(contains()).values_list("device", "serial_number")
    before = dict(former[: SHOWN + 1])
    exact = Q(serial_number=wanted)
    # Two queries of one index each: an OR of them would read every device.
    rows = [
        *seen.filter(exact | Q(pk__in=list(before)))[: SHOWN + 1],
        *seen.filter(contains())[: SHOWN + 1],
    ]
    hits = []
    for device in rows:
        old = before.get(device.pk)
        note = device.model.name + (f", tidligere {old}" if old else "")
        is_exact = wanted in {device.serial_number, old}
        hits.append(
            Hit(device.serial_number, note, reverse("device-detail", args=[device.pk]), is_exact)
        )
    return _group("Udstyr", hits, _list("device-list", text))


def _employees(user: User, text: str, on: date) -> Group:
    seen = employees_seen_by(user, on).select_related("unit")
    # As people write them, so that the index is used: a case-blind search reads every row.
    spellings = {text, text.upper(), text.lower()}
    rows = list(seen.filter(initials__in=spellings)[:1])
    if not DIGIT.search(text):  # a serial or order number is in nobody's name
        near = seen
        for word in text.split():
            near = near.filter(Q(name__icontains=word) | Q(initials__istartswith=word))
        rows += near.order_by("pk")[: SHOWN + 1]
    hits = [
        Hit(
            str(one),
            one.unit.name,
            reverse("employee-detail", args=[one.pk]),
            text.casefold() in {one.initials.casefold(), one.name.casefold()},
        )
        for one in rows
    ]
    return _group("Medarbejdere", hits, _list("employee-list", text))


def _units(user: User, text: str, on: date) -> Group:
    near = Q(name__icontains=text) | Q(number__istartswith=text)
    rows = units_seen_by(user, on).filter(near).select_related("department")[: SHOWN + 1]
    hits = [
        Hit(
            unit.name,
            f"{unit.number}{f', {unit.department.name}' if unit.department else ''}",
            reverse("unit-detail", args=[unit.pk]),
            text.casefold() in {unit.name.casefold(), unit.number.casefold()},
        )
        for unit in rows
    ]
    return _group("Enheder", hits, reverse("department-list"))


def _orders(user: User, text: str, on: date) -> Group:
    lines = OrderLine.objects.all()
    if not sees_all(user):
        lines = lines.filter(unit__in=units_seen_by(user, on))
    number = ORDER_NUMBER.fullmatch(text)
    orders = {}
    if number:
        for line in lines.filter(order=int(number[1])).select_related("order")[:1]:
            orders[line.order_id] = (line.order, f"B{line.order_id}")
    supplier = lines.filter(supplier_order_number__iexact=text).exclude(supplier_order_number="")
    for line in supplier.select_related("order").order_by()[: 4 * SHOWN]:
        orders.setdefault(line.order_id, (line.order, line.supplier_order_number))
    hits = [
        Hit(
            order.number,
            _order_note(order, name),
            reverse("order-detail", args=[order.pk]),
            text.casefold() in {name.casefold(), order.number.casefold()},
        )
        for order, name in orders.values()
    ]
    return _group("Bestillinger", hits, _list("order-list", text))


def _order_note(order: Order, name: str) -> str:
    made = f"oprettet {order.created_at:%d-%m-%Y}"
    return made if name == order.number else f"{made}, leverandørens nr. {name}"


def _sub_agreements(user: User, text: str, on: date) -> Group:
    if not sees_all(user):
        return Group("Underaftaler", [])
    rows = SubAgreement.objects.filter(number__icontains=text).order_by("number")[: SHOWN + 1]
    hits = [
        Hit(
            one.number,
            "Udstyret på underaftalen",
            _list("device-list", "") + f"underaftale={one.pk}",
            one.number.casefold() == text.casefold(),
        )
        for one in rows
    ]
    return _group("Underaftaler", hits, "")


def _list(name: str, text: str) -> str:
    return f"{reverse(name)}?{urlencode({'q': text}) if text else ''}"


KINDS: tuple[tuple[str, Callable], ...] = (
    (VIEW_DEVICE, _devices),
    (VIEW_EMPLOYEE, _employees),
    (VIEW_DEVICE, _units),
    (VIEW_ORDER, _orders),
    (VIEW_DEVICE, _sub_agreements),
)
