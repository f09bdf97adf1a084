"""Who carries what: a lease's cost split by its placements, and what of it is not billed yet."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from leasing.domain.accrual import Term, accrued, span_of

ONE_DAY = timedelta(days=1)

# Makes a named tuple in half the time of calling its class; it is done for every line of a run.
fast = tuple.__new__

CURRENT, BACKLOG, CORRECTION, CHARGE = "current", "backlog", "correction", "charge"


class Period(NamedTuple):
    """A calendar quarter as the money sees it: its code and the days `[starts_on, ends_before)`."""

    code: str
    starts_on: date
    ends_before: date


class UnitShare(NamedTuple):
    """What a unit carries of a lease in a period, and the days it held the item while leased."""

    amount_ore: int
    first_day: date
    last_day: date
    days: int


@dataclass(slots=True)
class LeaseFacts:
    """All that decides what a lease costs whom.

    `placements` are change points (day, unit id) in order; days before the first, and unit None,
    are carried by the cost holder. `holders` are, where they were asked for, who has the item from
    each of them on: the id of an employee, and whether several share it.
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
    holders: Sequence[tuple[int | None, bool]] = ()
    text: str = ""
    billed_text: str | None = None
    billed: dict[tuple[str, int], tuple[int, int]] = field(default_factory=dict)

    def canonical_text(self) -> str:
        """Write the facts so that equal texts cost the same units the same.

        'start|stop|price/quarters …| day>unit …', placements that change nothing left out.
        """
        text, last = _head(self.starts_on, self.stops_on, self.terms), None
        for day, unit in self.placements:
            if unit != last:
                text += f" {day.isoformat()}>{unit or ''}"
                last = unit
        return text


def has_one_term(text: str) -> bool:
    """Return whether facts that were written so are of one term."""
    return " " not in text.split("|", 3)[2]


@lru_cache(maxsize=1 << 14)
def _head(starts_on: date, stops_on: date | None, terms: tuple[Term, ...]) -> str:
    prices = " ".join([f"{term.price_ore}/{term.quarters}" for term in terms])
    return f"{starts_on}|{stops_on or ''}|{prices}|"


def split(
    facts: LeaseFacts, periods: Iterable[Period], cost_holder: int
) -> dict[tuple[str, int], UnitShare]:
    """Split a lease's cost over periods and units: the target, keyed (period code, unit id)."""
    shares: dict[tuple[str, int], UnitShare] = {}
    terms, stops_on, placements = facts.terms, facts.stops_on, facts.placements
    began, ended = span_of(terms, stops_on)
    for code, starts_on, ends_before in periods:
        day = starts_on if starts_on > began else began
        end = ends_before if ends_before < ended else ended
        if day >= end:
            continue
        unit, before = None, accrued(terms, stops_on, day)
        for moved_on, moved_to in (*placements, (end, None)):
            if moved_on > day:
                until = moved_on if moved_on < end else end
                after = accrued(terms, stops_on, until)
                _add(shares, (code, unit or cost_holder), after - before, day, until)
                if until == end:
                    break
                day, before = until, after
            unit = moved_to
    return shares


def _add(
    shares: dict[tuple[str, int], UnitShare],
    key: tuple[str, int],
    amount: int,
    day: date,
    until: date,
) -> None:
    """Add the cost of `[day, until)` to what the unit carried before in the period."""
    days = (until - day).days
    if key in shares:
        amount_before, day, _, days_before = shares[key]
        amount, days = amount + amount_before, days + days_before
    shares[key] = fast(UnitShare, (amount, day, until - ONE_DAY, days))


def unit_on(facts: LeaseFacts, day: date, holder: int | None) -> int | None:
    """Return the unit that holds a leased item on a day; None when the lease does not run."""
    began, ended = span_of(facts.terms, facts.stops_on)
    if not began <= day < ended:
        return None
    index = bisect_right([since for since, _ in facts.placements], day) - 1
    return (facts.placements[index][1] if index >= 0 else None) or holder


class Heirs(NamedTuple):
    """Who gets the lines of units that are closed, in quarters up to `until`: by then billed ones.

    Such a quarter is what the unit and its successor have of it together, both of the target and of
    what is billed: so the successor gets the difference, and where nothing changed there is none.
    """

    of: Mapping[int, int]
    until: str


NO_HEIRS = Heirs({}, "")


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
    facts: LeaseFacts,
    periods: Sequence[Period],
    current: str | None,
    cost_holder: int,
    heirs: Heirs = NO_HEIRS,
) -> list[Difference]:
    """Return every key where target − billed is not zero.

    `facts.billed` must hold what is billed for the lease in these periods: (period, unit id) ->
    (øre, days). `current` is the code of the run's own quarter, None in a supplementary run.
    """
    target, billed = split(facts, periods, cost_holder), facts.billed
    if heirs.of:
        target, billed = _targets_passed_on(target, heirs), _billed_passed_on(billed, heirs)
    if not billed:
        return [
            fast(Difference, (code, unit, CURRENT if code == current else BACKLOG, *share))
            for (code, unit), share in target.items()
            if share[0]
        ]
    found = []
    billed_periods = {period for period, _ in billed}
    for period in periods:
        code = period.code
        whole = UnitShare(0, period.starts_on, period.ends_before - ONE_DAY, 0)
        kind = CORRECTION if code in billed_periods else BACKLOG
        units = {unit for p, unit in target.keys() | billed.keys() if p == code}
        for unit in sorted(units):
            amount, first, last, days = target.get((code, unit), whole)
            amount_billed, days_billed = billed.get((code, unit), (0, 0))
            if amount != amount_billed:
                found.append(
                    Difference(
                        code,
                        unit,
                        CURRENT if code == current else kind,
                        amount - amount_billed,
                        first,
                        last,
                        days - days_billed,
                    )
                )
    return found


def last_in_row(nearest: Mapping[int, int]) -> dict[int, int]:
    """Let each unit that is closed have the last of those that follow it."""
    found = {}
    for unit, heir in nearest.items():
        seen = {unit}
        while heir in nearest and heir not in seen:
            seen.add(heir)
            heir = nearest[heir]
        found[unit] = heir
    return found


def heir_of(heirs: Heirs, period: str, unit: int) -> int:
    """Return who gets the line of a unit in a quarter: itself, or its successor."""
    return heirs.of.get(unit, unit) if period <= heirs.until else unit


def _targets_passed_on(
    target: dict[tuple[str, int], UnitShare], heirs: Heirs
) -> dict[tuple[str, int], UnitShare]:
    found: dict[tuple[str, int], UnitShare] = {}
    for (period, unit), share in target.items():
        key = period, heir_of(heirs, period, unit)
        if key in found:
            other = found[key]
            share = UnitShare(
                other.amount_ore + share.amount_ore,
                min(other.first_day, share.first_day),
                max(other.last_day, share.last_day),
                other.days + share.days,
            )
        found[key] = share
    return found


def _billed_passed_on(
    billed: dict[tuple[str, int], tuple[int, int]], heirs: Heirs
) -> dict[tuple[str, int], tuple[int, int]]:
    found: dict[tuple[str, int], tuple[int, int]] = {}
    for (period, unit), (amount, days) in billed.items():
        key = period, heir_of(heirs, period, unit)
        before = found.get(key, (0, 0))
        found[key] = (before[0] + amount, before[1] + days)
    return found
