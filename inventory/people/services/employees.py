"""Employees, as a file or a form states them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from albertslund_it.common.files.cells import KEEP, Keep, given
from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.common.names import match_key
from albertslund_it.web.database.bulk import Changes, ValueChange
from albertslund_it.web.database.objects import new_row
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor
from inventory.imports.selectors import employees_by_initials, units_by_number, unknown_unit
from inventory.models import Employee, EmployeeAlias
from inventory.placements.services.holders import fault_of_closed


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
    rows = _one_row_a_person(rows, employees, changes)
    former_mails = dict(
        EmployeeAlias.objects.filter(kind=EmployeeAlias.Kind.ADDRESS).values_list(
            "value", "employee"
        )
    )
    mails = _Mails(rows, employees)
    for row in rows:
        is_first = errors.is_first(row.row, row.initials, f"Initialer {row.initials}")
        unit = units.get(row.unit)
        if unit is None:
            errors.add(row.row, unknown_unit(row.unit))
        employee = employees.get(row.initials)
        for reason in (
            _reused(row, employee, today),
            mails.clash(row, employee),
            *([] if employee and employee.unit == unit else fault_of_closed(unit, today)),
        ):
            if reason:
                errors.add(row.row, reason)
        if unit is None or not is_first:
            continue
        values = given(row, "name", "mail", "left_on") | {"unit": unit}
        if employee:
            if employee.initials.upper() == row.initials:
                values["initials"] = row.initials
            if former_mails.get(str(values.get("mail")).casefold()) == employee.pk:
                del values["mail"]
            changes.update(employee, _own_initials(row, employee), **values)
        else:
            told = ValueChange(row.initials, f"ny medarbejder: {row.name}, enhed {unit.number}")
            changes.create(new_row(Employee, initials=row.initials, **values), told)
    errors.refuse()
    changes.save(actor)
    return changes


def _one_row_a_person(
    rows: Sequence[EmployeeFacts], employees: Mapping[str, Employee], changes: Changes
) -> list[EmployeeFacts]:
    """Leave out rows under former initials of whom the file has another row, in any order."""
    best: dict[int, tuple[bool, str]] = {}
    for row in rows:
        if employee := employees.get(row.initials):
            rank = (employee.initials.upper() != row.initials, row.initials)
            best[employee.pk] = min(best.get(employee.pk, rank), rank)
    kept = []
    for row in rows:
        employee = employees.get(row.initials)
        if employee is None or best[employee.pk][1] == row.initials:
            kept.append(row)
        else:
            why = f"tidligere initialer for {employee}, som også står i filen"
            changes.leave_out(row.row, row.initials, why)
    return kept


def _reused(row: EmployeeFacts, employee: Employee | None, today: date) -> str:
    """Return why a row may not give another name to initials that have a history."""
    if employee is None or row.is_same_person or match_key(row.name) == match_key(employee.name):
        return ""
    way = (
        "Giv en ny medarbejder andre initialer. Er det samme person, så skriv ja i kolonnen Samme "
        "person"
    )
    if employee.initials.upper() != row.initials:
        return (
            f"Initialer {row.initials} er tidligere initialer for {employee}, men i filen er det "
            f"{row.name}. {way}"
        )
    if employee.left_on is None or employee.left_on > today:
        return ""
    return (
        f"Initialer {row.initials} har tilhørt {employee.name}, som fratrådte "
        f"{employee.left_on:%d-%m-%Y}, men i filen er det {row.name}. {way}"
    )


class _Mails:
    """Whose each mail is once the rows are taken in, whatever its case."""

    def __init__(self, rows: Sequence[EmployeeFacts], employees: Mapping[str, Employee]):
        mails = {employee.initials.upper(): employee.mail for employee in employees.values()}
        for row in rows:
            if row.mail is not KEEP:
                mails[_own_initials(row, employees.get(row.initials))] = row.mail
        self._owners: dict[str, list[str]] = defaultdict(list)
        for initials, mail in mails.items():
            self._owners[mail.casefold()].append(initials)

    def clash(self, row: EmployeeFacts, employee: Employee | None) -> str:
        """Say who else has the mail that a row gives; what was so before is no fault of the row."""
        mail = "" if row.mail is KEEP else row.mail.casefold()
        if not mail or (employee and employee.mail.casefold() == mail):
            return ""
        own = _own_initials(row, employee)
        others = [one for one in self._owners[mail] if one != own]
        if not others:
            return ""
        return (
            f"Mail {row.mail} står både ved {row.initials} og {others[0]}. Er det samme person, så "
            f"brug initialerne {others[0]}; ellers ret mailen ved den ene"
        )


def _own_initials(row: EmployeeFacts, employee: Employee | None) -> str:
    return employee.initials.upper() if employee else row.initials
