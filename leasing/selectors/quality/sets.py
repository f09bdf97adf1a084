"""Which devices and people the standing rules of data quality find on a day."""

from collections import Counter
from datetime import date, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from albertslund_it.web.rows import among
from inventory.models import Device, Employee, ExpectedReturn, Placement
from inventory.selectors.placements import placements_in_force
from leasing.models import Approval
from leasing.selectors.one_pc import ALLOWED, counted_placements, exceptions_on, open_lines

SOON_DAYS = 30


def open_returns(on: date) -> QuerySet[ExpectedReturn]:
    """Give what is still to be handed in: the device is with the one who was asked."""
    held = placements_in_force(on).filter(device=OuterRef("device"))
    return ExpectedReturn.objects.filter(
        Q(Exists(held.filter(employee=OuterRef("employee"))), employee__isnull=False)
        | Q(Exists(held.filter(employee=None, unit=OuterRef("unit"))), employee=None)
    )


def overdue_returns(on: date) -> QuerySet[Device]:
    """Give the devices that should have been handed in before a day."""
    late = open_returns(on).filter(due_on__lt=on)
    return Device.objects.filter(pk__in=late.values("device"))


def at_another_unit(on: date) -> QuerySet[Placement]:
    """Give the placements that one unit pays and whose person is employed at others only.

    Loans are left out, which Fælles IT pays, and people who have left, who are a fault of their
    own.
    """
    also_there = Employee.also_employed_at.through.objects.filter(
        employee=OuterRef("employee"), unit=OuterRef("unit")
    )
    return placements_in_force(on).filter(
        ~Q(unit=F("employee__unit")),
        ~Exists(also_there),
        Q(employee__left_on=None) | Q(employee__left_on__gt=on),
        employee__isnull=False,
        unit__is_cost_holder=False,
    )


def with_changed_unit(on: date) -> QuerySet[Device]:
    """Give the devices that stayed at a unit when their person went to another one."""
    return Device.objects.filter(pk__in=at_another_unit(on).values("device"))


def without_user(on: date) -> QuerySet[Device]:
    """Give the pc's at a unit of which nobody has said who or what they are for."""
    placed = placements_in_force(on).filter(
        employee=None,
        used_for="",
        unit__is_cost_holder=False,
        device__model__category__is_pc=True,
    )
    return Device.objects.filter(pk__in=placed.values("device"))


def unpriced(on: date) -> QuerySet[Device]:
    """Give the leased devices whose price is missing: they are billed to nobody."""
    return Device.objects.filter(lease__isnull=False, lease__terms=None)


def over_the_rule(on: date) -> QuerySet[Employee]:
    """Give the people who have, or are to have, more pc's than they may."""
    several = counted_placements(on).values("employee").annotate(n=Count("pk")).filter(n__gt=1)
    wanting = open_lines(on).order_by().values_list("employee", "replaces")
    lines = list(wanting)
    near = {one["employee"] for one in several} | {employee for employee, _ in lines}
    replaced = {(employee, device) for employee, device in lines if device}
    held = counted_placements(on).filter(employee__in=among(near, int))
    counts = Counter(employee for employee, _ in lines)
    for employee, device in held.values_list("employee", "device").order_by():
        counts[employee] += (employee, device) not in replaced
    allowed = Counter(exceptions_on(on).order_by().values_list("employee", flat=True))
    over = [one for one, count in counts.items() if count > ALLOWED + allowed[one]]
    return Employee.objects.filter(pk__in=among(over, int))


def with_ending_exception(on: date) -> QuerySet[Employee]:
    """Give the people whose exception ends within 30 days, and who will then have one too many."""
    soon = on + timedelta(days=SOON_DAYS)
    ending: QuerySet[Approval] = exceptions_on(on).filter(ends_before__lte=soon)
    held = (
        counted_placements(on)
        .filter(employee__in=ending.values("employee"))
        .values("employee")
        .annotate(n=Count("pk"))
        .filter(n__gt=ALLOWED)
    )
    return Employee.objects.filter(pk__in=held.values("employee"))


def coming_too_long(on: date) -> QuerySet[Employee]:
    """Give the coming employees whose first day has come and who have no initials yet."""
    return Employee.objects.filter(initials="", starts_on__lte=on)
