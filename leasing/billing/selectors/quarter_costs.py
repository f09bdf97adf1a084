"""What many devices cost in the quarter, read lightly: leases and terms, no placements."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter

from django.db.models import QuerySet

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.rows import among
from inventory.models import Device
from leasing.domain.accrual import accrued, span_of, terms_in_order
from leasing.models import Lease

# The lease's first day and stop, its term's price and quarters.
LeaseRow = tuple[date, date | None, int, int]


def quarter_costs(
    devices: QuerySet[Device] | Collection[int] | None, today: date
) -> dict[int, int]:
    """Return what each device costs in the quarter, in øre, of those whose lease runs.

    Of some devices, or of their ids; None for all.
    """
    quarter = Quarter.of(today)
    began, ended = quarter.starts_on, quarter.ends_before
    leases = Lease.objects.filter(terms__isnull=False)
    if devices is not None:
        within = devices if isinstance(devices, QuerySet) else among(devices, int)
        leases = leases.filter(device__in=within)
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
    costs = quarter_costs(devices, today)
    return LeasedCost(len(costs), sum(costs.values()))


def running(devices: QuerySet[Device], today: date) -> list[int]:
    """Return the ids of the devices whose lease runs today: those that `cost_of` counts."""
    return list(quarter_costs(devices, today))
