"""Purchases at the lessor: lines marked as bought under the lessor's order number."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import among, lock
from albertslund_it.web.people import Actor
from leasing.leases.selectors.prices import why_no_price
from leasing.models import Order, OrderedDevice, OrderLine
from leasing.models.order import CLOSED, LONGEST_NUMBER, Status
from leasing.orders.selectors.numbers import order_id_of
from leasing.orders.selectors.purchases import lines_to_buy
from leasing.orders.selectors.reception import to_fill
from leasing.orders.services.status_mail import tell_orderer


@transaction.atomic
def mark_ordered(
    *,
    keys: Collection[str],
    number: str,
    ordered_on: date,
    actor: Actor,
    today: date,
    now: datetime,
) -> list[OrderLine]:
    """Mark lines as bought; `keys` name them as the person has seen them (`ToBuy.key`).

    The same again changes nothing and returns no lines. Whoever ordered is told.

    Raises:
        Refused: when somebody else has changed one of them meanwhile; nothing is written.
    """
    number = checked_number(number)
    _check_day(ordered_on, today)
    wanted = dict(key.split("-") for key in keys)
    if not wanted:
        raise Refused("Vælg mindst én linje, som er bestilt.")
    ids = among([int(pk) for pk in wanted], int)
    lock(Order)
    locked = OrderLine.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    lines = {line.pk: line for line in locked.select_related("order")}
    if len(lines) == len(wanted) and all(
        (line.supplier_order_number, line.ordered_on) == (number, ordered_on)
        for line in lines.values()
    ):
        return []
    if reasons := _faults_of_wanted(wanted, lines, ordered_on):
        raise Refused(*reasons)
    return _write(list(lines.values()), number, ordered_on, actor, now)


def _faults_of_wanted(
    wanted: dict[str, str], lines: dict[int, OrderLine], ordered_on: date
) -> list[str]:
    """Return which lines, and how many of each, are no longer to be bought as they were seen."""
    standing = {str(one.line.pk): one for one in lines_to_buy(lines)}
    reasons = []
    for pk, missing in wanted.items():
        left = standing.get(pk)
        if left is None:
            reasons.append(_why_not(lines.get(int(pk))))
        elif left.missing != int(missing):
            reasons.append(
                f"Linje {left.line} mangler nu {left.missing}, ikke {missing}, "
                "fordi nogen har ændret den. Se listen igennem igen."
            )
    for one in standing.values():
        day = max(ordered_on, one.line.order.wanted_on or ordered_on)
        if reason := why_no_price(one.line.model, day):
            reasons.append(f"Linje {one.line}: {reason}")
    return reasons


@transaction.atomic
def correct_purchase(
    *, number: str, new_number: str, ordered_on: date, actor: Actor, today: date
) -> list[OrderLine]:
    """Return a purchase another number or day, for all of its lines, delivered or not.

    Raises:
        Refused: when nothing is bought under the number (any longer).
    """
    new_number = checked_number(new_number)
    _check_day(ordered_on, today)
    return _write(_locked(number), new_number, ordered_on, actor, None)


@transaction.atomic
def undo_purchase(*, number: str, actor: Actor, now: datetime) -> list[OrderLine]:
    """Take a purchase back: what has not come is to be bought again. Whoever ordered is told.

    Lines that are all there, or closed, keep the number that they came under.

    Raises:
        Refused: when nothing of it is still to come.
    """
    lines = _locked(number)
    come = OrderedDevice.objects.filter(line__in=lines, is_from_stock=False)
    kept = set(come.values_list("line_id", flat=True))
    open_lines = [
        line
        for line in lines
        if line.pk not in kept and line.status not in (*CLOSED, Status.DELIVERED)
    ]
    if not open_lines:
        raise Refused(
            f"Alt på {number} er helt eller delvis leveret eller afsluttet, så indkøbet kan ikke "
            "fortrydes. Ret nummeret i stedet."
        )
    return _write(open_lines, "", None, actor, now)


def checked_number(number: str) -> str:
    """Return the lessor's order number as it is kept; refuse what cannot be one."""
    number = " ".join(number.split())
    if not number:
        raise Refused("Skriv ATEAs bestillingsnummer.")
    if len(number) > LONGEST_NUMBER or not number.isprintable():
        raise Refused(
            f"ATEAs bestillingsnummer er højst {LONGEST_NUMBER} tegn, uden usynlige tegn."
        )
    if order_id_of(number):
        raise Refused(
            f"{number} ligner et af vores egne numre (B og et tal). Skriv det nummer, ATEA har "
            "givet indkøbet."
        )
    return number


def _check_day(ordered_on: date, today: date) -> None:
    if ordered_on > today:
        raise Refused(
            f"Der kan ikke være bestilt den {ordered_on:%d-%m-%Y}, som ikke er kommet. Ret datoen."
        )


def _why_not(line: OrderLine | None) -> str:
    if line is None:
        return "En af linjerne findes ikke længere. Se listen igennem igen."
    if line.supplier_order_number:
        on = f" den {line.ordered_on:%d-%m-%Y}" if line.ordered_on else ""
        return (
            f"Linje {line} er allerede bestilt{on} med nummer {line.supplier_order_number}. "
            "Intet er gemt. Se listen igennem igen."
        )
    said = line.get_status_display().lower()
    return f"Linje {line} skal ikke bestilles længere ({said}). Intet er gemt."


def _locked(number: str) -> list[OrderLine]:
    lock(Order)
    locked = OrderLine.objects.select_for_update(of=("self",)).select_related("order")
    lines = list(
        locked.filter(supplier_order_number=number).exclude(supplier_order_number="").order_by("pk")
    )
    if not lines:
        raise Refused(f"Der er intet indkøb med nummer »{number}«. Måske er nummeret rettet imens.")
    return lines


def _write(
    lines: list[OrderLine], number: str, ordered_on: date | None, actor: Actor, now: datetime | None
) -> list[OrderLine]:
    """Write number and day on lines, bring their status in step, and tell who ordered at `now`."""
    changes, moved = Changes((OrderLine,)), set()
    ready = {
        one.line.pk: one
        for one in to_fill(OrderLine.objects.filter(pk__in=among([line.pk for line in lines], int)))
    }
    for line in lines:
        subject, before = f"Bestilling {line}", line.status
        changes.update(line, subject, supplier_order_number=number, ordered_on=ordered_on)
        if line.status not in CLOSED:
            there = ready[line.pk]
            status = line.status_with(there.ready, there.handed_out)
            changes.update(line, subject, status=status.value)
        if line.status != before:
            moved.add(line.order_id)
    changes.save(actor)
    if now:
        orders = Order.objects.filter(pk__in=among(moved, int)).exclude(requester_mail="")
        for order in orders:
            tell_orderer(order=order, now=now)
    return lines
