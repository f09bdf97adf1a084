"""Deliveries as they are scanned in: against an order, or against a purchase at the lessor."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.money import format_kroner
from albertslund_it.common.quarters import Quarter
from albertslund_it.common.serial_numbers import doubt, is_bar_code
from albertslund_it.web.agreement import Check, nothing_to_see
from albertslund_it.web.bulk import Changes
from albertslund_it.web.people import Actor
from albertslund_it.web.rows import lock
from inventory.models import Device, DeviceModel
from leasing.billing.selectors.window import last_covered_quarter
from leasing.domain.accrual import a_quarter
from leasing.guards import clashes_refused
from leasing.leases.services.prices import PriceList
from leasing.models import LeasePrice, Order, OrderedDevice, OrderLine
from leasing.models.order import Status
from leasing.orders.selectors.reception import (
    DELIVERABLE,
    INVENTORY_NUMBER,
    LineToFill,
    OrderBook,
    next_inventory_number,
)
from leasing.orders.selectors.scans import Known, Scan
from leasing.orders.services.deliveries import LOCKED, Delivery, register_deliveries
from leasing.orders.services.fulfilment import lock_lines
from leasing.orders.services.orders import refresh_line
from leasing.orders.services.status_mail import tell_orderer

STOCK, RAISE = "lager", "flere"
MOST = 500
NOTHING = "Scan eller indsæt mindst ét serienummer, eller skriv et antal."
STALE = (
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


@dataclass(frozen=True, slots=True)
class Received:
    """A device that a delivery creates, its price, and the line it is for (None: for stock)."""

    serial_number: str
    model: DeviceModel
    line: LineToFill | None
    price: LeasePrice
    quarter_ore: int


@dataclass
class Reception:
    """What a delivery did, or would do; `known` are the serial numbers that were there already."""

    number: str
    sub_agreement: str
    starts_on: date
    lines: list[LineToFill]
    new: list[Received] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    is_saved: bool = False

    @property
    def missing(self) -> int:
        """Return how many are still to come."""
        return sum(one.missing for one in self.lines)

    @property
    def doubts(self) -> list[str]:
        """Say of each new serial number that looks like the bar code of the box that it does."""
        return [doubt(one.serial_number) for one in self.new if is_bar_code(one.serial_number)]

    @property
    def price_ore(self) -> int:
        return sum(one.price.price_ore for one in self.new)

    @property
    def quarter_ore(self) -> int:
        return sum(one.quarter_ore for one in self.new)

    @property
    def closed(self) -> Quarter | None:
        """Return the quarter that the leases begin in, where it is closed."""
        own, covered = Quarter.of(self.starts_on), last_covered_quarter()
        return own if covered and own <= covered else None

    @property
    def told(self) -> Iterator[tuple[str, str]]:
        """Say what would be created in rows, for whoever agrees to it."""
        yield "Underaftalen", f"{self.sub_agreement} fra {self.starts_on:%d-%m-%Y}"
        if self.closed:
            yield "Låste kvartaler, leasingen når ind i", self.closed.label
        for one in self.new:
            line = f"linje {one.line.line}, {one.line.whom}" if one.line else "lager"
            price = format_kroner(one.price.price_ore)
            yield one.serial_number, f"{one.model.name} til {line}, {price}"


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

    A serial number that is there from before on the same order does nothing. Of more than was
    ordered the rest goes to stock, or the order is raised, as `surplus` says. A dry run only tells.
    `agree` may refuse what would be made.

    Raises:
        TooMany: when more came than was ordered and `surplus` says nothing.
        PriceMissing: when the price list has no price on the day.
        Refused: with every other reason; nothing is written.
    """
    with clashes_refused(), transaction.atomic():
        lock_lines({number}, ())
        lock(*LOCKED)
        lines = lines_of(number)
        reception = Reception(number, sub_agreement, starts_on, lines)
        fresh = _fresh(_numbered(scans), reception)
        if fresh:
            _make_room(fresh, reception, surplus, actor)
            _assign(fresh, reception)
            rows = [_row(one, reception) for one in reception.new]
            register_deliveries(rows=rows, actor=actor, today=today).tell(now)
        if agree and fresh:
            agree(reception)
        reception.is_saved = not dry_run
        if not reception.is_saved:
            transaction.set_rollback(True)
    return reception


def lines_of(number: str) -> list[LineToFill]:
    """Return the lines that a number stands for; one that nobody knows is refused."""
    lines = OrderBook({number}).lines(number)
    if not lines:
        raise Refused(f"Bestilling »{number}« findes ikke. Ret nummeret, eller vælg fra listen.")
    return lines


def _numbered(scans: Sequence[Scan]) -> list[Scan]:
    """Return the counts inventory numbers: those that the person has seen, else the next ones."""
    following, numbered = None, []
    for scan in scans:
        if scan.count:
            if following is None:
                following = next_inventory_number()
            first = following if scan.first is None else scan.first
            if first > following:
                raise Refused(STALE)
            numbers = range(first, first + scan.count)
            following = max(following, numbers.stop)
            made = tuple(INVENTORY_NUMBER.format(number) for number in numbers)
            scan = replace(scan, serial_numbers=made)
        numbered.append(scan)
    return numbered


def _fresh(scans: Sequence[Scan], reception: Reception) -> dict[int, list[str]]:
    """Return what is new by model; what is neither new nor there from this order is refused."""
    models = {one.line.model_id: one.line.model for one in reception.lines}
    wanted = [serial for scan in scans for serial in scan.serial_numbers]
    if not wanted:
        raise Refused(NOTHING)
    known = Known(wanted, reception.lines, reception.number)
    fresh, seen, reasons = defaultdict(list), {}, []
    for scan in scans:
        if scan.model_id not in models:
            raise Refused(f"En af modellerne er ikke på bestilling {reception.number} længere.")
        model = models[scan.model_id]
        for serial in scan.serial_numbers:
            other = seen.setdefault(serial, model)
            if other != model:
                reasons.append(
                    f"{serial} er scannet både som {other.name} og som {model.name}. Slet den ene."
                )
            elif reason := known.why_not(serial, model):
                reasons.append(STALE if scan.count else reason)
            elif known.is_there(serial):
                reception.known.append(serial)
            else:
                fresh[model.pk].append(serial)
    if reasons:
        raise Refused(*dict.fromkeys(reasons))
    return fresh


def _make_room(fresh, reception: Reception, surplus: str, actor: Actor) -> None:
    """Raise the order where more came, if that is wanted; without a wish it is refused."""
    reasons, can_raise, changes = [], True, Changes((OrderLine,))
    for model_id, serials in fresh.items():
        lines = [one for one in reception.lines if one.line.model_id == model_id]
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
            reasons.append(_too_many(lines, len(serials), too_many))
    if reasons:
        raise TooMany(*reasons, can_raise=can_raise)
    changes.save(actor)


def _may_be_raised(one: LineToFill, by: int) -> bool:
    line = one.line
    is_open = line.status in (*DELIVERABLE, Status.DELIVERED)
    return is_open and line.employee_id is None and line.quantity + by <= MOST


def _too_many(lines: list[LineToFill], came: int, too_many: int) -> str:
    model = lines[0].line.model.name
    named = ", ".join(str(one.line) for one in lines[:4]) + (" …" if len(lines) > 4 else "")
    waiting = [one.line for one in lines if one.line.status in (Status.AWAITING, Status.DRAFT)]
    also = f" Linje {waiting[0]} venter på godkendelse og tæller ikke med." if waiting else ""
    return (
        f"Der er {came} {model}, men kun {came - too_many} mangler på linje {named}: {too_many} "
        f"for mange.{also}"
    )


def _assign(fresh: dict[int, list[str]], reception: Reception) -> None:
    """Choose the line and the price of each new device; what no line is left for goes to stock."""
    models = {one.line.model_id: one.line.model for one in reception.lines}
    prices, missing = PriceList(models.values()), []
    for model_id, serials in fresh.items():
        model = models[model_id]
        price = prices.on(model, reception.starts_on)
        if price is None:
            missing.append(
                f"Prislisten har den {reception.starts_on:%d-%m-%Y} ingen pris for {model.name}"
                f"{prices.first_day(model)}. Indlæs prisen, eller ret leasingstart."
            )
            continue
        quarter_ore = a_quarter(price.price_ore, price.quarters)
        lines = [one for one in reception.lines if one.line.model_id == model_id]
        for serial in serials:
            line = next((one for one in lines if one.missing), None)
            if line:
                line.ready += 1
            reception.new.append(Received(serial, model, line, price, quarter_ore))
    if missing:
        raise PriceMissing(*missing)


def _row(one: Received, reception: Reception) -> Delivery:
    line = one.line and one.line.line
    number = line.supplier_order_number or line.order.number if line else reception.number
    return Delivery(
        serial_number=one.serial_number,
        model=one.model.name,
        sub_agreement=reception.sub_agreement,
        starts_on=reception.starts_on,
        quarters=one.price.quarters,
        order_number=number,
        line_id=line and line.pk,
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
