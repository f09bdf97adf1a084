"""What many devices cost in the quarter, as it is kept; worked out where the quarter is not."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Count, Max, Min, QuerySet, Sum
from django.db.models.expressions import RawSQL

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.rows import among
from inventory.models import Device
from leasing.billing.selectors.costs import HeldSum, held_anywhere, is_kept, pc_model_ids
from leasing.cost_table.moment import one_moment
from leasing.domain.accrual import accrued, span_of, terms_in_order
from leasing.models import Cost, Lease

# The lease's first day and stop, its term's price and quarters.
LeaseRow = tuple[date, date | None, int, int]
Devices = QuerySet[Device] | Collection[int] | None


def quarter_costs(devices: Devices, today: date) -> dict[int, int]:
    """Return what each device costs in the quarter, in øre, of those whose lease runs.

    Of some devices, or of their ids; None for all.
    """
    with one_moment():
        if not is_kept(today):
            return _by_facts(devices, today)
        return dict(_running(devices, today).order_by("lease__device"))


def _running(devices: Devices, today: date) -> QuerySet[Cost, Any]:
    """Choose the devices whose lease runs today, and what each costs in the quarter: `one_ore`.

    Its rows say when it runs; joined to what says so too, SQLite would begin with all leases.
    """
    rows = Cost.objects.filter(period=str(Quarter.of(today)))
    if devices is not None:
        leases = Lease.objects.filter(device__in=_in(devices)).order_by()
        rows = rows.filter(lease__in=leases.values("pk"))
    spans = rows.order_by().values_list("lease__device").annotate(one_ore=Max("quarter_ore"))
    return spans.alias(first=Min("first_day"), last=Max("last_day")).filter(
        first__lte=today, last__gte=today
    )


def _in(devices: QuerySet[Device] | Collection[int]) -> QuerySet[Device] | RawSQL:
    return devices if isinstance(devices, QuerySet) else among(devices, int)


def _by_facts(devices: Devices, today: date) -> dict[int, int]:
    """Work out what devices cost in a quarter that is not kept."""
    quarter = Quarter.of(today)
    began, ended = quarter.starts_on, quarter.ends_before
    leases = Lease.objects.filter(terms__isnull=False)
    if devices is not None:
        leases = leases.filter(device__in=_in(devices))
    rows = leases.order_by("device_id", "terms__position").values_list(
        "device_id", "starts_on", "stops_on", "terms__price_ore", "terms__quarters"
    )
    costs: dict[int, int] = {}
    alike: dict[tuple[LeaseRow, ...], int | None] = {}  # of one day and price, so of one cost
    for device, group in groupby(rows.iterator(chunk_size=5_000), key=itemgetter(0)):
        terms = tuple([row[1:] for row in group])
        if terms not in alike:
            alike[terms] = _cost(terms, today, began, ended)
        if (cost := alike[terms]) is not None:
            costs[device] = cost
    return costs


def _cost(terms: tuple[LeaseRow, ...], today: date, began: date, ended: date) -> int | None:
    """Return what a lease costs in a span, of a row for each term; None outside it."""
    starts_on, stops_on = terms[0][:2]
    laid = terms_in_order(starts_on, [term[2:] for term in terms])
    first, end = span_of(laid, stops_on)
    if not first <= today < end:
        return None
    return accrued(laid, stops_on, ended) - accrued(laid, stops_on, began)


@dataclass(frozen=True)
class LeasedCost:
    """How many leases run today among some devices, and what they cost in the whole quarter."""

    count: int = 0
    quarter_ore: int = 0


def cost_of(devices: QuerySet[Device] | None, today: date) -> LeasedCost:
    """Count what is leased today among devices, or of all, and what it costs in the quarter."""
    with one_moment():
        if not is_kept(today):
            costs = _by_facts(devices, today)
            return LeasedCost(len(costs), sum(costs.values()))
        if devices is None:
            return _added_up(held_anywhere(today))
        sums = _running(devices, today).aggregate(count=Count("*"), ore=Sum("one_ore"))
        return LeasedCost(sums["count"], sums["ore"] or 0)


def cost_of_pcs(today: date) -> LeasedCost:
    """Count all pcs that are leased today, and what they cost in the quarter."""
    with one_moment():
        pcs = pc_model_ids()
        return _added_up(one for one in held_anywhere(today) if one.model_id in pcs)


def _added_up(held: Iterable[HeldSum]) -> LeasedCost:
    items = quarter_ore = 0
    for one in held:
        items += one.items
        quarter_ore += one.quarter_ore
    return LeasedCost(items, quarter_ore)


def running(devices: QuerySet[Device], today: date) -> list[int]:
    """Return the ids of the devices whose lease runs today: those that `cost_of` counts."""
    return list(quarter_costs(devices, today))
