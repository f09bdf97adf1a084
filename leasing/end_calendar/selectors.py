"""What ends in the coming five years, by quarter: what falls away, and what comes instead.

It is read from what is kept of the leases, which the forecast is made of. What is in stock at its
end is not leased again, here as there.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby, pairwise
from operator import itemgetter
from typing import NamedTuple

from django.db.models import Count, OuterRef, Q, Subquery, Sum

from albertslund_it.common.quarters import Quarter
from leasing.cost_share.selectors.payers import Payer
from leasing.cost_table.facts import NOBODY, cost_holder_id
from leasing.cost_table.moment import one_moment
from leasing.domain.accrual import a_quarter, terms_in_order
from leasing.models import CostEnding, CostLease, EndChoice, EndDecision, LeasePrice, LeaseTerm

QUARTERS = 20
ONE_DAY = timedelta(days=1)
ALIKE = ("ends_before", "model_id", "price_ore", "quarters")
UNDECIDED = ""


class Alike(NamedTuple):
    """Leases that end alike: the first day without, the model, and the last term."""

    ends_before: date
    model_id: int
    price_ore: int
    quarters: int

    @property
    def quarter(self) -> Quarter:
        return Quarter.of(self.ends_before - ONE_DAY)

    @property
    def quarter_ore(self) -> int:
        return a_quarter(self.price_ore, self.quarters)


@dataclass(slots=True)
class Ended:
    """How many ends there are of a kind, and what those leases cost a quarter, in øre."""

    count: int = 0
    quarter_ore: int = 0

    def add(self, count: int, quarter_ore: int) -> None:
        self.count += count
        self.quarter_ore += count * quarter_ore


@dataclass
class QuarterEnds:
    """What ends in a quarter: by what is decided, and what it would cost to go on, a quarter.

    `extended` go on, for `extended_ore` a quarter. What is undecided would cost `renewal_ore` if it
    were leased anew at today's prices, and `extension_ore` if it were extended as it is.
    """

    quarter: Quarter
    by_choice: dict[str, Ended] = field(default_factory=lambda: defaultdict(Ended))
    extended: Ended = field(default_factory=Ended)
    extended_ore: int = 0
    renewal_ore: int = 0
    extension_ore: int = 0

    @property
    def undecided(self) -> Ended:
        return self.by_choice[UNDECIDED]

    @property
    def buyout(self) -> Ended:
        return self.by_choice[EndChoice.BUYOUT]

    @property
    def returned(self) -> Ended:
        return self.by_choice[EndChoice.RETURN]

    @property
    def falls_away(self) -> Ended:
        """Return what costs nothing any more after it: all but what is extended."""
        parts = (self.undecided, self.buyout, self.returned)
        return Ended(sum(one.count for one in parts), sum(one.quarter_ore for one in parts))

    @property
    def count(self) -> int:
        return self.falls_away.count + self.extended.count


def coming_quarters(today: date) -> list[Quarter]:
    """Return the quarters of five years, the one that runs first."""
    return [Quarter.of(today).next(at) for at in range(QUARTERS)]


def end_calendar(payer: Payer, today: date) -> list[QuarterEnds]:
    """Return what ends of a payer's in each of the quarters of five years."""
    quarters = coming_quarters(today)
    found = {quarter: QuarterEnds(quarter) for quarter in quarters}
    days = quarters[0].starts_on, quarters[-1].ends_before
    with one_moment():
        ends = _ends(_Units(payer.unit_ids), days, today)
        in_stock = _ends(_Units(payer.unit_ids, in_stock=True), days, today)
        prices = _prices(today)
        for alike, choices in ends.items():
            of_quarter, ore = found[alike.quarter], alike.quarter_ore
            for choice, count in choices.items():
                of_quarter.by_choice[choice].add(count, ore)
            again = choices[UNDECIDED] - in_stock[alike][UNDECIDED]
            price = prices.get(alike.model_id, (alike.price_ore, alike.quarters))
            of_quarter.renewal_ore += again * a_quarter(*price)
            of_quarter.extension_ore += again * ore
        for ended, price_ore, next_ore in _extended(payer.unit_ids, days, today):
            of_quarter = found[Quarter.of(ended - ONE_DAY)]
            of_quarter.extended.add(1, price_ore)
            of_quarter.extended_ore += next_ore
    return list(found.values())


class _Units:
    """Whose ends are read: of some units or of all, or what of them is in stock by then."""

    def __init__(self, ids: Collection[int] | None, *, in_stock: bool = False):
        self.ids = ids
        self.stock = {cost_holder_id() or NOBODY, NOBODY} if in_stock else None

    def where(self, path: str = "") -> Q:
        """Choose the rows of these units; `path` leads to what is kept of the lease."""
        chosen = Q()
        if self.ids is not None:
            chosen &= Q(**{f"{path}unit__in": self.ids})
        if self.stock is not None:
            chosen &= Q(**{f"{path}unit__in": self.stock})
        return chosen


Days = tuple[date, date]
ByChoice = Counter[str]


def _ends(units: _Units, days: Days, today: date) -> dict[Alike, ByChoice]:
    """Count the leases that run out by a quarter's end, alike ones by what is decided.

    A device that has left the register ends nothing more.
    """
    found: dict[Alike, ByChoice] = defaultdict(Counter)
    endings = CostEnding.objects.filter(units.where(), _between(days))
    for *alike, count in endings.order_by().values_list(*ALIKE).annotate(Sum("leases")):
        found[Alike(*alike)][UNDECIDED] += count
    gone = Q(lease__device__departure__left_on__lte=today)
    kept = CostLease.objects.filter(units.where(), _between(days), runs_out=True).order_by()
    for *alike, count in kept.filter(gone).values_list(*ALIKE).annotate(Count("pk")):
        found[Alike(*alike)][UNDECIDED] -= count
    final = EndDecision.objects.final().values("term__lease")
    decided = kept.filter(lease__in=final).exclude(gone)
    choice = EndDecision.objects.final().filter(term__lease=OuterRef("lease")).values("choice")
    rows = decided.annotate(choice=Subquery(choice[:1])).values_list(*ALIKE, "choice")
    for *alike, chosen, count in rows.annotate(Count("pk")):
        found[Alike(*alike)][chosen] += count
        found[Alike(*alike)][UNDECIDED] -= count
    return found


def _between(days: Days) -> Q:
    """Choose what ends on a day of the quarters between two days."""
    return Q(ends_before__gt=days[0], ends_before__lte=days[1])


def _extended(
    units: Collection[int] | None, days: Days, today: date
) -> Iterator[tuple[date, int, int]]:
    """Yield the ends that an extension follows: the day, and what a quarter costs before and after.

    What was stopped before its end was not extended there.
    """
    several = LeaseTerm.objects.filter(position=2, lease__kept_cost__ends_before__gt=days[0])
    if units is not None:
        several = several.filter(lease__kept_cost__unit__in=units)
    terms = LeaseTerm.objects.filter(lease__in=several.order_by().values("lease"))
    terms = terms.exclude(lease__device__departure__left_on__lte=today)
    rows = terms.order_by("lease", "position").values_list(
        "lease", "lease__starts_on", "lease__stops_on", "price_ore", "quarters"
    )
    for _, group in groupby(rows.iterator(chunk_size=5_000), key=itemgetter(0)):
        of_lease = list(group)
        _, starts_on, stops_on, *_ = of_lease[0]
        laid = terms_in_order(starts_on, [row[3:] for row in of_lease])
        for before, after in pairwise(laid):
            ended = before.ends_before
            if days[0] < ended <= days[1] and (stops_on is None or stops_on >= ended):
                yield (
                    ended,
                    a_quarter(before.price_ore, before.quarters),
                    a_quarter(after.price_ore, after.quarters),
                )


def _prices(today: date) -> dict[int, tuple[int, int]]:
    """Return each model's price of a term today; of one that is only coming, the first."""
    found: dict[int, tuple[int, int]] = {}
    rows = LeasePrice.objects.order_by("starts_on", "id")
    for model, day, *price in rows.values_list("model", "starts_on", "price_ore", "quarters"):
        if day <= today or model not in found:
            found[model] = (price[0], price[1])
    return found
