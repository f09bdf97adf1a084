"""Deliveries as they are scanned in: against an order, or against a purchase at the lessor."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import lock
from albertslund_it.web.forms.agreement import Check, nothing_to_see
from albertslund_it.web.people import Actor
from inventory.models import Device, DeviceModel
from leasing.domain.accrual import a_quarter
from leasing.guards import clashes_refused
from leasing.leases.services.prices import PriceList
from leasing.models import Order, OrderedDevice, OrderLine
from leasing.models.order import Status
from leasing.orders.selectors.reception import (
    DELIVERABLE,
    INVENTORY_PREFIX,
    LineToFill,
    OrderBook,
    Received,
    Reception,
    next_inventory_number,
)
from leasing.orders.selectors.scans import Known, Scan
from leasing.orders.services.deliveries import LOCKED, Delivery, register_deliveries
from leasing.orders.services.fulfilment import lock_lines
from leasing.orders.services.orders import refresh_line
from leasing.orders.services.status_mail import tell_orderer

STOCK, RAISE = "lager", "flere"
MOST = 500
WHY_STALE = (
    "Inventarnumrene er brugt til en anden levering, efter at du så dem. Intet er gemt. "
    "Kontrollér leveringen igen."
)


class TooMany(Refused):
    """More came than was ordered; `can_raise` tells whether the order may be for more."""

    def __init__(self, *reasons: str, can_raise: bool):
        super().__init__(*reasons)
        self.can_raise = can_raise


class PriceMissing(Refused):
    """The price list has no price on the first day of the lease."""


def receive(
    *,
    number: str,
    scans: Sequence[Scan],
    sub_agreement: str,
    starts_on: date,
    actor: Actor,
    today: date,
    now: datetime,
    surplus: str = "",
    agree: Callable[[Reception], None] | None = None,
    dry_run: bool = False,
) -> Reception:
    """Take in what came on one of our order numbers, 'B17', or on one of the lessor's.

    A serial number that came on the same order before does nothing. If more came than was ordered,
    the rest goes to stock or the order is raised, as `surplus` says. A dry run writes nothing.
    `agree` may refuse what would be made.

    Raises:
        TooMany: when more came than was ordered and `surplus` says nothing.
        PriceMissing: when the price list has no price on the day.
        Refused: with every other reason; nothing is written.
    """
    with clashes_refused(), transaction.atomic():
        lock_lines({number}, ())
        lock(*LOCKED)
        lines = lines_of_number(number)
        fresh, known = _told_apart(_with_numbers(scans), lines, number)
        _make_room(fresh, lines, surplus, actor)
        new = _assigned(fresh, lines, starts_on)
        reception = Reception(
            number, sub_agreement, starts_on, lines, new, known, is_saved=not dry_run
        )
        if new:
            rows = [_delivery_of(one, reception) for one in new]
            register_deliveries(rows=rows, actor=actor, today=today).tell(now)
        if agree and new:
            agree(reception)
        if dry_run:
            transaction.set_rollback(True)
    return reception


def lines_of_number(number: str) -> list[LineToFill]:
    """Return the lines that a number stands for; refuse one that nobody knows."""
    lines = OrderBook({number}).lines(number)
    if not lines:
        raise Refused(f"Bestilling »{number}« findes ikke. Ret nummeret, eller vælg fra listen.")
    return lines


def _with_numbers(scans: Sequence[Scan]) -> list[Scan]:
    """Return counts their inventory numbers: those that the person has seen, else the next ones."""
    following, numbered = None, []
    for scan in scans:
        if scan.count:
            if following is None:
                following = next_inventory_number()
            first = following if scan.first is None else scan.first
            if first > following:
                raise Refused(WHY_STALE)
            numbers = range(first, first + scan.count)
            following = max(following, numbers.stop)
            made = tuple(f"{INVENTORY_PREFIX}{number:06}" for number in numbers)
            scan = replace(scan, serial_numbers=made)
        numbered.append(scan)
    return numbered


def _told_apart(
    scans: Sequence[Scan], lines: list[LineToFill], number: str
) -> tuple[dict[int, list[str]], list[str]]:
    """Return what is new by model, and what is there from this order; refuse everything else."""
    models = {one.line.model_id: one.line.model for one in lines}
    wanted = [serial for scan in scans for serial in scan.serial_numbers]
    if not wanted:
        raise Refused("Scan eller indsæt mindst ét serienummer, eller skriv et antal.")
    register = Known(wanted, lines, number)
    fresh: dict[int, list[str]] = defaultdict(list)
    known: list[str] = []
    seen: dict[str, DeviceModel] = {}
    reasons = []
    for scan in scans:
        if scan.model_id not in models:
            raise Refused(f"En af modellerne er ikke på bestilling {number} længere.")
        model = models[scan.model_id]
        for serial in scan.serial_numbers:
            other = seen.setdefault(serial, model)
            if other != model:
                reasons.append(
                    f"{serial} er scannet både som {other.name} og som {model.name}. Slet den ene."
                )
            elif reason := register.why_not(serial, model):
                reasons.append(WHY_STALE if scan.count else reason)
            elif register.is_there(serial):
                known.append(serial)
            else:
                fresh[model.pk].append(serial)
    if reasons:
        raise Refused(*dict.fromkeys(reasons))
    return fresh, known


def _make_room(
    fresh: dict[int, list[str]], all_lines: list[LineToFill], surplus: str, actor: Actor
) -> None:
    """Raise the order if more came and that is wanted; refuse if nothing is said about it."""
    reasons, can_raise, changes = [], True, Changes((OrderLine,))
    for model_id, serials in fresh.items():
        lines = [one for one in all_lines if one.line.model_id == model_id]
        too_many = len(serials) - sum(one.missing for one in lines)
        if too_many <= 0 or surplus == STOCK:
            continue
        shared = [one for one in lines if _may_be_raised(one, too_many)]
        can_raise = can_raise and bool(shared)
        if surplus == RAISE and shared:
            last = shared[-1]
            line, quantity = last.line, last.line.quantity + too_many
            changes.update(line, f"Bestilling {line}", quantity=quantity)
            status = line.status_with(last.ready, last.handed_out)
            changes.update(line, f"Bestilling {line}", status=status.value)
        else:
            reasons.append(_why_too_many(lines, len(serials), too_many))
    if reasons:
        raise TooMany(*reasons, can_raise=can_raise)
    changes.save(actor)


def _may_be_raised(one: LineToFill, by: int) -> bool:
    line = one.line
    is_open = line.status in (*DELIVERABLE, Status.DELIVERED)
    return is_open and line.employee_id is None and line.quantity + by <= MOST


def _why_too_many(lines: list[LineToFill], came: int, too_many: int) -> str:
    model = lines[0].line.model.name
    named = ", ".join(str(one.line) for one in lines[:4]) + (" …" if len(lines) > 4 else "")
    waiting = [one.line for one in lines if one.line.status in (Status.AWAITING, Status.DRAFT)]
    also = f" Linje {waiting[0]} venter på godkendelse og tæller ikke med." if waiting else ""
    return (
        f"Der er {came} {model}, men kun {came - too_many} mangler på linje {named}: {too_many} "
        f"for mange.{also}"
    )


def _assigned(
    fresh: dict[int, list[str]], all_lines: list[LineToFill], starts_on: date
) -> list[Received]:
    """Choose the line and the price of each new device; without a line it goes to stock."""
    models = {one.line.model_id: one.line.model for one in all_lines if one.line.model_id in fresh}
    prices = PriceList(models.values())
    new: list[Received] = []
    missing = []
    for model_id, serials in fresh.items():
        model = models[model_id]
        price = prices.on(model, starts_on)
        if price is None:
            missing.append(
                f"Prislisten har den {starts_on:%d-%m-%Y} ingen pris for {model.name}"
                f"{prices.first_day(model)}. Indlæs prisen, eller ret leasingstart."
            )
            continue
        quarter_ore = a_quarter(price.price_ore, price.quarters)
        lines = [one for one in all_lines if one.line.model_id == model_id]
        for serial in serials:
            line = next((one for one in lines if one.missing), None)
            if line:
                line.ready += 1
            new.append(Received(serial, model, line, price, quarter_ore))
    if missing:
        raise PriceMissing(*missing)
    return new


def _delivery_of(one: Received, reception: Reception) -> Delivery:
    line = one.line.line if one.line else None
    number = line.supplier_order_number or line.order.number if line else reception.number
    return Delivery(
        serial_number=one.serial_number,
        model=one.model.name,
        sub_agreement=reception.sub_agreement,
        starts_on=reception.starts_on,
        quarters=one.price.quarters,
        order_number=number,
        line_id=line.pk if line else None,
    )


@transaction.atomic
def take_off(
    *, ordered_device_id: int, actor: Actor, now: datetime, agree: Check = nothing_to_see
) -> tuple[Device, OrderLine]:
    """Take a device that came on the wrong line off it again; it is on the shelf then.

    Raises:
        Refused: when it is handed out, or no longer on the line.
    """
    lock(Order)
    found = OrderedDevice.objects.filter(pk=ordered_device_id).values_list("line_id", flat=True)
    lines = OrderLine.objects.select_for_update(of=("self",)).select_related("order")
    line = lines.filter(pk__in=list(found)).first()
    one = OrderedDevice.objects.select_related("device").filter(pk=ordered_device_id).first()
    if line is None or one is None:
        raise Refused("Udstyret er allerede taget af linjen.")
    if one.handed_out_on:
        raise Refused(
            f"{one.device} er udleveret {one.handed_out_on:%d-%m-%Y} og kan ikke tages af linjen. "
            "Tag den tilbage på lager fra udstyrets side."
        )
    agree()
    device = one.device
    one.delete()
    before = line.status
    refresh_line(line, actor=actor)
    if line.status != before:
        tell_orderer(order=line.order, now=now)
    return device, line
