"""Who carries what: a lease's cost split by its placements, and what of it is not billed yet."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from leasing.domain.accrual import Term, accrued, span_of

ONE_DAY = timedelta(days=1)

CURRENT, BACKLOG, CORRECTION, CHARGE = "current", "backlog", "correction", "charge"


class Period(NamedTuple):
    """A calendar quarter as the money sees it: its code and the days `[starts_on, ends_before)`."""

    code: str
    starts_on: date
    ends_before: date


class Share(NamedTuple):
    """What a unit carries of a lease in a period, and the days it held the item while leased."""

    amount_ore: int
    first_day: date
    last_day: date
    days: int


@dataclass(slots=True)
class LeaseFacts:
    """All that decides what a lease costs whom.

    `placements` are change points (day, unit id) in order; days before the first, and unit None,
    are carried by the cost holder.
    """

    lease_id: int
    device_id: int
    serial_number: str
    model_name: str
    sub_agreement: str
    terms: tuple[Term, ...]
    starts_on: date
    stops_on: date | None
    placements: Sequence[tuple[date, int | None]] = ()
    text: str = ""
    billed_text: str | None = None
    billed: dict[tuple[str, int], tuple[int, int]] = field(default_factory=dict)

    def canonical_text(self) -> str:
        """Write the facts so that equal texts cost the same units the same.

        'start|stop|price/quarters …|day>unit …', placements that change nothing left out.
        """
        moves, last = [], None
        for day, unit in self.placements:
            if unit != last:
                moves.append(f"{day}>{unit or ''}")
                last = unit
        prices = " ".join(f"{term.price_ore}/{term.quarters}" for term in self.terms)
        return f"{self.starts_on}|{self.stops_on or ''}|{prices}|{' '.join(moves)}"


def split(
    facts: LeaseFacts, periods: Iterable[Period], cost_holder: int
) -> dict[tuple[str, int], Share]:
    """Split a lease's cost over periods and units: the target, keyed (period code, unit id)."""
    shares: dict[tuple[str, int], Share] = {}
    terms, stops_on, placements = facts.terms, facts.stops_on, facts.placements
    began, ended = span_of(terms, stops_on)
    days = [day for day, _ in placements]
    for code, starts_on, ends_before in periods:
        day, end = max(starts_on, began), min(ends_before, ended)
        if day >= end:
            continue
        index = bisect_right(days, day) - 1
        before = accrued(terms, stops_on, day)
        while day < end:
            unit = placements[index][1] if index >= 0 else None
            index += 1
            until = min(end, days[index]) if index < len(days) else end
            after = accrued(terms, stops_on, until)
            key = (code, unit or cost_holder)
            held = shares.get(key)
            shares[key] = Share(
                after - before + (held.amount_ore if held else 0),
                held.first_day if held else day,
                until - ONE_DAY,
                (until - day).days + (held.days if held else 0),
            )
            day, before = until, after
    return shares


class Difference(NamedTuple):
    """Target minus billed for one (period, unit) of a lease; what the next line would say."""

    period: str
    unit_id: int
    kind: str
    amount_ore: int
    first_day: date
    last_day: date
    days: int


def differences(
    facts: LeaseFacts, periods: Sequence[Period], current: str | None, cost_holder: int
) -> Iterator[Difference]:
    """Give every key where target − billed is not zero.

    `facts.billed` must hold what is billed for the lease in these periods: (period, unit id) ->
    (øre, days). `current` is the code of the run's own quarter, None in a supplementary run.
    """
    target = split(facts, periods, cost_holder)
    billed = facts.billed
    if not billed:
        for (period, unit), (amount, first, last, days) in target.items():
            if amount:
                kind = CURRENT if period == current else BACKLOG
                yield Difference(period, unit, kind, amount, first, last, days)
        return
    whole = {period.code: period for period in periods}
    billed_periods = {period for period, _ in billed}
    nothing = (0, 0)
    for period, unit in sorted(target.keys() | billed.keys()):
        if period not in whole:
            continue
        share = target.get((period, unit))
        amount_billed, days_billed = billed.get((period, unit), nothing)
        amount = (share.amount_ore if share else 0) - amount_billed
        if not amount:
            continue
        kind = CORRECTION if period in billed_periods else BACKLOG
        yield Difference(
            period,
            unit,
            CURRENT if period == current else kind,
            amount,
            share.first_day if share else whole[period].starts_on,
            share.last_day if share else whole[period].ends_before - ONE_DAY,
            (share.days if share else 0) - days_billed,
        )
