"""People who do not fit a file: those who are still to come, and facts set on a form."""

from collections.abc import Collection
from datetime import date

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.names import match_key
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor
from inventory.models import Employee, Unit
from inventory.people.selectors.names import employee_with_initials


@transaction.atomic
def add_coming(*, name: str, unit: Unit, starts_on: date, actor: Actor) -> Employee:
    """Add somebody who is to begin and has no initials yet; the same again is the same person."""
    lock(Employee)
    name = " ".join(name.split())
    coming = Employee.objects.filter(initials="", unit=unit, starts_on=starts_on)
    for known in coming:
        if match_key(known.name) == match_key(name):
            return known
    changes = Changes((Employee,))
    made = changes.create(Employee(name=name, unit=unit, starts_on=starts_on))
    changes.save(actor)
    return made


def employee_state(employee: Employee) -> str:
    """Return what a form saw of an employee, to tell whether somebody changed it since."""
    others = sorted(employee.also_employed_at.values_list("pk", flat=True))
    facts = (employee.initials, employee.unit_id, employee.starts_on, employee.left_on, *others)
    return ";".join(map(str, facts))


@transaction.atomic
def save_employee(
    *,
    employee_id: int,
    initials: str,
    unit: Unit,
    also_employed_at: Collection[Unit],
    starts_on: date | None,
    left_on: date | None,
    seen: str,
    actor: Actor,
) -> Changes:
    """Set what a form states of an employee; a coming one becomes a real one by its initials.

    Raises:
        Refused: when somebody else has changed it meanwhile, or has the initials.
    """
    lock(Employee)
    employee = Employee.objects.get(pk=employee_id)
    initials = initials.strip() or employee.initials
    wanted = {"initials": initials, "unit": unit, "starts_on": starts_on, "left_on": left_on}
    others = {one.pk: one for one in also_employed_at if one.pk != unit.pk}
    if employee_state(employee) != seen and not _has(employee, wanted, others):
        raise Refused(
            f"{employee} er rettet af en anden, efter at du åbnede siden. Se den igennem, og "
            "prøv igen."
        )
    taken = employee_with_initials(initials)
    if taken and taken.pk != employee.pk:
        has = "har allerede" if taken.initials.upper() == initials.upper() else "har tidligere haft"
        way = " Saml de to i stedet, hvis det er den samme." if employee.is_coming else ""
        raise Refused(f"{taken} {has} initialerne {initials}.{way}")
    changes = Changes((Employee,))
    changes.update(employee, employee.short_name, **wanted)
    changes.save(actor)
    employee.also_employed_at.set(others.values())
    return changes


def _has(employee: Employee, wanted: dict[str, object], others: Collection[int]) -> bool:
    same = all(getattr(employee, name) == value for name, value in wanted.items())
    return same and set(employee.also_employed_at.values_list("pk", flat=True)) == set(others)
