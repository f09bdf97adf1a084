"""What each department would pay before and after a reorganisation: an estimate from kept costs."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from django.db.models import Sum

from albertslund_it.common.names import danish_key
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.rows import among
from inventory.models import Device
from leasing.billing.selectors.costs import pending_sums
from leasing.billing.selectors.facts import charges_to_bill
from leasing.billing.selectors.outstanding import window_up_to
from leasing.billing.selectors.quarter_costs import quarter_costs
from leasing.billing.selectors.window import Window
from leasing.cost_table.facts import NOBODY, cost_holder_id, heirs_up_to, lease_facts
from leasing.cost_table.moment import one_moment
from leasing.domain.allocation import Heirs, Period, heir_of, last_in_row, split
from leasing.models import COST_HOLDER_NAME, InvoiceSummary
from leasing.reorganisation.selectors.plan import Outlook

# Øre by (quarter's code, unit).
Amounts = Mapping[tuple[str, int], int]


@dataclass
class Payment:
    """What a department, or a unit, pays in the quarter and in the year: before and after."""

    name: str
    quarter_before_ore: int = 0
    quarter_after_ore: int = 0
    year_before_ore: int = 0
    year_after_ore: int = 0
    department_id: int | None = None
    unit_id: int | None = None

    @property
    def is_there(self) -> bool:
        """Return whether it could have paid before: a unit that a step makes has no lines yet."""
        return self.unit_id is None or self.unit_id > 0

    @property
    def is_changed(self) -> bool:
        return (self.quarter_before_ore, self.year_before_ore) != (
            self.quarter_after_ore,
            self.year_after_ore,
        )

    @property
    def quarter_change_ore(self) -> int:
        return self.quarter_after_ore - self.quarter_before_ore

    @property
    def year_change_ore(self) -> int:
        return self.year_after_ore - self.year_before_ore


@dataclass
class Money:
    """The quarter of the day and its year, of the departments and units that pay otherwise.

    `step_ore` is what all that goes with each step costs in the whole quarter; the year is of the
    quarters from `first` to `last`, for nothing is billed before the billing start.
    """

    quarter: Quarter
    first: Quarter
    last: Quarter
    departments: list[Payment]
    units: list[Payment]
    total: Payment
    step_ore: list[int] = field(default_factory=list)


def money_of(plan: Outlook) -> Money:
    """Work out what each pays of the quarter of the day and of its year, before and after."""
    quarter = Quarter.of(plan.day)
    last = Quarter(quarter.year, 4)
    with one_moment():
        window = window_up_to(last)
        before, after = _pending(plan, window)
        billed = dict(_billed(quarter.year))
        devices = {device for effect in plan.effects for device in effect.devices}
        costs = quarter_costs(devices, plan.day) if devices else {}
    departments: dict[int | None, Payment] = defaultdict(lambda: Payment(""))
    units: dict[int, Payment] = defaultdict(lambda: Payment(""))
    total = Payment("Hele kommunen")

    def add(one: Payment, period: str, was: int, becomes: int) -> None:
        one.year_before_ore += was
        one.year_after_ore += becomes
        if period == str(quarter):
            one.quarter_before_ore += was
            one.quarter_after_ore += becomes

    for (department, period), amount in billed.items():
        add(departments[department], period, amount, amount)
        add(total, period, amount, amount)
    for (period, unit), amount in before.items():
        department = plan.units[unit].department_id if unit in plan.units else None
        add(departments[department], period, amount, 0)
        add(units[unit], period, amount, 0)
        add(total, period, amount, 0)
    for (period, unit), amount in after.items():
        add(departments[plan.department_after.get(unit)], period, 0, amount)
        add(units[unit], period, 0, amount)
        add(total, period, 0, amount)
    for department, one in departments.items():
        one.name = plan.department_name(department) or COST_HOLDER_NAME
        one.department_id = department
    for unit, one in units.items():
        one.name = str(plan.units[unit]) if unit in plan.units else COST_HOLDER_NAME
        one.unit_id = unit
    return Money(
        quarter,
        max(Quarter(quarter.year, 1), Quarter.of(window.billing_start)),
        last,
        _changed(departments.values()),
        _changed(units.values()),
        total,
        [sum(costs.get(device, 0) for device in effect.devices) for effect in plan.effects],
    )


def _changed(all_of_them: Iterable[Payment]) -> list[Payment]:
    found = [one for one in all_of_them if one.is_changed]
    return sorted(found, key=lambda one: (one.name == COST_HOLDER_NAME, danish_key(one.name)))


def _billed(year: int) -> list[tuple[tuple[int | None, str], int]]:
    rows = InvoiceSummary.objects.filter(period__startswith=f"{year}Q").order_by()
    sums = rows.values_list("invoice__department", "period").annotate(Sum("amount_ore"))
    return [((department, period), amount) for department, period, amount in sums]


def _pending(plan: Outlook, window: Window) -> tuple[Amounts, Amounts]:
    """Return what no run holds of the year, by who would get the line: as it is, and after."""
    year = str(plan.day.year)
    now = heirs_up_to(window.covered)
    then = Heirs(last_in_row({**now.of, **plan.closed}), now.until)
    before: Counter[tuple[str, int]] = Counter()
    after: Counter[tuple[str, int]] = Counter()
    for one in pending_sums(window):
        if one.period[:4] == year:
            before[one.period, one.unit_id] += one.amount_ore
            after[one.period, heir_of(then, one.period, one.unit_id)] += one.amount_ore
    for charge in charges_to_bill(window):
        period = str(Quarter.of(charge.charged_on))
        if period[:4] == year:
            before[period, charge.unit_id] += charge.amount_ore
            goes = charge.charged_on >= plan.day or period <= then.until
            unit = then.of.get(charge.unit_id, charge.unit_id) if goes else charge.unit_id
            after[period, unit] += charge.amount_ore
    for key, amount in _moved(plan, window, then).items():
        after[key] += amount
    return before, after


def _moved(plan: Outlook, window: Window, heirs: Heirs) -> Amounts:
    """Return what the devices that go along cost whom more and less, by quarter."""
    year, holder = str(plan.day.year), cost_holder_id() or NOBODY
    periods = [Period(*one) for one in window.periods if one.code[:4] == year]
    found: Counter[tuple[str, int]] = Counter()
    changed = [device for device, timeline in plan.after.items() if timeline != plan.before[device]]
    for facts in lease_facts(Device.objects.filter(pk__in=among(changed, int))):
        later = replace(facts, placements=plan.after[facts.device_id])
        for sign, one in ((-1, facts), (1, later)):
            for (period, unit), share in split(one, periods, holder).items():
                found[period, heir_of(heirs, period, unit)] += sign * share.amount_ore
    return found
