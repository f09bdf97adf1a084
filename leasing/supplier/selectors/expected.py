"""What the lessor is expected to bill: what all leases cost over some days."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter

from django.db.models import Sum

from albertslund_it.common.quarters import Quarter
from leasing.cost_table.facts import billing_start
from leasing.cost_table.moment import one_moment
from leasing.domain.accrual import accrued, terms_in_order
from leasing.models import CostTotal, LeaseTerm

CHUNK = 5_000


def expected_in(quarters: Sequence[Quarter]) -> list[int]:
    """Return what all leases cost in each quarter, as it is kept."""
    with one_moment():
        totals = CostTotal.objects.filter(period__in=[str(quarter) for quarter in quarters])
        sums = dict(totals.order_by().values_list("period").annotate(Sum("amount_ore")))
    return [sums.get(str(quarter), 0) for quarter in quarters]


def expected_of_lessor(starts_on: date, ends_before: date) -> int:
    """Return what all leases cost over `[starts_on, ends_before)` by today's facts, in øre.

    Days before the billing start cost nobody anything.
    """
    return expected_between([(starts_on, ends_before)])[0]


def expected_between(spans: Sequence[tuple[date, date]]) -> list[int]:
    """Return what all leases cost over each of some spans of days, reading the leases once."""
    begin = billing_start()
    spans = [(max(first, begin), ends_before) for first, ends_before in spans]
    ends_before = max(end for _, end in spans)
    rows = (
        LeaseTerm.objects.filter(lease__starts_on__lt=ends_before)
        .order_by("lease_id", "position")
        .values_list("lease_id", "lease__starts_on", "lease__stops_on", "price_ore", "quarters")
        .iterator(chunk_size=CHUNK)
    )
    totals = [0] * len(spans)
    for (_, began, stops_on), terms in groupby(rows, key=itemgetter(0, 1, 2)):
        laid_out = terms_in_order(began, [term[3:] for term in terms])
        for index, (first, end) in enumerate(spans):
            cost = accrued(laid_out, stops_on, end) - accrued(laid_out, stops_on, first)
            totals[index] += cost
    return totals
