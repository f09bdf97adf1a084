"""The list of employees: who has a pc, who is still to begin, who has left."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Q, QuerySet
from django.db.models.expressions import OrderBy

from albertslund_it.web.database.rows import only
from albertslund_it.web.lists.ranking import RankedIds, rank_alike
from inventory.models import Employee, Placement, Unit
from inventory.models.organisation import in_danish_order
from inventory.people.selectors.names import had_initials
from inventory.placements.selectors import placements_in_force


class EmployeeState(StrEnum):
    """How an employee stands on a day, as addresses name it."""

    PRESENT = "ansat"
    COMING = "kommende"
    LEFT = "fratraadt"


@dataclass(frozen=True, slots=True)
class EmployeeRow:
    """An employee with the number of pc's and of all devices held."""

    employee: Employee
    pcs: int
    devices: int
    on: date

    @property
    def id(self) -> int:
        return self.employee.pk

    @property
    def state(self) -> EmployeeState:
        if self.employee.is_coming:
            return EmployeeState.COMING
        if self.employee.left_on and self.employee.left_on <= self.on:
            return EmployeeState.LEFT
        return EmployeeState.PRESENT


def employees_in_state(
    employees: QuerySet[Employee], state: EmployeeState, on: date
) -> QuerySet[Employee]:
    """Keep those who are in a state on a day."""
    if state == EmployeeState.COMING:
        return employees.filter(initials="")
    if state == EmployeeState.LEFT:
        return employees.filter(left_on__lte=on).exclude(initials="")
    return employees.filter(Q(left_on=None) | Q(left_on__gt=on)).exclude(initials="")


def holders_of_pcs(on: date) -> QuerySet[Placement]:
    """Return the placements of pc's with people that are in force."""
    return placements_in_force(on).filter(
        employee__isnull=False, device__model__category__is_pc=True
    )


def named(employees: QuerySet[Employee], text: str) -> QuerySet[Employee]:
    """Keep those whose name or initials match every word."""
    found = employees
    for word in text.split():
        near = Q(name__icontains=word) | Q(initials__istartswith=word)
        found = found.filter(near | had_initials(word))
    # Searched once, not for the count and the page each.
    return only(employees, list(found.order_by().values_list("pk", flat=True)))


# The order of the units, and of the people of one; by the columns that people point at one by.
BY_UNIT = {"unit": (["name"], ["name"]), "department": (["department__name", "name"], [])}


def ids_by_unit(employees: QuerySet[Employee], column: str, *, descending: bool) -> RankedIds:
    """Return the employees' ids in the order of their unit or department, to be sliced."""

    def ordered(fields: list[str]) -> list[OrderBy]:
        keys = [in_danish_order(field) for field in fields]
        if descending:
            return [key.desc(nulls_last=True) for key in keys]
        return [key.asc(nulls_last=True) for key in keys]

    of_units, within = BY_UNIT[column]
    rank = rank_alike(Unit.objects.all(), *ordered(of_units))
    return RankedIds(employees, "pk", "unit", (*ordered(within), "pk"), rank)


def employee_rows(employees: Sequence[Employee], on: date) -> Iterator[EmployeeRow]:
    """Yield the rows of some employees, in their order, with one query for what they have."""
    held: dict[int, list[bool]] = {}
    ids = [employee.pk for employee in employees]
    found = placements_in_force(on).filter(employee__in=ids).order_by()
    for holder, is_pc in found.values_list("employee", "device__model__category__is_pc"):
        held.setdefault(holder, []).append(is_pc)
    for employee in employees:
        devices = held.get(employee.pk, [])
        yield EmployeeRow(employee, sum(devices), len(devices), on)
