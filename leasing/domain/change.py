"""Why a lease costs somebody something else in one quarter than in an earlier one."""

from collections.abc import Callable
from typing import NamedTuple

from leasing.domain.accrual import span_of, term_on
from leasing.domain.allocation import ONE_DAY, LeaseFacts, Period, split

NEW, ENDED, MOVED_IN, MOVED_OUT, STOCK = "new", "ended", "in", "out", "stock"
PRICE, PART, ODD, CORRECTIONS, CHARGES = "price", "part", "odd", "corrections", "charges"


class Explained(NamedTuple):
    """What the facts make of a lease: its step, the unit that pays, the other one of a move.

    The amounts are F's for the days the own units held it, in the earlier and the later quarter.
    """

    step: str
    unit_id: int | None
    other_id: int | None
    early_ore: int
    late_ore: int


def explain(
    facts: LeaseFacts,
    early: Period,
    late: Period,
    is_own: Callable[[int], bool],
    holder: int,
) -> Explained:
    """Say by the facts alone why a lease costs the own units something else in `late`."""
    runs, held, own, unit = [0, 0], [0, 0], [0, 0], None
    for (code, payer), share in split(facts, (early, late), holder).items():
        at = code == late.code
        runs[at] += share.days
        if is_own(payer):
            held[at] += share.days
            own[at] += share.amount_ore
            unit = payer
    if held == runs:
        return Explained(_of_its_own(facts, early, late, runs), unit, None, *own)
    if not runs[0] or not runs[1]:
        return Explained(ENDED if runs[0] else NEW, unit, None, *own)
    gained = held[1] * runs[0] - held[0] * runs[1] or own[1] - own[0]
    step, other = _move(facts, (early, late), is_own, holder, gained > 0)
    return Explained(step, unit, other, *own)


def _of_its_own(facts: LeaseFacts, early: Period, late: Period, runs: list[int]) -> str:
    """Name the step of a lease that nobody else held in either quarter."""
    if not runs[0]:
        return NEW
    if not runs[1]:
        return ENDED
    lengths = [(period.ends_before - period.starts_on).days for period in (early, late)]
    if runs != lengths:
        return PART
    prices = {
        term_on(facts.terms, day)[2:]
        for period in (early, late)
        for day in (period.starts_on, period.ends_before - ONE_DAY)
    }
    return PRICE if len(prices) > 1 else ODD


def _move(
    facts: LeaseFacts,
    periods: tuple[Period, Period],
    is_own: Callable[[int], bool],
    holder: int,
    inwards: bool,
) -> tuple[str, int | None]:
    """Name a move's step and the unit at its other end; the last move in that direction counts."""
    began, ended = span_of(facts.terms, facts.stops_on)
    start, end = max(periods[0].starts_on, began), min(periods[1].ends_before, ended)
    before, other = holder, None
    for day, unit in facts.placements:
        now = unit or holder
        if start < day < end and is_own(now) is inwards and is_own(before) is not inwards:
            other = before if inwards else now
        before = now
    if other == holder:
        return STOCK, other
    return (MOVED_IN if inwards else MOVED_OUT), other
