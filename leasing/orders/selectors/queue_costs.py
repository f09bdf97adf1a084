"""What the lines of a queue cost a quarter: what has come by its lease, the rest as listed."""

from datetime import date

from django.db.models import Count, QuerySet, Sum

from albertslund_it.web.database.put_together import put_together_once
from leasing.billing.selectors.quarter_costs import quarter_costs
from leasing.domain.accrual import a_quarter
from leasing.models import LeasePrice, OrderedDevice, OrderLine
from leasing.orders.selectors.queues import Queue


def listed_quarters(on: date) -> dict[int, int]:
    """Return what one of each model costs a quarter in øre, by the price list of the day."""
    return {model: a_quarter(price, quarters) for model, price, quarters in _listed(on)}


@put_together_once
def _listed(on: date) -> QuerySet[LeasePrice, tuple[int, int, int]]:
    listed = LeasePrice.objects.filter(starts_on__lte=on).order_by("starts_on")
    return listed.values_list("model", "price_ore", "quarters")


def quarter_ore_of(lines: QuerySet[OrderLine], queue: Queue, on: date) -> int:
    """Return what some lines of a queue cost a quarter in øre, as the board adds them up."""
    here = OrderedDevice.objects.filter(line__in=lines.order_by().values("pk")).order_by()
    if queue is Queue.READY:
        waiting = here.filter(handed_out_on=None).values_list("device", flat=True)
        return sum(quarter_costs(list(waiting), on).values())
    prices = listed_quarters(on)
    ordered = dict(lines.order_by().values_list("model").annotate(Sum("quantity")))
    come = dict(here.values_list("line__model").annotate(Count("pk")))
    return sum(prices.get(model, 0) * (n - come.get(model, 0)) for model, n in ordered.items())
