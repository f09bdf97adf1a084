"""The faults of data quality that a move would make, told before it is saved."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from albertslund_it.web.rows import among
from inventory.models import Device, Employee, Unit
from leasing.data_quality.selectors.faults import BY_KEY


@dataclass(frozen=True, slots=True)
class Place:
    """Where a device is, or would be, on a day; None for the unit is IT's stock."""

    unit: Unit | None = None
    employee: Employee | None = None
    used_for: str = ""


def faults_made(
    moves: Iterable[tuple[Device, Place, Place]], on: date
) -> list[tuple[str, str, int]]:
    """Return (title, what mends it, count) of each rule that more devices break after than before.

    `moves` has each device with where it is and where it is to be.
    """
    moves = list(moves)
    people = {place.employee.pk for _, *both in moves for place in both if place.employee}
    through = Employee.also_employed_at.through.objects.filter(employee__in=among(people, int))
    also = set(through.values_list("employee", "unit")) if people else set()
    made: Counter[str] = Counter()
    for device, before, after in moves:
        made.update(set(_broken(device, after, on, also)) - set(_broken(device, before, on, also)))
    return [(rule.title, rule.mend, made[key]) for key, rule in BY_KEY.items() if made[key]]


def _broken(device: Device, place: Place, on: date, also: set[tuple[int, int]]) -> Iterable[str]:
    """Name the rules that a device at a place breaks: as `sets` and `readiness` find them."""
    person, unit = place.employee, place.unit
    if unit is None:
        return
    has_left = person and person.left_on and person.left_on <= on
    if has_left:
        yield "leavers"
    elif person and not unit.is_cost_holder and not _works_at(person, unit, also):
        yield "moved"
    if not (person or place.used_for or unit.is_cost_holder) and device.model.category.is_pc:
        yield "nobody"


def _works_at(person: Employee, unit: Unit, also: set[tuple[int, int]]) -> bool:
    return person.unit_id == unit.pk or (person.pk, unit.pk) in also
