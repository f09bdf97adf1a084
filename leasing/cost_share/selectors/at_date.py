"""The time machine: what a payer had on a day and what a quarter of it costs, and two days apart.

It is how that day looks by what is known today: a move entered late counts from the day it was, and
a unit belongs to the department that it has today.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from albertslund_it.common.names import danish_key
from albertslund_it.common.quarters import Quarter
from inventory.models import DeviceModel, Unit
from leasing.billing.selectors.outstanding import devices_of_units
from leasing.billing.selectors.remembered import kept, kept_rows
from leasing.cost_share.selectors.payers import STOCK, Payer
from leasing.cost_table.facts import billing_start, cost_holder_id, lease_facts
from leasing.cost_table.moment import one_moment
from leasing.domain.accrual import accrued, term_on
from leasing.domain.allocation import unit_on
from leasing.models import COST_HOLDER_NAME

COME, GONE, MOVED, PRICE, SAME = "kommet", "vaek", "flyttet", "pris", "uaendret"
# In the order of the page.
DIFFERENCES = (COME, GONE, MOVED, PRICE, SAME)


class DayItem(NamedTuple):
    """A leased item at a unit on a day: the term in force, and what that day's quarter costs."""

    device_id: int
    serial_number: str
    model_name: str
    unit_id: int
    price_ore: int
    quarters: int
    quarter_ore: int


# A kind of difference, the item as it is or was last, as it was, and as it is.
Pair = tuple[str, DayItem, DayItem | None, DayItem | None]


class HeldRow(NamedTuple):
    """An item on a day, or on two: what its quarter cost then, and costs on the later day."""

    device_id: int
    serial_number: str
    model_name: str
    unit: str
    kind: str
    before_ore: int
    amount_ore: int

    @property
    def change_ore(self) -> int:
        return self.amount_ore - self.before_ore


@dataclass
class DaySum:
    """Items and øre of the earlier day and of the day itself."""

    key: str = ""
    label: str = ""
    items_before: int = 0
    items: int = 0
    before_ore: int = 0
    amount_ore: int = 0

    @property
    def change_ore(self) -> int:
        return self.amount_ore - self.before_ore

    def add(self, before: DayItem | None, now: DayItem | None) -> None:
        """Take in an item as it was and as it is."""
        if before:
            self.items_before += 1
            self.before_ore += before.quarter_ore
        if now:
            self.items += 1
            self.amount_ore += now.quarter_ore


@dataclass
class Day:
    """A day added up, beside an earlier one where `earlier` is given.

    `groups` are units, or everybody's departments by the payers' keys; `kinds` tell the
    differences apart. Each of them adds up to `total`.
    """

    day: date
    earlier: date | None
    total: DaySum
    pcs: int
    groups: list[DaySum]
    kinds: list[DaySum]


@kept_rows("held", DayItem)
def held_on(payer: Payer, day: date) -> list[DayItem]:
    """Return what a payer had on a day by serial numbers."""
    quarter, found = Quarter.of(day), []
    with one_moment():
        holder = cost_holder_id()
        # Nothing before the billing start costs anybody anything.
        start, end = max(quarter.starts_on, billing_start()), quarter.ends_before
        devices = None if payer.unit_ids is None else devices_of_units(payer.unit_ids)
        for facts in lease_facts(devices):
            unit = unit_on(facts, day, holder)
            if unit is None or not (payer.unit_ids is None or unit in payer.unit_ids):
                continue
            cost = accrued(facts.terms, facts.stops_on, end)
            cost -= accrued(facts.terms, facts.stops_on, min(start, end))
            term = term_on(facts.terms, day)
            about = (facts.device_id, facts.serial_number, facts.model_name)
            found.append(DayItem(*about, unit, term.price_ore, term.quarters, cost))
    return sorted(found, key=lambda item: item.serial_number)


def rows_on(payer: Payer, day: date, earlier: date | None = None, kind: str = "") -> list[HeldRow]:
    """Return what a payer had on a day; with an earlier one the differences."""
    pairs = [
        pair
        for pair in _pairs(payer, day, earlier)
        if earlier is None or (pair[0] == kind if kind else pair[0] != SAME)
    ]
    units = Unit.objects.in_bulk({one.unit_id for _, _, *both in pairs for one in both if one})
    pairs.sort(key=lambda pair: DIFFERENCES.index(pair[0]))
    return [_row(units, *pair) for pair in pairs]


def _row(
    units: dict[int, Unit], kind: str, shown: DayItem, before: DayItem | None, now: DayItem | None
) -> HeldRow:
    unit = units[shown.unit_id].name
    if before and kind == MOVED:
        unit = f"{units[before.unit_id].name} → {unit}"
    return HeldRow(
        shown.device_id,
        shown.serial_number,
        shown.model_name,
        unit,
        kind,
        before.quarter_ore if before else 0,
        now.quarter_ore if now else 0,
    )


def _pairs(payer: Payer, day: date, earlier: date | None) -> list[Pair]:
    """Return every item of either day beside itself, by serial numbers."""
    now = held_on(payer, day)
    if earlier is None:
        return [(SAME, one, None, one) for one in now]
    then = {one.device_id: one for one in held_on(payer, earlier)}
    pairs: list[Pair] = []
    for one in now:
        before = then.pop(one.device_id, None)
        pairs.append((_kind(before, one), one, before, one))
    pairs += [(GONE, one, one, None) for one in then.values()]
    return sorted(pairs, key=lambda pair: pair[1].serial_number)


def _kind(before: DayItem | None, now: DayItem) -> str:
    if before is None:
        return COME
    if before.unit_id != now.unit_id:
        return MOVED
    same = before.price_ore * now.quarters == now.price_ore * before.quarters
    return SAME if same else PRICE


@kept("day")
def day_of(payer: Payer, day: date, earlier: date | None = None) -> Day:
    """Add up what a payer had on a day."""
    units = Unit.objects.select_related("department").in_bulk()
    pc_models = set(DeviceModel.objects.filter(category__is_pc=True).values_list("name", flat=True))
    payer_of = _department if payer.is_everybody else _unit
    payers = {pk: payer_of(unit) for pk, unit in units.items()}
    groups: dict[tuple[str, str], DaySum] = defaultdict(DaySum)
    kinds: dict[str, DaySum] = defaultdict(DaySum)
    total, pcs = DaySum("", "I alt"), 0
    for kind, _, before, now in _pairs(payer, day, earlier):
        total.add(before, now)
        kinds[kind].add(before, now)
        pcs += now is not None and now.model_name in pc_models
        if before:
            groups[payers[before.unit_id]].add(before, None)
        if now:
            groups[payers[now.unit_id]].add(None, now)
    for (key, label), one in groups.items():
        one.key, one.label = key, label
    for key, one in kinds.items():
        one.key = key
    return Day(
        day,
        earlier,
        total,
        pcs,
        sorted(groups.values(), key=lambda one: (one.key == STOCK, danish_key(one.label))),
        [kinds[key] for key in DIFFERENCES if key in kinds] if earlier else [],
    )


def _unit(unit: Unit) -> tuple[str, str]:
    return str(unit.pk), unit.name


def _department(unit: Unit) -> tuple[str, str]:
    if unit.department is None:
        return STOCK, COST_HOLDER_NAME
    return str(unit.department_id), unit.department.name
