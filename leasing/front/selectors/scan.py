"""What was scanned or typed: one device or several, a person, an order or a purchase."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User

from inventory.models import Device, Employee, ExpectedReturn
from inventory.organisation.selectors.scope import devices_seen_by, employees_seen_by
from inventory.people.selectors.names import employee_with_initials
from leasing.models import Order, OrderLine
from leasing.movements.selectors.lookups import Unknown, devices_in
from leasing.movements.selectors.states import DeviceState, device_state, expected_returns
from leasing.orders.selectors.numbers import order_number_in
from leasing.orders.selectors.reception import lines_named
from leasing.orders.selectors.scope import lines_seen_by, orders_seen_by

LONGEST = 4_000
SHOWN = 50


@dataclass(frozen=True)
class WhatWasScanned:
    """What a text stands for; everything is empty where nothing has it.

    `purchase` is the lessor's number, with the lines that it stands for in `lines`.
    """

    state: DeviceState | None = None
    expected: Sequence[ExpectedReturn] = ()
    devices: Sequence[Device] = ()
    employee: Employee | None = None
    order: Order | None = None
    purchase: str = ""
    lines: Sequence[OrderLine] = ()
    unknown: Sequence[Unknown] = ()


def scanned(user: User, text: str, on: date) -> WhatWasScanned:
    """Return what a text stands for, within what a user sees.

    Raises:
        ValueError: with a Danish sentence, when there are too many numbers.
    """
    text = text.strip()[:LONGEST]
    if not text:
        return WhatWasScanned()
    found = devices_in(text, devices_seen_by(user, on))
    if len(found.devices) > 1 or (found.devices and found.unknown):
        return WhatWasScanned(devices=found.devices, unknown=found.unknown)
    if found.devices:
        state = device_state(found.devices[0].pk)
        return WhatWasScanned(state=state, expected=list(expected_returns(state, on)))
    if order := _order(user, text, on):
        return order
    person = employee_with_initials(text)
    if person and employees_seen_by(user, on).filter(pk=person.pk).exists():
        return WhatWasScanned(employee=person)
    named = lines_seen_by(user, on).filter(pk__in=lines_named([text]).values("pk"))
    lines = list(named.select_related("order", "model", "employee", "unit")[:SHOWN])
    if lines:
        return WhatWasScanned(purchase=text, lines=lines)
    return WhatWasScanned(unknown=found.unknown)


def _order(user: User, text: str, on: date) -> WhatWasScanned | None:
    number = order_number_in(text)
    order = orders_seen_by(user, on).filter(pk=number.order).first() if number else None
    if not (number and order):
        return None
    lines = lines_seen_by(user, on).filter(order=order).order_by("position")
    if number.line:
        lines = lines.filter(position=number.line)
    linked = list(lines.select_related("order", "model", "employee", "unit"))
    return WhatWasScanned(order=order, lines=linked) if linked or not number.line else None
