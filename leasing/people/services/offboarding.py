"""Somebody leaves: the last day, and what becomes of each device, in one go."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import HANDLE_ORDERS
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.forms.agreement import Check, nothing_to_see
from albertslund_it.web.people import Actor
from inventory.acts.services.recording import recorded_as
from inventory.models import Act, Device, Employee
from leasing.mail.services import write_mail
from leasing.models import Mail
from leasing.movements.selectors.states import KEEP_LATER, DeviceState
from leasing.movements.services.movements import take_back, transfer
from leasing.movements.services.moves import locked_states
from leasing.people.selectors.offboarding import (
    ONE_DAY,
    Parting,
    WayOut,
    held_by,
    holder_after,
    leaders_of,
)
from leasing.people.services.returns import expect_back, mail_who_has


@dataclass(frozen=True, slots=True)
class Offboarded:
    """What came of it: the act, where anything changed, and whom mails were written to."""

    act: Act | None
    leader_mail: Mail | None
    own_mail: Mail | None


def offboard(
    *,
    employee: Employee,
    last_day: date,
    partings: Sequence[Parting],
    tells_leader: bool,
    actor: Actor,
    today: date,
    now: datetime,
    agree: Check = nothing_to_see,
) -> Offboarded:
    """Let somebody leave after a day, with all that they have.

    What is to be handed in on a day to come is expected back, and is theirs until it is here; one
    mail says so. The leader is told by mail if that is wanted. Done again, nothing happens.

    Raises:
        Refused: with the reasons, each by its device; nothing is written.
    """
    left_on = last_day + ONE_DAY
    title = f"Fratrædelse fra {left_on:%d-%m-%Y} med {len(partings)} stk. udstyr"
    with recorded_as(
        Act.Kind.OFFBOARDING, title=title, permission=HANDLE_ORDERS, actor=actor, now=now
    ) as done:
        receivers = [parting.receiver for parting in partings]
        states, people = locked_states([one.device.pk for one in partings], [employee, *receivers])
        person = people[employee.pk]
        if _is_done(person, left_on, partings, states, today):
            # Who left with nothing may have been written down without a word to the leader.
            untold = tells_leader and not partings
            mail = _tell_leader(person, last_day, (), states, today, now) if untold else None
            return Offboarded(None, mail, None)
        agree()
        _refuse_another_lot(person, partings, today)
        _refuse_too_early(person, partings, states)
        if person.starts_on and left_on <= person.starts_on:
            raise Refused("Ret den sidste dag: den skal ligge efter den første.")
        changes = Changes((Employee,))
        changes.update(person, person.short_name, left_on=left_on)
        changes.save(actor)
        _part(person, left_on, partings, actor, today, now)
        own = _ask_for_all(person, partings, today, now)
        mail = (
            _tell_leader(person, last_day, partings, states, today, now) if tells_leader else None
        )
    return Offboarded(done.act, mail, own)


def _is_done(
    person: Employee,
    left_on: date,
    partings: Sequence[Parting],
    states: dict[int, DeviceState],
    today: date,
) -> bool:
    """Return whether all of it is so already, as after a double click."""
    if person.left_on != left_on:
        return False
    asked = {(one.device_id, one.due_on) for one in person.expected_returns.all()}
    for one in partings:
        if _is_to_come(one, today):
            if (one.device.pk, one.on) not in asked:
                return False
        elif not holder_after(states[one.device.pk], one).has(states[one.device.pk].on(one.on)):
            return False
    return True


def _is_to_come(parting: Parting, today: date) -> bool:
    return parting.fate is WayOut.RETURN and parting.on > today


def _refuse_another_lot(person: Employee, partings: Sequence[Parting], today: date) -> None:
    """Refuse where the person has something else by now than what was decided about."""
    has = {state.device.pk: state.device for state in held_by(person, today)}
    decided = {one.device.pk: one.device for one in partings}
    reasons = [f"{has[pk]} er kommet til. Vælg, hvad der skal ske." for pk in has.keys() - decided]
    reasons += [f"{decided[pk]} er her ikke længere." for pk in decided.keys() - has]
    if reasons:
        raise Refused(*reasons)


def _refuse_too_early(
    person: Employee, partings: Sequence[Parting], states: dict[int, DeviceState]
) -> None:
    """Refuse a day before the person got the device: it would be theirs all the same after it."""
    reasons = [
        f"{one.device} er først hos {person} fra {got:%d-%m-%Y}. Vælg en dag fra da af, eller ret "
        "udleveringen på dens egen side."
        for one in partings
        if one.on < (got := states[one.device.pk].timeline[-1].starts_on)
    ]
    if reasons:
        raise Refused(*reasons)


def _part(
    person: Employee,
    left_on: date,
    partings: Sequence[Parting],
    actor: Actor,
    today: date,
    now: datetime,
) -> None:
    """Carry the partings out; the faults of all of them are told at once."""
    taken: dict[date, list[Device]] = defaultdict(list)
    reasons: list[str] = []
    for one in partings:
        if one.fate is WayOut.RETURN and not _is_to_come(one, today):
            taken[one.on].append(one.device)
            continue
        try:
            if one.fate is WayOut.RETURN:
                expect_back(
                    device=one.device,
                    employee=person,
                    due_on=one.on,
                    actor=actor,
                    today=today,
                    now=now,
                )
            else:
                transfer(
                    devices=[one.device],
                    starts_on=one.on,
                    actor=actor,
                    unit=one.receiver.unit if one.receiver else None,
                    employee=one.receiver,
                    used_for=one.used_for,
                    no_employee=one.receiver is None,
                    later=KEEP_LATER,
                )
        except Refused as refused:
            reasons += refused.reasons
    for day, devices in sorted(taken.items()):
        try:
            take_back(devices=devices, starts_on=day, actor=actor, later=KEEP_LATER)
        except Refused as refused:
            reasons += refused.reasons
    if reasons:
        raise Refused(*reasons)


def _ask_for_all(
    person: Employee, partings: Sequence[Parting], today: date, now: datetime
) -> Mail | None:
    """Mail the person one list of what to hand in; by the first day of several."""
    coming = [one for one in partings if _is_to_come(one, today)]
    if not coming:
        return None
    due_on = min(one.on for one in coming)
    return mail_who_has(
        employee=person, devices=[one.device for one in coming], due_on=due_on, now=now
    )


def _tell_leader(
    person: Employee,
    last_day: date,
    partings: Sequence[Parting],
    states: dict[int, DeviceState],
    today: date,
    now: datetime,
) -> Mail | None:
    """Mail who answers for the unit what becomes of each device."""
    return write_mail(
        recipients=leaders_of(person.unit, today),
        subject=f"{person.name} fratræder den {last_day:%d-%m-%Y}: det sker der med udstyret",
        template="offboarding",
        context={
            "employee": person,
            "last_day": last_day,
            "partings": [
                {
                    "device": one.device,
                    "fate": str(one.fate),
                    "on": one.on,
                    "receiver": one.receiver,
                    "unit": holder_after(states[one.device.pk], one).unit,
                    "used_for": one.used_for,
                    "is_here": one.on <= today,
                }
                for one in partings
            ],
        },
        now=now,
        # With nothing to part with, nothing else tells a second time from the first.
        key=None if partings else f"offboarding-{person.pk}-{last_day}",
    )
