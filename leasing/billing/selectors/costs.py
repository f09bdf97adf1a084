"""Kept costs as figures read them: what is not billed yet, and what is held on a day.

To be read in `one_moment`, which brings them up to date.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from datetime import date
from typing import Any, NamedTuple, TypeVar

from django.db.models import Count, F, QuerySet, Sum, Value

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.put_together import put_together_once
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
    is_of_all, units = unit_ids is None, unit_ids or ()
    codes = (p.code for p in window.new_periods if periods is None or p.code in periods)
    names = model_names()
    for period, unit, model, lines, amount in _new(tuple(codes), is_of_all, units=units):
        yield PendingSum(period, unit, kind_of_new(window, period), names[model], lines, amount)
    wanted = None if periods is None else tuple(sorted(periods))
    for period, unit, kind, model, lines, amount in _late(wanted, is_of_all, units=units):
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
    is_of_all = unit_ids is None
    units = unit_ids or ()
    return _new_by_period(covered, is_of_all, units=units), _late_by_period(is_of_all, units=units)


def _parts_at(codes: tuple[str, ...], days: tuple[date, ...]) -> QuerySet[Cost]:
    # A part lies within its quarter: the last one ends with it.
    return Cost.objects.filter(period__in=codes, last_day__in=days).order_by()


@put_together_once
def _unbroken_at(
    codes: tuple[str, ...], days: tuple[date, ...]
) -> QuerySet[Cost, tuple[str, int, int, int, int]]:
    return _added_up(_parts_at(codes, days))


@put_together_once
def _broken_at(
    codes: tuple[str, ...], days: tuple[date, ...]
) -> QuerySet[Cost, tuple[str, int, int, int, int]]:
    return _parts_at(codes, days).filter(is_unbroken=False).values_list(*_BROKEN)


@put_together_once
def _new_by_period(
    covered: str, is_of_all: bool, *, units: Collection[int]
) -> QuerySet[CostTotal, tuple[str, int, int]]:
    new = CostTotal.objects.filter(period__gt=covered, line_count__gt=0)
    totals = _of_units(new, None if is_of_all else units).order_by()
    return totals.values_list("period").annotate(Sum("line_count"), Sum("amount_ore"))


@put_together_once
def _late_by_period(
    is_of_all: bool, *, units: Collection[int]
) -> QuerySet[CostPending, tuple[str, int, int]]:
    late = _of_units(CostPending.objects.all(), None if is_of_all else units).order_by()
    return late.values_list("period").annotate(Count("lease"), Sum("amount_ore"))


@put_together_once
def _new(
    codes: tuple[str, ...], is_of_all: bool, *, units: Collection[int]
) -> QuerySet[CostTotal, tuple[str, int, int, int, int]]:
    """Choose the totals of quarters that no run covers."""
    new = CostTotal.objects.filter(period__in=codes, line_count__gt=0)
    totals = _of_units(new, None if is_of_all else units).order_by()
    return totals.values_list("period", "unit_id", "model_id", "line_count", "amount_ore")


@put_together_once
def _late(
    codes: tuple[str, ...] | None, is_of_all: bool, *, units: Collection[int]
) -> QuerySet[CostPending, tuple[str, int, str, int, int, int]]:
    """Add up what the quarters lack that a run does cover."""
    late = CostPending.objects.all()
    if codes is not None:
        late = late.filter(period__in=codes)
    rows = _of_units(late, None if is_of_all else units).order_by()
    by = rows.values_list("period", "unit_id", "kind", "model_id")
    return by.annotate(Count("lease"), Sum("amount_ore"))


def _of_units(rows: QuerySet[Row], unit_ids: Collection[int] | None) -> QuerySet[Row]:
    """Choose the rows of units; None takes all, but what nobody carries.

    That is the stock where there is no cost holder; no quarter can be closed then.
    """
    if unit_ids is None:
        return rows.exclude(unit=NOBODY)
    return rows.filter(unit__in=among(unit_ids, int))


@once_a_moment
def pc_model_ids() -> Set[int]:
    """Return the ids of the models that are pcs."""
    return set(_pc_models())


@put_together_once
def _pc_models() -> QuerySet[DeviceModel, int]:
    pcs = DeviceModel.objects.filter(category__is_pc=True).order_by()
    return pcs.values_list("id", flat=True)


@once_a_moment
def model_names() -> Mapping[int, str]:
    """Return the names of all models by their ids."""
    return dict(_models())


@put_together_once
def _models() -> QuerySet[DeviceModel, tuple[int, str]]:
    return DeviceModel.objects.values_list("id", "name")


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
    is_of_all, units = unit_ids is None, unit_ids or ()
    return _counted(
        _whole((code,), is_of_all, units=units),
        _unbroken(day, is_of_all, units=units),
        _broken(day, is_of_all, units=units),
        {code: day},
    )[code]


@put_together_once
def _whole(
    codes: tuple[str, ...], is_of_all: bool, *, units: Collection[int]
) -> QuerySet[CostTotal, tuple[str, int, int, int, int]]:
    """Choose what is held all quarter."""
    totals = CostTotal.objects.filter(period__in=codes, whole__gt=0)
    if not is_of_all:
        totals = totals.filter(unit__in=among(units, int))
    return totals.values_list("period", "unit_id", "model_id", "whole", "whole_ore")


def _parts(day: date, is_of_all: bool, units: Collection[int]) -> QuerySet[Cost]:
    code = str(Quarter.of(day))
    parts = Cost.objects.filter(period=code, first_day__lte=day, last_day__gte=day).order_by()
    return parts if is_of_all else parts.filter(unit__in=among(units, int))


@put_together_once
def _unbroken(
    day: date, is_of_all: bool, *, units: Collection[int]
) -> QuerySet[Cost, tuple[str, int, int, int, int]]:
    return _added_up(_parts(day, is_of_all, units))


def _added_up(parts: QuerySet[Cost]) -> QuerySet[Cost, tuple[str, int, int, int, int]]:
    # Counted by what the index has: else each row would be looked up for it.
    rows = parts.filter(is_whole=False, is_unbroken=True)
    by = rows.values_list("period", "unit_id", "model_id")
    return by.annotate(Count("quarter_ore"), Sum("quarter_ore"))


_BROKEN = ("period", "lease_id", "unit_id", "model_id", "quarter_ore")


@put_together_once
def _broken(
    day: date, is_of_all: bool, *, units: Collection[int]
) -> QuerySet[Cost, tuple[str, int, int, int, int]]:
    return _parts(day, is_of_all, units).filter(is_unbroken=False).values_list(*_BROKEN)


def held_at_ends(quarters: Collection[Quarter]) -> dict[Quarter, Sequence[HeldSum]]:
    """Count what was held on the last day of quarters, in as many queries however many they are."""
    ends = {str(quarter): quarter.last_day for quarter in quarters if is_kept(quarter.last_day)}
    found: dict[str, Sequence[HeldSum]] = {}
    if ends:
        codes, days = tuple(ends), tuple(ends.values())
        whole = _whole(codes, True, units=())
        found = dict(_counted(whole, _unbroken_at(codes, days), _broken_at(codes, days), ends))
    return {q: found[str(q)] if str(q) in found else held_anywhere(q.last_day) for q in quarters}


Sums = Iterable[tuple[str, int, int, int, int]]


def _counted(
    whole: Sums, unbroken: Sums, broken: Sums, days: Mapping[str, date]
) -> Mapping[str, Sequence[HeldSum]]:
    """Count what is held by quarter, each on a day of its own."""
    found: dict[str, list[HeldSum]] = {period: [] for period in days}
    for period, *row in (*whole, *unbroken):
        found[period].append(HeldSum(*row))
    come_back = defaultdict(list)
    for period, *row in broken:
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


def expiring_between(
    days: tuple[date, date],
    unit_ids: Collection[int] | None,
    replaced: Collection[int],
    *,
    by_unit: bool = True,
) -> dict[Expiring, dict[int, int]]:
    """Count the leases that run out after a day and before another: alike ones by unit.

    They are of these units or of all. What is in stock by then is left out, and so are the devices
    that are replaced, or decided to be bought or returned. Where units are not asked for, all are
    NOBODY's.
    """
    holder = cost_holder_id() or NOBODY
    is_of_all, units = unit_ids is None, unit_ids or ()
    names, found = model_names(), defaultdict[tuple[Any, ...], dict[int, int]](dict)

    def count(unit: int, key: tuple[Any, ...], number: int) -> None:
        of_units, at = found[key], unit if by_unit else NOBODY
        of_units[at] = of_units.get(at, 0) + number

    for unit, *key, number in _endings(days, holder, is_of_all, by_unit, units=units):
        count(unit, tuple(key), number)
    settled = {*_decided(), *(_leases_of(devices=replaced) if replaced else ())}
    # PostgreSQL would look at all leases to find none.
    for unit, *key in (
        _settled(days, holder, is_of_all, units=units, leases=settled) if settled else ()
    ):
        count(unit, tuple(key), -1)
    return {
        Expiring(ends, NOBODY, names[model], price, quarters): left
        for (ends, model, price, quarters), of_units in found.items()
        if (left := {unit: number for unit, number in of_units.items() if number})
    }


_ALIKE = ("ends_before", "model_id", "price_ore", "quarters")


@put_together_once
def _endings(
    days: tuple[date, date], holder: int, is_of_all: bool, by_unit: bool, *, units: Collection[int]
) -> QuerySet[CostEnding, tuple[Any, ...]]:
    after, before = days
    endings = CostEnding.objects.filter(ends_before__gt=after, ends_before__lt=before)
    endings = endings.exclude(unit__in=[holder, NOBODY])
    if not is_of_all:
        endings = endings.filter(unit__in=among(units, int))
    if by_unit:
        return endings.order_by().values_list("unit_id", *_ALIKE, "leases")
    return endings.order_by().values_list(Value(NOBODY), *_ALIKE).annotate(Sum("leases"))


@put_together_once
def _decided() -> QuerySet[EndDecision, int]:
    """Choose the leases that are decided to be bought or returned."""
    return EndDecision.objects.final().order_by().values_list("term__lease", flat=True)


@put_together_once
def _leases_of(*, devices: Collection[int]) -> QuerySet[Lease, int]:
    some = Lease.objects.filter(device__in=among(devices, int)).order_by()
    return some.values_list("pk", flat=True)


@put_together_once
def _settled(
    days: tuple[date, date],
    holder: int,
    is_of_all: bool,
    *,
    units: Collection[int],
    leases: Collection[int],
) -> QuerySet[CostLease, tuple[Any, ...]]:
    """Choose what is not followed: it is replaced, or decided to be bought or returned."""
    chosen = CostLease.objects.filter(
        lease__in=among(leases, int),
        ends_before__gt=days[0],
        ends_before__lt=days[1],
        runs_out=True,
    ).exclude(unit__in=[holder, NOBODY])
    if not is_of_all:
        chosen = chosen.filter(unit__in=among(units, int))
    return chosen.order_by().values_list("unit_id", *_ALIKE)
