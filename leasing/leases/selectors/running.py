"""Which leases run on a day, asked of the database: no lease's terms are laid end to end here.

A term of N quarters that begins on a lease's first day ends after a day when that first day is late
enough, and there are few lengths of terms. Further terms only make a lease longer, so the ends are
worked out for those alone that have several.
"""

from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter

from django.db.models import Q, QuerySet

from albertslund_it.common.quarters import add_months
from albertslund_it.web.database.rows import among
from leasing.cost_table.once import once_a_moment
from leasing.domain.accrual import span_of, terms_in_order
from leasing.models import Lease, LeaseTerm

ONE_DAY = timedelta(days=1)
MOST_CLAMPED = timedelta(days=3)  # 31 January + 1 month is 28 February


def running_on(on: date) -> QuerySet[Lease]:
    """Return the leases that run on a day; one may be there twice."""
    unstopped = Q(stops_on=None) | Q(stops_on__gt=on)
    return Lease.objects.filter(reaching_past(on), unstopped, starts_on__lte=on).order_by()


@once_a_moment
def reaching_past(day: date) -> Q:
    """Match the leases whose terms end after a day, stopped or not."""
    several = _several_reaching_past(day)
    found = Q(pk__in=among(several, int)) if several else Q()
    lengths = LeaseTerm.objects.order_by().values_list("quarters", flat=True).distinct()
    for quarters in lengths:
        found |= Q(terms__quarters=quarters, starts_on__gt=_latest_start(day, quarters))
    return found or Q(pk__in=())  # where nothing is leased


def _latest_start(day: date, quarters: int) -> date:
    """Return the last first day with which a term has ended by a day."""
    start = add_months(day, -3 * quarters) + MOST_CLAMPED
    while add_months(start, 3 * quarters) > day:
        start -= ONE_DAY
    return start


def _several_reaching_past(day: date) -> list[int]:
    several = LeaseTerm.objects.filter(position__gt=1).order_by().values("lease")
    terms = LeaseTerm.objects.filter(lease__in=several)
    rows = terms.order_by("lease_id", "position").values_list(
        "lease", "lease__starts_on", "price_ore", "quarters"
    )
    found = []
    for (lease, starts_on), group in groupby(rows, key=itemgetter(0, 1)):
        laid = terms_in_order(starts_on, [term[2:] for term in group])
        if span_of(laid, None)[1] > day:
            found.append(lease)
    return found
