"""The findings of data quality that a move would make, known before it is saved."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from albertslund_it.web.database.rows import among
from inventory.models import Device, Employee, Unit
from inventory.placements.selectors import Holder


def findings_made(moves: Iterable[tuple[Device, Holder, Holder]], on: date) -> Counter[str]:
    """Return how many more devices break each rule after than before, by the rule's key.

    `moves` has each device with who has it and who is to have it.
    """
    moves = list(moves)
    people = {holder.employee.pk for _, *both in moves for holder in both if holder.employee}
    through = Employee.also_employed_at.through.objects.filter(employee__in=among(people, int))
    also = set(through.values_list("employee", "unit")) if people else set()
    made: Counter[str] = Counter()
    for device, before, after in moves:
        made.update(set(_broken(device, after, on, also)) - set(_broken(device, before, on, also)))
    return made


def _broken(device: Device, holder: Holder, on: date, also: set[tuple[int, int]]) -> Iterable[str]:
    """Name the rules that a device with a holder breaks: as `sets` finds them."""
    person, unit = holder.employee, holder.unit
    if unit is None:
        return
    has_left = person and person.left_on and person.left_on <= on
    if has_left:
        yield "leavers"
    elif person and not unit.is_cost_holder and not _works_at(person, unit, also):
        yield "moved"
    if not (person or holder.used_for or unit.is_cost_holder) and device.model.category.is_pc:
        yield "nobody"


def _works_at(person: Employee, unit: Unit, also: set[tuple[int, int]]) -> bool:
    return person.unit_id == unit.pk or (person.pk, unit.pk) in also
