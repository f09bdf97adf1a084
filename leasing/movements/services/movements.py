"""Hand out, transfer, take back and lend: one call each for one device or hundreds."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import among
from albertslund_it.web.forms.agreement import Check, NotAsShown, nothing_to_see
from albertslund_it.web.people import Actor
from inventory.models import Device, Employee, ExpectedReturn, Unit
from inventory.placements.selectors import Holder, holder_of
from inventory.rollout.services.outcomes import note_replaced
from leasing.models import OrderedDevice, OrderLine, Settings
from leasing.models.order import CLOSED, Status
from leasing.movements.presenters import where
from leasing.movements.selectors.states import DeviceState, holders_after_move, replaced_for
from leasing.movements.services.moves import (
    MOVED,
    Moved,
    Moves,
    fault_of_loss,
    fault_of_payer,
    fault_of_person,
    locked_states,
)
from leasing.orders.services.orders import refresh_line
from leasing.orders.services.status_mail import tell_orderer
from leasing.orders.services.wishes import why_no_replacement

Why = ExpectedReturn.Why


@transaction.atomic
def hand_out(
    *,
    devices: Collection[Device],
    unit: Unit,
    starts_on: date,
    actor: Actor,
    now: datetime,
    agree: Check = nothing_to_see,
    employee: Employee | None = None,
    used_for: str = "",
    line: OrderLine | None = None,
    replaces: Device | None = None,
    takes_old_back: bool = False,
    later: str = "",
) -> Moved:
    """Hand devices of the stock out to a person, or to a unit for a purpose, from a day on.

    What is set aside for an order line is handed out for it; `line` names one for a device that is
    not. What it replaces is taken back the same day, or expected back within the overlap.

    Raises:
        Refused: with every reason, each by its device; nothing is written.
    """
    ids = [device.pk for device in devices]
    states, people = locked_states([*ids, *([replaces.pk] if replaces else [])], [employee])
    employee = people[employee.pk] if employee else None
    wanted = {pk: states[pk] for pk in ids if pk in states}
    holder = Holder(unit, employee, used_for)
    lines, reasons = _lines_of(wanted, line)
    old = states[replaces.pk] if replaces else _replaced_by(lines, wanted)
    reasons += [*fault_of_person(employee, starts_on), *fault_of_payer(unit, employee)]
    if replaces and old:
        reasons += _faults_of_replaced(old, holder, starts_on, wanted)
    ahead = [state for state in wanted.values() if not holder.has(state.on(starts_on))]
    _forget_returns(ahead, employee)
    changes = Changes(MOVED)
    for state in ahead:
        if state.device.pk in lines:
            _hand_out_for(state, lines[state.device.pk], starts_on, changes)
    taken = {}
    if old and ahead and not old.loss and old.is_with(holder, starts_on):
        if takes_old_back:
            taken[old.device.pk] = old
        else:
            changes.create(_expected_of_replaced(old, starts_on, now))
    exempt = {its_line.pk for its_line in lines.values()}
    if line and any(True for _ in faults_of_set_aside(wanted.values(), holder)):
        exempt.add(line.pk)  # refused anyhow; the line that was asked for is no second pc
    moves = Moves(
        wanted | taken,
        dict.fromkeys(wanted, holder) | dict.fromkeys(taken, Holder()),
        starts_on,
        _check_of_hand_out(lines, holder, starts_on, taken),
        agree,
        later,
        exempt_devices=[old.device.pk] if old else [],
        exempt_lines=exempt,
        changes=changes,
    )
    moved = _refuse_or(reasons, moves, actor)
    if moved.changed:
        _refresh(lines.values(), actor, now)
    if old and len(ahead) == 1:
        new = ahead[0].device
        note_replaced(old=old.device, new=new, replaced_on=starts_on, actor=actor)
    return Moved(tuple(device for device in moved.changed if device.pk in wanted), moved.unchanged)


def _lines_of(
    wanted: Mapping[int, DeviceState], line: OrderLine | None
) -> tuple[dict[int, OrderLine], list[str]]:
    """Return the order line that each device is handed out for, and what is wrong with that."""
    lines = {pk: state.set_aside.line for pk, state in wanted.items() if state.set_aside}
    extra = [pk for pk in wanted if pk not in lines]
    if line is None or not extra:
        return lines, []
    line = OrderLine.objects.select_for_update(of=("self",)).get(pk=line.pk)
    room = line.quantity - line.devices.count()
    if len(extra) > room:
        return lines, [
            f"Bestilling {line.order.number} er på {line.quantity} stk. og har "
            f"{line.quantity - room} i forvejen. Udlever dem, eller annullér bestillingen først."
        ]
    return lines | dict.fromkeys(extra, line), []


def _check_of_hand_out(
    lines: Mapping[int, OrderLine],
    holder: Holder,
    starts_on: date,
    taken: Collection[int],
) -> Callable[[DeviceState], Iterator[str]]:
    """Return what finds fault with handing a device out; what is taken back is not handed out."""

    def check(state: DeviceState) -> Iterator[str]:
        if state.device.pk in taken:
            return
        yield from fault_of_loss(state)
        if not state.is_in_stock(starts_on):
            yield (
                f"{state.device} er hos {where(state.on(starts_on))} den {starts_on:%d-%m-%Y}. "
                "Flyt den i stedet, eller tag den tilbage først."
            )
        if line := lines.get(state.device.pk):
            yield from _fault_of_line(state, line, holder)

    return check


def _refresh(lines: Iterable[OrderLine], actor: Actor, now: datetime) -> None:
    """Bring the order lines in step, and tell the orderer of those that are done."""
    for line in {line.pk: line for line in lines}.values():
        if refresh_line(line, actor=actor).status == Status.HANDED_OUT:
            tell_orderer(order=line.order, now=now)


@transaction.atomic
def transfer(
    *,
    devices: Collection[Device],
    starts_on: date,
    actor: Actor,
    agree: Check = nothing_to_see,
    unit: Unit | None = None,
    employee: Employee | None = None,
    used_for: str = "",
    no_employee: bool = False,
    later: str = "",
) -> Moved:
    """Move devices that are in use to another unit or person from a day on.

    What is not given stays as each has it: its person, unless it is to have `no_employee`, its
    purpose and its unit. A person comes with a unit.

    Raises:
        Refused: with every reason, each by its device; nothing is written.
    """
    states, people = locked_states([device.pk for device in devices], [employee])
    given = Holder(unit, employee and people[employee.pk], used_for)
    holders = holders_after_move(states, starts_on, given, no_employee=no_employee)

    def check(state: DeviceState) -> Iterator[str]:
        yield from fault_of_loss(state)
        if state.is_in_stock(starts_on):
            yield (f"{state.device} er på it-lager den {starts_on:%d-%m-%Y}. Udlever den i stedet.")
            return
        holder = holders[state.device.pk]
        yield from fault_of_payer(holder.unit, holder.employee)

    moves = Moves(states, holders, starts_on, check, agree, later)
    return _refuse_or(fault_of_person(employee, starts_on), moves, actor)


@transaction.atomic
def take_back(
    *,
    devices: Collection[Device],
    starts_on: date,
    actor: Actor,
    agree: Check = nothing_to_see,
    later: str = "",
) -> Moved:
    """Take devices back to IT's stock from a day on.

    Raises:
        Refused: with every reason, each by its device; nothing is written.
    """
    states, _ = locked_states([device.pk for device in devices], [])
    moves = Moves(states, dict.fromkeys(states, Holder()), starts_on, fault_of_loss, agree, later)
    return moves.carry_out(actor)


@transaction.atomic
def lend(
    *,
    devices: Collection[Device],
    employee: Employee,
    starts_on: date,
    due_on: date,
    actor: Actor,
    now: datetime,
    agree: Check = nothing_to_see,
    later: str = "",
) -> Moved:
    """Lend devices of the stock to a person until a day; Fælles IT goes on paying.

    Lending again what the person has on loan moves the day.

    Raises:
        Refused: with every reason, each by its device; nothing is written.
    """
    states, people = locked_states([device.pk for device in devices], [employee])
    employee = people[employee.pk]
    unit = Unit.objects.filter(is_cost_holder=True).first()
    if unit is None:
        raise Refused(
            "Der er ingen omkostningsbærer til at betale udlånet. Indlæs enhederne først."
        )
    holder = Holder(unit, employee)
    reasons = fault_of_person(employee, starts_on)
    if due_on <= starts_on:
        reasons.append("Afleveringsdagen skal ligge efter den dag, udlånet begynder.")

    def check(state: DeviceState) -> Iterator[str]:
        yield from fault_of_loss(state)
        if not state.is_in_stock(starts_on):
            yield f"{state.device} er hos {where(state.on(starts_on))}. Tag den tilbage først."
        if state.set_aside:
            yield (
                f"{state.device} er sat til side til bestilling {state.set_aside.line.order}. "
                "Vælg en anden."
            )

    moves = Moves(states, dict.fromkeys(states, holder), starts_on, check, agree, later)
    loans = {
        one.device_id: one
        for one in ExpectedReturn.objects.filter(
            device__in=among(list(states), int), employee=employee, why=Why.LOAN
        )
    }
    for pk, state in states.items():
        if loan := loans.get(pk):
            moves.changes.update(loan, str(state.device), due_on=due_on, unit=unit)
        else:
            moves.changes.create(_expected(state.device, holder, Why.LOAN, due_on, now))
    _forget_returns(states.values(), employee, but=Why.LOAN)
    return _refuse_or(reasons, moves, actor)


def _refuse_or(reasons: list[str], moves: Moves, actor: Actor) -> Moved:
    """Carry moves out, or refuse them with all there is to say."""
    try:
        moved = moves.carry_out(actor)
    except NotAsShown:
        raise  # what stands in the way is told with what it does now
    except Refused as refused:
        raise Refused(*reasons, *refused.reasons) from None
    if reasons:
        raise Refused(*reasons)
    return moved


def _replaced_by(
    lines: Mapping[int, OrderLine], wanted: Mapping[int, DeviceState]
) -> DeviceState | None:
    """Return the state of what an order line replaces: a device of the kind that is handed out."""
    replaced = replaced_for(lines, wanted)
    if replaced is None:
        return None
    states, _ = locked_states([replaced], [])
    return states[replaced]


def faults_of_set_aside(states: Iterable[DeviceState], holder: Holder) -> Iterator[str]:
    """Yield why devices that are set aside cannot be handed out to somebody."""
    for state in states:
        if state.set_aside:
            yield from _fault_of_line(state, state.set_aside.line, holder)


def _fault_of_line(state: DeviceState, line: OrderLine, holder: Holder) -> Iterator[str]:
    number = line.order.number
    if line.status == Status.AWAITING:
        yield f"Bestilling {number} afventer lederens godkendelse, så {state.device} må vente."
    elif line.status in (*CLOSED, Status.DRAFT):
        yield f"Bestilling {number} er {line.get_status_display().lower()}. Udlever uden den."
    elif line.employee_id and line.employee != holder.employee:
        yield (
            f"{state.device} er sat til side til {line.employee} (bestilling {number}). "
            "Udlever den dertil, eller annullér bestillingen først."
        )
    elif not line.employee_id and line.unit != holder.unit:
        yield (
            f"{state.device} er sat til side til {line.unit.name} (bestilling {number}). "
            "Udlever den dertil, eller annullér bestillingen først."
        )


def _faults_of_replaced(
    old: DeviceState, holder: Holder, starts_on: date, wanted: Mapping[int, DeviceState]
) -> list[str]:
    if len(wanted) > 1:
        return ["Når der erstattes noget, udleveres ét stykke udstyr ad gangen."]
    for state in wanted.values():
        if not state.device.model.may_replace(old.device.model):
            return [why_no_replacement(state.device.model, old.device)]
    if old.is_with(holder, starts_on):
        return []
    return [
        f"{old.device} er ikke hos {holder.employee or (holder.unit and holder.unit.name)} "
        f"den {starts_on:%d-%m-%Y}, men hos {where(old.on(starts_on))}. Vælg den pc, der erstattes."
    ]


def _hand_out_for(state: DeviceState, line: OrderLine, day: date, changes: Changes) -> None:
    """Note that a device is handed out for an order line."""
    if state.set_aside:
        changes.update(state.set_aside, str(state.device), handed_out_on=day)
        return
    changes.create(
        OrderedDevice(
            line=line, device=state.device, is_from_stock=True, delivered_on=day, handed_out_on=day
        )
    )


def _expected_of_replaced(old: DeviceState, day: date, now: datetime) -> ExpectedReturn:
    """Return what is expected back of who has what is replaced, within the overlap."""
    overlap = Settings.objects.values_list("overlap_days", flat=True).get(id=1)
    due_on = day + timedelta(days=overlap)
    return _expected(old.device, holder_of(old.on(day)), Why.REPLACED, due_on, now)


def _expected(
    device: Device, holder: Holder, why: str, due_on: date, now: datetime
) -> ExpectedReturn:
    return ExpectedReturn(
        device=device,
        employee=holder.employee,
        unit=holder.unit,
        why=why,
        due_on=due_on,
        created_at=now,
    )


def _forget_returns(
    states: Iterable[DeviceState], employee: Employee | None, but: str = ""
) -> None:
    """Forget what was once expected back of a person who now gets the device again."""
    ids = among([state.device.pk for state in states], int)
    ExpectedReturn.objects.filter(device__in=ids, employee=employee).exclude(why=but).delete()
