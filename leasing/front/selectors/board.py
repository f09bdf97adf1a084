"""The helpdesk's board: the queues of order lines as cards, and what stands on the shelf."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db.models import Count, Min, Prefetch, QuerySet, Sum
from django.utils import timezone

from albertslund_it.common.names import danish_key
from albertslund_it.web.database.put_together import as_one_group, put_together_once
from albertslund_it.web.database.rows import among
from inventory.models import Device
from leasing.billing.selectors.costs import model_names
from leasing.billing.selectors.quarter_costs import quarter_costs
from leasing.data_quality.selectors.findings import open_ids
from leasing.data_quality.selectors.rule import ids_by
from leasing.data_quality.selectors.rules import BY_KEY
from leasing.data_quality.selectors.sets import in_stock
from leasing.models import Objection, OrderedDevice, OrderLine, ReceivedFile, ReceivedMail
from leasing.models.order import OPEN
from leasing.orders.selectors.queue_costs import listed_quarters
from leasing.orders.selectors.queues import Queue, lines_in
from leasing.orders.selectors.received import mails_without_lines
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
    where they are few enough for one address, and every line has some. A mail without lines waits
    too: `mails` are the oldest of them, and `mail_count` how many there are.
    """

    queue: Queue
    lines: int = 0
    quarter_ore: int = 0
    cards: Sequence[Card] = field(default=())
    groups: int = 0
    numbers: tuple[str, ...] = ()
    mails: Sequence[ReceivedMail] = ()
    mail_count: int = 0


def queues_on(today: date) -> list[QueueOnBoard]:
    """Return the queues along an order's way, in as many queries however long they are."""
    prices = listed_quarters(today)
    drawn = {queue: _drawn(queue) for queue in Queue}
    linked = ("order__received_mail", "model", "unit", "employee")
    firsts = OrderLine.objects.select_related(*linked).in_bulk(
        [first for one in drawn.values() for first, _ in one.units.values()]
    )
    found = [_on_board(queue, drawn[queue], firsts, prices, today) for queue in Queue]
    return [_with_mails(one) if one.queue is Queue.WAITING else one for one in found]


def _with_mails(queue: QueueOnBoard) -> QueueOnBoard:
    """Add the mails that wait, and have no line to stand in a queue by."""
    linked = mails_without_lines().select_related("order")
    files = Prefetch("files", ReceivedFile.objects.only("mail"))
    mails = list(linked.prefetch_related(files)[:SHOWN])
    count = mails_without_lines().count() if mails else 0
    return replace(queue, mails=mails, mail_count=count)


def open_line_count() -> int:
    """Count the lines that are not done."""
    return OrderLine.objects.filter(status__in=OPEN).count()


def _on_board(
    queue: Queue,
    drawn: "_Drawn",
    firsts: Mapping[int, OrderLine],
    prices: Mapping[int, int],
    today: date,
) -> QueueOnBoard:
    counts = _counts(queue)
    if not counts:
        return QueueOnBoard(queue)
    count = sum(n for _, n, _ in counts)
    numbers: tuple[str, ...] = ()
    if queue is Queue.READY:
        ready = _ready()
        ore = sum(quarter_costs([device for device, _, _ in ready], today).values())
        if len(ready) <= MOST_NAMED and len({line for _, _, line in ready}) == count:
            numbers = tuple(number for _, number, _ in ready)
    else:
        come = dict(_come(queue))
        ore = sum(prices.get(model, 0) * (n - come.get(model, 0)) for model, _, n in counts)
    cards = [
        _card(queue, firsts[drawn.units[key][0]], drawn.parts[key], drawn.units[key][1], today)
        for key in drawn.keys
    ]
    return QueueOnBoard(queue, count, ore, cards, drawn.groups, numbers)


@put_together_once
def _counts(queue: Queue) -> QuerySet[OrderLine, tuple[int, int, int]]:
    lines = lines_in(queue).order_by()
    return lines.values_list("model").annotate(Count("pk"), Sum("quantity"))


def _here(queue: Queue) -> QuerySet[OrderedDevice]:
    return OrderedDevice.objects.filter(line__in=lines_in(queue).order_by().values("pk"))


@put_together_once
def _come(queue: Queue) -> QuerySet[OrderedDevice, tuple[int, int]]:
    return _here(queue).order_by().values_list("line__model").annotate(Count("pk"))


@put_together_once
def _ready() -> QuerySet[OrderedDevice, tuple[int, str, int]]:
    waiting = _here(Queue.READY).filter(handed_out_on=None)
    ordered = waiting.order_by("line_id", "device__serial_number")
    return ordered.values_list("device", "device__serial_number", "line")


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What the oldest cards of a queue are drawn from, by what its lines have in common.

    `units` are the oldest line and how many units pay; `groups` counts the cards there are in all.
    """

    keys: Sequence[Any] = ()
    parts: Mapping[Any, Sequence[Sequence[Any]]] = field(default_factory=dict)
    units: Mapping[Any, tuple[int, int]] = field(default_factory=dict)
    groups: int = 0


def _drawn(queue: Queue) -> _Drawn:
    keys = [key for key, _ in _oldest(queue)]
    if not keys:
        return _Drawn()
    parts: dict[Any, list[Sequence[Any]]] = defaultdict(list)
    for key, *part in _parts(queue, keys=keys):
        parts[key].append(part)
    units = {key: (pk, count) for key, pk, count in _units(queue, keys=keys)}
    return _Drawn(keys, parts, units, _groups(queue)[0])


def _by(queue: Queue) -> str:
    return "supplier_order_number" if queue is Queue.ON_THE_WAY else "order_id"


@put_together_once
def _oldest(queue: Queue) -> QuerySet[OrderLine, tuple[Any, int]]:
    by = _by(queue)
    groups = lines_in(queue).order_by().values_list(by).annotate(first=Min("order_id"))
    return groups.order_by("first", by)[:SHOWN]


@put_together_once
def _groups(queue: Queue) -> QuerySet[OrderLine, int]:
    lines = as_one_group(lines_in(queue).order_by())
    counted = lines.annotate(groups=Count(_by(queue), distinct=True))
    return counted.values_list("groups", flat=True)


def _shown(queue: Queue, keys: Collection[Any]) -> QuerySet[OrderLine]:
    wanted = among(keys) if queue is Queue.ON_THE_WAY else among(keys, int)
    return lines_in(queue).order_by().filter(**{f"{_by(queue)}__in": wanted})


@put_together_once
def _parts(queue: Queue, *, keys: Collection[Any]) -> QuerySet[OrderLine, tuple[Any, ...]]:
    rows = _shown(queue, keys).values_list(_by(queue), "model__name", "reason")
    return rows.annotate(Count("pk"), Sum("quantity")).order_by("model__name")


@put_together_once
def _units(queue: Queue, *, keys: Collection[Any]) -> QuerySet[OrderLine, tuple[Any, int, int]]:
    rows = _shown(queue, keys).values_list(_by(queue))
    return rows.annotate(Min("pk"), Count("unit", distinct=True))


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

    What is accepted to lie there is not counted as long, as in data quality. `name` of a
    model that is on the price list and not in stock stands with zeros.
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


_in_stock = ids_by(in_stock)


@put_together_once
def _models(*, devices: Collection[int]) -> QuerySet[Device, tuple[int, int]]:
    return Device.objects.filter(pk__in=among(devices, int)).order_by().values_list("pk", "model")


def shelf_on(today: date) -> Shelf:
    """Return what is leased and in stock; with the models that can be ordered and are not there."""
    costs = quarter_costs(_in_stock(today), today)
    of_device = dict(_models(devices=costs)) if costs else {}
    there = Counter(of_device.values())
    taken = spoken_for(of_device, today)
    free = Counter(model for pk, model in of_device.items() if pk not in taken)
    long = Counter(of_device[pk] for pk in open_ids(BY_KEY["stock"], today) if pk in of_device)
    names = model_names()
    wanted = {*there, *listed_quarters(today)}
    found = [ShelvedModel(pk, names[pk], there[pk], free[pk], long[pk]) for pk in wanted]
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
