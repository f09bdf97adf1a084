"""What many devices cost in the quarter, as it is kept; worked out where the quarter is not."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter

from django.db.models import QuerySet

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.put_together import put_together_once
from albertslund_it.web.database.rows import among
from inventory.models import Device
from leasing.billing.selectors.costs import HeldSum, held_anywhere, is_kept, pc_model_ids
from leasing.cost_table.moment import one_moment
from leasing.cost_table.once import once_a_moment
from leasing.domain.accrual import accrued, span_of, terms_in_order
from leasing.models import Cost, Lease

# The lease's first day and stop, its term's price and quarters.
LeaseRow = tuple[date, date | None, int, int]
Devices = QuerySet[Device] | Collection[int] | None
# Looked up one by one; what there is more of is sooner found among all that run.
SOME = 20_000


def quarter_costs(devices: Devices, today: date) -> dict[int, int]:
    """Return what each device costs in the quarter, in øre, of those whose lease runs.

    Of some devices, or of their ids; None for all.
    """
    with one_moment():
        if not is_kept(today):
            return _by_facts(devices, today)
        if isinstance(devices, QuerySet):
            # Found before, and not in each row of the quarter.
            devices = list(devices.order_by().values_list("pk", flat=True))
        if devices is not None and len(devices) <= SOME:
            return dict(_running(today, devices=devices)) if devices else {}
        costs = _all_running(today)
        wanted = None if devices is None else set(devices)
        return {
            device: costs[lease]
            for device, lease in _leases()
            if lease in costs and (wanted is None or device in wanted)
        }


@put_together_once
def _running(today: date, *, devices: Collection[int]) -> QuerySet[Cost, tuple[int, int]]:
    """Read what some devices cost whose lease runs today: a row has the day."""
    rows = costs_on(today).filter(
        lease__in=Lease.objects.filter(device__in=among(devices, int)).order_by().values("pk")
    )
    return rows.order_by("lease__device").values_list("lease__device", "quarter_ore")


@once_a_moment
def _all_running(today: date) -> Mapping[int, int]:
    """Read what every lease costs that runs today: from the index that has the whole quarter."""
    return dict(_costs(today))


@put_together_once
def _costs(today: date) -> QuerySet[Cost, tuple[int, int]]:
    return costs_on(today).order_by().values_list("lease_id", "quarter_ore")


@put_together_once
def _leases() -> QuerySet[Lease, tuple[int, int]]:
    return Lease.objects.order_by("device").values_list("device", "pk")


def costs_on(day: date) -> QuerySet[Cost]:
    """Choose the kept costs, within the quarter, of the leases that run on a day."""
    return Cost.objects.filter(period=str(Quarter.of(day)), first_day__lte=day, last_day__gte=day)


def _by_facts(devices: Devices, today: date) -> dict[int, int]:
    """Work out what devices cost in a quarter that is not kept."""
    quarter = Quarter.of(today)
    began, ended = quarter.starts_on, quarter.ends_before
    leases = Lease.objects.filter(terms__isnull=False)
    if devices is not None:
        wanted = devices if isinstance(devices, QuerySet) else among(devices, int)
        leases = leases.filter(device__in=wanted)
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
        if devices is None and is_kept(today):
            return _added_up(held_anywhere(today))
        costs = quarter_costs(devices, today)
    return LeasedCost(len(costs), sum(costs.values()))


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
