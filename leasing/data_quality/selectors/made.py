"""The findings of data quality that a move would make, known before it is saved."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from albertslund_it.web.rows import among
from inventory.models import Device, Employee, Unit


@dataclass(frozen=True, slots=True)
class Place:
    """Where a device is, or would be, on a day; None for the unit is IT's stock."""

    unit: Unit | None = None
    employee: Employee | None = None
    used_for: str = ""


def findings_made(moves: Iterable[tuple[Device, Place, Place]], on: date) -> Counter[str]:
    """Return how many more devices break each rule after than before, by the rule's key.

    `moves` has each device with where it is and where it is to be.
    """
    moves = list(moves)
    people = {place.employee.pk for _, *both in moves for place in both if place.employee}
    through = Employee.also_employed_at.through.objects.filter(employee__in=among(people, int))
    also = set(through.values_list("employee", "unit")) if people else set()
    made: Counter[str] = Counter()
    for device, before, after in moves:
        made.update(set(_broken(device, after, on, also)) - set(_broken(device, before, on, also)))
    return made


def _broken(device: Device, place: Place, on: date, also: set[tuple[int, int]]) -> Iterable[str]:
    """Name the rules that a device at a place breaks: as `sets` finds them."""
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
