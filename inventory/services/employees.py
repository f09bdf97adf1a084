"""Employees, as a file or a form states them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from albertslund_it.common.cells import KEEP, given
from albertslund_it.common.faults import Faults
from albertslund_it.web.bulk import Changes, Difference
from albertslund_it.web.rows import lock
from inventory.models import Employee
from inventory.selectors.lookups import employees_by_initials, units_by_number
from inventory.services.holders import unknown_unit


@dataclass(frozen=True, slots=True)
class EmployeeFacts:
    """What is to hold for an employee; KEEP leaves a value as it is."""

    initials: str
    name: str
    unit: str
    mail: str = KEEP
    left_on: date | None = KEEP
    row: int | None = None


@transaction.atomic
def save_employees(
    *, rows: Sequence[EmployeeFacts], actor, today: date, faults: Faults | None = None
) -> Changes:
    """Create or change employees.

    Raises:
        FileRefused: with every fault; nothing is written.
    """
    lock(Employee)
    faults = faults or Faults()
    changes = Changes((Employee,))
    units, employees = units_by_number(), employees_by_initials()
    for row in rows:
        is_first = faults.is_first(row.row, row.initials, f"Initialer {row.initials}")
        unit = units.get(row.unit)
        if unit is None:
            faults.add(row.row, unknown_unit(row.unit))
        if unit is None or not is_first:
            continue
        values = given(row, "name", "mail", "left_on") | {"unit": unit, "initials": row.initials}
        if employee := employees.get(row.initials):
            changes.update(employee, row.initials, **values)
        else:
            told = Difference(row.initials, f"ny medarbejder: {row.name}, enhed {unit.number}")
            changes.create(Employee(**values), told)
    faults.refuse()
    changes.save(actor)
    return changes
