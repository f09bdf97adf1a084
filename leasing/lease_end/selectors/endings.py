"""Leases that run out within six months, and what those who pay for them wish for."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Count, Exists, F, Min, OuterRef, QuerySet, Sum
from django.db.models.functions import Collate
from django.utils.timezone import localtime

from albertslund_it.web.database.put_together import as_one_group, put_together_once
from albertslund_it.web.database.rows import among
from inventory.models import Device, Placement, Unit
from inventory.organisation.selectors.scope import unit_list_seen_by, units_seen_by
from inventory.placements.selectors import placements_in_force
from leasing.billing.selectors.costs import is_kept
from leasing.billing.selectors.quarter_costs import (
    LeasedCost,
    cost_of,
    costs_on,
    quarter_costs,
)
from leasing.cost_table.moment import one_moment
from leasing.domain.lease_end import ends_soon_until
from leasing.lease_end.selectors.term_ends import TermEnd, last_ends
from leasing.lease_end.selectors.undecided import (
    leases_gone,
    leases_that_end,
    undecided_leases,
)
from leasing.models import Cost, CostPlacement, EndDecision, EndWish

ONE_DAY = timedelta(days=1)


@dataclass(slots=True)
class Ending:
    """A lease that runs out within six months, and what is wished for.

    `quarter_ore` is what it costs in the quarter of the day; `placement` and `end` are there once
    it is `dressed`.
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
    end: TermEnd | None = None

    @property
    def last_day(self) -> date:
        return self.ends_before - ONE_DAY

    @property
    def person(self) -> str:
        """Name who has it, or what it is used for."""
        if self.placement is None:
            return ""
        return str(self.placement.employee or self.placement.used_for)


class EndingLease(NamedTuple):
    """A lease that runs out within six months, read lightly."""

    lease_id: int
    device_id: int
    end_choice: str
    ends_before: date


def _found(units: QuerySet[Unit], on: date) -> list[EndingLease]:
    placed = placements_in_force(on).filter(unit__in=units).order_by()
    ending = leases_that_end(on, ends_soon_until(on) - ONE_DAY)
    chosen = ending.filter(lease__device__in=placed.values("device"))
    rows = list(
        chosen.order_by("ends_before", by_signs("lease__device__serial_number")).values_list(
            "lease", "lease__device", "ends_before"
        )
    )
    decided = _final_choices([lease for lease, _, _ in rows])
    return [
        EndingLease(lease, device, decided.get(lease, ""), ends_before)
        for lease, device, ends_before in rows
    ]


def _final_choices(leases: Sequence[int]) -> dict[int, str]:
    """Return how those of some leases end that are decided, by lease."""
    final = EndDecision.objects.final().filter(term__lease__in=among(leases, int))
    return dict(final.values_list("term__lease", "choice"))


def by_signs(name: str) -> F | Collate:
    """Order a text by its signs' own order, as lists that are ordered here are."""
    return Collate(name, "C") if connection.vendor == "postgresql" else F(name)


def _read(found: Sequence[EndingLease], costs: dict[int, int], on: date) -> list[Ending]:
    devices = Device.objects.filter(pk__in=among([one.device_id for one in found], int))
    rows = devices.values_list("pk", "serial_number", "model__name")
    names = {pk: (serial_number, model_name) for pk, serial_number, model_name in rows}
    own = _own_wishes([one.lease_id for one in found], on)
    return [
        Ending(
            one.lease_id,
            one.device_id,
            *names[one.device_id],
            one.end_choice,
            one.ends_before,
            costs[one.device_id],
            wish=own.get(one.lease_id),
        )
        for one in found
    ]


def _own_wishes(leases: Sequence[int], on: date) -> dict[int, EndWish]:
    wishes = EndWish.objects.filter(lease__in=among(leases, int))
    return payers_own(wishes.select_related("lease", "wished_by"), on)


def wished_leases(leases: Sequence[int], on: date) -> set[int]:
    """Return those of some leases for which the payers of today have said what they wish."""
    return set(_own_wishes(leases, on))


def _missing(found: Sequence[EndingLease], on: date) -> list[EndingLease]:
    """Keep those that have no wish, and nothing decided."""
    undecided = [one for one in found if not one.end_choice]
    own = _own_wishes([one.lease_id for one in undecided], on)
    return [one for one in undecided if one.lease_id not in own]


def dressed(found: Sequence[Ending], on: date) -> Sequence[Ending]:
    """Put where each stands, and how it ends, beside it, for as many as are shown."""
    placed = placements_in_force(on).filter(device__in=[one.device_id for one in found])
    at = {p.device_id: p for p in placed.select_related("unit__department", "employee")}
    ends = last_ends([one.lease_id for one in found])
    for one in found:
        one.placement = at.get(one.device_id)
        one.end = ends.get(one.lease_id)
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
    """Return a page of what runs out within six months at some units, the nearest page there is.

    The first to end comes first. What is settled already has nothing left to wish for.
    """
    with one_moment():
        found = _found(units, on)
        costs = quarter_costs([one.device_id for one in found], on)
        chosen = Paginator(found, per_page).get_page(number)
        return EndingPage(
            dressed(_read(list(chosen), costs, on), on),
            chosen.number,
            chosen.paginator.num_pages,
            len(found),
            len(_missing(found, on)),
            sum(costs.values()),
        )


@dataclass(frozen=True)
class MissingWishes:
    """How many leases that end have no wish, when the first ends, and what they cost a quarter."""

    count: int
    first_day: date | None
    quarter_ore: int


def missing_wishes(user: User, on: date) -> MissingWishes:
    """Count what a user is to wish for."""
    with one_moment():
        if is_kept(on):
            return _missing_as_kept({unit.pk for unit in unit_list_seen_by(user, on)}, on)
        missing = _missing(_found(units_seen_by(user, on), on), on)
        costs = quarter_costs([one.device_id for one in missing], on)
    first = missing[0].ends_before - ONE_DAY if missing else None
    return MissingWishes(len(missing), first, sum(costs.values()))


def _missing_as_kept(units: Collection[int], on: date) -> MissingWishes:
    """Let the database add up what lacks a wish, by where the kept placements have it on a day."""
    own = payers_own(_wishes(on, units=units), on)
    [(count, ore)] = _added_up(on, units=units, own=own)
    [(first,)] = _first_to_end(on, units=units, own=own)
    return MissingWishes(count, first - ONE_DAY if first else None, ore or 0)


def cost_without_choice(on: date) -> LeasedCost:
    """Count what `ending_without_choice` returns, and what it costs in the quarter."""
    with one_moment():
        if not is_kept(on):
            return cost_of(ending_without_choice(on), on)
        # What has come back within the quarter has several rows, and costs what each of them says.
        back = dict(_all_come_back(on))
        [(count, ore)] = _all_added_up(on, but=back)
    return LeasedCost(count + len(back), (ore or 0) + sum(back.values()))


@put_together_once
def _all_come_back(on: date) -> QuerySet[Cost, tuple[int, int]]:
    return _all_ending(on).filter(is_unbroken=False).values_list("lease", "quarter_ore")


@put_together_once
def _all_added_up(on: date, *, but: Collection[int]) -> QuerySet[Cost, tuple[int, int | None]]:
    of_all = as_one_group(_all_ending(on).exclude(lease__in=among(but, int)))
    return of_all.annotate(n=Count("lease"), ore=Sum("quarter_ore")).values_list("n", "ore")


def _all_ending(on: date) -> QuerySet[Cost]:
    """Choose the quarter's rows that have the day of what ends undecided."""
    undecided = undecided_leases(on, ends_soon_until(on) - ONE_DAY).order_by()
    return costs_on(on).filter(lease__in=undecided.values("lease")).order_by()


def _ending_of(units: Collection[int], on: date) -> QuerySet[CostPlacement]:
    """Choose, of what ends undecided, what some units have on a day."""
    decided = EndDecision.objects.final().values("term__lease")
    ending = CostPlacement.objects.filter(
        unit__in=among(units, int),
        starts_on__lte=on,
        ends_before__gt=on,
        lease_ends_before__gt=on,
        lease_ends_before__lte=ends_soon_until(on),
        runs_out=True,
    )
    return ending.exclude(lease__in=leases_gone()).exclude(lease__in=decided).order_by()


@put_together_once
def _wishes(on: date, *, units: Collection[int]) -> QuerySet[EndWish]:
    rows = _ending_of(units, on).values("lease")
    return EndWish.objects.filter(lease__in=rows).select_related("lease")


def _not_wished(units: Collection[int], own: Collection[int], on: date) -> QuerySet[CostPlacement]:
    return _ending_of(units, on).exclude(lease__in=among(own, int))


@put_together_once
def _added_up(
    on: date, *, units: Collection[int], own: Collection[int]
) -> QuerySet[Cost, tuple[int, int | None]]:
    there = _not_wished(units, own, on).filter(lease=OuterRef("lease"), unit=OuterRef("unit"))
    costs = costs_on(on).filter(Exists(there), unit__in=among(units, int)).order_by()
    found = as_one_group(costs).annotate(count=Count("lease"), ore=Sum("quarter_ore"))
    return found.values_list("count", "ore")


@put_together_once
def _first_to_end(
    on: date, *, units: Collection[int], own: Collection[int]
) -> QuerySet[CostPlacement, tuple[date | None]]:
    of_all = as_one_group(_not_wished(units, own, on))
    return of_all.annotate(first=Min("lease_ends_before")).values_list("first")


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
    for device, starts_on, department in _moves(on, devices=devices) if devices else ():
        if device not in since or since[device][0] != department:
            since[device] = (department, starts_on)
    return {device: day for device, (_, day) in since.items()}


@put_together_once
def _moves(
    on: date, *, devices: Collection[int]
) -> QuerySet[Placement, tuple[int, date, int | None]]:
    moves = Placement.objects.filter(device__in=among(devices, int), starts_on__lte=on)
    ordered = moves.order_by("device", "starts_on")
    return ordered.values_list("device", "starts_on", "unit__department")


def ending_without_choice(today: date) -> QuerySet[Device]:
    """Return the devices whose lease ends within six months, with nothing decided."""
    with one_moment():  # so that what is read of it is brought up to date
        undecided = undecided_leases(today, ends_soon_until(today) - ONE_DAY)
        return Device.objects.filter(id__in=undecided.values("lease__device"))
