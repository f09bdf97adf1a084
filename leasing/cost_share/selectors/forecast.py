"""What quarters have cost a payer and will: billed, contracted, planned and assumed, never mixed.

Contracted is what the leases cost by their terms, as things stand; planned are open orders and
decided extensions; assumed is that what runs out is leased again. What stands in stock when its
lease runs out is not.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from operator import add
from typing import Any, NamedTuple, TypeVar

from django.db.models import Count, F, QuerySet

from albertslund_it.common.quarters import Quarter, quarters_between
from albertslund_it.web.database.put_together import put_together_once
from albertslund_it.web.database.rows import among
from leasing.billing.selectors.costs import expiring_between, pending_sums
from leasing.billing.selectors.outstanding import pending_charges, window_up_to
from leasing.billing.selectors.window import Window
from leasing.cost_share.selectors.cells import billed_by_period, billed_sums, pending_by_period
from leasing.cost_share.selectors.payers import Payer
from leasing.cost_table.moment import one_moment
from leasing.domain.accrual import costs_between, terms_in_order
from leasing.domain.assumptions import Assumptions
from leasing.domain.renewal import ASSUMED, PLANNED, Coming, Expiring, again, renewals
from leasing.models import LeasePrice, OrderLine, Status

SumKey = TypeVar("SumKey")
BILLED, CONTRACTED = "billed", "contracted"
SHADES = (BILLED, CONTRACTED, PLANNED, ASSUMED)
QUARTERS_AHEAD = 16
# No unit's id: stands for all of them together.
ALL_UNITS = 0
ONE_DAY = timedelta(days=1)
ON_THEIR_WAY = (Status.AWAITING, Status.APPROVED, Status.ORDERED, Status.PARTLY)


class ForecastCell(NamedTuple):
    """An amount of one shade, quarter, unit and model, in øre."""

    shade: str
    period: str
    unit_id: int
    model_name: str
    amount_ore: int


# By shade, in øre.
Shades = dict[str, int]
# A unit, a model, how many, and the day from which they are there.
Ordered = tuple[int, str, int, date]
# A shade, a unit and a model.
Line = tuple[str, int, str]
# The first quarter and the last.
Span = tuple[Quarter, Quarter]


@dataclass
class Forecast:
    """A payer's quarters: from the billing start to sixteen ahead, and to a whole fourth year.

    Where only a span of them is asked for, it knows of no other.
    `lines` have an amount for each quarter. Where units are not asked for, their unit is ALL_UNITS.
    """

    payer: Payer
    today: date
    quarters: list[Quarter]
    lines: dict[Line, list[int]]

    @property
    def cells(self) -> Iterator[ForecastCell]:
        """Yield what is not zero."""
        codes = [str(quarter) for quarter in self.quarters]
        for (shade, unit, model), amounts in self.lines.items():
            for code, amount in zip(codes, amounts, strict=True):
                if amount:
                    yield ForecastCell(shade, code, unit, model, amount)

    def total_ore(
        self, *, shade: str | None = None, period: str | None = None, year: int | None = None
    ) -> int:
        """Add up what fits; None fits everything."""
        return sum(
            sum(amounts for of, amounts in shades.items() if shade in (None, of))
            for code, shades in self.by_quarter().items()
            if period in (None, code) and (year is None or code[:4] == str(year))
        )

    @property
    def years(self) -> list[int]:
        """Return the budget years that have all of their quarters here."""
        counts: dict[int, int] = defaultdict(int)
        for quarter in self.quarters:
            counts[quarter.year] += 1
        return [year for year, count in counts.items() if count == 4]

    @property
    def unit_ids(self) -> set[int]:
        return {unit for _, unit, _ in self.lines}

    def by_quarter(self) -> dict[str, Shades]:
        """Add up every quarter by shade: its code -> shade -> øre."""
        sums = {shade: [0] * len(self.quarters) for shade in SHADES}
        for (shade, _, _), amounts in self.lines.items():
            sums[shade] = list(map(add, sums[shade], amounts))
        return {
            str(quarter): {shade: sums[shade][at] for shade in SHADES}
            for at, quarter in enumerate(self.quarters)
        }

    def of_year(self, year: int, key_of: Callable[[Line], SumKey]) -> dict[SumKey, Shades]:
        """Add up a year by what lines have in common, and by shade; zeros are left out."""
        at = [index for index, quarter in enumerate(self.quarters) if quarter.year == year]
        first, last = (at[0], at[-1] + 1) if at else (0, 0)
        sums: dict[SumKey, Shades] = {}
        for line, amounts in self.lines.items():
            if any(part := amounts[first:last]):
                key = key_of(line)
                if key not in sums:
                    sums[key] = dict.fromkeys(SHADES, 0)
                sums[key][line[0]] += sum(part)
        return sums


@dataclass
class Basis:
    """All that does not depend on what is assumed."""

    quarters: list[Quarter]
    lines: dict[Line, list[int]]
    expiring: dict[Expiring, dict[int, int]]
    ordered: list[Ordered]
    prices: dict[str, tuple[int, int]]

    @property
    def until(self) -> date:
        return self.quarters[-1].ends_before

    @cached_property
    def boundaries(self) -> tuple[date, ...]:
        """Return the days that the quarters begin on, and the first day after them."""
        return (*(quarter.starts_on for quarter in self.quarters), self.until)


def last_quarter(today: date) -> Quarter:
    """Return the quarter that a forecast ends with."""
    return max(Quarter.of(today).next(QUARTERS_AHEAD), Quarter(today.year + 4, 4))


def forecast_of(
    payer: Payer,
    today: date,
    assumptions: Assumptions | None = None,
    *,
    by_unit: bool = True,
    span: Span | None = None,
) -> Forecast:
    """Forecast what quarters cost a payer, by unit and model or all together.

    Units and models of a span cost what is of the span: ask for no more than is shown by them.
    """
    several = [assumptions or Assumptions()]
    [found] = forecasts_of(payer, today, several, by_unit=by_unit, span=span)
    return found


def year_of(payer: Payer, today: date, year: int) -> Forecast:
    """Forecast what the quarters of one year cost a payer, by unit and model."""
    return forecast_of(payer, today, span=(Quarter(year, 1), Quarter(year, 4)))


def forecasts_of(
    payer: Payer,
    today: date,
    several: Iterable[Assumptions],
    *,
    by_unit: bool = True,
    span: Span | None = None,
) -> list[Forecast]:
    """Forecast what quarters cost a payer under each of several assumptions."""
    basis = _Gathering(payer, today, by_unit, span).basis()
    return [
        Forecast(payer, today, basis.quarters, _with_what_comes(basis, today, assumptions, by_unit))
        for assumptions in several
    ]


def _with_what_comes(
    basis: Basis, today: date, assumptions: Assumptions, by_unit: bool
) -> dict[Line, list[int]]:
    """Add what is to come to what is agreed."""
    # What is to come begins tomorrow at the earliest.
    begun = sum(quarter < Quarter.of(today) for quarter in basis.quarters)
    coming: dict[Line, list[int]] = {}
    for line, amounts in _to_come(basis, begun, assumptions, by_unit):
        known = coming.get(line)
        coming[line] = list(map(add, known, amounts)) if known else amounts
    lines, nothing = dict(basis.lines), [0] * len(basis.quarters)
    for line, amounts in coming.items():
        agreed = lines.get(line, nothing)
        lines[line] = agreed[:begun] + list(map(add, agreed[begun:], amounts))
    return lines


def basis_of(payer: Payer, today: date, span: Span) -> Basis:
    """Return what a forecast begins with: leases, orders and prices."""
    return _Gathering(payer, today, by_unit=True, span=span).basis()


# Terms to come of one item, and the units that they are of with how many each.
Follows = tuple[list[Coming], list[tuple[int, int]]]


def terms_to_come(basis: Basis, assumptions: Assumptions | None = None) -> Iterator[Follows]:
    """Yield what is on order, and what follows what runs out.

    Leases that run out alike are followed by the same whatever unit has them, unless the unit is
    assumed to get more or fewer: so what follows is worked out once for all of them.
    """
    assumptions = assumptions or Assumptions()
    apart: dict[Expiring, int] = {}
    until, price_of = basis.until, basis.prices.get
    same = replace(assumptions, more={})
    for one, of_units in basis.expiring.items():
        by_themselves = {unit for unit in of_units if (unit, one.model_name) in assumptions.more}
        apart |= {one._replace(unit_id=unit): of_units[unit] for unit in by_themselves}
        places = [place for place in of_units.items() if place[0] not in by_themselves]
        if places:
            yield list(renewals({one: 1}, until, price_of, same)), places
    for coming in _orders(basis, assumptions):
        yield [coming], [(coming.unit_id, coming.number)]
    for coming in renewals(apart, until, price_of, assumptions):
        yield [coming], [(coming.unit_id, coming.number)]


def _orders(basis: Basis, assumptions: Assumptions) -> Iterator[Coming]:
    """Yield the terms of what is ordered, and what follows them."""
    for unit, model, count, start in basis.ordered:
        if model not in basis.prices:
            continue
        [term] = terms_in_order(start, [basis.prices[model]])
        yield Coming(PLANNED, unit, model, term, count)
        if assumptions.renews:
            price_of = basis.prices.get
            after = term.ends_before
            yield from again(unit, model, count, after, basis.until, price_of, assumptions)


def _to_come(
    basis: Basis, begun: int, assumptions: Assumptions, by_unit: bool
) -> Iterator[tuple[Line, list[int]]]:
    """Yield the lines of terms to come: F at both ends of each quarter, times so many.

    The amounts are of the quarters from the one at `begun`.
    """
    if begun == len(basis.quarters):
        return
    boundaries = basis.boundaries[begun:]
    for follows, places in terms_to_come(basis, assumptions):
        sums: dict[tuple[str, str], tuple[int, ...]] = {}
        for coming in follows:
            costs = costs_between(coming.term, boundaries)
            key = coming.shade, coming.model_name
            sums[key] = tuple(map(add, sums[key], costs)) if key in sums else costs
        if not by_unit:
            places = [(ALL_UNITS, sum(count for _, count in places))]
        numbers = {count for _, count in places}
        for (shade, model), costs in sums.items():
            # Many units have the same number of them.
            times = {count: [count * cost for cost in costs] for count in numbers}
            for unit, count in places:
                yield (shade, unit, model), times[count]


class _Gathering:
    """Reads everything once."""

    def __init__(self, payer: Payer, today: date, by_unit: bool, span: Span | None):
        self.payer, self.today, self.by_unit, self.span = payer, today, by_unit, span

    def basis(self) -> Basis:
        with one_moment():
            ordered, replaced = self._lines()
            window = window_up_to(last_quarter(self.today))
            first = Quarter.of(window.billing_start)
            of_first, of_last = self.span or (first, window.last)
            quarters = list(quarters_between(max(first, of_first), min(window.last, of_last)))
            until = quarters[-1].ends_before if quarters else self.today
            days = (self.today, until)
            return Basis(
                quarters,
                self._agreed(window, quarters),
                expiring_between(days, self.payer.unit_ids, replaced, by_unit=self.by_unit),
                ordered,
                self._prices(),
            )

    def _agreed(self, window: Window, quarters: list[Quarter]) -> dict[Line, list[int]]:
        """Return what is billed, and what no run holds of what is agreed."""
        place = {str(quarter): at for at, quarter in enumerate(quarters)}
        found: dict[Line, list[int]] = {}

        def take(shade: str, period: str, unit: int, model: str, amount: int) -> None:
            line = shade, unit, model
            if line not in found:
                found[line] = [0] * len(quarters)
            found[line][place[period]] += amount

        if not self.by_unit:
            for period, amount in billed_by_period(self.payer).items():
                if period in place:
                    take(BILLED, period, ALL_UNITS, "", amount)
            for period, one in pending_by_period(self.payer, window).items():
                if period in place:
                    take(CONTRACTED, period, ALL_UNITS, "", one.amount_ore)
            return found
        for billed in billed_sums(self.payer, place if self.span else None):
            take(BILLED, *billed)
        asked = window, self.payer.unit_ids, place if self.span else None
        for waiting in (*pending_sums(*asked), *pending_charges(*asked)):
            at = waiting.period, waiting.unit_id, waiting.model_name
            take(CONTRACTED, *at, waiting.amount_ore)
        return found

    def _lines(self) -> tuple[list[Ordered], set[int]]:
        """Return what is on its way to the payer's units, and the devices that are replaced."""
        is_of_all, units = self.payer.unit_ids is None, self.payer.unit_ids or ()
        tomorrow = self.today + ONE_DAY
        ordered: Counter[tuple[int, str, date]] = Counter()
        for unit, model, missing, wanted_on in _ordered(is_of_all, units=units):
            at = unit if self.by_unit else ALL_UNITS
            ordered[at, model, max(wanted_on or tomorrow, tomorrow)] += missing
        rows_alike = [(unit, model, count, day) for (unit, model, day), count in ordered.items()]
        return rows_alike, set(_replaced(is_of_all, units=units))

    def _prices(self) -> dict[str, tuple[int, int]]:
        """Return each model's price of a term today; of one that is only coming, the first."""
        found: dict[str, tuple[int, int]] = {}
        for model, day, price, quarters in _listed():
            if day <= self.today or model not in found:
                found[model] = (price, quarters)
        return found


def _under_way() -> QuerySet[Any]:
    lines = OrderLine.objects.filter(status__in=ON_THEIR_WAY)
    return lines.annotate(missing=F("quantity") - Count("devices"))


@put_together_once
def _ordered(
    is_of_all: bool, *, units: Collection[int]
) -> QuerySet[Any, tuple[int, str, int, date | None]]:
    own = _under_way()
    if not is_of_all:
        own = own.filter(unit__in=among(units, int))
    missing = own.filter(missing__gt=0)
    return missing.values_list("unit_id", "model__name", "missing", "order__wanted_on")


@put_together_once
def _replaced(is_of_all: bool, *, units: Collection[int]) -> QuerySet[Any, int]:
    replacing = _under_way().exclude(replaces=None)
    if not is_of_all:
        replacing = replacing.filter(replaces__lease__kept_cost__unit__in=among(units, int))
    return replacing.filter(missing__gt=0).values_list("replaces_id", flat=True)


@put_together_once
def _listed() -> QuerySet[LeasePrice, tuple[str, date, int, int]]:
    rows = LeasePrice.objects.order_by("starts_on", "id")
    return rows.values_list("model__name", "starts_on", "price_ore", "quarters")
