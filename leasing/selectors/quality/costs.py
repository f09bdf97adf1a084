"""What many devices cost in the quarter, read lightly: leases and terms, no placements."""

from collections.abc import Collection
from datetime import date
from itertools import groupby
from operator import itemgetter

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.rows import among
from leasing.domain.accrual import accrued, span_of, terms_in_order
from leasing.models import Lease


def quarter_costs(device_ids: Collection[int], today: date) -> dict[int, int]:
    """Give what each device costs in the quarter, øre; those whose lease does not run are left out.

    The same that `readiness.cost_of` adds up, by device.
    """
    quarter = Quarter.of(today)
    rows = (
        Lease.objects.filter(device__in=among(device_ids, int), terms__isnull=False)
        .order_by("device_id", "terms__position")
        .values_list("device_id", "starts_on", "stops_on", "terms__price_ore", "terms__quarters")
    )
    costs = {}
    for (device, starts_on, stops_on), terms in groupby(rows, key=itemgetter(0, 1, 2)):
        laid = terms_in_order(starts_on, [row[3:] for row in terms])
        began, ended = span_of(laid, stops_on)
        if began <= today < ended:
            costs[device] = accrued(laid, stops_on, quarter.ends_before) - accrued(
                laid, stops_on, quarter.starts_on
            )
    return costs
