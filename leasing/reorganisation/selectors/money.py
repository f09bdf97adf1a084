"""What each department would pay before and after a reorganisation: an estimate from kept costs."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from albertslund_it.common.names import danish_key
from albertslund_it.common.quarters import Quarter
from leasing.billing.selectors.quarter_costs import quarter_costs
from leasing.cost_table.moment import one_moment
from leasing.models import COST_HOLDER_NAME
from leasing.reorganisation.selectors.estimate import Estimate, Thing, estimate_of
from leasing.reorganisation.selectors.plan import Outlook


@dataclass
class Payment:
    """What a department, or a unit, pays in the quarter and in the year: before and after.

    `is_before` and `is_after` say whether a unit pays as the one that is asked about: not before
    it comes or is made, and not after it has gone.
    """

    name: str = ""
    quarter_before_ore: int = 0
    quarter_after_ore: int = 0
    year_before_ore: int = 0
    year_after_ore: int = 0
    department_id: int | None = None
    unit_id: int | None = None
    is_before: bool = True
    is_after: bool = True

    @property
    def is_new(self) -> bool:
        """Return whether it is a unit that a step makes."""
        return self.unit_id is not None and self.unit_id < 0

    @property
    def is_changed(self) -> bool:
        return bool(self.quarter_change_ore or self.year_change_ore)

    @property
    def quarter_change_ore(self) -> int:
        return self.quarter_after_ore - self.quarter_before_ore

    @property
    def year_change_ore(self) -> int:
        return self.year_after_ore - self.year_before_ore


@dataclass
class Money:
    """The quarter of the day and its year, from `first` to `last`; nothing is billed before that.

    `step_ore` is what all that goes with each step costs in the whole quarter.
    """

    quarter: Quarter
    first: Quarter
    last: Quarter
    departments: list[Payment]
    units: list[Payment]
    total: Payment
    step_ore: list[int] = field(default_factory=list)

    @property
    def span(self) -> tuple[Quarter, Quarter]:
        """Return the first and the last quarter of the year."""
        return self.first, self.last


@dataclass
class Change:
    """What a unit pays more or less of one thing, in the quarter and in the year.

    `others` pay as much less or more. What is late is of quarters up to `until`.
    """

    unit_id: int
    thing: Thing
    until: str
    others: list[str] = field(default_factory=list)
    quarter_ore: int = 0
    year_ore: int = 0


class _Entry(NamedTuple):
    """An amount of a quarter; what is billed is of no unit, and is after what it was before."""

    period: str
    department_id: int | None
    unit_id: int | None
    before_ore: int
    after_ore: int


def money_of(plan: Outlook) -> Money:
    """Work out what departments and units pay that pay otherwise, and what goes with each step."""
    with one_moment():
        found = estimate_of(plan)
        devices = {device for effect in plan.effects for device in effect.devices}
        costs = quarter_costs(devices, plan.day) if devices else {}
    money = _money(plan, found, _entries(plan, found))
    money.departments = [one for one in money.departments if one.is_changed]
    money.units = [one for one in money.units if one.is_changed]
    money.step_ore = [sum(costs.get(pk, 0) for pk in effect.devices) for effect in plan.effects]
    return money


def money_of_all(plan: Outlook) -> Money:
    """Work out what every department pays, and every unit."""
    with one_moment():
        found = estimate_of(plan)
    return _money(plan, found, _entries(plan, found))


def money_of_department(plan: Outlook, department: int | None) -> Money:
    """Work out what a department pays: its bills, and its units, also those that come or go."""
    with one_moment():
        found = estimate_of(plan)
    mine = [one for one in _entries(plan, found) if one.department_id == department]
    money = _money(plan, found, mine)
    for one in money.units:
        if one.unit_id is not None:
            was = plan.units[one.unit_id].department_id if one.unit_id in plan.units else None
            one.is_before = not one.is_new and was == department
            one.is_after = plan.department_after.get(one.unit_id) == department
    return money


def changes_of(plan: Outlook, unit: int) -> tuple[Money, list[Change]]:
    """Work out what a unit pays, and all that it pays more or less of."""
    with one_moment():
        found = estimate_of(plan)
    money = _money(plan, found, [one for one in _entries(plan, found) if one.unit_id == unit])
    changes = {
        one.thing: Change(unit, one.thing, found.billed_until)
        for one in found.shifts
        if one.unit_id == unit
    }
    for shift in found.shifts:
        if change := changes.get(shift.thing):
            if shift.unit_id == unit:
                change.year_ore += shift.amount_ore
                change.quarter_ore += shift.amount_ore * (shift.period == str(found.quarter))
            elif (name := _unit_name(plan, shift.unit_id)) not in change.others:
                change.others.append(name)
    found_changes = [one for one in changes.values() if one.quarter_ore or one.year_ore]
    return money, sorted(found_changes, key=lambda one: one.thing.name)


def _entries(plan: Outlook, found: Estimate) -> Iterator[_Entry]:
    for (department, period), amount in found.billed.items():
        yield _Entry(period, department, None, amount, amount)
    for (period, unit), amount in found.before.items():
        department = plan.units[unit].department_id if unit in plan.units else None
        yield _Entry(period, department, unit, amount, 0)
    for (period, unit), amount in found.after.items():
        yield _Entry(period, plan.department_after.get(unit), unit, 0, amount)


def _money(plan: Outlook, found: Estimate, entries: Iterable[_Entry]) -> Money:
    """Add entries up by department, by unit, and in all; what is billed is of the unit None."""
    departments: dict[int | None, Payment] = defaultdict(Payment)
    units: dict[int | None, Payment] = defaultdict(Payment)
    total = Payment("I alt")
    for entry in entries:
        for one in (departments[entry.department_id], units[entry.unit_id], total):
            one.year_before_ore += entry.before_ore
            one.year_after_ore += entry.after_ore
            if entry.period == str(found.quarter):
                one.quarter_before_ore += entry.before_ore
                one.quarter_after_ore += entry.after_ore
    for pk, one in departments.items():
        one.name, one.department_id = plan.department_name(pk) or COST_HOLDER_NAME, pk
    for pk, one in units.items():
        one.name, one.unit_id = _unit_name(plan, pk), pk
        one.is_before = not one.is_new
    return Money(
        found.quarter,
        found.first,
        found.last,
        _in_order(departments.values()),
        _in_order(units.values()),
        total,
    )


def _unit_name(plan: Outlook, unit: int | None) -> str:
    if unit is None:
        return ""
    return str(plan.units[unit]) if unit in plan.units else COST_HOLDER_NAME


def _in_order(payments: Iterable[Payment]) -> list[Payment]:
    return sorted(payments, key=lambda one: (one.name == COST_HOLDER_NAME, danish_key(one.name)))
