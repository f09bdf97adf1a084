"""What the lessor has billed against what the leases cost: every difference, in kroner.

A line belongs, with its whole amount, to the quarter of its first day; one that begins before the
billing start to the first quarter. So a line that crosses quarters is handled once. It should be
F(to) − F(from) of its lease. Its days in later quarters count as billed there, by their part of F.

Each day of a lease may be billed once. The line that begins first has its day, and what another
line takes for the same day is a difference. Lines of one lease and one period are one: a credit
note's line is taken off the line it credits, and where nothing is left, nothing covers the days.

For each quarter, exactly, in øre:

    expected + Σ differences − covered by earlier lines + covered of later quarters = invoiced

All intervals are half-open; `expected` is F(end of the quarter) − F(its start).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from leasing.domain.accrual import Term, accrued, span_of
from leasing.domain.allocation import fast


class Pile(StrEnum):
    """Where an amount ends: it agrees, or why it does not."""

    AGREES = "agrees"
    DIFFERS = "differs"
    NOT_INVOICED = "not_invoiced"
    UNKNOWN = "unknown"
    AFTER_RETURN = "after_return"
    INTERIM = "interim"
    ROUNDING = "rounding"


# What somebody has to decide about; rounding is only added up.
DIFFERENCES = (
    Pile.DIFFERS,
    Pile.NOT_INVOICED,
    Pile.UNKNOWN,
    Pile.AFTER_RETURN,
    Pile.INTERIM,
)


class Span(NamedTuple):
    """The days of a quarter that count; `is_first` takes the lines that begin before them too."""

    starts_on: date
    ends_before: date
    is_first: bool = False

    def is_home_of(self, day: date) -> bool:
        """Return whether a line that begins on a day belongs here."""
        return day < self.ends_before and (self.is_first or day >= self.starts_on)


class Billed(NamedTuple):
    """A line of the lessor's: `[starts_on, ends_before)` and its amount.

    `total` is None for a line of one item, else the sub-agreement that it is the total of.
    """

    starts_on: date
    ends_before: date
    amount_ore: int
    total: int | None = None


class PiledItem(NamedTuple):
    """What one lease, or one total, comes to in one pile; the days are those that it is about."""

    pile: Pile
    invoiced_ore: int
    expected_ore: int
    starts_on: date
    ends_before: date
    lines: int
    is_double: bool = False

    @property
    def difference_ore(self) -> int:
        return self.invoiced_ore - self.expected_ore


class Carried(NamedTuple):
    """What a lease is expected to cost in the quarter, and what of it lines pay elsewhere."""

    expected_ore: int
    by_earlier_ore: int
    of_later_ore: int


class TotalShare(NamedTuple):
    """A lease's part of a sub-agreement's total: its days in the total, by F."""

    total: "BilledGroup"
    amount_ore: int
    began: date
    ended: date


class BilledGroup(NamedTuple):
    """The lines of one period, of one lease or of one sub-agreement, as one."""

    starts_on: date
    ends_before: date
    is_total: bool
    total: int | None
    amount_ore: int
    lines: int
    balance: int  # lines that bill less lines that credit: above one, the period is billed again


# Period, whether it is a sub-agreement's total, and whose.
_Key = tuple[date, date, bool, int | None]


def grouped(lines: Iterable[Billed]) -> list[BilledGroup]:
    """Add up the lines of each period, in the order in which they have their days."""
    sums: dict[_Key, tuple[int, int, int]] = {}
    for starts_on, ends_before, amount, total in lines:
        key = (starts_on, ends_before, total is not None, total)
        before, count, balance = sums.get(key, (0, 0, 0))
        sums[key] = (before + amount, count + 1, balance + (1 if amount > 0 else -1))
    return [BilledGroup(*key, *sums[key]) for key in sorted(sums, key=_order)]


def _order(key: _Key) -> tuple[date, date, bool, int]:
    starts_on, ends_before, is_total, total = key
    return starts_on, ends_before, is_total, total or 0


def compare_lease(
    terms: tuple[Term, ...],
    stops_on: date | None,
    lines: Sequence[Billed],
    totals: Sequence[BilledGroup],
    span: Span,
    tolerance_ore: int,
    credited: Sequence[tuple[Pile, int]] = (),
) -> tuple[Carried, list[PiledItem], list[TotalShare]]:
    """Compare a lease with the lines that are about it, and the totals it has a part in.

    `lines` are those that belong to the quarter or reach into it, `totals` the same of the lease's
    sub-agreement; `credited` are amounts of credit notes from elsewhere that settle a claim here.
    """
    began, ended = span_of(terms, stops_on)
    first = began if began > span.starts_on else span.starts_on
    last = ended if ended < span.ends_before else span.ends_before
    if len(lines) == 1 and not totals and not credited:
        # Nearly every lease of a real quarter: one line, wholly inside lease and quarter.
        starts_on, ends_before, amount, _ = lines[0]
        if starts_on == first and ends_before == last and first < last and amount > 0:
            cost = accrued(terms, stops_on, last) - accrued(terms, stops_on, first)
            pile = _pile_of(amount - cost, 1, tolerance_ore, Pile.DIFFERS)
            item = fast(PiledItem, (pile, amount, cost, starts_on, ends_before, 1, False))
            return fast(Carried, (cost, 0, 0)), [item], []
    return _Comparison(terms, stops_on, span, tolerance_ore, began, ended).run(
        grouped(lines), totals, credited, first, last
    )


def _pile_of(difference: int, lines: int, tolerance_ore: int, pile: Pile) -> Pile:
    if not difference:
        return Pile.AGREES
    return Pile.ROUNDING if abs(difference) <= lines * tolerance_ore else pile


class _Sum:
    """What is added up for a pile: amounts, lines and days."""

    def __init__(self) -> None:
        self.invoiced = self.expected = self.lines = 0
        self.first, self.last = date.max, date.min
        self.is_double = False

    def add(
        self,
        invoiced: int,
        expected: int,
        lines: int,
        starts_on: date,
        ends_before: date,
        is_double: bool = False,
    ) -> None:
        self.invoiced += invoiced
        self.expected += expected
        self.lines += lines
        self.first, self.last = min(self.first, starts_on), max(self.last, ends_before)
        self.is_double = self.is_double or is_double

    def item(self, pile: Pile, tolerance_ore: int) -> PiledItem:
        difference = self.invoiced - self.expected
        pile = _pile_of(difference, self.lines, tolerance_ore, pile)
        double = self.is_double and pile is Pile.DIFFERS and difference > 0
        return PiledItem(
            pile, self.invoiced, self.expected, self.first, self.last, self.lines, double
        )


class _Comparison:
    """One lease, its days handed to the lines one by one."""

    def __init__(
        self,
        terms: tuple[Term, ...],
        stops_on: date | None,
        span: Span,
        tolerance_ore: int,
        began: date,
        ended: date,
    ):
        self.terms, self.stops_on = terms, stops_on
        self.span, self.tolerance = span, tolerance_ore
        self.began, self.ended = began, ended
        self.taken: list[tuple[date, date]] = []
        self.sums: dict[Pile, _Sum] = {}
        self.shares: list[TotalShare] = []
        self.by_earlier = self.of_later = 0

    def run(
        self,
        groups: Sequence[BilledGroup],
        totals: Sequence[BilledGroup],
        credited: Sequence[tuple[Pile, int]],
        first: date,
        last: date,
    ) -> tuple[Carried, list[PiledItem], list[TotalShare]]:
        for group in sorted((*groups, *totals), key=lambda g: _order(g[:4])):
            self._take(group)
        for pile, amount in credited:
            self._sum(pile).add(amount, 0, 1, self.span.starts_on, self.span.ends_before)
        expected, missing = 0, 0
        gaps: list[tuple[date, date]] = []
        if first < last:
            expected = self._cost(first, last)
            gaps = self._free(first, last)
            missing = sum(self._cost(*gap) for gap in gaps)
        items = self._items()
        if missing:
            days = (gaps[0][0], gaps[-1][1])
            items.append(PiledItem(Pile.NOT_INVOICED, 0, missing, *days, 0))
        return Carried(expected, self.by_earlier, self.of_later), items, self.shares

    def _take(self, group: BilledGroup) -> None:
        """Hand a line its days and see what they cost."""
        is_home = self.span.is_home_of(group.starts_on)
        free: list[tuple[date, date]] = []
        cost, is_double = 0, False
        if group.amount_ore > 0:  # a credit, or what is credited wholly, covers no day
            free = self._free(group.starts_on, group.ends_before)
            cost = sum(self._cost(*days) for days in free)
            is_double = group.balance > 1 or cost < self._cost(group.starts_on, group.ends_before)
            self.taken += free
        inside = sum(
            self._cost(max(day, self.span.starts_on), min(until, self.span.ends_before))
            for day, until in free
            if day < self.span.ends_before and until > self.span.starts_on
        )
        if is_home:
            self.of_later += cost - inside
        else:
            self.by_earlier += inside
        if group.is_total:
            if is_home and free:
                self.shares.append(TotalShare(group, cost, self.began, self.ended))
        elif is_home and (group.amount_ore or cost):
            self._sum(self._side(group)).add(
                group.amount_ore, cost, group.lines, group.starts_on, group.ends_before, is_double
            )

    def _side(self, group: BilledGroup) -> Pile:
        """Return which pile a difference of a line would be in, by where the line lies."""
        if not self.terms:
            return Pile.DIFFERS
        return side_of(group, self.began, self.ended)

    def _sum(self, pile: Pile) -> _Sum:
        return self.sums.setdefault(pile, _Sum())

    def _items(self) -> list[PiledItem]:
        for pile in (Pile.INTERIM, Pile.AFTER_RETURN):
            found = self.sums.get(pile)
            # Billed too little for the days inside the lease: that is no matter of its edge.
            if found and found.expected and found.invoiced < found.expected:
                self._sum(Pile.DIFFERS).add(
                    found.invoiced, found.expected, found.lines, found.first, found.last
                )
                del self.sums[pile]
        return [found.item(pile, self.tolerance) for pile, found in self.sums.items()]

    def _cost(self, day: date, until: date) -> int:
        return accrued(self.terms, self.stops_on, until) - accrued(self.terms, self.stops_on, day)

    def _free(self, day: date, until: date) -> list[tuple[date, date]]:
        """Return the stretches of `[day, until)` that no line has yet, in order."""
        free = []
        for start, end in sorted(self.taken):
            if end <= day or start >= until:
                continue
            if start > day:
                free.append((day, start))
            day = max(day, end)
        if day < until:
            free.append((day, until))
        return free


def side_of(group: BilledGroup, began: date, ended: date) -> Pile:
    """Return which pile a difference is in, by where the line lies beside `[began, ended)`."""
    early, late = group.starts_on < began, group.ends_before > ended
    if early and (not late or group.ends_before <= began):
        return Pile.INTERIM
    if late and (not early or group.starts_on >= ended):
        return Pile.AFTER_RETURN
    return Pile.DIFFERS


@dataclass(slots=True)
class _Parts:
    """The parts that leases have in one total: their cost, their number, and their days."""

    cost: int = 0
    leases: int = 0
    began: date = date.max
    ended: date = date.min


class Total:
    """The totals of a sub-agreement that belong to the quarter, with their leases' parts."""

    def __init__(self, groups: Iterable[BilledGroup], span: Span):
        self.groups = {g: _Parts() for g in groups if span.is_home_of(g.starts_on)}

    def add(self, share: TotalShare) -> None:
        """Add a lease's part."""
        parts = self.groups[share.total]
        parts.cost += share.amount_ore
        parts.leases += 1
        if share.began < share.ended:
            parts.began = min(parts.began, share.began)
            parts.ended = max(parts.ended, share.ended)

    def items(
        self, is_known: bool, tolerance_ore: int, credited: Sequence[tuple[Pile, int]] = ()
    ) -> list[PiledItem]:
        """Return the differences; the tolerance is for each lease, as the lessor rounds each."""
        sums: dict[Pile, _Sum] = {}
        for group, parts in self.groups.items():
            if not group.amount_ore and not parts.cost:
                continue
            pile = Pile.UNKNOWN
            if is_known:
                is_within = parts.began > parts.ended or parts.cost > group.amount_ore
                pile = Pile.DIFFERS if is_within else side_of(group, parts.began, parts.ended)
            sums.setdefault(pile, _Sum()).add(
                group.amount_ore,
                parts.cost,
                max(parts.leases, group.lines),
                group.starts_on,
                group.ends_before,
            )
        for pile, amount in credited:
            any_day = next(iter(self.groups), None)
            days = any_day[:2] if any_day else (date.min, date.max)
            sums.setdefault(pile, _Sum()).add(amount, 0, 1, *days)
        tolerance_ore = tolerance_ore if is_known else 0
        return [found.item(pile, tolerance_ore) for pile, found in sums.items()]


def unknown_item(lines: Sequence[Billed], span: Span, credited_ore: int = 0) -> PiledItem | None:
    """Return what is billed for something that is not leased; None where nothing belongs here."""
    home = [line for line in lines if span.is_home_of(line.starts_on)]
    if not home and not credited_ore:
        return None
    found = _Sum()
    for line in home:
        found.add(line.amount_ore, 0, 1, line.starts_on, line.ends_before)
    if credited_ore:
        found.add(credited_ore, 0, 1, span.starts_on, span.ends_before)
    return found.item(Pile.UNKNOWN, 0)
