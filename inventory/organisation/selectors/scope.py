"""Whose departments, units and devices a user may see: the one place that decides it.

What is outside is to its reader as if it did not exist: 404, not 403.
"""

from collections import defaultdict
from datetime import date
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from albertslund_it.common.permissions import VIEW_ALL_DEPARTMENTS, VIEW_EMPLOYEE
from albertslund_it.web.database.put_together import given, put_together_once
from albertslund_it.web.people import BACKEND
from inventory.models import Access, Department, Device, Employee, Unit
from inventory.models.device import DeviceSet
from inventory.placements.selectors import placements_in_force


def sees_all(user: User) -> bool:
    """Return whether a user sees every department."""
    return user.has_perm(VIEW_ALL_DEPARTMENTS)


def reads_names(user: User | None) -> bool:
    """Return whether a user reads who has what; at the terminal, where nobody is logged in, yes."""
    return user is None or user.has_perm(VIEW_EMPLOYEE)


def departments_seen_by(user: User, on: date) -> QuerySet[Department]:
    """Return the departments that a user sees as a whole on a day."""
    if sees_all(user):
        return Department.objects.all()
    return Department.objects.filter(pk__in=_accesses(user, on).values("department"))


def department_list_seen_by(user: User, on: date) -> list[Department]:
    """Read the departments that a user sees as a whole on a day."""
    return _all_departments() if sees_all(user) else _departments_of(on, user=user.pk)


@put_together_once
def _all_departments() -> QuerySet[Department]:
    return Department.objects.all()


@put_together_once
def _departments_of(on: date, *, user: int) -> QuerySet[Department]:
    return Department.objects.filter(pk__in=_accesses(given(user), on).values("department"))


def units_seen_by(user: User, on: date) -> QuerySet[Unit]:
    """Return the units that a user sees on a day: those of the departments, and single ones."""
    return Unit.objects.all() if sees_all(user) else _units_of(user, on)


def unit_list_seen_by(user: User, on: date) -> list[Unit]:
    """Read the units that a user sees on a day, in no order."""
    return _all_units() if sees_all(user) else _own_units(on, user=user.pk)


@put_together_once
def _all_units() -> QuerySet[Unit]:
    return Unit.objects.order_by()


@put_together_once
def _own_units(on: date, *, user: int) -> QuerySet[Unit]:
    return _units_of(given(user), on).order_by()


def _units_of(user: Any, on: date) -> QuerySet[Unit]:
    accesses = _accesses(user, on)
    return Unit.objects.filter(
        Q(department__in=accesses.values("department")) | Q(pk__in=accesses.values("unit"))
    )


def devices_seen_by(user: User, on: date) -> DeviceSet:
    """Return the devices placed, that day, where a user sees; stock only for who sees all."""
    if sees_all(user):
        return Device.objects.all()
    placed = placements_in_force(on).filter(unit__in=units_seen_by(user, on))
    return Device.objects.filter(pk__in=placed.values("device"))


def employees_seen_by(user: User, on: date) -> QuerySet[Employee]:
    """Return the employees of the units that a user sees; whether names may be shown is a right."""
    if sees_all(user):
        return Employee.objects.all()
    return Employee.objects.filter(unit__in=units_seen_by(user, on))


def answers_for_something(user: User, on: date) -> bool:
    """Return whether a user is a leader of anything that pays, that day."""
    return bool(_payers_of(on, user=user.pk))


@put_together_once
def _payers_of(on: date, *, user: int) -> QuerySet[Access, int]:
    pays = Q(department__isnull=False) | Q(unit__is_cost_holder=False)
    return _accesses(given(user), on).filter(pays).order_by().values_list("pk", flat=True)[:1]


def mails_with_access(right: str, on: date) -> dict[tuple[str, int], list[str]]:
    """Return the addresses of those with a right, by what they have access to on a day.

    The keys are ("department", id) and ("unit", id); what nobody has access to has no addresses.
    """
    able = User.objects.with_perm(right, backend=BACKEND).exclude(email="")
    rows = Access.objects.filter(
        Q(ends_before=None) | Q(ends_before__gt=on), starts_on__lte=on, user__in=able
    )
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    for department, unit, mail in rows.order_by("user").values_list(
        "department", "unit", "user__email"
    ):
        key = ("department", department) if department else ("unit", unit)
        if mail not in found[key]:
            found[key].append(mail)
    return found


def _accesses(user: Any, on: date) -> QuerySet[Access]:
    return Access.objects.filter(
        Q(ends_before=None) | Q(ends_before__gt=on), user=user, starts_on__lte=on
    )
