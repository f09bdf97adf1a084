"""Whose departments, units and devices a user may see: the one place that decides it.

What is outside is to its reader as if it did not exist: 404, not 403.
"""

from collections import defaultdict
from datetime import date

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from albertslund_it.common.permissions import VIEW_ALL_DEPARTMENTS, VIEW_EMPLOYEE
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


def units_seen_by(user: User, on: date) -> QuerySet[Unit]:
    """Return the units that a user sees on a day: those of the departments, and single ones."""
    if sees_all(user):
        return Unit.objects.all()
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
    pays = Q(department__isnull=False) | Q(unit__is_cost_holder=False)
    return _accesses(user, on).filter(pays).exists()


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


def _accesses(user: User, on: date) -> QuerySet[Access]:
    return Access.objects.filter(
        Q(ends_before=None) | Q(ends_before__gt=on), user=user, starts_on__lte=on
    )
