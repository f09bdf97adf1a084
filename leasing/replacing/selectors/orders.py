"""What devices would be replaced by: the models with their prices, and the orders it comes to."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from albertslund_it.web.database.rows import among
from inventory.models import Device, DeviceModel, Employee, Placement, Unit
from inventory.placements.selectors import placements_in_force
from leasing.domain.accrual import a_quarter
from leasing.models import LeasePrice, OrderLine
from leasing.models.order import MOST_LINES, OPEN

# Why a device gets no line.
IN_STOCK, ORDERED, OUT, NO_MODEL = "stock", "ordered", "out", "model"


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that can be leased today, for its whole term and for a quarter."""

    model: DeviceModel
    price: LeasePrice

    @property
    def quarter_ore(self) -> int:
        return a_quarter(self.price.price_ore, self.price.quarters)


@dataclass(frozen=True, slots=True)
class OldModel:
    """A model that is replaced: how many of it, what may stand in, and what is chosen."""

    model: DeviceModel
    count: int
    offers: tuple[Offer, ...]
    chosen: Offer | None


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A device, who has it, and what is ordered instead."""

    device: Device
    employee: Employee | None
    used_for: str
    offer: Offer


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """One order: of a unit, or a part of one where it has more lines than an order holds."""

    unit: Unit
    part: int
    parts: int
    lines: tuple[PlannedLine, ...]

    @property
    def quarter_ore(self) -> int:
        return sum(line.offer.quarter_ore for line in self.lines)


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """The orders that replace some devices; `aside` counts those that get no line, by why."""

    models: list[OldModel]
    orders: list[PlannedOrder]
    aside: Mapping[str, int]

    @property
    def count(self) -> int:
        return sum(len(order.lines) for order in self.orders)

    @property
    def quarter_ore(self) -> int:
        return sum(order.quarter_ore for order in self.orders)


def replaced_by_an_order(device_ids: Collection[int]) -> set[int]:
    """Return which of some devices an open order is to replace; a draft counts too."""
    lines = OrderLine.objects.filter(status__in=OPEN, replaces__in=among(device_ids, int))
    return set(lines.values_list("replaces", flat=True))


def order_plan(device_ids: Collection[int], chosen: Mapping[int, int], today: date) -> OrderPlan:
    """Return what would be ordered for devices; `chosen` has the new model by the old one's id.

    Where nothing is said of a model, it is the same one, if it has a price; 0 orders none.
    """
    placed, aside = _to_replace(device_ids, today)
    offers = offers_on(today)
    models = _old_models(placed, offers, chosen)
    offer_of = {one.model.pk: one.chosen for one in models}
    by_unit: dict[int, list[tuple[Placement, Offer]]] = defaultdict(list)
    for row in placed:
        offer = offer_of[row.device.model_id]
        if offer is None or row.unit_id is None:
            aside[NO_MODEL] += 1
        else:
            by_unit[row.unit_id].append((row, offer))
    orders = [order for rows in by_unit.values() for order in _orders_of(rows)]
    return OrderPlan(models, orders, aside)


def _to_replace(device_ids: Collection[int], today: date) -> tuple[list[Placement], Counter[str]]:
    """Return where the devices stand that nothing replaces yet, by unit; and count the others."""
    chosen = among(device_ids, int)
    devices = dict(Device.objects.filter(pk__in=chosen).values_list("pk", "departure__left_on"))
    out = {pk for pk, left_on in devices.items() if left_on and left_on <= today}
    rows = placements_in_force(today).filter(device__in=chosen, unit__isnull=False)
    rows = rows.select_related("device__model__category", "unit", "employee")
    placed = {row.device_id: row for row in rows}
    ordered = replaced_by_an_order(device_ids)
    aside: Counter[str] = Counter()
    for pk in devices:
        if pk in out:
            aside[OUT] += 1
        elif pk in ordered:
            aside[ORDERED] += 1
        elif pk not in placed:
            aside[IN_STOCK] += 1
    without = out | ordered
    found = [row for pk, row in placed.items() if pk not in without]
    found.sort(key=lambda row: (row.unit.number if row.unit else "", row.device.serial_number))
    return found, aside


def offers_on(day: date) -> list[Offer]:
    """Return the models with a price on a day, each with its latest."""
    prices = LeasePrice.objects.filter(starts_on__lte=day).select_related("model__category")
    latest = {price.model_id: price for price in prices.order_by("starts_on", "id")}
    found = [Offer(price.model, price) for price in latest.values()]
    return sorted(found, key=lambda offer: (offer.quarter_ore, offer.model.name))


def _old_models(
    placed: Sequence[Placement], offers: Sequence[Offer], chosen: Mapping[int, int]
) -> list[OldModel]:
    counts = Counter(row.device.model_id for row in placed)
    models = {row.device.model_id: row.device.model for row in placed}
    found = []
    for pk, model in models.items():
        fitting = tuple(one for one in offers if one.model.may_replace(model))
        wanted = chosen.get(pk, pk)
        offer = next((one for one in fitting if one.model.pk == wanted), None)
        found.append(OldModel(model, counts[pk], fitting, offer))
    return sorted(found, key=lambda one: (-one.count, one.model.name))


def _orders_of(rows: Sequence[tuple[Placement, Offer]]) -> Iterator[PlannedOrder]:
    parts = -(-len(rows) // MOST_LINES)
    for part in range(parts):
        lines = tuple(
            PlannedLine(row.device, row.employee, row.used_for, offer)
            for row, offer in rows[part * MOST_LINES : (part + 1) * MOST_LINES]
        )
        unit = rows[0][0].unit
        if unit:
            yield PlannedOrder(unit, part + 1, parts, lines)
