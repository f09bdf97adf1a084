"""The days of a lease's end, and what happens then: all arithmetic on them is here.

A term ends before the day that lies its months after its start, counted from the start (31 January
and three months: 30 April). The lessor asks six months before that. A buyout must be decided before
the fourth lease year ends; where the lease ends sooner, before that.
"""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum

from albertslund_it.common.quarters import add_months

NOTICE_MONTHS = 6
BUYOUT_MONTHS = 48
EXTENSION_QUARTERS = range(1, 5)
ONE_DAY = timedelta(days=1)


class Fate(StrEnum):
    """What happens to a device at the end of a term."""

    RUNS = "runs"  # it ends later than six months from now, with nothing decided
    UNDECIDED = "undecided"
    OVERDUE = "overdue"  # it has ended, and nothing was decided
    BUYOUT = "buyout"
    EXTENDED = "extension"
    RETURN = "return"
    STOPPED = "stopped"
    GONE = "gone"  # it has left the register, or is to on a day


def asked_on(ends_before: date) -> date:
    """Return the day on which the lessor is to ask what shall happen: six months before the end."""
    return add_months(ends_before, -NOTICE_MONTHS)


def ends_soon_until(on: date) -> date:
    """Return the last end that the lessor has asked about by a day.

    So `asked_on(end) <= on` exactly when `end <= ends_soon_until(on)`: from the last day of a month
    six months reach to the end of a longer one.
    """
    until = add_months(on, NOTICE_MONTHS)
    if (on + ONE_DAY).day == 1:
        until = until.replace(day=monthrange(until.year, until.month)[1])
    return until


def last_buyout_day(starts_on: date, ends_before: date, margin_days: int) -> date:
    """Return the last day on which a buyout can be decided of a lease that began on a day."""
    end = min(add_months(starts_on, BUYOUT_MONTHS), ends_before)
    return end - ONE_DAY - timedelta(days=margin_days)


def last_return_day(ends_before: date, return_days: int) -> date:
    """Return the last day to take it in, so that it is packed and fetched in time."""
    return ends_before - ONE_DAY - timedelta(days=return_days)


def last_extension_day(ends_before: date, answer_by: date | None) -> date:
    """Return the last day to ask for an extension: the lessor's deadline, else the last day."""
    last = ends_before - ONE_DAY
    return min(last, answer_by) if answer_by else last


def rung_of(days_left: int, ladder: Sequence[int]) -> int | None:
    """Return the shortest notice of a ladder that is due so many days before the end.

    None where none is due yet, and past the last day, when no notice is one any more.
    """
    return min((days for days in ladder if 0 <= days_left <= days), default=None)


def fate_of(
    *, choice: str, ends_before: date, stops_on: date | None, left_on: date | None, on: date
) -> Fate:
    """Return what happens at the end of a term, as things stand on a day."""
    if left_on is not None:
        return Fate.GONE  # noted ahead or not, nothing is left to decide
    if choice == Fate.EXTENDED:
        return Fate.EXTENDED
    if stops_on is not None and stops_on < ends_before:
        return Fate.STOPPED
    if choice:
        return Fate(choice)
    if ends_before <= on:
        return Fate.OVERDUE
    return Fate.UNDECIDED if ends_before <= ends_soon_until(on) else Fate.RUNS
