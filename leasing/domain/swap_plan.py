"""In which weeks devices are swapped whose leases end: so many a week, department by department.

A week is an ISO week of which every working day lies between the first and the last day. A device
counts as swapped on the Friday of its week: what ends by then needs an extension to bridge it.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from albertslund_it.common.quarters import add_months

TO_FRIDAY = timedelta(days=4)
A_WEEK = timedelta(days=7)


class IsoWeek(NamedTuple):
    """A week as people name it."""

    year: int
    week: int

    @property
    def monday(self) -> date:
        return date.fromisocalendar(self.year, self.week, 1)

    @property
    def friday(self) -> date:
        return self.monday + TO_FRIDAY


class Swap(NamedTuple):
    """A device to be swapped: where it stands, when its lease ends, and what it costs to go on.

    That is what the lessor offers a quarter, else what the last term cost.
    """

    device_id: int
    department_id: int
    ends_before: date
    price_ore: int
    quarters: int
    offered_ore: int | None = None

    def extended_ore(self, quarters: int) -> int:
        """Return what it costs to go on for so many quarters."""
        if self.offered_ore is not None:
            return self.offered_ore * quarters
        return self.price_ore * quarters // self.quarters


def whole_weeks(first: date, last: date, left_out: Collection[int] = ()) -> list[IsoWeek]:
    """Return the weeks from Monday to Friday between two days, but for those of some numbers."""
    monday = first + timedelta(days=-first.weekday() % 7)
    found = []
    while monday + TO_FRIDAY <= last:
        year, week, _ = monday.isocalendar()
        if week not in left_out:
            found.append(IsoWeek(year, week))
        monday += A_WEEK
    return found


@dataclass(frozen=True, slots=True)
class Bridging:
    """Extensions that are needed to bridge a swap after the end: how many of each length, øre.

    Of so many as are `offered` the lessor has said the price; that of the others is an estimate.
    """

    by_quarters: Counter[int] = field(default_factory=Counter)
    cost_ore: int = 0
    offered: int = 0

    @property
    def count(self) -> int:
        return self.by_quarters.total()


@dataclass(frozen=True, slots=True)
class SwapPlan:
    """Each week with what is swapped in it, and what there was no room for."""

    a_week: int
    weeks: tuple[tuple[IsoWeek, tuple[Swap, ...]], ...]
    left: tuple[Swap, ...]

    @property
    def used(self) -> list[tuple[IsoWeek, tuple[Swap, ...]]]:
        """Return the weeks in which anything is swapped."""
        return [(week, swaps) for week, swaps in self.weeks if swaps]

    @property
    def last(self) -> IsoWeek | None:
        """Return the last week in which anything is swapped."""
        return self.used[-1][0] if self.used else None

    @property
    def visits(self) -> dict[int, list[tuple[IsoWeek, int]]]:
        """Return the weeks of each department, with how many are swapped in each."""
        found: dict[int, list[tuple[IsoWeek, int]]] = defaultdict(list)
        for week, swaps in self.used:
            for department, count in Counter(one.department_id for one in swaps).items():
                found[department].append((week, count))
        return dict(found)

    def bridging(self) -> Bridging:
        """Return the extensions that it needs; what there is no room for is not among them."""
        by_quarters: Counter[int] = Counter()
        cost_ore = offered = 0
        for week, swaps in self.weeks:
            for one in swaps:
                if quarters := quarters_to_bridge(one.ends_before, week.friday):
                    by_quarters[quarters] += 1
                    cost_ore += one.extended_ore(quarters)
                    offered += one.offered_ore is not None
        return Bridging(by_quarters, cost_ore, offered)


def quarters_to_bridge(ends_before: date, swapped_on: date) -> int:
    """Return for how many quarters a lease is to go on until a day; 0 where it runs that day."""
    quarters = 0
    while add_months(ends_before, 3 * quarters) <= swapped_on:
        quarters += 1
    return quarters


def departments_in_order(swaps: Iterable[Swap]) -> list[list[Swap]]:
    """Return the swaps of each department: the first to end first, then the largest."""
    found: dict[int, list[Swap]] = defaultdict(list)
    for one in swaps:
        found[one.department_id].append(one)
    for of_one in found.values():
        of_one.sort(key=lambda swap: (swap.ends_before, swap.device_id))
    return sorted(found.values(), key=lambda of: (of[0].ends_before, -len(of), of[0].department_id))


def swap_plan(
    departments: Sequence[Sequence[Swap]], weeks: Sequence[IsoWeek], a_week: int
) -> SwapPlan:
    """Put departments into weeks of so much room, in their order.

    One that fits into a week goes into the first that has room for all of it, so that it is visited
    once. One that does not is split over the first weeks that have any room.
    """
    found: dict[IsoWeek, list[Swap]] = {week: [] for week in weeks}
    left: list[Swap] = []
    for department in departments:
        rest = list(department)
        for week, count in _shares(len(rest), found, a_week):
            found[week] += rest[:count]
            del rest[:count]
        left += rest
    return SwapPlan(
        a_week, tuple((week, tuple(swaps)) for week, swaps in found.items()), tuple(left)
    )


def _shares(
    size: int, taken: dict[IsoWeek, list[Swap]], a_week: int
) -> Iterator[tuple[IsoWeek, int]]:
    for week, swaps in taken.items():
        if size <= a_week - len(swaps):
            yield week, size
            return
    for week, swaps in taken.items():
        if not size:
            return
        if room := min(size, a_week - len(swaps)):
            yield week, room
            size -= room


def enough_a_week(
    departments: Sequence[Sequence[Swap]], weeks: Sequence[IsoWeek], most: int
) -> int | None:
    """Return how many a week are enough for all to be swapped before they end; None for never."""
    if not departments or not weeks:
        return None

    def is_enough(a_week: int) -> bool:
        plan = swap_plan(departments, weeks, a_week)
        return not plan.left and not plan.bridging().count

    low, high = 0, most
    if not is_enough(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high
