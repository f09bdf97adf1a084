"""What is not billed yet, by who would get the line: as it is, and what goes to and from whom."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from django.db.models import Sum

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.rows import among
from inventory.models import Device
from leasing.billing.selectors.costs import pending_sums
from leasing.billing.selectors.facts import charges_to_bill
from leasing.billing.selectors.outstanding import window_up_to
from leasing.billing.selectors.window import Window
from leasing.cost_table.facts import NOBODY, cost_holder_id, heirs_up_to, lease_facts
from leasing.domain.allocation import Heirs, Period, heir_of, last_in_row, split
from leasing.models import InvoiceSummary
from leasing.reorganisation.selectors.plan import Outlook

# Øre by (quarter's code, unit).
Amounts = Mapping[tuple[str, int], int]


class Thing(NamedTuple):
    """What goes: a device, a charge, or, without a name, what is late of quarters already billed.

    A device goes by its placements; the others are left by a unit that is closed.
    """

    device_id: int | None = None
    name: str = ""
    model_name: str = ""
    left_by: int | None = None


class Shift(NamedTuple):
    """What a unit pays more of a quarter, or less, because something goes."""

    period: str
    unit_id: int
    amount_ore: int
    thing: Thing


@dataclass(frozen=True)
class Estimate:
    """The quarter of the day and its year; nothing is billed before `first`.

    `billed` is by (department, quarter) and stays as it is; `billed_until` is the last quarter that
    a run has billed.
    """

    quarter: Quarter
    first: Quarter
    last: Quarter
    billed_until: str
    billed: Mapping[tuple[int | None, str], int]
    before: Amounts
    shifts: list[Shift]

    @property
    def after(self) -> Amounts:
        """Return who would get the line once all has gone."""
        found = Counter(self.before)
        for one in self.shifts:
            found[one.period, one.unit_id] += one.amount_ore
        return found


def estimate_of(plan: Outlook) -> Estimate:
    """Read what is billed and what waits of the year, and work out what goes; in one moment."""
    quarter = Quarter.of(plan.day)
    last = Quarter(quarter.year, 4)
    window = window_up_to(last)
    now = heirs_up_to(window.covered)
    then = Heirs(last_in_row({**now.of, **plan.closed}), now.until)
    waiting = list(_waiting(plan, window, then))
    before: Counter[tuple[str, int]] = Counter()
    for period, unit, _, amount, _ in waiting:
        before[period, unit] += amount
    return Estimate(
        quarter,
        max(Quarter(quarter.year, 1), Quarter.of(window.billing_start)),
        last,
        then.until,
        dict(_billed(quarter.year)),
        before,
        [*_inherited(waiting), *_moved(plan, window, then)],
    )


def _billed(year: int) -> Iterator[tuple[tuple[int | None, str], int]]:
    rows = InvoiceSummary.objects.filter(period__startswith=f"{year}Q").order_by()
    for department, period, amount in rows.values_list("invoice__department", "period").annotate(
        Sum("amount_ore")
    ):
        yield (department, period), amount


class _Waiting(NamedTuple):
    """What no run holds: of a quarter, whose it is and becomes; a charge has a name."""

    period: str
    unit_id: int
    heir_id: int
    amount_ore: int
    name: str


def _waiting(plan: Outlook, window: Window, then: Heirs) -> Iterator[_Waiting]:
    year = str(plan.day.year)
    for one in pending_sums(window):
        if one.period[:4] == year:
            heir = heir_of(then, one.period, one.unit_id)
            yield _Waiting(one.period, one.unit_id, heir, one.amount_ore, "")
    for charge in charges_to_bill(window):
        period, unit = str(Quarter.of(charge.charged_on)), charge.unit_id
        if period[:4] == year:
            goes = charge.charged_on >= plan.day or period <= then.until
            heir = then.of.get(unit, unit) if goes else unit
            yield _Waiting(period, unit, heir, charge.amount_ore, charge.text)


def _inherited(waiting: list[_Waiting]) -> Iterator[Shift]:
    """Yield what waits at a unit that is closed, and goes to the one that follows it."""
    for period, unit, heir, amount, name in waiting:
        if unit != heir:
            thing = Thing(name=name, left_by=unit)
            yield Shift(period, unit, -amount, thing)
            yield Shift(period, heir, amount, thing)


def _moved(plan: Outlook, window: Window, heirs: Heirs) -> Iterator[Shift]:
    """Yield what the devices that go along cost whom more and less."""
    year, holder = str(plan.day.year), cost_holder_id() or NOBODY
    periods = [Period(*one) for one in window.periods if one.code[:4] == year]
    changed = [device for device, timeline in plan.after.items() if timeline != plan.before[device]]
    for facts in lease_facts(Device.objects.filter(pk__in=among(changed, int))):
        later = replace(facts, placements=plan.after[facts.device_id])
        found: Counter[tuple[str, int]] = Counter()
        for sign, one in ((-1, facts), (1, later)):
            for (period, unit), share in split(one, periods, holder).items():
                found[period, heir_of(heirs, period, unit)] += sign * share.amount_ore
        thing = Thing(facts.device_id, facts.serial_number, facts.model_name)
        for (period, unit), amount in found.items():
            if amount:
                yield Shift(period, unit, amount, thing)
