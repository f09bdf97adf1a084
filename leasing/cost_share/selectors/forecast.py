"""What quarters have cost a payer and will: billed, contracted, planned and assumed, never mixed.

Contracted is what the leases cost by their terms, as things stand; planned are open orders and
decided extensions; assumed is that what runs out is leased again. What stands in stock when its
lease runs out is not.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple, TypeVar

from django.db.models import Count

from albertslund_it.common.quarters import Quarter, quarters_between
from inventory.models import Unit
from leasing.billing.selectors.costs import expiring_after, held_at_ends, pending_sums
from leasing.billing.selectors.outstanding import pending_charges, window_up_to
from leasing.billing.selectors.remembered import kept
from leasing.billing.selectors.window import Window
from leasing.cost_share.selectors.cells import billed_cells
from leasing.cost_share.selectors.payers import Payer
from leasing.cost_table.moment import one_moment
from leasing.domain.accrual import Term, accrued, terms_in_order
from leasing.domain.assumptions import Assumptions
from leasing.domain.renewal import ASSUMED, PLANNED, Coming, Expiring, again, renewals
from leasing.models import LeasePrice, OrderLine, Status

SumKey = TypeVar("SumKey")
BILLED, CONTRACTED = "billed", "contracted"
SHADES = (BILLED, CONTRACTED, PLANNED, ASSUMED)
QUARTERS_AHEAD = 16
# A quarter, a unit and a model.
At = tuple[str, int, str]
ONE_DAY = timedelta(days=1)
ON_THEIR_WAY = (Status.AWAITING, Status.APPROVED, Status.ORDERED, Status.PARTLY)


class ForecastCell(NamedTuple):
    """An amount of one shade, quarter, unit and model, in øre.

    `items` are those leased on the quarter's last day; zero for what is billed or over.
    """

    shade: str
    department_id: int | None
    period: str
    unit_id: int
    model_name: str
    items: int
    amount_ore: int

    @property
    def year(self) -> int:
        return int(self.period[:4])


@dataclass
class Forecast:
    """A payer's quarters from the billing start to sixteen ahead, and to a whole fourth year."""

    payer: Payer
    today: date
    quarters: list[Quarter]
    cells: list[ForecastCell]

    def total_ore(
        self,
        *,
        shade: str | None = None,
        period: str | None = None,
        year: int | None = None,
        unit_id: int | None = None,
    ) -> int:
        """Add up the cells that fit; None fits everything."""
        return sum(
            cell.amount_ore
            for cell in self.cells
            if shade in (None, cell.shade)
            and period in (None, cell.period)
            and (year is None or cell.period[:4] == str(year))
            and unit_id in (None, cell.unit_id)
        )

    @property
    def years(self) -> list[int]:
        """Return the budget years that have all of their quarters here."""
        counts: dict[int, int] = defaultdict(int)
        for quarter in self.quarters:
            counts[quarter.year] += 1
        return [year for year, count in counts.items() if count == 4]

    def sums(self, key_of: Callable[[ForecastCell], SumKey]) -> dict[SumKey, dict[str, int]]:
        """Add the cells up by what they have in common: key -> shade -> øre."""
        sums: dict[SumKey, dict[str, int]] = defaultdict(lambda: dict.fromkeys(SHADES, 0))
        for cell in self.cells:
            sums[key_of(cell)][cell.shade] += cell.amount_ore
        return dict(sums)


@dataclass
class Basis:
    """All that does not depend on what is assumed."""

    quarters: list[Quarter]
    cells: list[ForecastCell]
    expiring: dict[Expiring, int] = field(default_factory=dict)
    ordered: list[tuple[int, str, int, date]] = field(default_factory=list)
    prices: dict[str, tuple[int, int]] = field(default_factory=dict)
    department_of: dict[int, int | None] = field(default_factory=dict)

    @cached_property
    def until(self) -> date:
        return self.quarters[-1].ends_before


def last_quarter(today: date) -> Quarter:
    """Return the quarter that a forecast ends with."""
    return max(Quarter.of(today).next(QUARTERS_AHEAD), Quarter(today.year + 4, 4))


def forecast_of(payer: Payer, today: date, assumptions: Assumptions | None = None) -> Forecast:
    """Forecast what quarters cost a payer; without assumptions of one's own, worked out once."""
    if assumptions is None or assumptions == Assumptions():
        return _as_things_stand(payer, today)
    return _forecast(payer, today, assumptions)


@kept("forecast")
def _as_things_stand(payer: Payer, today: date) -> Forecast:
    return _forecast(payer, today, Assumptions())


@kept("forecast-basis")
def basis_of(payer: Payer, today: date) -> Basis:
    """Return what a forecast begins with: leases, orders and prices."""
    return _Gathering(payer, today).basis()


def _forecast(payer: Payer, today: date, assumptions: Assumptions) -> Forecast:
    basis = basis_of(payer, today)
    coming = coming_of(basis, assumptions)
    return Forecast(payer, today, basis.quarters, [*basis.cells, *_cells(coming, basis)])


def coming_of(basis: Basis, assumptions: Assumptions | None = None) -> list[Coming]:
    """Return the terms to come: what is on order, and what follows what runs out."""
    assumptions = assumptions or Assumptions()
    following = renewals(basis.expiring, basis.until, basis.prices.get, assumptions)
    return [*_orders(basis, assumptions), *following]


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


def _cells(coming: list[Coming], basis: Basis) -> Iterator[ForecastCell]:
    """Cut terms to come into quarters: F at both ends, times so many."""
    sums: dict[tuple[str, str, int, str], list[int]] = defaultdict(lambda: [0, 0])
    parts: dict[Term, list[tuple[str, bool, int]]] = {}  # many have the same term
    for shade, unit, model, term, count, _ in coming:
        if term not in parts:
            parts[term] = list(_parts(term, basis.quarters))
        for period, is_there, cost in parts[term]:
            cell = sums[shade, period, unit, model]
            cell[0] += count * is_there
            cell[1] += count * cost
    for (shade, period, unit, model), (items, amount) in sums.items():
        if items or amount:
            department = basis.department_of[unit]
            yield ForecastCell(shade, department, period, unit, model, items, amount)


def _parts(term: Term, quarters: list[Quarter]) -> Iterator[tuple[str, bool, int]]:
    """Yield (quarter, whether it runs on the last day, øre) of a term."""
    for quarter in quarters:
        if term.ends_before <= quarter.starts_on or term.starts_on >= quarter.ends_before:
            continue
        cost = accrued((term,), None, quarter.ends_before)
        cost -= accrued((term,), None, quarter.starts_on)
        yield str(quarter), term.starts_on <= quarter.last_day < term.ends_before, cost


class _Gathering:
    """Reads everything once."""

    def __init__(self, payer: Payer, today: date):
        self.payer, self.today = payer, today
        self.last = last_quarter(today)
        self.ahead = list(quarters_between(Quarter.of(today), self.last))

    def is_own(self, unit: int | None) -> bool:
        return unit is not None and (self.payer.unit_ids is None or unit in self.payer.unit_ids)

    def basis(self) -> Basis:
        with one_moment():
            lines = self._lines()
            replaced = {line.replaces_id for line, count in lines if count and line.replaces_id}
            department_of: dict[int, int | None] = dict(
                Unit.objects.values_list("id", "department")
            )
            window = window_up_to(self.last)
            cells = [
                ForecastCell(
                    BILLED, c.department_id, c.period, c.unit_id, c.model_name, 0, c.amount_ore
                )
                for c in billed_cells(self.payer)
            ]
            sums = self._leases(window)
            expiring = expiring_after(self.today, self.payer.unit_ids, replaced)
            for charge in pending_charges(window, self.payer.unit_ids):
                key = (charge.period, charge.unit_id, charge.model_name)
                sums.setdefault(key, [0, 0])[1] += charge.amount_ore
            prices = self._prices()
        cells += [
            ForecastCell(CONTRACTED, department_of[unit], period, unit, model, *value)
            for (period, unit, model), value in sums.items()
            if any(value)
        ]
        first = Quarter.of(window.billing_start)
        tomorrow = self.today + ONE_DAY
        ordered = [
            (line.unit_id, line.model.name, count, max(line.order.wanted_on or tomorrow, tomorrow))
            for line, count in lines
            if count and self.is_own(line.unit_id)
        ]
        quarters = list(quarters_between(first, max(self.last, window.last)))
        return Basis(quarters, cells, expiring, ordered, prices, department_of)

    def _leases(self, window: Window) -> dict[At, list[int]]:
        """Return the items of each quarter from today's on, and øre that no run holds."""
        sums: dict[At, list[int]] = defaultdict(lambda: [0, 0])
        for one in pending_sums(window, self.payer.unit_ids):
            sums[one.period, one.unit_id, one.model_name][1] += one.amount_ore
        for period, unit, model, items in held_at_ends(self.ahead, self.payer.unit_ids):
            sums[period, unit, model][0] += items
        return sums

    def _lines(self) -> list[tuple[OrderLine, int]]:
        """Return the order lines under way, each with how many of it are not there yet."""
        lines = (
            OrderLine.objects.filter(status__in=ON_THEIR_WAY)
            .select_related("model", "order")
            .annotate(there=Count("devices"))
        )
        return [(line, max(0, line.quantity - line.there)) for line in lines]

    def _prices(self) -> dict[str, tuple[int, int]]:
        """Return each model's price of a term today; of one that is only coming, the first."""
        found: dict[str, tuple[int, int]] = {}
        rows = LeasePrice.objects.order_by("starts_on", "id")
        for model, day, price, quarters in rows.values_list(
            "model__name", "starts_on", "price_ore", "quarters"
        ):
            if day <= self.today or model not in found:
                found[model] = (price, quarters)
        return found
