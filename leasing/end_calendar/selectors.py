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
from typing import Any, NamedTuple

from django.db.models import Sum

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.rows import among
from inventory.models import Departure
from leasing.cost_share.selectors.payers import Payer
from leasing.cost_table.facts import NOBODY, cost_holder_id
from leasing.cost_table.moment import one_moment
from leasing.domain.accrual import a_quarter, terms_in_order
from leasing.lease_end.selectors.offers import offers_of_extensions
from leasing.models import CostEnding, CostLease, EndChoice, EndDecision, LeasePrice, LeaseTerm

QUARTERS = 20
ONE_DAY = timedelta(days=1)
ALIKE = ("ends_before", "model_id", "price_ore", "quarters")
UNDECIDED, NOT_IN_STOCK = "", False


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
    were leased anew at today's prices, and `extension_ore` if it were extended: at the price that
    the lessor offers for so many as are `offered`, else as it is.
    """

    quarter: Quarter
    by_choice: dict[str, Ended] = field(default_factory=lambda: defaultdict(Ended))
    extended: Ended = field(default_factory=Ended)
    extended_ore: int = 0
    renewal_ore: int = 0
    extension_ore: int = 0
    again: int = 0
    offered: int = 0

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
        prices, offers = _prices(today), dict(_offered_by_model(today))
        left = Departure.objects.filter(device__lease__isnull=False)
        gone = set(left.values_list("device__lease", flat=True))
        for alike, counts in _ends(payer.unit_ids, days, gone).items():
            of_quarter, ore = found[alike.quarter], alike.quarter_ore
            for (choice, _), count in counts.items():
                of_quarter.by_choice[choice].add(count, ore)
            again = counts[UNDECIDED, NOT_IN_STOCK]
            price = prices.get(alike.model_id, (alike.price_ore, alike.quarters))
            of_quarter.renewal_ore += again * a_quarter(*price)
            of_quarter.extension_ore += again * offers.get(alike.model_id, ore)
            of_quarter.again += again
            of_quarter.offered += again * (alike.model_id in offers)
        for alike, own_ore in _offered_alone(payer.unit_ids, days, gone, today):
            of_quarter, before = found[alike.quarter], offers.get(alike.model_id)
            of_quarter.extension_ore += own_ore - (alike.quarter_ore if before is None else before)
            of_quarter.offered += before is None
        for ended, price_ore, next_ore in _extended(payer.unit_ids, days, gone):
            of_quarter = found[Quarter.of(ended - ONE_DAY)]
            of_quarter.extended.add(1, price_ore)
            of_quarter.extended_ore += next_ore
    return list(found.values())


Days = tuple[date, date]
# By choice, and whether it is in stock by then.
ByChoice = Counter[tuple[str, bool]]


def _ends(
    units: Collection[int] | None, days: Days, gone: Collection[int]
) -> dict[Alike, ByChoice]:
    """Count the leases that run out by a quarter's end, alike ones by what is decided.

    A device that has left the register ends nothing more: its lease is one of those `gone`.
    """
    found: dict[Alike, ByChoice] = defaultdict(Counter)
    stock = {cost_holder_id() or NOBODY, NOBODY}
    chosen = {"ends_before__gt": days[0], "ends_before__lte": days[1]}
    of_units: dict[str, Any] = {} if units is None else {"unit__in": units}
    for unit in (stock, None):
        rows = CostEnding.objects.filter(**of_units, **chosen)
        rows = rows.filter(unit__in=unit) if unit else rows.exclude(unit__in=stock)
        counted = rows.order_by().values_list(*ALIKE).annotate(Sum("leases"))
        for *alike, count in counted:
            found[Alike(*alike)][UNDECIDED, bool(unit)] += count
    decided = dict(EndDecision.objects.final().values_list("term__lease", "choice"))
    settled = CostLease.objects.filter(pk__in=among({*decided, *gone}, int), runs_out=True)
    rows_settled = settled.filter(**of_units, **chosen).values_list("pk", "unit_id", *ALIKE)
    for lease, unit_id, *alike in rows_settled:
        counts, in_stock = found[Alike(*alike)], unit_id in stock
        counts[UNDECIDED, in_stock] -= 1
        if lease not in gone:
            counts[decided[lease], in_stock] += 1
    return found


def _extended(
    units: Collection[int] | None, days: Days, gone: Collection[int]
) -> Iterator[tuple[date, int, int]]:
    """Yield the ends that an extension follows: the day, and what a quarter costs before and after.

    What was stopped before its end was not extended there.
    """
    several = LeaseTerm.objects.filter(position=2).order_by()
    if units is not None:
        several = several.filter(lease__kept_cost__unit__in=units)
    rows = (
        LeaseTerm.objects.filter(lease__in=several.values("lease"))
        .order_by("lease_id", "position")
        .values_list("lease", "lease__starts_on", "lease__stops_on", "price_ore", "quarters")
    )
    for lease, group in groupby(rows.iterator(chunk_size=5_000), key=itemgetter(0)):
        of_lease = list(group)
        _, starts_on, stops_on, *_ = of_lease[0]
        laid = terms_in_order(starts_on, [row[3:] for row in of_lease])
        for before, after in pairwise(laid):
            ended = before.ends_before
            was_stopped = lease in gone or (stops_on is not None and stops_on < ended)
            if days[0] < ended <= days[1] and not was_stopped:
                yield (
                    ended,
                    a_quarter(before.price_ore, before.quarters),
                    a_quarter(after.price_ore, after.quarters),
                )


def _offered_by_model(today: date) -> Iterator[tuple[int, int]]:
    """Yield what the lessor offers to go on for a quarter, by model; the longest last."""
    rows = offers_of_extensions(today).filter(model__isnull=False).reverse()
    for model, offered in rows.values_list("model", "extension_ore"):
        if model is not None and offered is not None:
            yield model, offered


def _offered_alone(
    units: Collection[int] | None, days: Days, gone: Collection[int], today: date
) -> Iterator[tuple[Alike, int]]:
    """Yield the undecided leases whose device has an offer of its own, with what is offered."""
    rows = offers_of_extensions(today).filter(device__isnull=False).reverse()
    own = {
        device: offered
        for device, offered in rows.values_list("device", "extension_ore")
        if offered is not None
    }
    if not own:
        return
    stock = {cost_holder_id() or NOBODY, NOBODY}
    decided = EndDecision.objects.final().order_by().values("term__lease")
    of_units: dict[str, Any] = {} if units is None else {"unit__in": units}
    found = CostLease.objects.filter(
        lease__device__in=among(own, int),
        runs_out=True,
        ends_before__gt=days[0],
        ends_before__lte=days[1],
        **of_units,
    )
    found = found.exclude(unit__in=stock).exclude(pk__in=decided)
    for lease, device, *alike in found.values_list("pk", "lease__device", *ALIKE):
        if lease not in gone:
            yield Alike(*alike), own[device]


def _prices(today: date) -> dict[int, tuple[int, int]]:
    """Return each model's price of a term today; of one that is only coming, the first."""
    found: dict[int, tuple[int, int]] = {}
    rows = LeasePrice.objects.order_by("starts_on", "id")
    for model, day, *price in rows.values_list("model", "starts_on", "price_ore", "quarters"):
        if day <= today or model not in found:
            found[model] = (price[0], price[1])
    return found
