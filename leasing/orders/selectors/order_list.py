"""The list of order lines: found by free text, in the order of any column, a page at a time."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import StrIndex, Upper
from django.db.models.lookups import GreaterThan
from django.utils import timezone

from albertslund_it.web.database.rows import among
from albertslund_it.web.lists.ranking import JoinedIds, RankedIds, rank_in
from inventory.models import DeviceModel, Employee, Unit
from inventory.models.organisation import in_danish_order
from leasing.billing.selectors.quarter_costs import quarter_costs
from leasing.models import OrderedDevice, OrderLine
from leasing.models.order import CLOSED, PHASES, Status
from leasing.orders.selectors.people import has_words
from leasing.orders.selectors.queue_costs import listed_quarters

NUMBER = re.compile(r"[bB]?([0-9]{1,9})(?:/[0-9]{1,3})?")
# What is there of such a line can be handed out.
HANDED_OUT_FROM = (Status.APPROVED, Status.ORDERED, Status.PARTLY, Status.DELIVERED)
NEWEST = ("-order_id", "position")
OLDEST = ("order_id", "position")
BY_NAME = in_danish_order("name")


def _place_in(values: Sequence[Hashable]) -> Callable[[Hashable], int]:
    return {value: place for place, value in enumerate(values)}.__getitem__


RANKS: dict[str, Callable[[], Callable[[Hashable], int]]] = {
    "model": lambda: rank_in(DeviceModel.objects.order_by(BY_NAME)),
    "unit": lambda: rank_in(Unit.objects.order_by(BY_NAME, "number")),
    "employee": lambda: rank_in(Employee.objects.order_by(BY_NAME, "initials")),
    "status": lambda: _place_in(Status.values),
    "reason": lambda: _place_in(OrderLine.Reason.values),
}
SHOWN = ("order__received_mail", "model", "unit", "employee")
POINTERS = {"person": "employee", "phase": "status"}


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A line as the list shows it; `days` since it was registered while it is open.

    `ready` are the devices that can be handed out on it, which cost `ready_ore` in the quarter.
    What has not come yet costs `coming_ore` a quarter by the price list.
    """

    id: int
    order_id: int
    number: str
    wanted_on: date | None
    person: str
    unit: str
    unit_id: int
    model: str
    quantity: int
    reason: str
    phase: str
    status: str
    supplier_order_number: str
    created_at: datetime
    days: int | None
    origin: str
    stage: str = ""
    ready: tuple[str, ...] = ()
    ready_ore: int = 0
    coming_ore: int = 0


def phase_counts(lines: QuerySet[OrderLine]) -> dict[str, int]:
    """Count lines by how far they have come, as people see it."""
    found = dict(lines.order_by().values_list("status").annotate(Count("pk")))
    return {
        phase: sum(found.get(one.value, 0) for one in statuses)
        for phase, statuses in PHASES.items()
    }


def lines_matching(
    lines: QuerySet[OrderLine], text: str, *, with_people: bool
) -> QuerySet[OrderLine]:
    """Keep the lines that match every word: order number, ATEA's, unit, use, and perhaps person."""
    found = lines
    for word in text.split()[:6]:
        found = found.filter(_fits(word, with_people))
    # Searched once, not for the count and the page each.
    return lines.filter(pk__in=among(list(found.order_by().values_list("pk", flat=True)), int))


def _fits(word: str, with_people: bool) -> Q:
    number = NUMBER.fullmatch(word)
    if number and word[0] in "bB":
        return Q(order=int(number[1]))
    has: GreaterThan[int] = GreaterThan(
        StrIndex(Upper(F("supplier_order_number")), Value(word.upper())), 0
    )
    where = Q(has) | Q(unit__in=Unit.objects.filter(_named(word)))
    where |= ~Q(used_for="") & Q(used_for__icontains=word)
    if number:
        where |= Q(order=int(number[1]))
    if with_people:
        # Of those on the lines, who are fewer than all people.
        where |= has_words(word, of="employee__")
    return where


def _named(word: str) -> Q:
    return Q(name__icontains=word) | Q(number__istartswith=word)


def ordered_line_ids(
    lines: QuerySet[OrderLine], alias: str
) -> QuerySet[OrderLine, int] | RankedIds | JoinedIds:
    """Return the lines' ids in the order of a column ('-' before it reverses it), to be sliced."""
    descending, column = alias.startswith("-"), alias.lstrip("-")
    key = POINTERS.get(column, column)
    if key in RANKS:
        keyed = lines.filter(employee__isnull=False) if key == "employee" else lines
        many = key == "employee"
        found = RankedIds(keyed, "pk", key, ("-order_id",), RANKS[key](), descending, many=many)
        if not many:
            return found
        without = lines.filter(employee=None).order_by(*NEWEST)
        return JoinedIds(found, without.values_list("pk", flat=True))
    if column == "supplier_order_number" and not descending:  # nothing comes last
        numbered = lines.exclude(supplier_order_number="").order_by(column, *NEWEST)
        without = lines.filter(supplier_order_number="").order_by(*NEWEST)
        ids = numbered.values_list("pk", flat=True)
        return JoinedIds(ids, without.values_list("pk", flat=True))
    return _by_field(lines, column, descending).values_list("pk", flat=True)


def _by_field(lines: QuerySet[OrderLine], column: str, descending: bool) -> QuerySet[OrderLine]:
    if column == "wanted_on":
        wanted = F("order__wanted_on")
        return lines.order_by(
            wanted.desc(nulls_last=True) if descending else wanted.asc(nulls_last=True), *NEWEST
        )
    if column in {"supplier_order_number", "quantity"}:
        return lines.order_by(f"{'-' if descending else ''}{column}", *NEWEST)
    if column == "number":
        return lines.order_by(*(NEWEST if descending else OLDEST))
    if column == "days":  # the oldest has waited longest
        return lines.order_by(*(OLDEST if descending else NEWEST))
    raise KeyError(f"the list of orders has no order by {column}")


def order_rows(ids: Sequence[int], on: date) -> list[OrderRow]:
    """Return the rows of some lines, in the ids' order."""
    lines = OrderLine.objects.select_related(*SHOWN).in_bulk(ids)
    ready: dict[int, dict[int, str]] = defaultdict(dict)
    come: Counter[int] = Counter()
    here = OrderedDevice.objects.filter(line__in=among(ids, int)).order_by("pk")
    found = here.values_list("line", "device", "device__serial_number", "handed_out_on")
    for line, device, number, handed_out_on in found:
        come[line] += 1
        if handed_out_on is None and lines[line].status in HANDED_OUT_FROM:
            ready[line][device] = number
    there = [device for devices in ready.values() for device in devices]
    costs = quarter_costs(there, on) if there else {}
    prices = listed_quarters(on)
    coming = {
        pk: prices.get(line.model_id, 0) * (line.quantity - come[pk]) for pk, line in lines.items()
    }
    return [_row(lines[pk], ready[pk], costs, coming[pk], on) for pk in ids]


def _row(
    line: OrderLine, ready: Mapping[int, str], costs: Mapping[int, int], coming_ore: int, on: date
) -> OrderRow:
    person = str(line.employee) if line.employee else line.used_for
    created = line.order.created_at
    return OrderRow(
        id=line.pk,
        order_id=line.order_id,
        number=str(line),
        wanted_on=line.order.wanted_on,
        person=person,
        unit=line.unit.name,
        unit_id=line.unit_id,
        model=line.model.name,
        quantity=line.quantity,
        reason=line.get_reason_display(),
        phase=line.phase,
        status=line.get_status_display(),
        supplier_order_number=line.supplier_order_number,
        created_at=created,
        days=None
        if line.status in CLOSED
        else max(0, (on - timezone.localtime(created).date()).days),
        origin="Mail" if hasattr(line.order, "received_mail") else "",
        stage=line.status,
        ready=tuple(ready.values()),
        ready_ore=sum(costs.get(device, 0) for device in ready),
        coming_ore=coming_ore,
    )
