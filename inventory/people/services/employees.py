"""Employees, as a file or a form states them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from albertslund_it.common.files.cells import KEEP, Keep, given
from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.common.names import match_key
from albertslund_it.web.database.bulk import Changes, ValueChange
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor
from inventory.imports.selectors import employees_by_initials, units_by_number
from inventory.models import Employee
from inventory.placements.services.holders import unknown_unit


@dataclass(frozen=True, slots=True)
class EmployeeFacts:
    """What is to hold for an employee; KEEP leaves a value as it is.

    `is_same_person` says that initials of somebody who has left, with another name, are not reused.
    """

    initials: str
    name: str
    unit: str
    mail: str | Keep = KEEP
    left_on: date | Keep | None = KEEP
    is_same_person: bool = False
    row: int | None = None


@transaction.atomic
def save_employees(
    *, rows: Sequence[EmployeeFacts], actor: Actor, today: date, errors: RowErrors | None = None
) -> Changes:
    """Create or change employees.

    Raises:
        FileRefused: with every fault; nothing is written.
    """
    lock(Employee)
    errors = errors or RowErrors()
    changes = Changes((Employee,))
    units, employees = units_by_number(), employees_by_initials()
    mails = _Mails(rows, employees.values())
    for row in rows:
        is_first = errors.is_first(row.row, row.initials, f"Initialer {row.initials}")
        unit = units.get(row.unit)
        if unit is None:
            errors.add(row.row, unknown_unit(row.unit))
        employee = employees.get(row.initials)
        for reason in (_reused(row, employee, today), mails.clash(row, employee)):
            if reason:
                errors.add(row.row, reason)
        if unit is None or not is_first:
            continue
        values = given(row, "name", "mail", "left_on") | {"unit": unit, "initials": row.initials}
        if employee:
            changes.update(employee, row.initials, **values)
        else:
            told = ValueChange(row.initials, f"ny medarbejder: {row.name}, enhed {unit.number}")
            changes.create(Employee(**values), told)
    errors.refuse()
    changes.save(actor)
    return changes


def _reused(row: EmployeeFacts, employee: Employee | None, today: date) -> str:
    """Say why a row may not give a leaver's initials, and so the history, another name."""
    if employee is None or row.is_same_person:
        return ""
    has_left = employee.left_on is not None and employee.left_on <= today
    if not has_left or match_key(row.name) == match_key(employee.name):
        return ""
    return (
        f"Initialer {row.initials} har tilhørt {employee.name}, som fratrådte "
        f"{employee.left_on:%d-%m-%Y}, men i filen er det {row.name}. Giv en ny medarbejder andre "
        "initialer. Er det samme person, så skriv ja i kolonnen Samme person"
    )


class _Mails:
    """Whose each mail is once the rows are taken in, whatever its case."""

    def __init__(self, rows: Sequence[EmployeeFacts], employees: Iterable[Employee]):
        mails = {employee.initials.upper(): employee.mail for employee in employees}
        mails |= {row.initials: row.mail for row in rows if row.mail is not KEEP}
        self._owners: dict[str, list[str]] = defaultdict(list)
        for initials, mail in mails.items():
            self._owners[mail.casefold()].append(initials)

    def clash(self, row: EmployeeFacts, employee: Employee | None) -> str:
        """Say who else has the mail that a row gives; what was so before is no fault of the row."""
        mail = "" if row.mail is KEEP else row.mail.casefold()
        if not mail or (employee and employee.mail.casefold() == mail):
            return ""
        others = [one for one in self._owners[mail] if one != row.initials]
        if not others:
            return ""
        return (
            f"Mail {row.mail} står både ved {row.initials} og {others[0]}. Er det samme person, så "
            f"brug initialerne {others[0]}; ellers ret mailen ved den ene"
        )
