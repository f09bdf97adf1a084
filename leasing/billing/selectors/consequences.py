"""What a change of who has a device, or of its lease, costs whom: shown before it is saved.

The facts of the leases are read once, changed in memory, and split by the one engine; the two
splits differ by what the next closings will bill differently. What is billed already cancels out.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from albertslund_it.common.files.cells import KEEP, Keep
from albertslund_it.common.names import danish_key
from albertslund_it.common.quarters import Quarter, quarters_between
from albertslund_it.web.database.rows import among
from inventory.models import Device, Unit
from leasing.cost_table.facts import (
    NOBODY,
    billing_start,
    cost_holder_id,
    heirs_up_to,
    last_covered_quarter,
    lease_facts,
)
from leasing.cost_table.moment import snapshot
from leasing.domain.accrual import span_of, terms_in_order
from leasing.domain.allocation import LeaseFacts, Period, heir_of, split


@dataclass(frozen=True)
class Plan:
    """What is to hold for one device: change points (day, unit id), and its lease.

    A move takes the place of one on the same day, `dropped` are days whose change point goes away.
    `prices` are (øre, quarters) of every term in order. KEEP leaves the lease as it is.
    """

    moves: Sequence[tuple[date, int | None]] = ()
    dropped: Sequence[date] = ()
    starts_on: date | Keep = KEEP
    stops_on: date | Keep | None = KEEP
    prices: Sequence[tuple[int, int]] | Keep = KEEP


@dataclass(frozen=True)
class QuarterChange:
    """What a unit pays for the devices in a quarter, before and after."""

    quarter: Quarter
    before_ore: int
    after_ore: int
    is_closed: bool

    @property
    def amount_ore(self) -> int:
        return self.after_ore - self.before_ore


@dataclass(frozen=True)
class UnitConsequence:
    """What changes for one unit; `full_*` is a whole quarter when everything has taken effect."""

    unit: Unit
    from_day: date
    current_before_ore: int
    current_after_ore: int
    full_before_ore: int
    full_after_ore: int
    changes: tuple[QuarterChange, ...]

    @property
    def closed(self) -> list[QuarterChange]:
        """Return the quarters that are closed: each gets a correction."""
        return [change for change in self.changes if change.is_closed]

    @property
    def open(self) -> list[QuarterChange]:
        """Return the quarters that are not closed yet."""
        return [change for change in self.changes if not change.is_closed]

    @property
    def correction_ore(self) -> int:
        return sum(change.amount_ore for change in self.closed)

    @property
    def full_ore(self) -> int:
        return self.full_after_ore - self.full_before_ore


@dataclass(frozen=True)
class Consequence:
    """What a change costs whom; `units` are those for whom something changes.

    `full_ore` is what all the devices cost in a whole quarter when everything has taken effect.
    """

    current: Quarter
    full: Quarter
    units: tuple[UnitConsequence, ...]
    devices: int
    leased: int
    full_ore: int = 0

    @property
    def closed(self) -> list[Quarter]:
        """Return the closed quarters that get a correction."""
        return sorted({change.quarter for one in self.units for change in one.closed})


@dataclass
class _Sums:
    """Øre by (quarter's code, unit), before and after."""

    before: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))
    after: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))

    def of(self, code: str, unit: int) -> tuple[int, int]:
        return self.before.get((code, unit), 0), self.after.get((code, unit), 0)


def consequence_of(plans: Mapping[int, Plan], today: date) -> Consequence:
    """Work out what plans, by device id, change for each unit."""
    current = Quarter.of(today)
    with snapshot():
        holder = cost_holder_id() or NOBODY
        devices = Device.objects.filter(pk__in=among(plans, int))
        before = list(lease_facts(devices))
        start, covered = billing_start(), last_covered_quarter()
        heirs = heirs_up_to(covered)
        after = [changed(facts, plans[facts.device_id]) for facts in before]
        from_days = [
            _from_day(old, new, plans[old.device_id])
            for old, new in zip(before, after, strict=True)
        ]
        from_days = [day for day in from_days if day < date.max]
        first_full = _first_full_quarter([current.starts_on, *from_days])
        sums, ahead = _Sums(), max([current, first_full, covered or current])
        periods = [
            Period(str(q), max(q.starts_on, start), q.ends_before)
            for q in quarters_between(Quarter.of(start), ahead)
        ]
        for facts, totals in ((before, sums.before), (after, sums.after)):
            for one in facts:
                for (code, unit), share in split(one, periods, holder).items():
                    totals[code, heir_of(heirs, code, unit)] += share.amount_ore
        keys = sums.before.keys() | sums.after.keys()
        touched = {unit for code, unit in keys if len(set(sums.of(code, unit))) > 1}
        units = Unit.objects.select_related("department").in_bulk(touched - {NOBODY})
    seen = _Seen(current, first_full, covered, min(from_days, default=today))
    quarters = [Quarter.of(p.starts_on) for p in periods]
    told = [_unit_consequence(unit, sums, quarters, seen) for unit in units.values()]
    # Who pays more comes first: that is what is asked about.
    told.sort(key=lambda one: (one.full_ore <= 0, danish_key(one.unit.name)))
    full = sum(ore for (code, _), ore in sums.after.items() if code == str(first_full))
    return Consequence(current, first_full, tuple(told), len(plans), len(before), full)


def changed(facts: LeaseFacts, plan: Plan) -> LeaseFacts:
    """Return the facts as they are when a plan holds."""
    timeline = dict(facts.placements)
    for day in plan.dropped:
        timeline.pop(day, None)
    timeline.update(plan.moves)
    starts_on = facts.starts_on if plan.starts_on is KEEP else plan.starts_on
    prices = [(term.price_ore, term.quarters) for term in facts.terms]
    return replace(
        facts,
        placements=sorted(timeline.items()),
        starts_on=starts_on,
        stops_on=facts.stops_on if plan.stops_on is KEEP else plan.stops_on,
        terms=terms_in_order(starts_on, prices if plan.prices is KEEP else plan.prices),
    )


def _from_day(before: LeaseFacts, after: LeaseFacts, plan: Plan) -> date:
    """Return the first day on which a plan may cost anybody something else."""
    began = min(span_of(facts.terms, facts.stops_on)[0] for facts in (before, after))
    if not (plan.starts_on is KEEP and plan.prices is KEEP):
        return began
    days = [day for day, _ in plan.moves] + list(plan.dropped)
    if plan.stops_on is not KEEP:
        days += [day for day in (before.stops_on, after.stops_on) if day]
    return max(min(days), began) if days else began


def _first_full_quarter(days: Sequence[date]) -> Quarter:
    """Return the first whole quarter in which every change has taken effect."""
    last = max(days)
    quarter = Quarter.of(last)
    return quarter if quarter.starts_on == last else quarter.next()


@dataclass(frozen=True)
class _Seen:
    """When: the quarter of today, the first full one, the last closed one, the first day."""

    current: Quarter
    full: Quarter
    covered: Quarter | None
    from_day: date


def _unit_consequence(
    unit: Unit, sums: _Sums, quarters: Sequence[Quarter], seen: _Seen
) -> UnitConsequence:
    changes = []
    for quarter in quarters:
        before, after = sums.of(str(quarter), unit.id)
        is_closed = seen.covered is not None and quarter <= seen.covered
        # From the first full quarter on, its amount tells everything, but for what is closed.
        if before != after and (is_closed or quarter < seen.full):
            changes.append(QuarterChange(quarter, before, after, is_closed))
    return UnitConsequence(
        unit,
        seen.from_day,
        *sums.of(str(seen.current), unit.id),
        *sums.of(str(seen.full), unit.id),
        tuple(changes),
    )
