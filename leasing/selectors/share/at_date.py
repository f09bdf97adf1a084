"""The time machine: what a payer had on a day and what a quarter of it costs, and two days apart.

It is how that day looks by what is known today: a move entered late counts from the day it was.
"""

from dataclasses import dataclass
from datetime import date

from albertslund_it.common.quarters import Quarter
from inventory.models import Unit
from leasing.domain.accrual import accrued
from leasing.selectors.facts import cost_holder_id, lease_facts, one_moment
from leasing.selectors.outstanding import devices_of_units
from leasing.selectors.share.bearers import Bearer
from leasing.selectors.share.cells import unit_on
from leasing.selectors.world import remembered

COME, GONE, MOVED, PRICE, SAME = "Kommet til", "Væk", "Flyttet", "Anden pris", "Uændret"


@dataclass(frozen=True)
class Held:
    """A leased device at a unit on a day; `quarter_ore` is the whole quarter of that day."""

    device_id: int
    serial_number: str
    model_name: str
    unit_id: int
    quarter_ore: int


@dataclass(frozen=True)
class HeldRow:
    """A device on one day, or on two: what it was then, and what it is."""

    serial_number: str
    model_name: str
    unit: str
    before_ore: int
    amount_ore: int
    what: str

    @property
    def change_ore(self) -> int:
        return self.amount_ore - self.before_ore


def held_on(bearer: Bearer, day: date) -> list[Held]:
    """Give what a bearer had on a day, worked out once for as long as no fact changes."""
    return remembered(f"held|{bearer.known_as}|{day}", lambda: _held(bearer, day))


def _held(bearer: Bearer, day: date) -> list[Held]:
    quarter, found = Quarter.of(day), []
    with one_moment():
        holder = cost_holder_id()
        devices = None if bearer.unit_ids is None else devices_of_units(bearer.unit_ids)
        for facts in lease_facts(devices):
            unit = unit_on(facts, day, holder)
            if unit is None or not (bearer.unit_ids is None or unit in bearer.unit_ids):
                continue
            cost = accrued(facts.terms, facts.stops_on, quarter.ends_before)
            cost -= accrued(facts.terms, facts.stops_on, quarter.starts_on)
            found.append(Held(facts.device_id, facts.serial_number, facts.model_name, unit, cost))
    return found


def rows_on(bearer: Bearer, day: date, earlier: date | None = None) -> list[HeldRow]:
    """Give what a bearer had on a day; with an earlier one, what is different comes first."""
    now = {one.device_id: one for one in held_on(bearer, day)}
    then = {one.device_id: one for one in held_on(bearer, earlier)} if earlier else {}
    units = Unit.objects.in_bulk({one.unit_id for one in (*now.values(), *then.values())})
    rows = []
    for device in now.keys() | then.keys():
        one, before = now.get(device), then.get(device)
        shown = one or before
        what = _what(one, before) if earlier else ""
        name = units[shown.unit_id].name
        if what == MOVED:
            name = f"{units[before.unit_id].name} → {name}"
        rows.append(
            HeldRow(
                shown.serial_number,
                shown.model_name,
                name,
                before.quarter_ore if before else 0,
                one.quarter_ore if one else 0,
                what,
            )
        )
    order = [COME, GONE, MOVED, PRICE, SAME, ""]
    return sorted(rows, key=lambda row: (order.index(row.what), row.serial_number))


def _what(one: Held | None, before: Held | None) -> str:
    if before is None:
        return COME
    if one is None:
        return GONE
    if one.unit_id != before.unit_id:
        return MOVED
    # The same price gives quarters an øre apart, and quarters are not equally long.
    return PRICE if abs(one.quarter_ore - before.quarter_ore) > one.quarter_ore // 20 else SAME
