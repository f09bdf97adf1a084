"""What a form that is being filled in would do: the devices, the person, the cost."""

from dataclasses import dataclass, replace
from datetime import date

from leasing.selectors.handling.consequences import Consequence, Plan, consequence_of
from leasing.selectors.handling.states import DeviceState, seen_text, states_of, where
from leasing.selectors.one_pc import Holdings, holdings_of
from leasing.selectors.ordering.people import people_matching
from leasing.services.handling.moves import DROP_LATER
from leasing.views.handling.forms import LATER, DevicesForm

SHOWN = 8


@dataclass(frozen=True)
class Preview:
    """What is known so far; `consequence` once it is known who is to have the devices."""

    states: tuple[DeviceState, ...]
    rows: list[tuple[DeviceState, str]]
    unknown: tuple
    later: list[tuple[DeviceState, date, str]]
    later_choice: str
    seen: str
    employee: object
    employee_fault: str
    people: list
    holdings: Holdings | None
    is_second: bool
    consequence: Consequence | None
    starts_on: date

    later_choices = LATER

    @property
    def more(self) -> int:
        return len(self.states) - len(self.rows)

    @property
    def is_empty(self) -> bool:
        return not (self.states or self.unknown or self.employee or self.employee_fault)


def preview_of(form: DevicesForm, today: date) -> Preview:
    """Work out what a form, whole or half filled in, would do."""
    data = form.cleaned_data
    starts_on = data.get("starts_on") or today
    states = tuple(states_of(form.found.ids).values())
    moved_later = [(state, state.after(starts_on)) for state in states]
    employee = data.get("employee")
    replaced = {data["replaces"].pk} if data.get("replaces") else set()
    holdings = _holdings(form, employee, states, starts_on)
    is_typed = "employee" in form.fields and form["employee"].value()
    faults = form.errors.get("employee", ()) if is_typed else ()
    people = people_matching(form["employee"].value()[:100], today) if faults else []
    return Preview(
        states=states,
        rows=[(state, where(state.on(starts_on))) for state in states[:SHOWN]],
        unknown=form.found.unknown[:SHOWN],
        later=[(state, p[0].starts_on, where(p[0])) for state, p in moved_later if p][:SHOWN],
        later_choice=data.get("later", ""),
        seen=seen_text(states),
        employee=employee,
        # Those who fit are offered at the field; that nobody does is worth saying.
        employee_fault="" if people else " ".join(faults),
        people=people,
        holdings=holdings,
        is_second=_is_second(form, holdings, states, replaced, starts_on),
        consequence=_consequence(form, states, starts_on, today),
        starts_on=starts_on,
    )


def _holdings(form, employee, states, starts_on: date) -> Holdings | None:
    """Give what the person has beside these devices and the lines that they are for."""
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


def _consequence(form, states, starts_on: date, today: date) -> Consequence | None:
    data = form.cleaned_data
    unit = data.get("unit")
    goes_to_stock = "unit" not in form.fields  # a loan is paid as the stock is
    if not states or not (unit or goes_to_stock):
        return None
    drops = data.get("later") == DROP_LATER
    plans = {
        state.device.pk: Plan(
            [(starts_on, unit.pk if unit else None)],
            [placement.starts_on for placement in state.after(starts_on)] if drops else (),
        )
        for state in states
    }
    if data.get("takes_old_back") and data.get("replaces"):
        plans[data["replaces"].pk] = Plan([(starts_on, None)])
    return consequence_of(plans, today)
