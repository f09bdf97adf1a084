"""What each leader is asked to look through: the leased items that cost them something today."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from albertslund_it.common.names import danish_key
from albertslund_it.common.quarters import Quarter
from inventory.models import Device, Unit
from inventory.selectors.placements import placements_in_force
from inventory.selectors.scope import units_seen_by
from leasing.domain.accrual import accrued, span_of
from leasing.models import Confirmation, ConfirmationRound, Objection
from leasing.selectors.facts import lease_facts, one_moment

YES, NO, SILENT = "yes", "no", "silent"


@dataclass(frozen=True, slots=True)
class Item:
    """A leased item at a unit, its price a quarter, and what its leader has said of it."""

    device_id: int
    serial_number: str
    model_name: str
    unit: Unit
    quarter_ore: int
    answer: str


@dataclass
class Progress:
    """How far a round is for one department."""

    name: str
    mail: str
    items: int = 0
    confirmed: int = 0
    objected: int = 0
    quarter_ore: int = 0

    @property
    def silent(self) -> int:
        return self.items - self.confirmed - self.objected

    @property
    def has_answered(self) -> bool:
        return self.items > 0 and self.silent == 0


def latest_round() -> ConfirmationRound | None:
    """Give the round that was started last."""
    return ConfirmationRound.objects.order_by("-id").first()


def items_of(units: QuerySet[Unit], on: date, devices=None) -> list[Item]:
    """Give what is leased and placed at some units on a day, by unit in Danish order."""
    quarter = Quarter.of(on)
    with one_moment():
        by_id = {unit.id: unit for unit in units.select_related("department")}
        order = {unit: position for position, unit in enumerate(by_id)}
        objected = set(Objection.objects.filter(outcome="").values_list("device", "unit"))
        confirmed = set(_confirmed())
        found = []
        for facts in lease_facts(devices):
            began, ended = span_of(facts.terms, facts.stops_on)
            unit = _unit_on(facts.placements, on)
            if unit not in by_id or not began <= on < ended:
                continue
            cost = accrued(facts.terms, facts.stops_on, quarter.ends_before)
            cost -= accrued(facts.terms, facts.stops_on, quarter.starts_on)
            key = (facts.device_id, unit)
            answer = NO if key in objected else YES if key in confirmed else SILENT
            found.append(
                Item(*key[:1], facts.serial_number, facts.model_name, by_id[unit], cost, answer)
            )
    return sorted(found, key=lambda item: (order[item.unit.id], item.serial_number))


def _confirmed():
    asked = latest_round()
    if asked is None:
        return ()
    return Confirmation.objects.filter(round=asked).values_list("device", "unit")


def _unit_on(placements, on: date) -> int | None:
    unit = None
    for starts_on, placed in placements:
        if starts_on > on:
            break
        unit = placed
    return unit


def devices_placed_at(units: QuerySet[Unit]) -> QuerySet[Device]:
    """Give the devices that some units have or have had."""
    return Device.objects.filter(placements__unit__in=units).distinct()


def progress(on: date) -> list[Progress]:
    """Give how far the latest round is, department by department."""
    units = Unit.objects.filter(is_cost_holder=False)
    rows: dict[int, Progress] = {}
    for item in items_of(units, on):
        department = item.unit.department
        row = rows.setdefault(department.id, Progress(department.name, department.head_mail))
        row.items += 1
        row.confirmed += item.answer == YES
        row.objected += item.answer == NO
        row.quarter_ore += item.quarter_ore
    return sorted(rows.values(), key=lambda row: danish_key(row.name))


def holders_at(items: list[Item], on: date) -> list[tuple[Item, str]]:
    """Give each item with the person who has it, or what it is used for."""
    placed = placements_in_force(on).filter(unit__in={item.unit.id for item in items})
    rows = placed.values_list("device", "employee__name", "used_for")
    names = {device: name or used_for for device, name, used_for in rows}
    return [(item, names.get(item.device_id, "")) for item in items]


def open_objection(device: Device, user, on: date) -> Objection | None:
    """Give what is said of a device at the user's units and not answered yet."""
    said = Objection.objects.filter(device=device, unit__in=units_seen_by(user, on), outcome="")
    return said.first()
