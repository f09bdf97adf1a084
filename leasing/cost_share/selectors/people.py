"""Who has what a payer pays for in a quarter: the same lines, by person."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from typing import NamedTuple

from albertslund_it.common.names import danish_key
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.rows import among
from inventory.models import Device, Placement, Unit
from leasing.cost_share.selectors.lines import lines_of
from leasing.cost_share.selectors.payers import Payer
from leasing.cost_share.selectors.pending_lines import Choice
from leasing.cost_table.moment import one_moment


class HeldBy(IntEnum):
    """Who has what is paid for; in the order of the page."""

    SOMEBODY = 0
    NOBODY = 1
    NO_DEVICE = 2


class Possession(NamedTuple):
    """What a device costs one unit in the quarter."""

    serial_number: str
    model_name: str
    unit_id: int
    unit: str
    amount_ore: int


@dataclass(eq=False)
class Person:
    """A person by name, or nobody, with what they have; `items` counts devices."""

    held_by: HeldBy
    name: str = ""
    possessions: list[Possession] = field(default_factory=list)

    @property
    def amount_ore(self) -> int:
        return sum(one.amount_ore for one in self.possessions)

    @property
    def items(self) -> int:
        return len({one.serial_number for one in self.possessions if one.serial_number})


def people_of(payer: Payer, quarter: Quarter, today: date) -> list[Person]:
    """Return the cost of a quarter by who had each device last in it, in Danish order."""
    with one_moment():
        return _people_of(payer, quarter, today)


def _people_of(payer: Payer, quarter: Quarter, today: date) -> list[Person]:
    sums: dict[tuple[str, str, int], int] = defaultdict(int)
    devices: dict[str, int] = {}
    lines = lines_of(payer, Choice(first=quarter, last=quarter), today)
    for serial, model, unit, amount, device in lines.of_devices():
        sums[serial, model, unit] += amount
        if device:
            devices[serial] = device
    holder_of = _holders(devices, {serial for serial, _, _ in sums}, quarter)
    units = dict(Unit.objects.filter(id__in={key[2] for key in sums}).values_list("id", "name"))
    people: dict[tuple[HeldBy, str], Person] = {}
    for (serial, model, unit), amount in sorted(sums.items()):
        name = holder_of.get((serial, unit), "") if serial else ""
        held_by = HeldBy.SOMEBODY if name else HeldBy.NOBODY if serial else HeldBy.NO_DEVICE
        person = people.setdefault((held_by, name), Person(held_by, name))
        person.possessions.append(Possession(serial, model, unit, units[unit], amount))
    return sorted(people.values(), key=lambda person: (person.held_by, danish_key(person.name)))


def _holders(
    leased: dict[str, int], serials: set[str], quarter: Quarter
) -> dict[tuple[str, int | None], str]:
    """Return who had each device last at each unit, by (serial number on the line, unit)."""
    charged = Device.objects.filter(serial_number__in=serials - leased.keys() - {""})
    devices = leased | dict(charged.values_list("serial_number", "id"))
    serials_of: dict[int, list[str]] = defaultdict(list)
    for serial, device in devices.items():
        serials_of[device].append(serial)
    held: dict[tuple[str, int | None], str] = {}
    rows = (
        Placement.objects.filter(
            device__in=among(serials_of, int), starts_on__lt=quarter.ends_before
        )
        .order_by("starts_on")
        .values_list("device", "unit", "employee__name", "employee__initials", "used_for")
    )
    for device, unit, name, initials, used_for in rows:
        who = f"{name} ({initials or 'kommende'})" if name else used_for
        for serial in serials_of[device]:
            held[serial, unit] = who
    return held
