"""The list of order lines: found by free text, in the order of any column, a page at a time."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import StrIndex, Upper
from django.db.models.lookups import GreaterThan
from django.utils import timezone

from albertslund_it.web.ranking import JoinedIds, RankedIds, rank_in
from albertslund_it.web.rows import among
from inventory.models import DeviceModel, Employee, Unit
from inventory.models.organisation import in_danish_order
from leasing.models import OrderLine
from leasing.models.order import CLOSED, Status
from leasing.orders.selectors.people import searched

NUMBER = re.compile(r"[bB]?([0-9]{1,9})(?:/[0-9]{1,3})?")
NEWEST = ("-order_id", "position")
BY_NAME = in_danish_order("name")
RANKS = {
    "model": lambda: rank_in(DeviceModel.objects.order_by(BY_NAME)),
    "unit": lambda: rank_in(Unit.objects.order_by(BY_NAME, "number")),
    "employee": lambda: rank_in(Employee.objects.order_by(BY_NAME, "initials")),
    "status": lambda: [str(status) for status in Status].index,
    "reason": lambda: [str(reason) for reason in OrderLine.Reason].index,
}
POINTERS = {"person": "employee", "phase": "status"}


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A line as the list shows it; `days` since it was registered while it is open."""

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


def lines_matching(lines: QuerySet[OrderLine], text: str, *, with_people: bool) -> QuerySet:
    """Keep the lines that fit every word: order number, ATEA's, unit, use, and perhaps person."""
    found = lines
    for word in text.split()[:6]:
        found = found.filter(_fits(word, with_people))
    # Searched once, not for the count and the page each.
    return lines.filter(pk__in=among(list(found.order_by().values_list("pk", flat=True)), int))


def _fits(word: str, with_people: bool) -> Q:
    number = NUMBER.fullmatch(word)
    if number and word[0] in "bB":
        return Q(order=int(number[1]))
    has = GreaterThan(StrIndex(Upper(F("supplier_order_number")), Value(word.upper())), 0)
    where = Q(has) | Q(unit__in=Unit.objects.filter(_named(word)))
    where |= ~Q(used_for="") & Q(used_for__icontains=word)
    if number:
        where |= Q(order=int(number[1]))
    if with_people:
        where |= Q(employee__in=searched(word))
    return where


def _named(word: str) -> Q:
    return Q(name__icontains=word) | Q(number__istartswith=word)


def ordered_ids(lines: QuerySet[OrderLine], alias: str) -> QuerySet | RankedIds | JoinedIds:
    """Return the lines' ids in the order of a column ('-' before it turns it), to be sliced."""
    descending, column = alias.startswith("-"), alias.lstrip("-")
    key = POINTERS.get(column, column)
    if key in RANKS:
        keyed = lines.filter(employee__isnull=False) if key == "employee" else lines
        many = key == "employee"
        found = RankedIds(keyed, "pk", key, "-order_id", RANKS[key](), descending, many=many)
        if not many:
            return found
        others = lines.filter(employee=None).order_by(*NEWEST).values_list("pk", flat=True)
        return JoinedIds(found, others)
    if column == "supplier_order_number":
        order = [f"{'-' if descending else ''}{column}", *NEWEST]
        if not descending:  # nothing comes last
            numbered = lines.exclude(supplier_order_number="").order_by(*order)
            others = lines.filter(supplier_order_number="").order_by(*NEWEST)
            return JoinedIds(
                numbered.values_list("pk", flat=True), others.values_list("pk", flat=True)
            )
    elif column == "wanted_on":
        wanted = F("order__wanted_on")
        how = wanted.desc(nulls_last=True) if descending else wanted.asc(nulls_last=True)
        order = [how, *NEWEST]
    elif column == "quantity":
        order = [f"{'-' if descending else ''}quantity", *NEWEST]
    elif column not in {"number", "days"}:
        raise KeyError(f"the list of orders has no order by {column}")
    else:  # the oldest has waited longest
        turned = descending == (column == "number")
        order = list(NEWEST) if turned else ["order_id", "position"]
    return lines.order_by(*order).values_list("pk", flat=True)


def order_rows(ids: Sequence[int], on: date) -> list[OrderRow]:
    """Return the rows of some lines, in the ids' order."""
    lines = OrderLine.objects.select_related("order", "model", "unit", "employee").in_bulk(ids)
    return [_row(lines[pk], on) for pk in ids]


def _row(line: OrderLine, on: date) -> OrderRow:
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
    )
