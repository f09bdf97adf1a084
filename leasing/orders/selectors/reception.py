"""What is still to come on orders, and which line a delivered device is for."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Max, Q, QuerySet

from albertslund_it.common.quarters import Quarter
from albertslund_it.common.serial_numbers import doubt, is_bar_code
from albertslund_it.web.database.rows import among
from inventory.models import Device, DeviceModel, Employee, FormerSerialNumber, Unit
from leasing.cost_table.facts import last_covered_quarter
from leasing.models import Lease, LeasePrice, Order, OrderedDevice, OrderLine
from leasing.models.order import Status
from leasing.orders.selectors.numbers import order_id_of

DELIVERABLE = (Status.APPROVED, Status.ORDERED, Status.PARTLY)
INVENTORY_PREFIX = "INV-"
_INVENTORY_NUMBER = re.compile(r"INV-(\d{6})")


def lines_named(numbers: Iterable[str]) -> QuerySet[OrderLine]:
    """Return the lines that order numbers stand for, our own or the lessor's."""
    numbers = {number.strip() for number in numbers}
    ours = {pk for number in numbers if (pk := order_id_of(number))}
    theirs = {spelt for n in numbers for spelt in (n, n.upper(), n.lower()) if spelt}
    return OrderLine.objects.filter(
        Q(order_id__in=among(ours, int)) | Q(supplier_order_number__in=among(theirs))
    )


@dataclass
class LineToFill:
    """An order line, how many devices are there for it, and how many of them are handed out."""

    line: OrderLine
    ready: int
    handed_out: int

    @property
    def missing(self) -> int:
        """Return how many may still be delivered: none where the line is closed or not approved."""
        if self.line.status not in DELIVERABLE:
            return 0
        return max(0, self.line.quantity - self.ready)

    @property
    def whom(self) -> str:
        """Name who or what the line is for."""
        line = self.line
        return str(line.employee) if line.employee else line.used_for or line.unit.name


def to_fill(lines: QuerySet[OrderLine]) -> list[LineToFill]:
    """Count the devices of lines; those for people come first, then in the order of the orders."""
    counted = (
        lines.select_related("order", "model__category", "unit", "employee")
        .annotate(
            ready=Count("devices"),
            gone=Count("devices", filter=Q(devices__handed_out_on__isnull=False)),
        )
        .order_by("order_id", "position")
    )
    found = [LineToFill(line, line.ready, line.gone) for line in counted]
    return sorted(found, key=lambda one: one.line.employee_id is None)


class OrderBook:
    """The lines that some order numbers stand for, filled one device after the other."""

    def __init__(self, numbers: Collection[str], line_ids: Collection[int] = ()):
        self._by_order: dict[int, list[LineToFill]] = defaultdict(list)
        self._by_theirs: dict[str, list[LineToFill]] = defaultdict(list)
        self._by_id: dict[int, LineToFill] = {}
        if not (numbers or line_ids):
            return
        wanted = OrderLine.objects.filter(
            Q(pk__in=lines_named(numbers).values("pk")) | Q(pk__in=among(line_ids, int))
        )
        for one in to_fill(wanted):
            self._by_id[one.line.pk] = one
            self._by_order[one.line.order_id].append(one)
            if one.line.supplier_order_number:
                self._by_theirs[one.line.supplier_order_number.casefold()].append(one)

    def lines(self, number: str) -> list[LineToFill]:
        """Return the lines that a number stands for, those for people first."""
        order_id = order_id_of(number)
        ours = self._by_order.get(order_id, []) if order_id else []
        theirs = self._by_theirs.get(number.strip().casefold(), [])
        return [*ours, *(one for one in theirs if one not in ours)]

    def line(self, line_id: int) -> LineToFill:
        return self._by_id[line_id]

    def next_line(
        self,
        number: str,
        model: DeviceModel,
        *,
        unit: Unit | None = None,
        employee: Employee | None = None,
    ) -> LineToFill | None:
        """Return the line that a device of a model is for; one with a holder, only the holder's."""
        for one in self.lines(number):
            line = one.line
            if line.model_id != model.pk or not one.missing:
                continue
            if unit and (line.employee_id, line.unit_id) != (employee and employee.pk, unit.pk):
                continue
            return one
        return None


def lines_of_devices(device_ids: Collection[int]) -> dict[int, list[OrderedDevice]]:
    """Return what devices are, or were, delivered or set aside for."""
    found: dict[int, list[OrderedDevice]] = defaultdict(list)
    for one in OrderedDevice.objects.filter(device_id__in=among(device_ids, int)).select_related(
        "line__order"
    ):
        found[one.device_id].append(one)
    return found


def next_inventory_number() -> int:
    """Return the number that comes after the last 'INV-000001' that any device has had."""
    last = 0
    for table in (Device, FormerSerialNumber):
        numbers = table.objects.filter(serial_number__regex=r"^INV-[0-9]{6}$")
        found = numbers.filter(serial_number__startswith=INVENTORY_PREFIX).aggregate(
            Max("serial_number")
        )
        if highest := found["serial_number__max"]:
            last = max(last, int(highest.removeprefix(INVENTORY_PREFIX)))
    return last + 1


def is_inventory_number(serial_number: str) -> bool:
    """Return whether a serial number is one that the system gives itself."""
    return _INVENTORY_NUMBER.fullmatch(serial_number) is not None


@dataclass(frozen=True)
class ModelToReceive:
    """The lines of one model that a delivery may fill."""

    model: DeviceModel
    lines: tuple[LineToFill, ...]

    @property
    def missing(self) -> int:
        return sum(one.missing for one in self.lines)

    @property
    def is_counted(self) -> bool:
        """Return whether the model has no serial numbers, and comes by count."""
        return not self.model.category.has_serial_numbers


def models_to_receive(lines: Iterable[LineToFill]) -> list[ModelToReceive]:
    """Group lines that may be delivered by model, those still missing first."""
    grouped: dict[DeviceModel, list[LineToFill]] = defaultdict(list)
    for one in lines:
        if one.line.status in (*DELIVERABLE, Status.DELIVERED, Status.HANDED_OUT):
            grouped[one.line.model].append(one)
    found = [ModelToReceive(model, tuple(of_model)) for model, of_model in grouped.items()]
    return sorted(found, key=lambda one: not one.missing)


def devices_on(lines: Iterable[LineToFill]) -> list[OrderedDevice]:
    """Return the devices on lines, the latest first, those handed out last."""
    ids = among([one.line.pk for one in lines], int)
    devices = OrderedDevice.objects.filter(line_id__in=ids)
    return list(
        devices.select_related("device__model", "line__employee", "line__unit").order_by(
            F("handed_out_on").asc(nulls_first=True), "-pk"
        )
    )


@dataclass(frozen=True)
class Awaited:
    """An order of which something is still to come."""

    order: Order
    lines: tuple[LineToFill, ...]

    @property
    def missing(self) -> int:
        return sum(one.missing for one in self.lines)

    @property
    def models(self) -> list[tuple[int, str]]:
        """Return how many are still to come of each model."""
        counts: dict[str, int] = defaultdict(int)
        for one in self.lines:
            counts[one.line.model.name] += one.missing
        return [(count, name) for name, count in counts.items() if count]

    @property
    def whom(self) -> list[str]:
        """Return whom or what it is for, each once."""
        return list(dict.fromkeys(one.whom for one in self.lines if one.missing))

    @property
    def their_numbers(self) -> list[str]:
        """Return the lessor's numbers of the purchases that it is part of."""
        numbers = (one.line.supplier_order_number for one in self.lines)
        return list(dict.fromkeys(number for number in numbers if number))


def awaited_orders(most: int) -> list[Awaited]:
    """Return the orders that wait for a delivery, the oldest first, `most` at the most."""
    bought = OrderLine.objects.filter(status__in=(Status.ORDERED, Status.PARTLY))
    oldest = bought.order_by("order_id").values_list("order_id", flat=True).distinct()[:most]
    grouped: dict[Order, list[LineToFill]] = defaultdict(list)
    for one in to_fill(bought.filter(order_id__in=list(oldest))):
        grouped[one.line.order].append(one)
    orders = sorted(grouped, key=lambda order: order.pk)
    return [Awaited(order, tuple(grouped[order])) for order in orders]


def usual_terms() -> Lease | None:
    """Return the lease made last: its sub-agreement and first day are likely those of the next."""
    return Lease.objects.select_related("sub_agreement").order_by("-pk").first()


@dataclass(frozen=True, slots=True)
class Received:
    """A device that a delivery creates, its price, and the line it is for (None: for stock)."""

    serial_number: str
    model: DeviceModel
    line: LineToFill | None
    price: LeasePrice
    quarter_ore: int


@dataclass(frozen=True)
class Reception:
    """What a delivery did, or would do; `known` are the serial numbers that were there already."""

    number: str
    sub_agreement: str
    starts_on: date
    lines: list[LineToFill]
    new: list[Received]
    known: list[str]
    is_saved: bool

    @property
    def missing(self) -> int:
        """Return how many are still to come."""
        return sum(one.missing for one in self.lines)

    @property
    def doubts(self) -> list[str]:
        """Return which new serial numbers look like the bar code of the box."""
        return [doubt(one.serial_number) for one in self.new if is_bar_code(one.serial_number)]

    @property
    def price_ore(self) -> int:
        return sum(one.price.price_ore for one in self.new)

    @property
    def quarter_ore(self) -> int:
        return sum(one.quarter_ore for one in self.new)

    @property
    def closed(self) -> Quarter | None:
        """Return the quarter that the leases begin in, if it is closed."""
        own, covered = Quarter.of(self.starts_on), last_covered_quarter()
        return own if covered and own <= covered else None
