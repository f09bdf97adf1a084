"""Leases that run out within six months, and what those who pay for them wish for."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Count, Exists, F, Min, OuterRef, QuerySet, Sum
from django.db.models.functions import Coalesce, Collate
from django.utils.timezone import localtime

from albertslund_it.web.database.put_together import as_one_group, put_together_once
from albertslund_it.web.database.rows import among
from inventory.models import Departure, Device, Placement, Unit
from inventory.organisation.selectors.scope import unit_list_seen_by
from inventory.placements.selectors import placements_in_force
from leasing.billing.selectors.costs import is_kept
from leasing.billing.selectors.quarter_costs import (
    LeasedCost,
    cost_of,
    costs_on,
    quarter_costs,
)
from leasing.cost_table.facts import NOBODY, cost_holder_id
from leasing.cost_table.moment import one_moment
from leasing.domain.lease_end import ends_soon_until
from leasing.lease_end.selectors.term_ends import TermEnd, last_ends
from leasing.lease_end.selectors.undecided import (
    undecided_leases,
)
from leasing.models import Cost, CostPlacement, EndDecision, EndWish

ONE_DAY = timedelta(days=1)


@dataclass(slots=True)
class Ending:
    """A lease that runs out within six months, and what is wished for.

    `quarter_ore` is what it costs in the quarter of the day; `end_choice` is empty where nothing is
    decided.
    """

    lease_id: int
    device_id: int
    serial_number: str
    model_name: str
    end_choice: str
    ends_before: date
    quarter_ore: int
    placement: Placement
    wish: EndWish | None
    end: TermEnd | None

    @property
    def last_day(self) -> date:
        return self.ends_before - ONE_DAY

    @property
    def person(self) -> str:
        """Name who has it, or what it is used for."""
        return str(self.placement.employee or self.placement.used_for)


def by_signs(name: str) -> F | Collate:
    """Order a text by its signs' own order, as lists that are ordered here are."""
    return Collate(name, "C") if connection.vendor == "postgresql" else F(name)


def _final_choices(leases: Sequence[int]) -> dict[int, str]:
    """Return how those of some leases end that are decided, by lease."""
    final = EndDecision.objects.final().filter(term__lease__in=among(leases, int))
    return dict(final.values_list("term__lease", "choice"))


def _own_wishes(leases: Sequence[int], on: date) -> dict[int, EndWish]:
    wishes = EndWish.objects.filter(lease__in=among(leases, int))
    return payers_own(wishes.select_related("lease", "wished_by"), on)


def wished_leases(leases: Sequence[int], on: date) -> set[int]:
    """Return those of some leases for which the payers of today have said what they wish."""
    return set(_own_wishes(leases, on))


def _ending(on: date) -> QuerySet[CostPlacement]:
    """Choose what runs on a day and out within six months, of what is in the register."""
    ending = CostPlacement.objects.filter(
        starts_on__lte=on,
        ends_before__gt=on,
        lease_starts_on__lte=on,
        lease_ends_before__gt=on,
        lease_ends_before__lte=ends_soon_until(on),
        runs_out=True,
    )
    gone = Departure.objects.order_by().values("device")
    return ending.exclude(device__in=gone).order_by()


def _at(units: Collection[int], on: date) -> QuerySet[CostPlacement]:
    return _ending(on).filter(unit__in=among(units, int))


def _without_decision(rows: QuerySet[CostPlacement]) -> QuerySet[CostPlacement]:
    decided = EndDecision.objects.final().order_by().values("term__lease")
    return rows.exclude(lease__in=decided)


def _undecided(units: Collection[int], on: date) -> QuerySet[CostPlacement]:
    return _without_decision(_at(units, on))


def _not_wished(units: Collection[int], own: Collection[int], on: date) -> QuerySet[CostPlacement]:
    return _undecided(units, on).exclude(lease__in=among(own, int))


def _cost_of(rows: QuerySet[CostPlacement], units: Collection[int], on: date) -> QuerySet[Cost]:
    """Choose the quarter's rows of some units that say what these cost."""
    there = rows.filter(lease=OuterRef("lease"), unit=OuterRef("unit"))
    return costs_on(on).filter(Exists(there), unit__in=among(units, int)).order_by()


@put_together_once
def _counted(
    on: date, *, units: Collection[int]
) -> QuerySet[CostPlacement, tuple[date | None, int]]:
    days = _at(units, on).values("lease_ends_before").annotate(n=Count("lease"))
    return days.order_by("lease_ends_before").values_list("lease_ends_before", "n")


@put_together_once
def _carried(on: date, *, units: Collection[int]) -> QuerySet[Cost, tuple[int | None]]:
    costs = as_one_group(_cost_of(_at(units, on), units, on))
    return costs.annotate(ore=Sum("quarter_ore")).values_list("ore")


@put_together_once
def _missing_counted(
    on: date, *, units: Collection[int], own: Collection[int]
) -> QuerySet[CostPlacement, tuple[int, date | None]]:
    rows = as_one_group(_not_wished(units, own, on))
    found = rows.annotate(n=Count("lease"), first=Min("lease_ends_before"))
    return found.values_list("n", "first")


@put_together_once
def _missing_carried(
    on: date, *, units: Collection[int], own: Collection[int]
) -> QuerySet[Cost, tuple[int | None]]:
    costs = as_one_group(_cost_of(_not_wished(units, own, on), units, on))
    return costs.annotate(ore=Sum("quarter_ore")).values_list("ore")


@put_together_once
def _wishes(on: date, *, units: Collection[int]) -> QuerySet[EndWish]:
    rows = _undecided(units, on).values("lease")
    return EndWish.objects.filter(lease__in=rows).select_related("lease")


def _by_facts(rows: QuerySet[CostPlacement], on: date) -> int:
    """Add up what rows cost in a quarter that is not kept whole."""
    return sum(quarter_costs(list(rows.values_list("device", flat=True)), on).values())


@dataclass(frozen=True)
class EndingPage:
    """Some of the leases that end, with the count and the cost a quarter of all of them."""

    rows: Sequence[Ending]
    number: int
    pages: int
    count: int
    missing: int
    quarter_ore: int


def ending_page(
    units: QuerySet[Unit], on: date, number: str | int | None, per_page: int = 100
) -> EndingPage:
    """Return a page of what runs out within six months at some units, the nearest page there is.

    The first to end comes first. What is settled already has nothing left to wish for.
    """
    with one_moment():
        ids = list(units.order_by().values_list("pk", flat=True))
        counts = _counted(on, units=ids)
        count = sum(n for _, n in counts)
        chosen = Paginator(range(count), per_page).get_page(number)
        [(missing, _)] = _missing_counted(on, units=ids, own=_own(ids, on))
        [(ore,)] = _carried(on, units=ids) if is_kept(on) else [(_by_facts(_at(ids, on), on),)]
        return EndingPage(
            _rows(ids, on, counts, range(count)[chosen.start_index() - 1 : chosen.end_index()]),
            chosen.number,
            chosen.paginator.num_pages,
            count,
            missing,
            ore or 0,
        )


def _rows(
    units: Collection[int], on: date, counts: Iterable[tuple[date | None, int]], wanted: range
) -> list[Ending]:
    """Read some of what ends, in order; of many, only the days that they are of are sorted."""
    days, skipped, at = [], 0, 0
    for day, n in counts:
        if at < wanted.stop and at + n > wanted.start:
            days.append(day)
        elif at < wanted.start:
            skipped += n
        at += n
    rows = (
        _at(units, on)
        .filter(lease_ends_before__in=days)
        .order_by("lease_ends_before", by_signs("device__serial_number"))
        .values_list(
            "lease", "device", "device__serial_number", "model__name", "lease_ends_before"
        )[wanted.start - skipped : wanted.stop - skipped]
    )
    found: list[tuple[Any, ...]] = list(rows) if days else []
    leases, devices = [row[0] for row in found], [row[1] for row in found]
    placed = placements_in_force(on).filter(device__in=devices)
    stands = {one.device_id: one for one in placed.select_related("unit__department", "employee")}
    decided, own, ends = _final_choices(leases), _own_wishes(leases, on), last_ends(leases)
    costs = quarter_costs(devices, on)
    return [
        Ending(
            lease,
            device,
            serial_number,
            model_name,
            decided.get(lease, ""),
            ends_before,
            costs[device],
            stands[device],
            own.get(lease),
            ends.get(lease),
        )
        for lease, device, serial_number, model_name, ends_before in found
    ]


@dataclass(frozen=True)
class MissingWishes:
    """How many leases that end have no wish, when the first ends, and what they cost a quarter."""

    count: int
    first_day: date | None
    quarter_ore: int


def missing_wishes(user: User, on: date) -> MissingWishes:
    """Count what a user is to wish for."""
    with one_moment():
        units = {unit.pk for unit in unit_list_seen_by(user, on)}
        own = _own(units, on)
        [(count, first)] = _missing_counted(on, units=units, own=own)
        if is_kept(on):
            [(ore,)] = _missing_carried(on, units=units, own=own)
        else:
            ore = _by_facts(_not_wished(units, own, on), on)
        return MissingWishes(count, first - ONE_DAY if first else None, ore or 0)


def _own(units: Collection[int], on: date) -> Collection[int]:
    """Return the leases for which the payers of today have said what they wish."""
    return payers_own(_wishes(on, units=units), on)


def cost_without_choice(on: date) -> LeasedCost:
    """Count what `ending_without_choice` returns, and what it costs in the quarter."""
    with one_moment():
        if not is_kept(on):
            return cost_of(ending_without_choice(on), on)
        [(count, ore)] = _all_undecided(on, cost_holder_id() or NOBODY)
    return LeasedCost(count, ore or 0)


@put_together_once
def _all_undecided(on: date, holder: int) -> QuerySet[Cost, tuple[int, int | None]]:
    # What is in stock is in the row of who pays for it.
    rows = _without_decision(_ending(on)).annotate(payer=Coalesce("unit_id", holder))
    there = rows.filter(lease=OuterRef("lease"), payer=OuterRef("unit"))
    costs = as_one_group(costs_on(on).filter(Exists(there)).order_by())
    return costs.annotate(n=Count("lease"), ore=Sum("quarter_ore")).values_list("n", "ore")


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
