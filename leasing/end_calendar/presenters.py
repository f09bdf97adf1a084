"""The calendar of ends in Danish: each amount with the way to its rows on the board."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from albertslund_it.common.quarters import Quarter
from leasing.cost_share.selectors.payers import Payer
from leasing.domain.lease_end import Fate
from leasing.end_calendar.selectors import Ended, QuarterEnds
from leasing.lease_end.presenters import IN_STOCK, board_url
from leasing.lease_end.selectors.board import EXTENSIONS, LIVE, WAITING

Url = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class LinkedEnds:
    """How many ends of a kind, what they cost a quarter, and where they stand one by one."""

    ended: Ended
    url: str


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """A quarter as the calendar's table shows it; without an address where nothing ends."""

    quarter: Quarter
    ends: QuarterEnds
    all: LinkedEnds
    undecided: LinkedEnds
    buyout: LinkedEnds
    returned: LinkedEnds
    extended: LinkedEnds
    extension_priced_by: str


def calendar_rows(found: Sequence[QuarterEnds], payer: Payer) -> list[CalendarRow]:
    """Return the rows of the calendar's table."""
    return [_row(one, payer) for one in found]


def _row(one: QuarterEnds, payer: Payer) -> CalendarRow:
    own = payer.department.pk if payer.department else None
    department = IN_STOCK if payer.is_stock else own

    def linked(ended: Ended, fate: str = "") -> LinkedEnds:
        if not ended.count:
            return LinkedEnds(ended, "")
        return LinkedEnds(ended, board_url(quarter=one.quarter, fate=fate, department=department))

    return CalendarRow(
        one.quarter,
        one,
        linked(Ended(one.count, one.falls_away.quarter_ore), LIVE),
        linked(one.undecided, WAITING),
        linked(one.buyout, Fate.BUYOUT),
        linked(one.returned, Fate.RETURN),
        linked(one.extended, EXTENSIONS),
        extension_priced_by(one),
    )


def extension_priced_by(ends: QuarterEnds) -> str:
    """Return where the price of extending is from: an offer, an estimate, both; '' of nothing."""
    if not ends.again:
        return ""
    if not ends.offered:
        return "skøn"
    return "tilbud" if ends.offered == ends.again else f"{ends.offered} af {ends.again} tilbud"


@dataclass(frozen=True, slots=True)
class CalendarSum:
    """All of the quarters added up."""

    count: int
    falls_away_ore: int
    renewal_ore: int
    extension_ore: int
    undecided: int
    buyout: int
    returned: int
    extended: int


def added_up(found: Sequence[QuarterEnds]) -> CalendarSum:
    """Add up the quarters of a calendar."""
    return CalendarSum(
        sum(one.count for one in found),
        sum(one.falls_away.quarter_ore for one in found),
        sum(one.renewal_ore for one in found),
        sum(one.extension_ore for one in found),
        sum(one.undecided.count for one in found),
        sum(one.buyout.count for one in found),
        sum(one.returned.count for one in found),
        sum(one.extended.count for one in found),
    )
