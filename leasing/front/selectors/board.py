"""The helpdesk's board: the queues of order lines as cards, and what stands on the shelf."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Min, QuerySet, Sum
from django.utils import timezone

from albertslund_it.common.names import danish_key
from albertslund_it.web.database.rows import among
from inventory.models import Device, DeviceModel
from leasing.billing.selectors.quarter_costs import quarter_costs
from leasing.data_quality.selectors.rule import pks
from leasing.data_quality.selectors.sets import in_stock, long_in_stock
from leasing.domain.accrual import a_quarter
from leasing.models import LeasePrice, Objection, OrderedDevice, OrderLine
from leasing.models.order import OPEN
from leasing.orders.selectors.queues import Queue, lines_in
from leasing.orders.selectors.shelf import spoken_for

SHOWN = 6  # cards of a queue shown at once
MOST_NAMED = 60  # serial numbers in one address


@dataclass(frozen=True, slots=True)
class Card:
    """Lines that are done in one go: of one purchase, or of one order.

    `first` is the oldest of them, `items` how many of each model, `units` how many pay, `days` how
    long the oldest has waited.
    """

    queue: Queue
    first: OrderLine
    lines: int
    items: Mapping[str, int]
    reasons: frozenset[str]
    units: int
    days: int


@dataclass(frozen=True)
class QueueOnBoard:
    """A queue: how many lines, what they cost a quarter, and its oldest cards.

    `groups` is how many cards there are in all, `numbers` the serial numbers of all that is ready
    where they are few enough for one address, and every line has some.
    """

    queue: Queue
    lines: int = 0
    quarter_ore: int = 0
    cards: Sequence[Card] = field(default=())
    groups: int = 0
    numbers: tuple[str, ...] = ()

    @property
    def more(self) -> int:
        return self.groups - len(self.cards)


def queues_on(today: date) -> list[QueueOnBoard]:
    """Return the queues along an order's way, in as many queries however long they are."""
    prices = _prices(today)
    return [_on_board(queue, prices, today) for queue in Queue]


def open_line_count() -> int:
    """Count the lines that are not done."""
    return OrderLine.objects.filter(status__in=OPEN).count()


def _prices(today: date) -> dict[int, int]:
    """Return what one of each model costs a quarter, by the price list of the day."""
    listed = LeasePrice.objects.filter(starts_on__lte=today).order_by("starts_on")
    rows = listed.values_list("model", "price_ore", "quarters")
    return {model: a_quarter(price, quarters) for model, price, quarters in rows}


def _on_board(queue: Queue, prices: Mapping[int, int], today: date) -> QueueOnBoard:
    lines = lines_in(queue).order_by()
    counts = list(lines.values_list("model").annotate(Count("pk"), Sum("quantity")))
    if not counts:
        return QueueOnBoard(queue)
    here = OrderedDevice.objects.filter(line__in=lines.values("pk")).order_by()
    count = sum(n for _, n, _ in counts)
    numbers: tuple[str, ...] = ()
    if queue is Queue.READY:
        waiting = here.filter(handed_out_on=None).order_by("line_id", "device__serial_number")
        ready = list(waiting.values_list("device", "device__serial_number", "line"))
        ore = sum(quarter_costs([device for device, _, _ in ready], today).values())
        if len(ready) <= MOST_NAMED and len({line for _, _, line in ready}) == count:
            numbers = tuple(number for _, number, _ in ready)
    else:
        come = dict(here.values_list("line__model").annotate(Count("pk")))
        ore = sum(prices.get(model, 0) * (n - come.get(model, 0)) for model, _, n in counts)
    cards, groups = _cards(queue, lines, today)
    return QueueOnBoard(queue, count, ore, cards, groups, numbers)


def _cards(queue: Queue, lines: QuerySet[OrderLine], today: date) -> tuple[list[Card], int]:
    """Return the oldest cards, and how many there are in all."""
    by = "supplier_order_number" if queue is Queue.ON_THE_WAY else "order_id"
    groups = lines.values_list(by).annotate(first=Min("order_id")).order_by("first", by)
    keys = [key for key, _ in groups[:SHOWN]]
    wanted = among(keys) if queue is Queue.ON_THE_WAY else among(keys, int)
    shown = lines.filter(**{f"{by}__in": wanted})
    parts: dict[Any, list[Sequence[Any]]] = defaultdict(list)
    rows = shown.values_list(by, "model__name", "reason")
    for key, *part in rows.annotate(Count("pk"), Sum("quantity")).order_by("model__name"):
        parts[key].append(part)
    units = {
        key: (pk, count)
        for key, pk, count in shown.values_list(by).annotate(
            Min("pk"), Count("unit", distinct=True)
        )
    }
    linked = ("order__received_mail", "model", "unit", "employee")
    firsts = OrderLine.objects.select_related(*linked).in_bulk([pk for pk, _ in units.values()])
    cards = [_card(queue, firsts[units[key][0]], parts[key], units[key][1], today) for key in keys]
    return cards, lines.values(by).distinct().count()


def _card(
    queue: Queue, first: OrderLine, parts: Iterable[Sequence[Any]], units: int, today: date
) -> Card:
    items: Counter[str] = Counter()
    lines, reasons = 0, set()
    for model, reason, count, quantity in parts:
        items[model] += quantity
        lines += count
        reasons.add(reason)
    days = (today - timezone.localtime(first.order.created_at).date()).days
    return Card(queue, first, lines, items, frozenset(reasons), units, max(0, days))


@dataclass(frozen=True, slots=True)
class ShelvedModel:
    """A model in stock: how many are leased, how many of them nobody waits for, or have long lain.

    `name` of a model that is on the price list and not in stock stands with zeros.
    """

    id: int
    name: str
    count: int = 0
    free: int = 0
    long: int = 0


@dataclass(frozen=True)
class Shelf:
    """What is leased and in stock, by model, and what it costs in the quarter."""

    models: list[ShelvedModel]
    count: int
    quarter_ore: int


def shelf_on(today: date) -> Shelf:
    """Return what is leased and in stock; with the models that can be ordered and are not there."""
    costs = quarter_costs(in_stock(today), today)
    of_device = dict(
        Device.objects.filter(pk__in=among(costs, int)).order_by().values_list("pk", "model")
    )
    there = Counter(of_device.values())
    taken = spoken_for(of_device, today)
    free = Counter(model for pk, model in of_device.items() if pk not in taken)
    lying = long_in_stock(today).filter(pk__in=among(of_device, int))
    long = Counter(of_device[pk] for pk in pks(lying))
    listed = LeasePrice.objects.filter(starts_on__lte=today).order_by()
    wanted = {*there, *listed.values_list("model", flat=True).distinct()}
    names = DeviceModel.objects.filter(pk__in=among(wanted, int)).values_list("pk", "name")
    found = [ShelvedModel(pk, name, there[pk], free[pk], long[pk]) for pk, name in names]
    found.sort(key=lambda one: (-one.count, danish_key(one.name)))
    return Shelf(found, len(costs), sum(costs.values()))


@dataclass(frozen=True)
class OpenObjections:
    """The leaders' "not ours" that nobody has settled, and what is in dispute a quarter."""

    oldest: Objection
    count: int
    days: int
    quarter_ore: int


def open_objections(today: date) -> OpenObjections | None:
    """Return what is not settled of what leaders say no to; None where nothing is."""
    objections = Objection.objects.filter(outcome="")
    oldest = objections.select_related("device__model", "unit").order_by("raised_at").first()
    if oldest is None:
        return None
    disputed = list(objections.order_by().values_list("device", flat=True))
    days = (today - timezone.localtime(oldest.raised_at).date()).days
    ore = sum(quarter_costs(disputed, today).values())
    return OpenObjections(oldest, len(disputed), max(0, days), ore)
