"""What is kept of a lease's costs: its rows by quarter and unit, their sums, and how it ends."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from albertslund_it.common.quarters import Quarter, quarters_between
from leasing.domain.accrual import span_of
from leasing.domain.allocation import ONE_DAY, LeaseFacts, Period, split, unit_on


class KeptCost(NamedTuple):
    """What a unit carries of a lease in a quarter; see the model `Cost`."""

    lease_id: int
    period: str
    unit_id: int
    model_id: int
    first_day: date
    last_day: date
    days: int
    amount_ore: int
    quarter_ore: int
    is_whole: bool
    is_unbroken: bool


class KeptLease(NamedTuple):
    """The facts of a lease as they were worked out, and how it ends; see the model `CostLease`."""

    lease_id: int
    text: str
    unit_id: int
    model_id: int
    starts_on: date
    ends_before: date
    runs_out: bool
    price_ore: int
    quarters: int


# Rows, rows of an amount, øre; items on the last day, on every day, and the øre of these.
Sums = tuple[int, int, int, int, int, int]
NOTHING: Sums = (0, 0, 0, 0, 0, 0)


def costs_of(facts: LeaseFacts, model_id: int, billing_start: date, holder: int) -> list[KeptCost]:
    """Return what a lease costs whom from the billing start, or its own, to its end."""
    began, ended = span_of(facts.terms, facts.stops_on)
    first, last = max(began, billing_start), ended - ONE_DAY
    if first > last:
        return []
    shares = split(facts, periods_between(first, last, billing_start), holder)
    whole: dict[str, int] = {}
    for (code, _), share in shares.items():
        whole[code] = whole.get(code, 0) + share.amount_ore
    return [
        KeptCost(
            facts.lease_id,
            code,
            unit,
            model_id,
            share.first_day,
            share.last_day,
            share.days,
            share.amount_ore,
            whole[code],
            share.days == _days_of(code),
            share.days == (share.last_day - share.first_day).days + 1,
        )
        for (code, unit), share in shares.items()
    ]


@lru_cache(maxsize=1 << 10)
def periods_between(first: date, last: date, billing_start: date) -> tuple[Period, ...]:
    """Return the quarters of a span of days, none of them from before the billing start."""
    return tuple(
        Period(str(quarter), max(quarter.starts_on, billing_start), quarter.ends_before)
        for quarter in quarters_between(Quarter.of(first), Quarter.of(last))
    )


@lru_cache(maxsize=1 << 10)
def _days_of(code: str) -> int:
    return Quarter.parse(code).days


@lru_cache(maxsize=1 << 10)
def _last_day_of(code: str) -> date:
    return Quarter.parse(code).last_day


def lease_kept(facts: LeaseFacts, model_id: int, holder: int) -> KeptLease | None:
    """Return how a lease ends; None for one that never runs."""
    began, ended = span_of(facts.terms, facts.stops_on)
    if not began < ended:
        return None
    last = facts.terms[-1]
    return KeptLease(
        facts.lease_id,
        facts.canonical_text(),
        unit_on(facts, ended - ONE_DAY, holder) or holder,
        model_id,
        began,
        ended,
        ended == last.ends_before,
        last.price_ore,
        last.quarters,
    )


def added_up(rows: Iterable[KeptCost], sign: int, sums: dict[tuple[str, int, int], Sums]) -> None:
    """Add rows to the sums of (quarter, unit, model); take them away with a sign of −1."""
    for row in rows:
        key = row.period, row.unit_id, row.model_id
        count, lines, ore, held, whole, whole_ore = sums.get(key, NOTHING)
        sums[key] = (
            count + sign,
            lines + sign * (row.amount_ore != 0),
            ore + sign * row.amount_ore,
            held + sign * (row.last_day == _last_day_of(row.period)),
            whole + sign * row.is_whole,
            whole_ore + sign * row.is_whole * row.amount_ore,
        )
