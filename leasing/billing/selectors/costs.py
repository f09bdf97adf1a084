"""Kept costs as figures read them: what is not billed yet, and what is held on a day.

To be read in `one_moment`, which brings them up to date.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from datetime import date
from typing import Any, NamedTuple, TypeVar

from django.db.models import Count, F, Q, QuerySet, Sum, Value

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.rows import among
from inventory.models import DeviceModel, Placement
from leasing.billing.selectors.window import Window
from leasing.cost_table.facts import NOBODY, billing_start, cost_holder_id, lease_facts
from leasing.cost_table.once import once_a_moment
from leasing.domain.accrual import accrued
from leasing.domain.allocation import BACKLOG, CURRENT, unit_on
from leasing.domain.renewal import Expiring
from leasing.models import Cost, CostEnding, CostLease, CostPending, CostTotal, EndDecision, Lease

Row = TypeVar("Row", Cost, CostTotal, CostPending)


class PendingSum(NamedTuple):
    """What no run holds of leases: of a quarter, unit, kind and model."""

    period: str
    unit_id: int
    kind: str
    model_name: str
    lines: int
    amount_ore: int


def pending_sums(
    window: Window,
    unit_ids: Collection[int] | None = None,
    periods: Collection[str] | None = None,
) -> Iterator[PendingSum]:
    """Yield what no run holds of leases, added up; of these units and quarters or of all.

    Where no run is asked for, a quarter that is not closed is `current`: closed in its turn, that
    is what it becomes.
    """
    new, late = _pending(window, unit_ids, periods)
    names = model_names()
    for period, unit, model, lines, amount in new.values_list(
        "period", "unit_id", "model_id", "line_count", "amount_ore"
    ):
        yield PendingSum(period, unit, kind_of_new(window, period), names[model], lines, amount)
    sums = late.values_list("period", "unit_id", "kind", "model_id")
    for period, unit, kind, model, lines, amount in sums.annotate(
        Count("lease"), Sum("amount_ore")
    ):
        kind = own_kind(window, period) or kind
        yield PendingSum(period, unit, kind, names[model], lines, amount)


def kind_of_new(window: Window, period: str) -> str:
    """Return the kind of what no run has looked at."""
    return CURRENT if not window.code else own_kind(window, period) or BACKLOG


def own_kind(window: Window, period: str) -> str | None:
    """Return the kind of all in a run's own quarter, covered or not; None for another."""
    return CURRENT if period == str(window.current) else None


def held_at_end_of(window: Window) -> list[tuple[int, str, int]]:
    """Count the lines that last to the last day of a run's own quarter: (unit, model name, lines).

    What costs nothing makes no line, and is counted out. A unit and model may come twice.
    """
    if window.current is None:
        return []
    code, last = str(window.current), window.current.last_day
    if window.covered and window.current <= window.covered:
        late = CostPending.objects.filter(period=code, last_day=last)
        found = list(late.values_list("unit_id", "model_id").annotate(Count("lease")))
    else:
        totals = CostTotal.objects.filter(period=code, held__gt=0).exclude(unit=NOBODY)
        found = list(totals.values_list("unit_id", "model_id", "held"))
        free = totals.filter(row_count__gt=F("line_count")).values_list("unit", flat=True)
        nothing = Cost.objects.filter(
            period=code, unit__in=list(free), last_day=last, amount_ore=0
        ).order_by()
        counted = nothing.values_list("unit_id", "model_id").annotate(Count("lease"))
        found += [(unit, model, -items) for unit, model, items in counted]
    names = model_names()
    return [(unit, names[model], items) for unit, model, items in found]


def pending_periods(
    window: Window, unit_ids: Collection[int] | None = None
) -> list[tuple[str, int, int]]:
    """Return (quarter, lines, øre) of what no run holds of leases; a quarter may come twice."""
    units = None if unit_ids is None else frozenset(unit_ids)
    codes = {period.code for period in window.new_periods}
    new, late = _waiting_by_period(str(window.covered or ""), units)
    return [*(one for one in new if one[0] in codes), *late]


@once_a_moment
def _waiting_by_period(
    covered: str, unit_ids: frozenset[int] | None
) -> tuple[Sequence[tuple[str, int, int]], Sequence[tuple[str, int, int]]]:
    """Return (quarter, lines, øre) of quarters that no run covers, and of what others lack."""
    new = CostTotal.objects.filter(period__gt=covered, line_count__gt=0)
    totals = _of_units(new, unit_ids).order_by()
    late = _of_units(CostPending.objects.all(), unit_ids).order_by()
    return (
        list(totals.values_list("period").annotate(Sum("line_count"), Sum("amount_ore"))),
        list(late.values_list("period").annotate(Count("lease"), Sum("amount_ore"))),
    )


def _pending(
    window: Window, unit_ids: Collection[int] | None, periods: Collection[str] | None
) -> tuple[QuerySet[CostTotal], QuerySet[CostPending]]:
    """Choose the totals of quarters that no run covers, and what those that one does lack."""
    codes = [p.code for p in window.new_periods if periods is None or p.code in periods]
    new = CostTotal.objects.filter(period__in=codes, line_count__gt=0)
    late = CostPending.objects.all()
    if periods is not None:
        late = late.filter(period__in=periods)
    return _of_units(new, unit_ids).order_by(), _of_units(late, unit_ids).order_by()


def _of_units(rows: QuerySet[Row], unit_ids: Collection[int] | None) -> QuerySet[Row]:
    """Choose the rows of units; None takes all, but what nobody carries.

    That is the stock where there is no cost holder; no quarter can be closed then.
    """
    if unit_ids is None:
        return rows.exclude(unit=NOBODY)
    return rows.filter(unit__in=unit_ids)


@once_a_moment
def pc_model_ids() -> Set[int]:
    """Return the ids of the models that are pcs."""
    return set(DeviceModel.objects.filter(category__is_pc=True).values_list("id", flat=True))


@once_a_moment
def model_names() -> Mapping[int, str]:
    """Return the names of all models by their ids."""
    return dict(DeviceModel.objects.values_list("id", "name"))


class HeldSum(NamedTuple):
    """Leased items of a model that a unit holds on a day, and what their whole quarter costs."""

    unit_id: int
    model_id: int
    items: int
    quarter_ore: int


def is_kept(day: date) -> bool:
    """Return whether a day's quarter is kept whole: it begins no earlier than the billing."""
    return Quarter.of(day).starts_on >= billing_start()


def held_on(day: date, unit_ids: Collection[int] | None = None) -> list[HeldSum]:
    """Count what units hold on a day, of these or of all; not what nobody carries."""
    return [one for one in held_anywhere(day, unit_ids) if one.unit_id != NOBODY]


def held_anywhere(day: date, unit_ids: Collection[int] | None = None) -> Sequence[HeldSum]:
    """Count what is held on a day, of some units or of all; of `NOBODY` what none carries."""
    return _held(day, None if unit_ids is None else frozenset(unit_ids))


@once_a_moment
def _held(day: date, unit_ids: frozenset[int] | None) -> Sequence[HeldSum]:
    """Count what is held on a day, of some units or of all; of `NOBODY` what none carries.

    Who holds an item all quarter is in the totals; of the others the row says it, or where an item
    has come back within the quarter, its placements.
    """
    if not is_kept(day):
        return _held_by_facts(day, unit_ids)
    code = str(Quarter.of(day))
    totals = CostTotal.objects.filter(period=code)
    parts = Cost.objects.filter(period=code, first_day__lte=day, last_day__gte=day)
    if unit_ids is not None:
        totals, parts = totals.filter(unit__in=unit_ids), parts.filter(unit__in=unit_ids)
    return _counted(totals, parts, {code: day})[code]


def held_at_ends(quarters: Collection[Quarter]) -> dict[Quarter, Sequence[HeldSum]]:
    """Count what was held on the last day of quarters, in as many queries however many they are."""
    ends = {str(quarter): quarter.last_day for quarter in quarters if is_kept(quarter.last_day)}
    found: dict[str, Sequence[HeldSum]] = {}
    if ends:
        totals = CostTotal.objects.filter(period__in=ends)
        # A part lies within its quarter: the last one ends with it.
        parts = Cost.objects.filter(period__in=ends, last_day__in=ends.values())
        found = dict(_counted(totals, parts, ends))
    return {q: found[str(q)] if str(q) in found else held_anywhere(q.last_day) for q in quarters}


def _counted(
    totals: QuerySet[CostTotal], parts: QuerySet[Cost], days: Mapping[str, date]
) -> Mapping[str, Sequence[HeldSum]]:
    """Count what is held by quarter, each on a day of its own."""
    found: dict[str, list[HeldSum]] = {period: [] for period in days}
    whole = totals.filter(whole__gt=0)
    # Counted by what the index has: else each row would be looked up for it.
    unbroken = (
        parts.filter(is_whole=False, is_unbroken=True)
        .order_by()
        .values_list("period", "unit_id", "model_id")
        .annotate(Count("quarter_ore"), Sum("quarter_ore"))
    )
    for period, *row in (
        *whole.values_list("period", "unit_id", "model_id", "whole", "whole_ore"),
        *unbroken,
    ):
        found[period].append(HeldSum(*row))
    come_back = defaultdict(list)
    broken = parts.filter(is_unbroken=False).order_by()
    columns = ("period", "lease_id", "unit_id", "model_id", "quarter_ore")
    for period, *row in broken.values_list(*columns):
        come_back[period].append(row)
    for period, rows in come_back.items():
        at = units_on(days[period], [lease for lease, *_ in rows])
        found[period] += [
            HeldSum(unit, model, 1, ore) for lease, unit, model, ore in rows if at[lease] == unit
        ]
    return found


def units_on(day: date, leases: Collection[int]) -> dict[int, int]:
    """Return the unit that holds each lease's item on a day."""
    if not leases:
        return {}
    holder = cost_holder_id() or NOBODY
    lease_of = dict(Lease.objects.filter(id__in=among(leases, int)).values_list("device", "id"))
    at = dict.fromkeys(leases, holder)
    moves = Placement.objects.filter(device__in=among(lease_of, int), starts_on__lte=day)
    for device, unit in moves.order_by("starts_on").values_list("device", "unit"):
        at[lease_of[device]] = unit or holder
    return at


def _held_by_facts(day: date, unit_ids: Collection[int] | None) -> list[HeldSum]:
    """Count what is held on a day of a quarter that is not kept."""
    quarter, holder = Quarter.of(day), cost_holder_id() or NOBODY
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


def expiring_after(
    day: date,
    unit_ids: Collection[int] | None,
    replaced: Collection[int],
    *,
    by_unit: bool = True,
) -> dict[Expiring, dict[int, int]]:
    """Count the leases that run out after a day, of these units or of all: alike ones by unit.

    What is in stock by then is left out, and so are the devices that are replaced, or decided to be
    bought or returned. Where units are not asked for, all are NOBODY's.
    """
    holder = cost_holder_id() or NOBODY
    endings = CostEnding.objects.filter(ends_before__gt=day).exclude(unit__in=[holder, NOBODY])
    chosen = CostLease.objects.filter(
        Q(lease__in=EndDecision.objects.final().values("term__lease"))
        | Q(lease__in=Lease.objects.filter(device__in=among(replaced, int)).values("pk")),
        ends_before__gt=day,
        runs_out=True,
    ).exclude(unit__in=[holder, NOBODY])
    if unit_ids is not None:
        endings, chosen = endings.filter(unit__in=unit_ids), chosen.filter(unit__in=unit_ids)
    names, found = model_names(), defaultdict[tuple[Any, ...], dict[int, int]](dict)

    def count(unit: int, key: tuple[Any, ...], number: int) -> None:
        of_units, at = found[key], unit if by_unit else NOBODY
        of_units[at] = of_units.get(at, 0) + number

    alike = ("ends_before", "model_id", "price_ore", "quarters")
    if by_unit:
        counts = endings.values_list("unit_id", *alike, "leases")
    else:
        counts = endings.values_list(Value(NOBODY), *alike).annotate(Sum("leases"))
    for unit, *key, number in counts.order_by():
        count(unit, tuple(key), number)
    for unit, *key in chosen.order_by().values_list("unit_id", *alike):
        count(unit, tuple(key), -1)
    return {
        Expiring(ends, NOBODY, names[model], price, quarters): left
        for (ends, model, price, quarters), of_units in found.items()
        if (left := {unit: number for unit, number in of_units.items() if number})
    }
