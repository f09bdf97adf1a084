"""Which devices and people the standing rules of data quality find on a day."""

from collections import Counter
from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from albertslund_it.web.database.put_together import put_together_once
from albertslund_it.web.database.rows import among
from inventory.models import Departure, Device, Employee, ExpectedReturn, Placement, Unit
from inventory.placements.selectors import placements_in_force
from leasing.approvals.selectors.one_pc import (
    ALLOWED,
    counted_of,
    ended_leases,
    excepted,
    exceptions_on,
    open_lines,
)
from leasing.domain.accrual import a_quarter
from leasing.models import (
    Approval,
    Charge,
    CostPlacement,
    EndChoice,
    EndDecision,
    Lease,
    LeaseTerm,
    LossReport,
    OrderLine,
    PackedDevice,
    Status,
)

SOON_DAYS = 30


def leases_that_never_ran() -> QuerySet[Lease]:
    """Return those that were stopped before they began: nothing is kept of them."""
    return Lease.objects.filter(stops_on__lte=F("starts_on"))


def lost() -> QuerySet[LossReport, Any]:
    """Return the devices that are lost or stolen and not found again."""
    return LossReport.objects.open().order_by().values("device")


def open_returns(on: date) -> QuerySet[ExpectedReturn]:
    """Return what is still to be handed in: the device is with the one who was asked.

    Nobody can hand in what is reported lost: it is waited for again once it is found.
    """
    # Of the few devices that are asked for: PostgreSQL would look at all placements for EXISTS.
    latest = Placement.objects.filter(device=OuterRef("device"), starts_on__lte=on)
    latest = latest.order_by("-starts_on")
    return ExpectedReturn.objects.alias(
        with_employee=Subquery(latest.values("employee")[:1]),
        at_unit=Subquery(latest.values("unit")[:1]),
    ).filter(
        Q(employee=F("with_employee")) | Q(employee=None, with_employee=None, unit=F("at_unit")),
        ~Q(device__in=lost()),
    )


def at_another_unit(on: date) -> QuerySet[Placement]:
    """Return the placements that one unit pays and whose person is employed at others only.

    Loans are left out, which Fælles IT pays, and people who have left, who are found by a rule of
    their own.
    """
    also_there = Employee.also_employed_at.through.objects.filter(
        employee=OuterRef("employee"), unit=OuterRef("unit")
    )
    return placements_in_force(on).filter(
        ~Q(unit=F("employee__unit")),
        ~Exists(also_there),
        Q(employee__left_on=None) | Q(employee__left_on__gt=on),
        # Not joined: SQLite would begin with the units, and read all that each has.
        ~Q(unit__in=Unit.objects.filter(is_cost_holder=True).values("pk")),
        employee__isnull=False,
    )


def unpriced_leases() -> QuerySet[CostPlacement, Any]:
    """Return the devices whose lease has no price, those that have left the register too."""
    return CostPlacement.objects.filter(instalment_ore=None).order_by().values("device")


def unpriced(on: date) -> QuerySet[Device]:
    """Return the leased devices whose price is missing: they are billed to nobody."""
    return Device.objects.in_register(on).filter(pk__in=unpriced_leases())


def with_too_many(on: date, units: Collection[int] | None = None) -> set[int]:
    """Return the people who have, or with what is on order are to have, more pc's than they may.

    Of those who are employed at some units, or of all. Of what waits for a head's answer the
    exception is being asked for: that is no fault yet.
    """
    lines = _open_lines() if units is None else _open_lines_of(units=units)
    several = _with_several(on) if units is None else _with_several_of(on, units=units)
    people = {*several, *(person for person, _, _ in lines)}
    held = set(counted_of(on, people=people))
    # A line whose own pc the person has already is no pc more.
    ordered = Counter(person for person, _, own in lines if (person, own) not in held)
    allowed = Counter(excepted(on))

    def over(counts: Counter[int]) -> set[int]:
        return {person for person, count in counts.items() if count > ALLOWED + allowed[person]}

    # Of few it matters whether a lease is over: of those who would else break the rule.
    suspects = over(Counter(person for person, _ in held) + ordered)
    held = {one for one in held if one[0] in suspects}
    ended = ended_leases({device for _, device in held}, on)
    held = {one for one in held if one[1] not in ended}
    kept = held - {(person, device) for person, device, _ in lines}
    found = over(Counter(person for person, _ in held))
    return found | over(Counter(person for person, _ in kept) + ordered)


@put_together_once
def _with_several(on: date) -> QuerySet[CostPlacement, int]:
    return _having_several(on)


@put_together_once
def _with_several_of(on: date, *, units: Collection[int]) -> QuerySet[CostPlacement, int]:
    there = Employee.objects.filter(unit__in=among(units, int)).order_by()
    return _having_several(on).filter(employee__in=there.values("pk"))


def _having_several(on: date) -> QuerySet[CostPlacement, int]:
    """Choose the people who have more leased things of any kind than they may have pc's.

    They are few: only of them need be read what their things are.
    """
    held = CostPlacement.objects.filter(
        employee__isnull=False, starts_on__lte=on, ends_before__gt=on
    )
    counts = held.order_by().values("employee").annotate(n=Count("device"))
    return counts.filter(n__gt=ALLOWED).values_list("employee", flat=True)


_LINE = ("employee", "replaces", "devices__device")


def _agreed_lines() -> QuerySet[OrderLine]:
    return open_lines().exclude(status=Status.AWAITING)


@put_together_once
def _open_lines() -> QuerySet[OrderLine, tuple[int, int | None, int | None]]:
    return _agreed_lines().order_by().values_list(*_LINE)


@put_together_once
def _open_lines_of(
    *, units: Collection[int]
) -> QuerySet[OrderLine, tuple[int, int | None, int | None]]:
    some = _agreed_lines().filter(employee__unit__in=among(units, int))
    return some.order_by().values_list(*_LINE)


def with_ending_exception(on: date) -> set[int]:
    """Return the people whose exception ends within 30 days, leaving them with one too many."""
    ending = set(_ending_exceptions(on))
    if not ending:
        return set()
    held = Counter(person for person, _ in counted_of(on, people=ending))
    return {person for person, count in held.items() if count > ALLOWED}


@put_together_once
def _ending_exceptions(on: date) -> QuerySet[Approval, int]:
    soon = on + timedelta(days=SOON_DAYS)
    return exceptions_on(on).filter(ends_before__lte=soon).values_list("employee", flat=True)


def coming_too_long(on: date) -> QuerySet[Employee]:
    """Return the coming employees whose first day has come and who have no initials yet."""
    return Employee.objects.filter(initials="", starts_on__lte=on)


def at_closed_units(on: date) -> QuerySet[Employee]:
    """Return the people whose unit is closed by a day; none is without a unit altogether."""
    there = Employee.objects.filter(Q(left_on=None) | Q(left_on__gt=on))
    return there.filter(unit__closed_on__lte=on)


def _unsettled(on: date) -> QuerySet[PackedDevice]:
    """Return what stood on the list of a cage that is gone, and is charged to nobody since."""
    charged = Charge.objects.filter(
        device=OuterRef("device"), charged_on__gte=OuterRef("cage__gone_on")
    )
    return PackedDevice.objects.filter(~Exists(charged), cage__gone_on__lte=on)


def unreturned(on: date) -> QuerySet[Device]:
    """Return what a cage should have taken back and did not: nobody found it.

    Found, it is packed in another cage; else it is charged, reported lost, or kept after all.
    """
    returning = EndDecision.objects.filter(choice=EndChoice.RETURN)
    missing = _unsettled(on).exclude(device__in=lost())
    left = Departure.objects.values("device")
    return Device.objects.filter(
        ~Q(pk__in=left),
        pk__in=missing.values("device").filter(device__in=returning.values("term__lease__device")),
    )


def unreceived(on: date) -> QuerySet[Device]:
    """Return what went with a cage, and the lessor did not have when it confirmed the others."""
    rows = _unsettled(on).filter(cage__confirmed_on__lte=on, confirmed_on=None)
    returned = Departure.objects.filter(how=Departure.How.RETURNED).values("device")
    return Device.objects.filter(
        pk__in=rows.filter(packed_at__isnull=False).values("device")
    ).filter(pk__in=returned)


def instalments(device_ids: Collection[int]) -> dict[int, int]:
    """Return what the lessor can bill a quarter of some devices, by their last terms."""
    rows = _last_terms(devices=device_ids) if device_ids else []
    return {device: a_quarter(price_ore, quarters) for device, price_ore, quarters in rows}


@put_together_once
def _last_terms(*, devices: Collection[int]) -> QuerySet[LeaseTerm, tuple[int, int, int]]:
    terms = LeaseTerm.objects.filter(lease__device__in=among(devices, int)).order_by("position")
    return terms.values_list("lease__device", "price_ore", "quarters")


STOCK_DAYS, UNSEEN_DAYS = 30, 60


def last_seen(devices: Collection[int]) -> dict[int, date | None]:
    """Return when some devices were last seen; None of what never was."""
    return dict(_last_seen(devices=devices)) if devices else {}


@put_together_once
def _last_seen(*, devices: Collection[int]) -> QuerySet[Device, tuple[int, date | None]]:
    some = Device.objects.filter(pk__in=among(devices, int)).order_by()
    return some.values_list("pk", "last_seen")


def in_stock(today: date) -> QuerySet[Device]:
    """Return the devices of the register that no unit has."""
    # The few that are put there, and those that never were placed: not all that units have.
    shelved = placements_in_force(today).filter(unit=None).values("device")
    there = Device.objects.in_register(today)
    return there.filter(Q(id__in=shelved) | Q(id__in=_never_placed(today)))


def _never_placed(today: date) -> QuerySet[Device, Any]:
    """Choose those that were never placed, at once: beside another choice each would be asked."""
    placed = Placement.objects.filter(device=OuterRef("id"), starts_on__lte=today)
    return Device.objects.filter(~Exists(placed)).order_by().values("pk")


def long_in_stock(today: date) -> QuerySet[Device]:
    """Return the devices that have been leased and in stock for more than 30 days."""
    since = today - timedelta(days=STOCK_DAYS)
    shelved = CostPlacement.objects.filter(
        unit=None, starts_on__lt=since, ends_before__gt=today, lease__starts_on__lt=since
    )
    return Device.objects.in_register(today).filter(pk__in=shelved.order_by().values("device"))


def held_by_leavers(today: date) -> QuerySet[Device]:
    """Return the devices placed with somebody who has left, but what is lost."""
    left = placements_in_force(today).filter(employee__left_on__lte=today).values("device")
    return Device.objects.filter(~Q(id__in=lost()), id__in=left)


def without_coding(today: date) -> QuerySet[Unit]:
    """Return the units that have devices but lack artskonto or cost object."""
    held = placements_in_force(today).filter(unit=OuterRef("id"))
    lacking = Q(account="") | Q(cost_centre="", psp_element="")
    return Unit.objects.filter(lacking, Exists(held), is_cost_holder=False)
