"""One pc per employee: what counts, and whether one more is allowed.

What counts on a day: the leased pc's placed on the person that day, and the person's open order
lines, less the devices that those lines replace. Screens do not count. Neither does a loan, which
Fælles IT pays for, nor a pc that is lost, nor one whose lease is over, nor one that is replaced
and still within the overlap. A draft asks for nothing yet.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.put_together import put_together_once
from albertslund_it.web.database.rows import among
from inventory.models import (
    Device,
    DeviceModel,
    Employee,
    ExpectedReturn,
    Placement,
    Unit,
)
from inventory.placements.selectors import placements_in_force
from leasing.domain.accrual import span_of, terms_in_order
from leasing.models import Approval, Decision, LeaseTerm, LossReport, OrderLine
from leasing.models.order import OPEN, Status

ALLOWED = 1


@dataclass(frozen=True)
class Holdings:
    """What counts for a person on a day, and how many exceptions hold that day."""

    devices: tuple[Device, ...]
    lines: tuple[OrderLine, ...]
    exceptions: int

    @property
    def count(self) -> int:
        return len(self.devices) + len(self.lines)

    @property
    def allowed(self) -> int:
        return ALLOWED + self.exceptions

    @property
    def is_breach(self) -> bool:
        return self.count > self.allowed

    @property
    def has_room(self) -> bool:
        """Return whether one pc more would be allowed."""
        return self.count < self.allowed


def holdings_of(
    employee: Employee,
    on: date,
    *,
    without_devices: Collection[int] = (),
    without_lines: Collection[int] = (),
) -> Holdings:
    """Count a person's pc's on a day; some devices and lines (by id) may be left out.

    To decide by it, the employee's row must be locked: see `lock_employees`.
    """
    counted = counted_placements(on).filter(employee=employee)
    placements = list(counted.select_related("device__model").order_by("starts_on", "device"))
    ids = [placement.device_id for placement in placements]
    ended = ended_leases(ids, on) if ids else set()
    devices = [one.device for one in placements if one.device_id not in ended]
    # A line whose own pc the person already has does not count twice.
    there = [device.pk for device in devices]
    lines = [
        line
        for line in open_lines()
        .filter(employee=employee)
        .exclude(devices__device__in=there)
        .select_related("model", "order")
        if line.pk not in without_lines
    ]
    left_out = {line.replaces_id for line in lines} | set(without_devices)
    return Holdings(
        tuple(device for device in devices if device.pk not in left_out),
        tuple(lines),
        exceptions_on(on).filter(employee=employee).count(),
    )


def counted_placements(on: date) -> QuerySet[Placement]:
    """Return the placements in force of what counts: leased pc's with a person."""
    return _counted(on).all()


@put_together_once
def counted_of(on: date, *, people: Collection[int]) -> QuerySet[Placement, tuple[int, int]]:
    """Return (person, device) of what counts, of some people."""
    counted = counted_placements(on).filter(employee__in=among(people, int)).order_by()
    return counted.values_list("employee", "device")


@put_together_once
def excepted(on: date) -> QuerySet[Approval, int]:
    """Return the people who have exceptions that hold on a day, once for each."""
    return exceptions_on(on).order_by().values_list("employee", flat=True)


@lru_cache(maxsize=64)
def _counted(on: date) -> QuerySet[Placement]:
    lost = LossReport.objects.open().filter(device=OuterRef("device"))
    replaced = ExpectedReturn.objects.filter(
        device=OuterRef("device"),
        employee=OuterRef("employee"),
        why=ExpectedReturn.Why.REPLACED,
        due_on__gte=on,
    ).annotate(asked_on=TruncDate("created_at"))
    # One that has been handed out again since is no longer the pc that was replaced.
    replaced = replaced.filter(asked_on__gte=OuterRef("starts_on"))
    # Two are said by what they are not, which is no join: PostgreSQL looks for the best order of
    # eight tables at most, and would else begin with all that anybody has.
    loans = Unit.objects.filter(is_cost_holder=True).order_by()
    others = DeviceModel.objects.filter(category__is_pc=False).order_by()
    return placements_in_force(on).filter(
        ~Exists(lost),
        ~Exists(replaced),
        ~Q(unit__in=loans.values("pk")),
        ~Q(device__model__in=others.values("pk")),
        Q(device__lease__stops_on=None) | Q(device__lease__stops_on__gt=on),
        employee__isnull=False,
        unit__isnull=False,
        device__lease__isnull=False,
    )


def ended_leases(device_ids: Collection[int], on: date) -> set[int]:
    """Return which of some devices are no longer leased on a day: their terms have run out.

    A lease whose terms nobody has entered yet has not ended.
    """
    starts: dict[int, date] = {}
    prices: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for device, starts_on, price_ore, quarters in _terms_of(devices=device_ids):
        starts[device] = starts_on
        prices[device].append((price_ore, quarters))
    return {
        device
        for device, starts_on in starts.items()
        if span_of(terms_in_order(starts_on, prices[device]), None)[1] <= on
    }


@put_together_once
def _terms_of(*, devices: Collection[int]) -> QuerySet[LeaseTerm, tuple[int, date, int, int]]:
    terms = LeaseTerm.objects.filter(lease__device__in=among(devices, int)).order_by("position")
    return terms.values_list("lease__device", "lease__starts_on", "price_ore", "quarters")


def open_lines() -> QuerySet[OrderLine]:
    """Return the lines by which people are still to get a pc; a draft asks for nothing yet."""
    return OrderLine.objects.filter(
        employee__isnull=False,
        model__category__is_pc=True,
        status__in=[status for status in OPEN if status != Status.DRAFT],
    )


def exceptions_on(on: date) -> QuerySet[Approval]:
    """Return the exceptions that heads have granted and that hold on a day.

    One that was given for an order goes with it when the order is called off.
    """
    granted = Approval.objects.filter(decision=Decision.GRANTED, ends_before__gt=on)
    return granted.exclude(line__status__in=[Status.CANCELLED, Status.REFUSED])


def days_to_check(
    device_ids: Iterable[int],
    employee: Employee,
    starts_on: date,
    ends_before: date | None = None,
) -> list[date]:
    """Return the days on which a person's count may rise, from a day on: each change of theirs."""
    later = Placement.objects.filter(employee=employee, starts_on__gt=starts_on).exclude(
        device__in=list(device_ids)
    )
    if ends_before:
        later = later.filter(starts_on__lt=ends_before)
    return sorted({starts_on, *later.values_list("starts_on", flat=True)})


def over_the_rule(on: date) -> dict[int, list[int]]:
    """Return who has more pc's on a day than allowed: person -> devices, the latest last.

    Orders do not count here: those who break the rule already have the pc's, by an import, by an
    overlap that has passed or by an exception that has run out.
    """
    counted = counted_placements(on).filter(employee__in=among(_with_several(on), int))
    found = list(counted.order_by("starts_on", "device").values_list("employee", "device"))
    counts = Counter(person for person, _ in found)
    exceptions = Counter(excepted(on))
    rows = [one for one in found if counts[one[0]] > ALLOWED + exceptions[one[0]]]
    ended = ended_leases([device for _, device in rows], on) if rows else set()
    held = defaultdict(list)
    for person, device in rows:
        if device not in ended:
            held[person].append(device)
    return {
        person: devices
        for person, devices in held.items()
        if len(devices) > ALLOWED + exceptions[person]
    }


@put_together_once
def _with_several(on: date) -> QuerySet[Placement, int]:
    """Choose the people who have more things of any kind than they may have pc's.

    The indexes say so, and they are few: only of them need be read what their things are.
    """
    held = placements_in_force(on).filter(employee__isnull=False).order_by().values("employee")
    return held.annotate(n=Count("pk")).filter(n__gt=ALLOWED).values_list("employee", flat=True)


def lock_employees(ids: Iterable[int]) -> dict[int, Employee]:
    """Lock people, in the order of their ids, so that two cannot both be within the rule.

    Raises:
        Refused: when one of them has been joined to another meanwhile.
    """
    wanted = sorted(set(ids))
    people = Employee.objects.filter(pk__in=wanted).order_by("pk")
    # Locked first, read after: PostgreSQL drops a joined row whose unit changed while it waited.
    list(people.select_for_update().values_list("pk"))
    found = {person.pk: person for person in people.select_related("unit")}
    if len(found) < len(wanted):
        raise Refused(
            "Medarbejderen er imens samlet med en anden eller slettet. Intet er gemt. Find "
            "medarbejderen igen."
        )
    return found
