"""Why a leased item costs its bearer more or less in one quarter than in an earlier one.

An item has one reason: what took place in the later quarter counts before what is left of it.
"""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from leasing.domain.accrual import span_of, term_on
from leasing.domain.allocation import ONE_DAY, LeaseFacts, Period, split

NEW, ENDED, MOVED_IN, MOVED_OUT = "nye", "slut", "kommet", "flyttet"
FROM_STOCK, TO_STOCK, PRICE, PART = "fra-lager", "paa-lager", "pris", "delkvartal"
CORRECTED, CHARGED, ODD = "rettelser", "engangsbeloeb", "oerer"


class Stretch(NamedTuple):
    """Days `[starts_on, ends_before)` at one unit, or in a row at the bearer's own units."""

    starts_on: date
    ends_before: date
    is_own: bool
    unit_id: int | None


class Reason(NamedTuple):
    """A step of the bridge, its first day, and the unit on the other side of a move."""

    step: str
    day: date | None = None
    other_unit: int | None = None


class Comparison(NamedTuple):
    """Two quarters, the bearer's own units (None: every unit), and the cost holder."""

    earlier: Period
    later: Period
    own: Collection[int] | None
    holder: int | None

    def is_own(self, unit: int | None) -> bool:
        return unit is not None and (self.own is None or unit in self.own)

    @property
    def is_stock(self) -> bool:
        return self.own is not None and self.holder in self.own

    def reason(self, facts: LeaseFacts, before_ore: int, after_ore: int) -> Reason:
        """Give the reason why a lease's amounts differ.

        Amounts that today's facts do not give were billed when a unit had another department.
        """
        shares = split(facts, (self.earlier, self.later), self.holder)
        own = {key: share for key, share in shares.items() if self.is_own(key[1])}
        codes = (self.earlier.code, self.later.code)
        wanted = [sum(s.amount_ore for (p, _), s in own.items() if p == code) for code in codes]
        if wanted == [before_ore, after_ore]:
            return self._by_facts(facts, *(_days(own, code) for code in codes))
        if before_ore == 0 and after_ore == wanted[1]:
            return Reason(MOVED_IN)
        if after_ore == 0 and wanted[1] == 0:
            return Reason(MOVED_OUT)
        return Reason(CORRECTED)

    def _by_facts(self, facts: LeaseFacts, days_before: int, days_after: int) -> Reason:
        at = self._stretches(facts)
        in_later = _overlapping(at, self.later)
        if not days_before:
            return self._came(at, in_later[0]) if in_later else Reason(ODD)
        if not days_after or at[in_later[-1]].ends_before < self.later.ends_before:
            return self._went(at, (in_later or _overlapping(at, self.earlier))[-1])
        if days_before < _length(self.earlier) or days_after < _length(self.later):
            return Reason(PART, at[in_later[-1]].starts_on)
        if _rates(facts, self.earlier) != _rates(facts, self.later):
            return Reason(PRICE, term_on(facts.terms, self.later.ends_before - ONE_DAY).starts_on)
        return Reason(ODD)

    def _stretches(self, facts: LeaseFacts) -> list[Stretch]:
        """Cut a lease's life by who held the item."""
        day, end = span_of(facts.terms, facts.stops_on)
        found: list[Stretch] = []
        unit = None
        for moved_on, moved_to in (*facts.placements, (end, None)):
            until = min(moved_on, end)
            if until > day:
                held_by = unit or self.holder
                mine = self.is_own(held_by)
                if found and (found[-1].is_own and mine or found[-1].unit_id == held_by):
                    day = found.pop().starts_on
                found.append(Stretch(day, until, mine, held_by))
                day = until
            unit = moved_to
        return found

    def _came(self, at: list[Stretch], index: int) -> Reason:
        day, before = at[index].starts_on, at[:index]
        is_new = at[0].starts_on >= self.earlier.ends_before
        if not before or is_new and all(one.unit_id == self.holder for one in before):
            return Reason(NEW, day)
        if self.is_stock:
            return Reason(TO_STOCK, day)
        other = before[-1].unit_id
        return Reason(FROM_STOCK, day) if other == self.holder else Reason(MOVED_IN, day, other)

    def _went(self, at: list[Stretch], index: int) -> Reason:
        day = at[index].ends_before
        if index + 1 == len(at):
            return Reason(ENDED, day)
        if self.is_stock:
            return Reason(FROM_STOCK, day)
        other = at[index + 1].unit_id
        return Reason(TO_STOCK, day) if other == self.holder else Reason(MOVED_OUT, day, other)


def _overlapping(at: list[Stretch], period: Period) -> list[int]:
    return [
        index
        for index, one in enumerate(at)
        if one.is_own and one.starts_on < period.ends_before and one.ends_before > period.starts_on
    ]


def _days(own: dict, code: str) -> int:
    return sum(share.days for (period, _), share in own.items() if period == code)


def _length(period: Period) -> int:
    return (period.ends_before - period.starts_on).days


def _rates(facts: LeaseFacts, period: Period) -> set[tuple[int, int]]:
    """Give what the terms in force in a quarter cost: price and quarters."""
    return {
        (term.price_ore, term.quarters)
        for term in facts.terms
        if term.starts_on < period.ends_before and term.ends_before > period.starts_on
    }
