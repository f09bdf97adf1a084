"""One change of who has some devices: all of it or none, with every fault named by its device.

Every hand-out, transfer, loan and hand-in goes through here, so that all of them keep what holds
for each: nothing is saved that was not shown, what comes after is asked about, and nobody gets
one pc too many.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import among, lock
from albertslund_it.web.forms.agreement import Check, nothing_to_see
from albertslund_it.web.people import Actor
from inventory.models import Departure, Device, Employee, ExpectedReturn, Placement, Unit
from inventory.placements.selectors import Holder, holder_of
from inventory.placements.services.holders import fault_of_closed
from inventory.placements.services.placements import successions
from leasing.approvals.selectors.one_pc import lock_employees
from leasing.approvals.services.one_pc import refuse_second_pc
from leasing.billing.services.locks import PRICED
from leasing.models import LossReport, Order, OrderedDevice, OrderLine
from leasing.movements.presenters import where
from leasing.movements.selectors.states import DROP_LATER, KEEP_LATER, DeviceState, states_of

# What a movement changes, in the order it is saved.
MOVED = (Placement, ExpectedReturn, OrderedDevice)


@dataclass(frozen=True, slots=True)
class Moved:
    """The devices that were changed, and those that were as they should be already."""

    changed: tuple[Device, ...]
    unchanged: tuple[Device, ...]


@dataclass(frozen=True)
class Moves:
    """What is to be changed: the holder of each device from a day on.

    `exempt` are devices and lines that the rule of one pc is not to count, by id. `check` yields
    the reasons why one device cannot be moved this way. `changes` may hold more that is to be
    saved with it.
    """

    states: Mapping[int, DeviceState]
    holders: Mapping[int, Holder]
    starts_on: date
    check: Callable[[DeviceState], Iterator[str]]
    agree: Check = nothing_to_see
    later: str = ""
    exempt_devices: Collection[int] = ()
    exempt_lines: Collection[int] = ()
    changes: Changes = field(default_factory=lambda: Changes(MOVED))

    def carry_out(self, actor: Actor) -> Moved:
        """Write all of it.

        Raises:
            Refused: with every reason; nothing is written.
        """
        ahead = {pk: s for pk, s in self.states.items() if not self._is_done(s)}
        if ahead:
            self.agree()
        if reasons := [*self._faults(ahead.values()), *self._second_pcs(ahead)]:
            raise Refused(*reasons)
        dropped = []
        for state in ahead.values():
            self._place(state)
            if self.later == DROP_LATER:
                dropped += [placement.pk for placement in state.after(self.starts_on)]
        if dropped:
            Placement.objects.filter(pk__in=among(dropped, int)).delete()
        self.changes.save(actor)
        done = [s.device for pk, s in self.states.items() if pk not in ahead]
        return Moved(tuple(s.device for s in ahead.values()), tuple(done))

    def _is_done(self, state: DeviceState) -> bool:
        """Return whether the device is with its holder already, as after a double click."""
        is_there = self.holders[state.device.pk].has(state.on(self.starts_on))
        return is_there and not (self.later == DROP_LATER and state.after(self.starts_on))

    def _faults(self, states: Iterable[DeviceState]) -> Iterator[str]:
        for state in states:
            # What it did before it left may still be corrected.
            if state.departure and (state.has_left(self.starts_on) or self.later == DROP_LATER):
                yield f"{state.device} {why_gone(state.departure)}."
                continue
            for fault in fault_of_closed(self.holders[state.device.pk].unit, self.starts_on):
                yield f"{fault}."
            yield from self.check(state)
            later = state.after(self.starts_on)
            if later and self.later not in (KEEP_LATER, DROP_LATER):
                yield _comes_later(state, later[0])

    def _second_pcs(self, ahead: Mapping[int, DeviceState]) -> Iterator[str]:
        """Return who would get one pc too many; the people are locked already."""
        counted: dict[Employee, list[int]] = defaultdict(list)
        for pk, state in ahead.items():
            holder = self.holders[pk]
            if holder.employee is None or _is_loan(holder):
                continue
            now = holder_of(state.on(self.starts_on))
            lasts_longer = self.later == DROP_LATER and state.after(self.starts_on)
            if now.employee == holder.employee and not _is_loan(now) and not lasts_longer:
                continue  # only the unit changes, so nobody gets one more
            if state.counts(self.starts_on):
                counted[holder.employee].append(pk)
        for employee, devices in counted.items():
            if len(devices) > 1:
                yield (
                    f"{employee} kan få én pc ad gangen. Vælg én, eller lad medarbejderen stå "
                    "tom, og skriv, hvad de bruges til."
                )
                continue
            try:
                refuse_second_pc(
                    employee=employee,
                    starts_on=self.starts_on,
                    without_devices=[*devices, *self.exempt_devices],
                    without_lines=self.exempt_lines,
                    ends_before=self._passed_on(ahead[devices[0]], employee),
                )
            except Refused as refused:
                yield from refused.reasons

    def _passed_on(self, state: DeviceState, employee: Employee) -> date | None:
        """Return the day on which the device goes on to somebody else, as it stands already."""
        if self.later == DROP_LATER:
            return None
        later = state.after(self.starts_on)
        return next((p.starts_on for p in later if p.employee_id != employee.pk), None)

    def _place(self, state: DeviceState) -> None:
        day, device = self.starts_on, state.device
        holder = self.holders[device.pk]
        values = {"unit": holder.unit, "employee": holder.employee, "used_for": holder.used_for}
        present = state.on(day)
        if present and present.starts_on == day:
            self.changes.update(present, f"{device} fra {day:%d-%m-%Y}", **values)
        else:
            present = self.changes.create(Placement(device=device, starts_on=day, **values))
        later = state.after(day) if self.later != DROP_LATER else []
        for succession in successions(present, later[0].starts_on if later else None):
            self.changes.create(succession)


def _is_loan(holder: Holder) -> bool:
    """Return whether Fælles IT pays, as it does for a loan, which the rule of one pc leaves out."""
    return holder.unit is not None and holder.unit.is_cost_holder


def locked_states(
    device_ids: Collection[int], people: Iterable[Employee | None]
) -> tuple[dict[int, DeviceState], dict[int, Employee]]:
    """Let nobody else move anything or place an order, and read the devices and the people.

    Locks are always taken in this order: orders, their lines, what a
    consequence is worked out from, people.
    """
    lock(Order)
    lines = OrderLine.objects.filter(
        devices__device__in=among(list(device_ids), int), devices__handed_out_on=None
    )
    list(OrderLine.objects.select_for_update().filter(pk__in=lines.values("pk")).order_by("pk"))
    lock(*PRICED)
    employees = lock_employees(person.pk for person in people if person)
    return states_of(device_ids), employees


def fault_of_payer(unit: Unit | None, employee: Employee | None) -> list[str]:
    """Say that Fælles IT pays for nobody's pc but a loan, which the rule of one pc leaves out."""
    if employee and unit and unit.is_cost_holder:
        return [
            f"{unit.name} betaler kun udlån. Vælg den enhed, der betaler for {employee}, eller "
            "brug Udlån."
        ]
    return []


def fault_of_person(employee: Employee | None, starts_on: date) -> list[str]:
    """Return why a person cannot get anything from a day on."""
    if employee and employee.left_on and employee.left_on <= starts_on:
        return [
            f"{employee} fratræder den {employee.left_on:%d-%m-%Y}. "
            "Vælg en anden, eller ret datoen."
        ]
    return []


def fault_of_loss(state: DeviceState) -> Iterator[str]:
    """Say that a lost device cannot be moved until it is found."""
    if state.loss:
        yield f"{state.device} {why_not_moved(state.loss)}."


def why_not_moved(loss: LossReport) -> str:
    """Return why a lost device is not moved, after its number."""
    return f"er meldt {loss.get_kind_display().lower()}. Meld den fundet på dens egen side først"


def why_gone(departure: Departure) -> str:
    """Return why what has left the register is not moved, after its number."""
    return (
        f"er ude af registeret fra den {departure.left_on:%d-%m-%Y} "
        f"({departure.get_how_display().lower()}). Fortryd afgangen på dens egen side først"
    )


def _comes_later(state: DeviceState, later: Placement) -> str:
    return (
        f"{state.device} er allerede flyttet fra {later.starts_on:%d-%m-%Y}: {where(later)}. "
        "Vælg, om det stadig skal ske."
    )
