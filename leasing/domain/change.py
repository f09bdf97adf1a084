"""Why a lease costs somebody something else in one quarter than in an earlier one."""

from collections.abc import Callable, Iterable
from datetime import date

from leasing.domain.accrual import Term, term_on
from leasing.domain.allocation import ONE_DAY, Period

NEW, ENDED, MOVED_IN, MOVED_OUT, STOCK = "new", "ended", "in", "out", "stock"
PRICE, PART, ODD, CORRECTIONS, CHARGES = "price", "part", "odd", "corrections", "charges"


def has_other_price(terms: tuple[Term, ...], early: Period, late: Period) -> bool:
    """Return whether another price is agreed at an end of one quarter than at one of the other."""
    prices = {
        term_on(terms, day)[2:]
        for period in (early, late)
        for day in (period.starts_on, period.ends_before - ONE_DAY)
    }
    return len(prices) > 1


def move_between(
    placements: Iterable[tuple[date, int | None]],
    start: date,
    end: date,
    is_own: Callable[[int], bool],
    holder: int,
    inwards: bool,
) -> tuple[str, int | None]:
    """Name a move's step and the unit at its other end; the last move in that direction counts.

    A move is after the day that it is looked for from, and before the one that it is looked for to.
    """
    before, other = holder, None
    for day, unit in placements:
        now = unit or holder
        if start < day < end and is_own(now) is inwards and is_own(before) is not inwards:
            other = before if inwards else now
        before = now
    if other == holder:
        return STOCK, other
    return (MOVED_IN if inwards else MOVED_OUT), other
