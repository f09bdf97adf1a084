"""What a form that is being filled in would do: the devices, the person, the cost."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from inventory.models import Device, Placement
from inventory.placements.selectors import placements_in_force
from leasing.approvals.selectors.one_pc import Holdings, holdings_of
from leasing.billing.presenters.consequences import rows_of_consequence
from leasing.billing.selectors.consequences import Consequence, Plan, consequence_of
from leasing.data_quality.presenters import RuleWords, words_of_made
from leasing.data_quality.selectors.made import Place, findings_made
from leasing.movements.forms import LATER, DevicesForm
from leasing.movements.selectors.states import DeviceState, states_of, where
from leasing.movements.services.moves import DROP_LATER, Holder
from leasing.orders.selectors.people import people_matching

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Had:
    """A device that the person has in advance, of the kinds that count or are handled."""

    device: Device
    is_leased: bool
    is_replaced: bool


@dataclass(frozen=True)
class Preview:
    """What is known so far; `consequence` once it is known who is to have the devices.

    `rows` are (device, where it is, where it is to be); `findings` are those of data quality that
    it would make.
    """

    states: tuple[DeviceState, ...]
    rows: list[tuple[DeviceState, str, str]]
    replaced: DeviceState | None
    unknown: tuple
    later: list[tuple[DeviceState, date, str]]
    later_choice: str
    employee: object
    employee_fault: str
    people: list
    had: list[Had]
    holdings: Holdings | None
    is_second: bool
    consequence: Consequence | None
    findings: list[tuple[RuleWords, int]]
    starts_on: date

    later_choices = LATER

    @property
    def shown(self) -> list:
        return self.rows[:SHOWN]

    @property
    def more(self) -> list:
        return self.rows[SHOWN:]

    @property
    def is_empty(self) -> bool:
        return not (self.states or self.unknown or self.employee or self.employee_fault)

    @property
    def told(self) -> Iterator[tuple[str, str]]:
        """Say all that is shown in rows, for whoever agrees to it."""
        for state, _, then in self.rows:
            yield str(state.device), state.told
            yield f"{state.device} bagefter", then
        if self.replaced:
            yield f"{self.replaced.device}, der erstattes", self.replaced.told
        if self.holdings:
            yield f"Det, som {self.employee} har i forvejen", f"{self.holdings.count} pc"
        for one in self.had:
            yield (
                f"{one.device}, som {self.employee} har",
                "erstattes" * one.is_replaced or "bliver",
            )
        if self.later:
            yield "Valget for det, der er flyttet igen", self.later_choice or "intet"
        for words, count in self.findings:
            yield words.title, str(count)
        if self.consequence:
            yield from rows_of_consequence(self.consequence)


def preview_of(form: DevicesForm, today: date) -> Preview:
    """Work out what a form, whole or half filled in, would do."""
    data = form.cleaned_data
    starts_on = data.get("starts_on") or today
    replaced = data.get("replaces")
    found = states_of([*form.found.ids, *([replaced.pk] if replaced else [])])
    old = found.pop(replaced.pk, None) if replaced else None
    states, holders = tuple(found.values()), form.holders(found)
    employee = data.get("employee")
    holdings = _holdings(form, employee, states, starts_on)
    is_typed = "employee" in form.fields and form["employee"].value()
    faults = form.errors.get("employee", ()) if is_typed else ()
    people = people_matching(form["employee"].value()[:100], today) if faults else []
    return Preview(
        states=states,
        rows=[(state, where(state.on(starts_on)), _then(state, holders)) for state in states],
        replaced=old,
        unknown=form.found.unknown[:SHOWN],
        later=list(islice(_later(states, starts_on), SHOWN)),
        later_choice=data.get("later", ""),
        employee=employee,
        # Those who fit are offered at the field; that nobody does is worth saying.
        employee_fault="" if people else " ".join(faults),
        people=people,
        had=_had(employee, states, old, starts_on),
        holdings=holdings,
        is_second=_is_second(form, holdings, states, {old.device.pk} if old else set(), starts_on),
        consequence=_consequence(form, states, holders, starts_on, today),
        findings=_findings(states, holders, starts_on),
        starts_on=starts_on,
    )


def _then(state: DeviceState, holders: dict[int, Holder]) -> str:
    """Say who is to have a device; nothing while that is not known."""
    holder = holders.get(state.device.pk)
    return where(Placement(**vars_of(holder))) if holder else ""


def vars_of(holder: Holder) -> dict:
    """Return a holder as the fields of a placement."""
    return {"unit": holder.unit, "employee": holder.employee, "used_for": holder.used_for}


def _later(states, starts_on: date) -> Iterator[tuple[DeviceState, date, str]]:
    for state in states:
        for placement in state.after(starts_on)[:1]:
            yield state, placement.starts_on, where(placement)


def _findings(states, holders, starts_on: date) -> list[tuple[RuleWords, int]]:
    moves = []
    for state in states:
        if holder := holders.get(state.device.pk):
            now = state.on(starts_on)
            before = Place(now.unit, now.employee, now.used_for) if now else Place()
            moves.append((state.device, before, Place(**vars_of(holder))))
    return words_of_made(findings_made(moves, starts_on))


def _had(employee, states, old: DeviceState | None, starts_on: date) -> list[Had]:
    """Return what the person has beside these devices, also what the rule of one pc leaves out."""
    if employee is None:
        return []
    replaced = {state.set_aside.line.replaces_id for state in states if state.set_aside}
    replaced.add(old and old.device.pk)
    models = [state.device.model for state in states]
    placed = placements_in_force(starts_on).filter(employee=employee)
    placed = placed.exclude(device__in=[state.device.pk for state in states])
    devices = [
        one.device
        for one in placed.select_related("device__model__category", "device__lease").order_by(
            "starts_on", "device"
        )
    ]
    return [
        Had(one, getattr(one, "lease", None) is not None, one.pk in replaced)
        for one in devices
        if one.model.category.is_pc or any(model.may_replace(one.model) for model in models)
    ]


def _holdings(form, employee, states, starts_on: date) -> Holdings | None:
    """Return what the person has beside these devices and the lines that they are for."""
    if employee is None:
        return None
    beside = holdings_of(employee, starts_on, without_devices={state.device.pk for state in states})
    handed_out = {state.set_aside.line_id for state in states if state.set_aside}
    handed_out.add(form.cleaned_data.get("line"))
    # The devices that those lines replace stay left out.
    return replace(beside, lines=tuple(one for one in beside.lines if one.pk not in handed_out))


def _is_second(form, holdings, states, replaced: set[int], starts_on: date) -> bool:
    """Tell whether the person would have one pc too many; the service decides it under a lock."""
    if holdings is None or "due_on" in form.fields:  # a loan is outside the rule
        return False
    kept = len(holdings.lines) + sum(one.pk not in replaced for one in holdings.devices)
    new = sum(state.counts(starts_on) for state in states)
    return bool(new) and kept + new > holdings.allowed


def _consequence(form, states, holders, starts_on: date, today: date) -> Consequence | None:
    if not (states and holders):
        return None
    data = form.cleaned_data
    drops = data.get("later") == DROP_LATER
    plans = {
        state.device.pk: Plan(
            [(starts_on, unit.pk if (unit := holders[state.device.pk].unit) else None)],
            [placement.starts_on for placement in state.after(starts_on)] if drops else (),
        )
        for state in states
    }
    if data.get("takes_old_back") and data.get("replaces"):
        plans[data["replaces"].pk] = Plan([(starts_on, None)])
    return consequence_of(plans, today)
