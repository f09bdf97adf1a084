"""What is kept of a lease's costs: its rows by quarter and unit, their sums, its steps, its end."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from albertslund_it.common.quarters import Quarter, quarters_between
from leasing.domain.accrual import a_quarter, span_of
from leasing.domain.allocation import ONE_DAY, LeaseFacts, Period, has_one_term, split, unit_on
from leasing.domain.change import ENDED, NEW, ODD, PART


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


class KeptPlacement(NamedTuple):
    """Where a leased device is from one day to another; see the model `CostPlacement`."""

    lease_id: int
    starts_on: date
    ends_before: date
    device_id: int
    model_id: int
    unit_id: int | None
    employee_id: int | None
    is_shared: bool
    lease_starts_on: date | None
    lease_ends_before: date | None
    runs_out: bool
    instalment_ore: int | None


class KeptShift(NamedTuple):
    """A unit's part of a lease whose step its unit alone does not tell; see `CostShift`."""

    lease_id: int
    period: str
    unit_id: int
    model_id: int
    early_ore: int
    late_ore: int
    early_days: int
    late_days: int


class KeptStep(NamedTuple):
    """What a lease costs its one unit otherwise than the quarter before; see `CostStep`."""

    period: str
    unit_id: int
    model_id: int
    kind: str
    early_ore: int
    late_ore: int


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


def steps_of(rows: Iterable[KeptCost], text: str) -> tuple[list[KeptStep], list[KeptShift]]:
    """Return how a lease's rows differ from quarter to quarter; `text` are the facts of it.

    A lease that one unit has in both quarters needs no more than its two rows, unless it is of
    several terms, where whole quarters of different costs may have another price or not. All others
    are shifts: of what kind they are is the own units' to say.
    """
    by_period: dict[str, list[KeptCost]] = {}
    for row in rows:
        by_period.setdefault(row.period, []).append(row)
    steps: list[KeptStep] = []
    shifts: list[KeptShift] = []
    for code in {*by_period, *map(_after, by_period)}:
        early: Sequence[KeptCost] = by_period.get(_before(code), ())
        late: Sequence[KeptCost] = by_period.get(code, ())
        if not (one := _of_one_unit(early, late)):
            shifts += _shifts(code, early, late)
            continue
        early_ore, late_ore = one
        if early_ore == late_ore:
            continue
        if not early:
            kind = NEW
        elif not late:
            kind = ENDED
        elif not (early[0].is_whole and late[0].is_whole):
            kind = PART
        elif has_one_term(text):
            kind = ODD
        else:
            shifts += _shifts(code, early, late)
            continue
        first = (early or late)[0]
        steps.append(KeptStep(code, first.unit_id, first.model_id, kind, early_ore, late_ore))
    return steps, shifts


def _of_one_unit(early: Sequence[KeptCost], late: Sequence[KeptCost]) -> tuple[int, int] | None:
    """Return the øre of both quarters where one unit alone has something in them."""
    if not late:
        return (early[0].amount_ore, 0) if len(early) == 1 else None
    if not early:
        return (0, late[0].amount_ore) if len(late) == 1 else None
    if len(early) > 1 or len(late) > 1 or early[0].unit_id != late[0].unit_id:
        return None
    return early[0].amount_ore, late[0].amount_ore


def _shifts(code: str, early: Sequence[KeptCost], late: Sequence[KeptCost]) -> list[KeptShift]:
    """Return each unit's part of both quarters."""
    parts: dict[int, list[int]] = {}
    for at, rows in enumerate((early, late)):
        for row in rows:
            part = parts.setdefault(row.unit_id, [0, 0, 0, 0])
            part[at], part[at + 2] = row.amount_ore, row.days
    first = (*early, *late)[0]
    return [
        KeptShift(first.lease_id, code, unit, first.model_id, *part) for unit, part in parts.items()
    ]


@lru_cache(maxsize=1 << 10)
def _before(code: str) -> str:
    return str(Quarter.parse(code).next(-1))


@lru_cache(maxsize=1 << 10)
def _after(code: str) -> str:
    return str(Quarter.parse(code).next())


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


def placements_of(facts: LeaseFacts, model_id: int) -> list[KeptPlacement]:
    """Return where a leased device is, day after day, from its lease or first placement on."""
    began, ended = span_of(facts.terms, facts.stops_on)
    runs = began < ended
    last = facts.terms[-1] if facts.terms else None
    at = zip(facts.placements, facts.holders, strict=True)
    days = [(*where, *who) for where, who in at]
    if not days or facts.starts_on < days[0][0]:
        days.insert(0, (facts.starts_on, None, None, False))
    until = [day for day, *_ in days[1:]] + [date.max]
    return [
        KeptPlacement(
            facts.lease_id,
            day,
            ends_before,
            facts.device_id,
            model_id,
            unit,
            employee,
            is_shared,
            began if runs else None,
            ended if runs else None,
            last is not None and runs and ended == last.ends_before,
            a_quarter(last.price_ore, last.quarters) if last else None,
        )
        for (day, unit, employee, is_shared), ends_before in zip(days, until, strict=True)
    ]


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
