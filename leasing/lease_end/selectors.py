"""Leases that run out within six months, and what those who pay for them wish for."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.utils.timezone import localtime

from albertslund_it.common.quarters import Quarter, add_months
from albertslund_it.web.database.rows import among
from albertslund_it.web.query import number_in
from inventory.models import Device, Placement, Unit
from inventory.organisation.selectors.scope import units_seen_by
from inventory.placements.selectors import placements_in_force
from leasing.billing.selectors.remembered import is_remembered, remembered
from leasing.domain.accrual import accrued, span_of, terms_in_order
from leasing.leases.selectors.running import reaching_past
from leasing.models import (
    EndChoice,
    EndWish,
    Lease,
    LeaseTerm,
)

ONE_DAY = timedelta(days=1)


@dataclass(slots=True)
class Ending:
    """A lease that runs out within six months, and what is wished for.

    `quarter_ore` is what it costs in the quarter of the day; `placement` is there once `dressed`.
    """

    lease_id: int
    device_id: int
    serial_number: str
    model_name: str
    end_choice: str
    ends_before: date
    quarter_ore: int
    placement: Placement | None = None
    wish: EndWish | None = None

    @property
    def last_day(self) -> date:
        return self.ends_before - ONE_DAY

    @property
    def needs_wish(self) -> bool:
        return self.wish is None and not self.end_choice

    @property
    def decided(self) -> str:
        """Return what IT has decided, in words."""
        return str(EndChoice(self.end_choice).label) if self.end_choice else ""

    @property
    def person(self) -> str:
        """Name who has it, or what it is used for."""
        if self.placement is None:
            return ""
        return str(self.placement.employee or self.placement.used_for)


def endings(units: QuerySet[Unit], on: date) -> list[Ending]:
    """Return the leases that run out within six months at some units, the first to end first.

    What is settled already has nothing left to wish for.
    """
    placed = placements_in_force(on).filter(unit__in=units)
    found = _ending(_may_end(on).filter(device__in=placed.values("device")), on)
    if not found:
        return []
    wishes = EndWish.objects.filter(lease__in=among([one.lease_id for one in found], int))
    own = payers_own(wishes.select_related("lease", "wished_by"), on)
    for one in found:
        one.wish = own.get(one.lease_id)
    found.sort(key=lambda one: (one.ends_before, one.serial_number))
    return found


def dressed(found: Sequence[Ending], on: date) -> Sequence[Ending]:
    """Put where each stands beside it, for as many as are shown."""
    placed = placements_in_force(on).filter(device__in=[one.device_id for one in found])
    at = {p.device_id: p for p in placed.select_related("unit__department", "employee")}
    for one in found:
        one.placement = at.get(one.device_id)
    return found


@dataclass(frozen=True)
class EndingPage:
    """Some of the leases that end, with the count and the cost a quarter of all of them."""

    rows: Sequence[Ending]
    number: int
    pages: int
    count: int
    missing: int
    quarter_ore: int

    @property
    def before(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def after(self) -> int | None:
        return self.number + 1 if self.number < self.pages else None


def ending_page(
    units: QuerySet[Unit], on: date, number: str | int | None, per_page: int = 100
) -> EndingPage:
    """Return one page of `endings`, the nearest there is; kept for as long as nothing changes."""

    def page() -> EndingPage:
        found = endings(units, on)
        paginator = Paginator(found, per_page)
        chosen = paginator.get_page(number)
        return EndingPage(
            dressed(list(chosen), on),
            chosen.number,
            paginator.num_pages,
            len(found),
            sum(one.needs_wish for one in found),
            sum(one.quarter_ore for one in found),
        )

    return remembered(_page_name(units, on, number), page)


def is_at_hand(units: QuerySet[Unit], on: date, number: str | int | None) -> bool:
    """Tell whether `ending_page` has nothing left to work out."""
    return is_remembered(_page_name(units, on, number))


def _page_name(units: QuerySet[Unit], on: date, number: str | int | None) -> str:
    wanted = number_in(str(number)) or 1
    return f"endings|{_name_of(units)}|{on}|{wanted}"


def _name_of(units: QuerySet[Unit]) -> str:
    return ",".join(str(pk) for pk in sorted(units.order_by().values_list("pk", flat=True)))


@dataclass(frozen=True)
class MissingWishes:
    """How many leases that end have no wish, when the first ends, and what they cost a quarter."""

    count: int
    first_day: date | None
    quarter_ore: int


def missing_wishes(user: User, on: date) -> MissingWishes:
    """Count what a user is to wish for; kept for as long as nothing changes."""
    units = units_seen_by(user, on)

    def count() -> MissingWishes:
        missing = [one for one in endings(units, on) if one.needs_wish]
        first = missing[0].last_day if missing else None
        return MissingWishes(len(missing), first, sum(one.quarter_ore for one in missing))

    return remembered(f"wishes|{_name_of(units)}|{on}", count)


def payers_own(wishes: Iterable[EndWish], on: date) -> dict[int, EndWish]:
    """Keep the wishes of those who pay today, by lease.

    What another department wished for is not for this one to read, nor its wish.
    """
    wishes = list(wishes)
    since = _payers_since([wish.lease.device_id for wish in wishes], on)
    return {
        wish.lease_id: wish
        for wish in wishes
        if localtime(wish.wished_at).date() >= since[wish.lease.device_id]
    }


def _payers_since(devices: Collection[int], on: date) -> dict[int, date]:
    """Return the day since when each device has stood in the department where it stands."""
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
    prices: dict[int, list[tuple[int, int]]] = {}
    terms = LeaseTerm.objects.filter(lease__in=leases.order_by().values("pk"))
    for lease, price, quarters in terms.order_by("lease", "position").values_list(
        "lease", "price_ore", "quarters"
    ):
        prices.setdefault(lease, []).append((price, quarters))
    rows = leases.order_by().values_list(
        "pk", "device", "device__serial_number", "device__model__name", "end_choice", "starts_on"
    )
    found = []
    for pk, device, serial, model, choice, starts_on in rows:
        laid = terms_in_order(starts_on, prices.get(pk, []))
        begun, ends_before = span_of(laid, None)
        if begun <= on < ends_before <= until:
            cost = accrued(laid, None, quarter.ends_before)
            cost -= accrued(laid, None, quarter.starts_on)
            found.append(Ending(pk, device, serial, model, choice, ends_before, cost))
    return found


def ends_before_of(lease: Lease) -> date:
    """Return the first day without a lease: the end of its terms, or where it was stopped."""
    prices = lease.terms.order_by("position").values_list("price_ore", "quarters")
    return span_of(terms_in_order(lease.starts_on, prices), lease.stops_on)[1]


NOTICE_MONTHS = 6


def ending_without_choice(today: date) -> QuerySet[Device]:
    """Return the devices whose lease ends within six months, with nothing decided."""
    until = add_months(today, NOTICE_MONTHS)
    undecided = Lease.objects.filter(end_choice="", stops_on=None, starts_on__lte=today)
    ending = undecided.filter(reaching_past(today)).exclude(reaching_past(until))
    return Device.objects.filter(id__in=ending.order_by().values("device"))
