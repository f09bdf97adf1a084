"""What those who pay are to decide or to know: exceptions, leases that end, answered objections."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.utils.timezone import localtime

from albertslund_it.common.quarters import Quarter, add_months
from inventory.models import Placement, Unit
from inventory.selectors.placements import placements_in_force
from inventory.selectors.scope import units_seen_by
from leasing.domain.accrual import accrued, span_of, terms_in_order
from leasing.models import EndWish, Lease, LeaseTerm, Objection
from leasing.selectors.readiness import NOTICE_MONTHS

ANSWERED_DAYS = 60
ONE_DAY = timedelta(days=1)


@dataclass(slots=True)
class Ending:
    """A lease that runs out within six months, where it is placed, and what is wished for.

    `quarter_ore` is what it costs in the quarter of the day.
    """

    lease: Lease
    ends_before: date
    quarter_ore: int
    placement: Placement | None = None
    wish: EndWish | None = None

    @property
    def last_day(self) -> date:
        return self.ends_before - ONE_DAY

    @property
    def needs_wish(self) -> bool:
        return self.wish is None and not self.lease.end_choice

    @property
    def person(self) -> str:
        """Name who has it, or what it is used for."""
        if self.placement is None:
            return ""
        return str(self.placement.employee or self.placement.used_for)


def endings(units: QuerySet[Unit], on: date, ids: Collection[int] | None = None) -> list[Ending]:
    """Give the leases that run out within six months at some units, the first to end first.

    `ids` narrows to some leases. What is settled already has nothing left to wish for.
    """
    placed = placements_in_force(on).filter(unit__in=units)
    leases = _may_end(on).filter(device__in=placed.values("device"))
    if ids is not None:
        leases = leases.filter(id__in=ids)
    found = _ending(leases, on)
    if not found:
        return []
    devices = [ending.lease.device_id for ending in found]
    at = {
        placement.device_id: placement
        for placement in placed.filter(device__in=devices).select_related(
            "unit__department", "employee"
        )
    }
    wishes = EndWish.objects.filter(lease__in=[e.lease.pk for e in found])
    wish_of = {wish.lease_id: wish for wish in wishes.select_related("wished_by")}
    since = _payers_since(devices, on)
    for ending in found:
        ending.placement = at.get(ending.lease.device_id)
        wish = wish_of.get(ending.lease.pk)
        # What another department wished for is not for this one to read, nor its wish.
        if wish and localtime(wish.wished_at).date() >= since[ending.lease.device_id]:
            ending.wish = wish
    found.sort(key=lambda e: (e.ends_before, e.lease.device.serial_number))
    return found


def _payers_since(devices: Collection[int], on: date) -> dict[int, date]:
    """Give the day since when each device has stood in the department where it stands."""
    since: dict[int, tuple[int | None, date]] = {}
    moves = Placement.objects.filter(device__in=devices, starts_on__lte=on)
    for device, starts_on, department in moves.order_by("device", "starts_on").values_list(
        "device", "starts_on", "unit__department"
    ):
        if device not in since or since[device][0] != department:
            since[device] = (department, starts_on)
    return {device: day for device, (_, day) in since.items()}


def _may_end(on: date) -> QuerySet[Lease]:
    """Leave out what cannot end within six months, so that few terms are laid end to end.

    Extensions only make a lease longer, so its first term is enough for that.
    """
    until = add_months(on, NOTICE_MONTHS)
    first_terms = LeaseTerm.objects.filter(position=1)
    short = Q(pk=None)
    for quarters in first_terms.order_by().values_list("quarters", flat=True).distinct():
        # A day more: months of different lengths.
        begun = add_months(until, -3 * quarters) + timedelta(days=3)
        short |= Q(terms__position=1, terms__quarters=quarters, starts_on__lte=begun)
    return Lease.objects.filter(short, stops_on=None)


def _ending(leases: QuerySet[Lease], on: date) -> list[Ending]:
    until, quarter = add_months(on, NOTICE_MONTHS), Quarter.of(on)
    by_id = {lease.pk: lease for lease in leases.select_related("device__model")}
    prices: dict[int, list] = {}
    terms = LeaseTerm.objects.filter(lease__in=leases.order_by().values("pk"))
    for lease, price, quarters in terms.order_by("lease", "position").values_list(
        "lease", "price_ore", "quarters"
    ):
        prices.setdefault(lease, []).append((price, quarters))
    found = []
    for pk, lease in by_id.items():
        laid = terms_in_order(lease.starts_on, prices.get(pk, []))
        begun, ends_before = span_of(laid, None)
        if begun <= on < ends_before <= until:
            cost = accrued(laid, None, quarter.ends_before)
            cost -= accrued(laid, None, quarter.starts_on)
            found.append(Ending(lease, ends_before, cost))
    return found


def ends_before_of(lease: Lease) -> date:
    """Give the first day without a lease: the end of its terms, or where it was stopped."""
    prices = lease.terms.order_by("position").values_list("price_ore", "quarters")
    return span_of(terms_in_order(lease.starts_on, prices), lease.stops_on)[1]


def answered_objections(user, on: date) -> QuerySet[Objection]:
    """Give the objections of the units that a user sees, answered within 60 days, latest first."""
    return (
        Objection.objects.exclude(outcome="")
        .filter(
            unit__in=units_seen_by(user, on),
            settled_at__date__gt=on - timedelta(days=ANSWERED_DAYS),
        )
        .select_related("device__model", "unit")
        .order_by("-settled_at", "-id")
    )
