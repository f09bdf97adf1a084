"""The ends of leases, and those about which nothing is decided: what notices and feeds count."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from albertslund_it.web.database.rows import among
from inventory.models import Departure
from leasing.cost_table.moment import one_moment
from leasing.domain.accrual import a_quarter
from leasing.models import CostLease, EndDecision, Lease, LeaseTerm

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class UndecidedEnd:
    """The end of a lease's last term, where the device will be, and what it costs a quarter.

    `unit_id` is nobody's number where no unit has it: then it is in stock.
    """

    lease_id: int
    unit_id: int
    sub_agreement: str
    last_day: date
    quarter_ore: int


def leases_that_end(today: date, until: date) -> QuerySet[CostLease]:
    """Choose the leases that run on a day, and out by another, of what is in the register.

    Read it inside `one_moment`.
    """
    ending = CostLease.objects.filter(
        starts_on__lte=today,
        ends_before__gt=today,
        ends_before__lte=until + ONE_DAY,
        runs_out=True,
    )
    return ending.exclude(lease__in=leases_gone())


def leases_gone() -> QuerySet[Lease, int]:
    """Choose the leases of what has left the register, so that each lease need not be joined."""
    gone = Lease.objects.filter(device__in=Departure.objects.order_by().values("device"))
    return gone.order_by().values_list("pk", flat=True)


def undecided_leases(today: date, until: date) -> QuerySet[CostLease]:
    """Choose those of the leases that end about which nothing is decided."""
    decided = EndDecision.objects.final().values("term__lease")
    return leases_that_end(today, until).exclude(lease__in=decided)


def undecided_ends(today: date, until: date) -> list[UndecidedEnd]:
    """Return the undecided ends from a day to another, the first to end first."""
    with one_moment():
        rows = (
            undecided_leases(today, until)
            .order_by("ends_before", "lease_id")
            .values_list(
                "lease_id",
                "unit_id",
                "lease__sub_agreement__number",
                "ends_before",
                "price_ore",
                "quarters",
            )
        )
        return [
            UndecidedEnd(lease, unit, agreement, ends - ONE_DAY, a_quarter(price, quarters))
            for lease, unit, agreement, ends, price, quarters in rows
        ]


def last_terms(lease_ids: Collection[int]) -> dict[int, int]:
    """Return the last term of each of some leases, by lease."""
    terms = LeaseTerm.objects.filter(lease__in=among(lease_ids, int))
    return dict(terms.order_by("lease_id", "position").values_list("lease_id", "pk"))
