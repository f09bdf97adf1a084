"""Who is to begin, and what each still lacks on the first day."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Prefetch, Q, QuerySet

from inventory.models import Employee, Placement
from leasing.models import OrderedDevice, OrderLine, Status
from leasing.models.order import OPEN

LOOKED_BACK = timedelta(days=30)
SOON = timedelta(days=7)


@dataclass(frozen=True)
class Beginning:
    """Somebody who begins: the order lines for them, what is set aside, and whether a pc is there.

    `has_pc` tells of one that they have or are to have, by the register.
    """

    employee: Employee
    lines: Sequence[OrderLine]
    has_pc: bool
    on: date

    @property
    def days(self) -> int | None:
        """Return the days until the first one; negative when it has been."""
        return (self.employee.starts_on - self.on).days if self.employee.starts_on else None

    @property
    def lacks_initials(self) -> bool:
        return self.employee.is_coming

    @property
    def is_asked(self) -> bool:
        """Return whether a pc is ordered or there."""
        return self.has_pc or bool(self.lines)

    @property
    def waits_for_answer(self) -> bool:
        return not self.has_pc and any(line.status == Status.AWAITING for line in self.lines)

    @property
    def ready_line(self) -> OrderLine | None:
        """Return the line whose device is here and not handed out."""
        return next((line for line in self.lines if line.devices.all()), None)

    @property
    def is_here(self) -> bool:
        return self.has_pc or self.ready_line is not None

    @property
    def is_done(self) -> bool:
        return self.has_pc and not self.lacks_initials


def beginners(employees: QuerySet[Employee], on: date) -> QuerySet[Employee]:
    """Keep those who are to begin, and those who began lately or are still without initials."""
    there = employees.filter(Q(left_on=None) | Q(left_on__gt=on))
    return there.filter(Q(initials="") | Q(starts_on__gt=on - LOOKED_BACK))


def begins(employee: Employee, on: date) -> bool:
    """Return whether somebody is to begin, or began lately."""
    first, left = employee.starts_on, employee.left_on
    is_there = left is None or left > on
    return is_there and (employee.is_coming or (first is not None and first > on - LOOKED_BACK))


def beginning_of(employees: Sequence[Employee], on: date) -> list[Beginning]:
    """Return how far each of some people is, in two queries."""
    ids = [employee.pk for employee in employees]
    placed = Placement.objects.filter(employee__in=ids, device__model__category__is_pc=True)
    with_pc = set(placed.order_by().values_list("employee", flat=True))
    waiting = OrderedDevice.objects.filter(handed_out_on=None).select_related("device__model")
    lines = (
        OrderLine.objects.filter(employee__in=ids, status__in=OPEN, model__category__is_pc=True)
        .select_related("order", "model")
        .prefetch_related(Prefetch("devices", waiting))
        .order_by("order_id", "position")
    )
    of_person: dict[int | None, list[OrderLine]] = defaultdict(list)
    for line in lines:
        of_person[line.employee_id].append(line)
    return [Beginning(one, of_person[one.pk], one.pk in with_pc, on) for one in employees]


def unready(on: date) -> list[Beginning]:
    """Return who begins within a week without a pc that is here, the first first."""
    near = Employee.objects.filter(starts_on__gt=on - LOOKED_BACK, starts_on__lte=on + SOON)
    soon = beginners(near, on)
    found = beginning_of(list(soon.select_related("unit").order_by("starts_on", "pk")), on)
    return [one for one in found if not one.is_here]
