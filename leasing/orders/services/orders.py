"""Orders: placed, kept as a draft, cancelled; and a line's status worked out from its devices."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import NamedTuple, TypedDict, Unpack
from uuid import UUID

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor
from inventory.models import Employee
from leasing.approvals.selectors.one_pc import lock_employees
from leasing.approvals.services.approvals import ask_approval
from leasing.approvals.services.one_pc import refuse_second_pc
from leasing.models import Order, OrderedDevice, OrderLine, ReceivedMail, Scenario
from leasing.models.order import CLOSED, LONGEST_REASON, MOST_LINES, Status
from leasing.orders.services.status_mail import tell_orderer
from leasing.orders.services.wishes import (
    LineWish,
    Reason,
    faults_of,
    reason_of,
    taken_beside,
)
from leasing.webhooks.services.outbox import tell_of_approved

__all__ = ["LineWish", "cancel_line", "place_order", "refresh_line", "save_draft", "submit_order"]

WHY_EMPTY = "Bestillingen er tom. Vælg mindst én model."
WHY_NO_END = "Skriv, hvornår dispensationen udløber."
WHY_NOT_ASKED = "{} kan få det uden dispensation. Slet begrundelsen for den."
WHY_TOO_LONG = f"En bestilling har højst {MOST_LINES} linjer. Del den i to."


class OrderFacts(TypedDict, total=False):
    """What an order says once for all of its lines."""

    requester_name: str
    requester_mail: str
    wanted_on: date | None
    reference: str
    note: str
    mail_text: str
    reply: str
    scenario: Scenario | None


@transaction.atomic
def place_order(
    *,
    token: UUID,
    lines: Sequence[LineWish],
    actor: Actor,
    today: date,
    now: datetime,
    answer: Callable[[Order], str] | None = None,
    sends_reply: bool = False,
    **facts: Unpack[OrderFacts],
) -> Order:
    """Place an order, or return the one already placed with the same token; a draft is taken over.

    A line within the rule of one pc is approved at once, or delivered when it comes from the
    shelf. One that breaks it waits for the head, if it asks for an exception. A reply that nobody
    wrote is made by `answer` of what was saved; it is mailed instead of the status if it
    `sends_reply`.

    Raises:
        Refused: with every reason; nothing is written.
    """
    lock(Order)  # what the shelf offers is offered to one at a time
    if same := placed_before(token):
        return same
    order = Order.objects.filter(token=token).first()
    wishes = [wish.settled for wish in lines]
    people = lock_employees(wish.employee.pk for wish in wishes if wish.employee)
    order = _written(order, token, facts, actor, now)
    reasons = [] if wishes else [WHY_EMPTY]
    if len(wishes) > MOST_LINES:
        raise Refused(WHY_TOO_LONG)
    for position, wish in enumerate(wishes, start=1):
        try:
            if faults := faults_of(
                wish, today, order.wanted_on, taken_beside(position - 1, wishes)
            ):
                raise Refused(*faults)
            _place_line(order, position, wish, people, actor, today, now)
        except Refused as error:
            lead = f"Linje {position}: " if len(wishes) > 1 else ""
            reasons += [lead + reason for reason in error.reasons]
    if reasons:
        raise Refused(*reasons)
    if answer and not order.reply:
        changes = Changes((Order,))
        changes.update(order, order.number, reply=answer(order))
        changes.save(actor)
    tell_orderer(order=order, now=now, reply=order.reply if sends_reply else "")
    tell_of_approved(order=order, lines=_approved_at_once(order), now=now)
    return order


def _approved_at_once(order: Order) -> list[int]:
    """Return the positions of the lines that nobody was asked about."""
    approved = order.lines.exclude(status=Status.AWAITING)
    return list(approved.order_by("position").values_list("position", flat=True))


def placed_before(token: UUID | None) -> Order | None:
    """Return the order that a form was placed as already: by its other click, or a reload."""
    order = Order.objects.filter(token=token).first() if token else None
    return order if order and not is_draft(order) else None


def is_draft(order: Order) -> bool:
    """Return whether nothing of an order has been asked for yet."""
    return not order.lines.exclude(status=Status.DRAFT).exists()


def _written(
    order: Order | None, token: UUID, facts: OrderFacts, actor: Actor, now: datetime
) -> Order:
    """Write an order's own facts; a draft loses its lines, and its mail has been seen."""
    changes = Changes((Order,))
    if order:
        order.lines.all().delete()
        ReceivedMail.objects.filter(order=order).update(is_handled=True)
        changes.update(order, order.number, **facts)
    else:
        order = changes.create(Order(token=token, created_at=now, created_by=actor, **facts))
    changes.save(actor)
    return order


def _place_line(
    order: Order,
    position: int,
    wish: LineWish,
    people: dict[int, Employee],
    actor: Actor,
    today: date,
    now: datetime,
) -> None:
    question = _question_to_head(wish, people, today)
    line = _line_of(order, position, wish, Status.AWAITING if question else Status.APPROVED)
    line.reason = wish.reason or (Reason.EXCEPTION if question else reason_of(wish, today))
    changes = Changes((OrderLine, OrderedDevice))
    if wish.stock_device:
        changes.create(
            OrderedDevice(
                line=line, device=wish.stock_device, is_from_stock=True, delivered_on=today
            )
        )
        line.status = Status.AWAITING if question else Status.DELIVERED
    changes.create(line)
    changes.save(actor)
    if question:
        ask_approval(
            employee=question.employee,
            reason=wish.exception_reason,
            ends_before=question.ends_before,
            line=line,
            actor=actor,
            now=now,
        )


class _Question(NamedTuple):
    """Who is to have one pc more, and until when."""

    employee: Employee
    ends_before: date


def _question_to_head(wish: LineWish, people: dict[int, Employee], today: date) -> _Question | None:
    """Return what the head is to be asked before a line goes on; nothing within the rule.

    A line that breaks the rule must ask. A reason given although there is nothing to ask for is
    refused, not dropped in silence.
    """
    if not wish.employee or not wish.model.category.is_pc:
        if wish.asks_exception:
            raise Refused(WHY_NOT_ASKED.format(wish.employee or wish.unit.name))
        return None
    try:
        refuse_second_pc(
            employee=people[wish.employee.pk],
            starts_on=today,
            without_devices=[wish.replaces.pk] if wish.replaces else (),
        )
    except Refused:
        if not wish.asks_exception:
            raise
        if wish.exception_ends_before is None:
            raise Refused(WHY_NO_END) from None
        return _Question(wish.employee, wish.exception_ends_before)
    if wish.asks_exception:
        raise Refused(WHY_NOT_ASKED.format(wish.employee))
    return None


def _line_of(order: Order, position: int, wish: LineWish, status: str) -> OrderLine:
    return OrderLine(
        order=order,
        position=position,
        model=wish.model,
        quantity=wish.quantity,
        unit=wish.unit,
        employee=wish.employee,
        used_for=wish.used_for,
        reason=wish.reason,
        replaces=wish.replaces,
        past_stock_because=wish.past_stock_because,
        status=status,
    )


@transaction.atomic
def save_draft(
    *,
    token: UUID,
    lines: Sequence[LineWish],
    actor: Actor,
    now: datetime,
    **facts: Unpack[OrderFacts],
) -> Order:
    """Keep what is not ready to be ordered; nothing of it counts towards anything.

    Raises:
        Refused: when the order has been placed meanwhile, or a line names no device to replace.
    """
    lock(Order)
    if same := placed_before(token):
        raise Refused(f"Bestilling {same.number} er allerede afgivet. Se den, eller lav en ny.")
    order = Order.objects.filter(token=token).first()
    wishes = [wish.settled for wish in lines]
    if not wishes:
        raise Refused(WHY_EMPTY)
    if len(wishes) > MOST_LINES:
        raise Refused(WHY_TOO_LONG)
    if any(wish.reason == Reason.REPLACEMENT and not wish.replaces for wish in wishes):
        raise Refused("Vælg det udstyr, der erstattes.")
    order = _written(order, token, facts, actor, now)
    changes = Changes((OrderLine,))
    draft_lines(order, wishes, changes)
    changes.save(actor)
    return order


def draft_lines(order: Order, wishes: Sequence[LineWish], changes: Changes) -> None:
    """Note the lines of a draft among the changes."""
    for position, wish in enumerate(wishes, start=1):
        line = _line_of(order, position, wish, Status.DRAFT)
        line.exception_reason = wish.exception_reason
        line.exception_ends_before = wish.exception_ends_before
        changes.create(line)


@transaction.atomic
def submit_order(*, order_id: int, actor: Actor, today: date, now: datetime) -> Order:
    """Place a draft as it stands.

    Raises:
        Refused: as `place_order` does.
    """
    order = Order.objects.get(pk=order_id)
    linked = ("model__category", "unit", "employee", "replaces__model__category")
    wishes = [
        LineWish(
            model=line.model,
            unit=line.unit,
            quantity=line.quantity,
            employee=line.employee,
            used_for=line.used_for,
            reason=line.reason,
            replaces=line.replaces,
            past_stock_because=line.past_stock_because,
            exception_reason=line.exception_reason,
            exception_ends_before=line.exception_ends_before,
        )
        for line in order.lines.select_related(*linked).order_by("position")
    ]
    return place_order(
        token=order.token,
        lines=wishes,
        actor=actor,
        today=today,
        now=now,
        **{name: getattr(order, name) for name in OrderFacts.__annotations__},
    )


@transaction.atomic
def cancel_line(*, line_id: int, reason: str, actor: Actor, now: datetime) -> OrderLine:
    """Cancel the part of a line that is not handed out; what was set aside is free again.

    Cancelling it again changes nothing. If some are handed out, the line ends with those.

    Raises:
        Refused: when it is closed another way, or no reason is given.
    """
    lock(Order)
    line = OrderLine.objects.select_for_update(of=("self",)).get(pk=line_id)
    if line.status == Status.CANCELLED:
        return line
    if line.status in CLOSED:
        raise Refused(f"{line} er {line.get_status_display().lower()} og kan ikke annulleres.")
    if not reason.strip():
        raise Refused("Skriv, hvorfor linjen annulleres.")
    if len(reason.strip()) > LONGEST_REASON:
        raise Refused("Begrundelsen må højst være 300 tegn. Skriv den kortere.")
    line.devices.filter(handed_out_on=None).delete()
    handed_out = line.devices.count()
    changes = Changes((OrderLine,))
    changes.update(
        line,
        str(line),
        status=Status.HANDED_OUT if handed_out else Status.CANCELLED,
        quantity=handed_out or line.quantity,
        closed_because=reason.strip(),
    )
    changes.save(actor)
    tell_orderer(order=line.order, now=now)
    return line


def refresh_line(line: OrderLine, *, actor: Actor) -> OrderLine:
    """Bring a line's status in step with its devices; one that waits or is closed stays so.

    To be called in a transaction, with the line's row locked.
    """
    if line.status in (Status.DRAFT, Status.AWAITING, Status.CANCELLED, Status.REFUSED):
        return line
    days = list(line.devices.values_list("handed_out_on", flat=True))
    handed_out = sum(day is not None for day in days)
    changes = Changes((OrderLine,))
    changes.update(line, str(line), status=line.status_with(len(days), handed_out))
    changes.save(actor)
    return line
