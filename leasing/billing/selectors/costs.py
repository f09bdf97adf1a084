"""Kept costs as figures read them: what is not billed yet, and what is held on a day.

To be read in `one_moment`, which brings them up to date.
"""

from collections.abc import Collection, Iterator
from datetime import date
from typing import NamedTuple, TypeVar

from django.db.models import Count, Q, QuerySet, Sum

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.rows import among
from inventory.models import DeviceModel, Placement
from leasing.billing.selectors.window import Window
from leasing.cost_table.facts import NOBODY, billing_start, cost_holder_id, lease_facts
from leasing.domain.accrual import accrued
from leasing.domain.allocation import CURRENT, unit_on
from leasing.domain.renewal import Expiring
from leasing.models import Cost, CostEnding, CostLease, CostPending, CostTotal, Lease

Row = TypeVar("Row", Cost, CostTotal, CostPending)


class PendingSum(NamedTuple):
    """What no run holds of leases: of a quarter, unit, kind and model."""

    period: str
    unit_id: int
    kind: str
    model_name: str
    lines: int
    amount_ore: int


def pending_sums(window: Window, unit_ids: Collection[int] | None = None) -> Iterator[PendingSum]:
    """Yield what no run holds of leases, added up; of these units or of all.

    A quarter that is not closed is `current` here: closed in its turn, that is what it becomes.
    """
    new = CostTotal.objects.filter(period__in=[p.code for p in window.new_periods])
    new = _of_units(new.filter(line_count__gt=0), unit_ids)
    late = _of_units(CostPending.objects.all(), unit_ids)
    names = model_names()
    for period, unit, model, lines, amount in new.values_list(
        "period", "unit_id", "model_id", "line_count", "amount_ore"
    ):
        yield PendingSum(period, unit, CURRENT, names[model], lines, amount)
    sums = late.order_by().values_list("period", "unit_id", "kind", "model_id")
    for period, unit, kind, model, lines, amount in sums.annotate(
        Count("lease"), Sum("amount_ore")
    ):
        yield PendingSum(period, unit, kind, names[model], lines, amount)


def _of_units(rows: QuerySet[Row], unit_ids: Collection[int] | None) -> QuerySet[Row]:
    """Choose the rows of units; None takes all, but what nobody carries.

    That is the stock where there is no cost holder; no quarter can be closed then.
    """
    if unit_ids is None:
        return rows.exclude(unit=NOBODY)
    return rows.filter(unit__in=unit_ids)


def model_names() -> dict[int, str]:
    """Return the names of all models by their ids."""
    return dict(DeviceModel.objects.values_list("id", "name"))


class HeldSum(NamedTuple):
    """Leased items of a model that a unit holds on a day, and what their whole quarter costs."""

    unit_id: int
    model_id: int
    items: int
    quarter_ore: int


def is_kept(day: date) -> bool:
    """Tell whether a day's quarter is kept whole: it begins no earlier than the billing."""
    return Quarter.of(day).starts_on >= billing_start()


def held_on(day: date, unit_ids: Collection[int] | None = None) -> list[HeldSum]:
    """Count what units hold on a day, of these or of all.

    Who holds an item all quarter is in the totals; of the others the row says it, or where an item
    has come back within the quarter, its placements.
    """
    if not is_kept(day):
        return _held_by_facts(day, unit_ids)
    code = str(Quarter.of(day))
    totals = _of_units(CostTotal.objects.filter(period=code, whole__gt=0), unit_ids)
    parts = _of_units(
        Cost.objects.filter(period=code, is_whole=False, first_day__lte=day, last_day__gte=day),
        unit_ids,
    ).order_by()
    # Counted by what the index has: else each row would be looked up for it.
    unbroken = (
        parts.filter(is_unbroken=True)
        .values_list("unit_id", "model_id")
        .annotate(Count("quarter_ore"), Sum("quarter_ore"))
    )
    found = [*totals.values_list("unit_id", "model_id", "whole", "whole_ore"), *unbroken]
    come_back = list(
        parts.filter(is_unbroken=False).values_list(
            "lease_id", "unit_id", "model_id", "quarter_ore"
        )
    )
    at = _units_on(day, [lease for lease, *_ in come_back])
    found += [(unit, model, 1, ore) for lease, unit, model, ore in come_back if at[lease] == unit]
    return [HeldSum(*row) for row in found]


def _units_on(day: date, leases: Collection[int]) -> dict[int, int]:
    """Return the unit that holds each lease's item on a day."""
    holder = cost_holder_id() or NOBODY
    lease_of = dict(Lease.objects.filter(id__in=among(leases, int)).values_list("device", "id"))
    at = dict.fromkeys(leases, holder)
    moves = Placement.objects.filter(device__in=among(lease_of, int), starts_on__lte=day)
    for device, unit in moves.order_by("starts_on").values_list("device", "unit"):
        at[lease_of[device]] = unit or holder
    return at


def _held_by_facts(day: date, unit_ids: Collection[int] | None) -> list[HeldSum]:
    """Count what is held on a day of a quarter that is not kept."""
    quarter, holder = Quarter.of(day), cost_holder_id()
    ids = {name: pk for pk, name in model_names().items()}
    found = []
    for facts in lease_facts():
        unit = unit_on(facts, day, holder)
        if unit is not None and (unit_ids is None or unit in unit_ids):
            cost = accrued(facts.terms, facts.stops_on, quarter.ends_before)
            cost -= accrued(facts.terms, facts.stops_on, quarter.starts_on)
            found.append(HeldSum(unit, ids[facts.model_name], 1, cost))
    return found


def running_on(day: date) -> QuerySet[CostLease]:
    """Choose the leases that run on a day."""
    return CostLease.objects.filter(starts_on__lte=day, ends_before__gt=day)


def held_at_ends(
    quarters: Collection[Quarter], unit_ids: Collection[int] | None = None
) -> Iterator[tuple[str, int, str, int]]:
    """Yield (quarter, unit, model name, items held on its last day); of these units or of all."""
    totals = _of_units(
        CostTotal.objects.filter(period__in=[str(q) for q in quarters], held__gt=0), unit_ids
    )
    names = model_names()
    for period, unit, model, items in totals.values_list("period", "unit_id", "model_id", "held"):
        yield period, unit, names[model], items


def expiring_after(
    day: date, unit_ids: Collection[int] | None, replaced: Collection[int]
) -> dict[Expiring, int]:
    """Count the leases that run out after a day, of these units or of all.

    What is in stock by then is left out, and so are the devices that are replaced.
    """
    holder = cost_holder_id() or NOBODY
    endings = CostEnding.objects.filter(ends_before__gt=day).exclude(unit__in=[holder, NOBODY])
    chosen = CostLease.objects.filter(
        Q(lease__in=Lease.objects.exclude(end_choice="").values("pk"))
        | Q(lease__in=Lease.objects.filter(device__in=among(replaced, int)).values("pk")),
        ends_before__gt=day,
        runs_out=True,
    ).exclude(unit__in=[holder, NOBODY])
    if unit_ids is not None:
        endings, chosen = endings.filter(unit__in=unit_ids), chosen.filter(unit__in=unit_ids)
    names = model_names()
    found: dict[Expiring, int] = {
        Expiring(ends, unit, names[model], price, quarters): count
        for ends, unit, model, price, quarters, count in endings.values_list(
            "ends_before", "unit_id", "model_id", "price_ore", "quarters", "leases"
        )
    }
    for ends, unit, model, price, quarters, device, choice in chosen.values_list(
        "ends_before",
        "unit_id",
        "model_id",
        "price_ore",
        "quarters",
        "lease__device",
        "lease__end_choice",
    ):
        one = Expiring(ends, unit, names[model], price, quarters)
        found[one] -= 1
        if device not in replaced:
            decided = one._replace(end_choice=choice)
            found[decided] = found.get(decided, 0) + 1
    return {one: count for one, count in found.items() if count}
