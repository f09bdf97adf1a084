"""What was scanned, in Danish, and what can be done with it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from inventory.models import Device
from leasing.front.selectors.scan import WhatWasScanned
from leasing.models import Order, OrderLine, Status
from leasing.movements.presenters import device_handling, where
from leasing.people.presenters.employees import actions_on
from leasing.people.selectors.employee_page import EmployeePage

READY = (Status.DELIVERED, Status.PARTLY)
COMING = (Status.APPROVED, Status.ORDERED, Status.PARTLY)


@dataclass(frozen=True)
class ScannedThing:
    """A thing as the page shows it: what it is, and its buttons (label, address)."""

    title: str
    note: str
    url: str = ""
    marks: list[tuple[str, str]] = field(default_factory=list)
    actions: list[tuple[str, str]] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)


def thing_of(found: WhatWasScanned, page: EmployeePage | None, on: date) -> ScannedThing | None:
    """Return what was found as the page shows it; None where nothing was."""
    if found.state:
        return _device(found, on)
    if found.devices:
        return _devices(found.devices)
    if found.employee and page:
        return ScannedThing(
            str(found.employee),
            f"{found.employee.unit.name} · har {len(page.has) or 'ikke noget'}"
            f"{' stk. udstyr' if page.has else ''}",
            reverse("employee-detail", args=[found.employee.pk]),
            actions=list(actions_on(page, found.employee, on)),
        )
    if found.order:
        number = found.order.number
        return ScannedThing(
            f"Bestilling {number}",
            f"Oprettet {found.order.created_at:%d-%m-%Y}",
            reverse("order-detail", args=[found.order.pk]),
            actions=list(_of_order(found.order, found.lines)),
            rows=[_line(line) for line in found.lines],
        )
    if found.purchase:
        return ScannedThing(
            f"Indkøb {found.purchase}",
            f"{len(found.lines)} linje{'' if len(found.lines) == 1 else 'r'} hos ATEA",
            f"{reverse('purchase-detail')}?{urlencode({'nummer': found.purchase})}",
            actions=list(_of_lines(found.lines, found.purchase)),
            rows=[_line(line) for line in found.lines],
        )
    return None


def _device(found: WhatWasScanned, on: date) -> ScannedThing:
    state = found.state
    assert state is not None
    handling = device_handling(state, found.expected, on, may_handle=True, with_people=True)
    device = state.device
    return ScannedThing(
        f"{device.model.name} {device}",
        f"Hos {where(state.on(on))}" if not state.is_in_stock(on) else "På it-lager",
        reverse("device-detail", args=[device.pk]),
        marks=handling["marks"],
        actions=handling["actions"],
    )


def _devices(devices: Iterable[Device]) -> ScannedThing:
    names = [str(device) for device in devices]
    given = urlencode({"serienumre": ",".join(names)})
    pages = (
        ("Udlever", "hand-out"),
        ("Flyt", "transfer"),
        ("Tag tilbage", "take-back"),
        ("Lån ud", "lend"),
    )
    return ScannedThing(
        f"{len(names)} stk. udstyr" if len(names) > 1 else f"Udstyr {names[0]}",
        "",
        actions=[(label, f"{reverse(name)}?{given}") for label, name in pages],
        rows=names,
    )


def _of_order(order: Order, lines: Sequence[OrderLine]) -> Iterator[tuple[str, str]]:
    yield from _of_lines(lines, order.number)
    # A mail of which nothing was recognised has no line, and is a draft as well.
    if not lines or any(line.status == Status.DRAFT for line in lines):
        yield "Gør færdig", reverse("order-edit", args=[order.pk])


def _of_lines(lines: Iterable[OrderLine], number: str) -> Iterator[tuple[str, str]]:
    lines = list(lines)
    for line in [line for line in lines if line.status in READY][:5]:
        whom = line.employee.name if line.employee else line.used_for or line.unit.name
        yield f"Udlever til {whom}", f"{reverse('hand-out')}?{urlencode({'linje': line.pk})}"
    if any(line.status in COMING for line in lines):
        yield "Modtag levering", f"{reverse('delivery')}?{urlencode({'nummer': number})}"


def _line(line: OrderLine) -> str:
    whom = str(line.employee) if line.employee else line.used_for or line.unit.name
    many = f"{line.quantity} " if line.quantity > 1 else ""
    return f"{line}: {many}{line.model.name} til {whom} · {line.get_status_display().lower()}"
