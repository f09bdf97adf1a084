"""Who is to hold a device: a unit, and perhaps a person, by the numbers and initials in a file."""

from collections.abc import Iterable, Iterator
from datetime import date

from albertslund_it.common.files.row_errors import RowErrors
from inventory.imports.selectors import (
    employees_by_initials,
    units_by_number,
    unknown_employee,
    unknown_unit,
)
from inventory.models import Employee, Unit


def fault_of_closed(unit: Unit | None, on: date) -> Iterator[str]:
    """Say that a unit takes nothing from a day on, as it is closed by then; and what does."""
    if unit and unit.closed_on and unit.closed_on <= on:
        yield (
            f"Enheden {unit} er nedlagt fra den {unit.closed_on:%d-%m-%Y} og afløst af "
            f"{unit.successor}. Brug den i stedet"
        )


class Holders:
    """Every unit, and the employees that the rows of one file name by their initials."""

    def __init__(self, initials: Iterable[str | None]) -> None:
        self._units = units_by_number()
        self._employees = employees_by_initials({one for one in initials if one})

    @property
    def units(self) -> Iterable[Unit]:
        """Return every unit."""
        return self._units.values()

    @property
    def employees(self) -> Iterable[Employee]:
        """Return the employees that are named."""
        return self._employees.values()

    def find(
        self,
        row: int | None,
        unit_number: str | None,
        initials: str | None,
        errors: RowErrors,
        on: date,
    ) -> tuple[Unit | None, Employee | None]:
        """Return the unit and the person; a person without a unit stands for that person's unit.

        One that is closed on the day takes nothing.
        """
        unit = employee = None
        if initials:
            employee = self._employees.get(initials)
            if employee is None:
                errors.add(row, unknown_employee(initials))
            else:
                unit = employee.unit
        if unit_number:
            unit = self._units.get(unit_number)
            if unit is None:
                errors.add(row, unknown_unit(unit_number))
        if unit and unit.closed_on:
            for fault in fault_of_closed(unit, on):
                errors.add(row, fault)
        return unit, employee
