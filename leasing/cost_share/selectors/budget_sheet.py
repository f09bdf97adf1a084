"""The budget sheet: what the coming years cost, and the transfer from Fælles IT that follows.

A municipality adopts a budget year and three years after it. Amounts are in today's prices. In
thousands each amount is rounded where it is first written and everything else is added up from
those, so that every sum on the sheet is the sum of what is read there.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from albertslund_it.common.quarters import Quarter
from inventory.models import Unit
from leasing.cost_share.selectors.budget import YEARS_AHEAD, unit_order
from leasing.cost_share.selectors.forecast import SHADES, Forecast, forecast_of
from leasing.cost_share.selectors.payers import Payer
from leasing.domain.renewal import ASSUMED
from leasing.models import COST_HOLDER_NAME, Budget, LeasePrice
from leasing.rebilling.selectors.booking import BookingMethod, Coding

THOUSAND_ORE = 1_000_00


def in_whole_thousands(ore: int) -> int:
    """Round øre to whole thousand kroner, in øre; halves go up."""
    return (ore + THOUSAND_ORE // 2) // THOUSAND_ORE * THOUSAND_ORE


@dataclass
class SheetUnit:
    """A unit with its account, its need by shade and year, and what it has in budget."""

    unit: Unit
    coding: Coding
    years: list[int]
    by_shade: dict[str, list[int]]
    budgets: list[int]

    @property
    def shades(self) -> list[tuple[str, list[int]]]:
        """Return (shade, amounts by year) of the shades it has."""
        found = [(shade, self.by_shade[shade]) for shade in SHADES if shade in self.by_shade]
        return [(shade, amounts) for shade, amounts in found if any(amounts)]

    @property
    def row_count(self) -> int:
        """Count its rows: one for each shade, and a sum of several."""
        count = len(self.shades)
        return count + (count > 1)

    @property
    def need(self) -> list[int]:
        return _added(self.by_shade.values(), len(self.years))

    @property
    def transfers(self) -> list[int]:
        """Return what it is to get each year: what it needs and lacks; minus to give back."""
        return [need - has for need, has in zip(self.need, self.budgets, strict=True)]

    @property
    def department_name(self) -> str:
        return self.unit.department.name if self.unit.department else COST_HOLDER_NAME


@dataclass
class Transfer:
    """One row of the budget transfer: a unit that gets, or Fælles IT that gives, by year."""

    department_name: str
    unit: Unit
    coding: Coding
    amounts: list[int]


@dataclass
class BudgetSheet:
    """The budget sheet of a payer."""

    payer: Payer
    today: date
    in_thousands: bool
    years: list[int]
    units: list[SheetUnit]
    transfers: list[Transfer]
    prices: list[LeasePrice] = field(default_factory=list)

    @property
    def by_shade(self) -> list[tuple[str, list[int]]]:
        """Return (shade, amounts by year) of every shade over all units."""
        found = []
        for shade in SHADES:
            rows = [one.by_shade[shade] for one in self.units if shade in one.by_shade]
            amounts = _added(rows, len(self.years))
            if any(amounts):
                found.append((shade, amounts))
        return found

    @property
    def sums(self) -> list[int]:
        return _added((one.need for one in self.units), len(self.years))

    @property
    def transfer_sums(self) -> list[int]:
        return _added((one.amounts for one in self.transfers), len(self.years))

    @property
    def uncoded(self) -> list[SheetUnit]:
        """Return the units whose account is missing."""
        return [one for one in self.units if not one.coding.account]


def budget_sheet(payer: Payer, today: date, *, in_thousands: bool = False) -> BudgetSheet:
    """Make the budget sheet: the coming year and the three after it."""
    years = [today.year + ahead for ahead in range(1, YEARS_AHEAD + 1)]
    forecast = forecast_of(payer, today, span=(Quarter(years[0], 1), Quarter(years[-1], 4)))
    method = BookingMethod.now()
    units = _units(payer, forecast, years, in_whole_thousands if in_thousands else int, method)
    transfers = _transfers(units, method)
    return BudgetSheet(
        payer, today, in_thousands, years, units, transfers, _prices(forecast, today)
    )


def _units(
    payer: Payer,
    forecast: Forecast,
    years: list[int],
    rounded: Callable[[int], int],
    method: BookingMethod,
) -> list[SheetUnit]:
    need: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0] * len(years))
    place = {year: index for index, year in enumerate(years)}
    for year, index in place.items():
        for unit_id, shades in forecast.of_year(year, lambda line: line[1]).items():
            for shade, amount in shades.items():
                if amount:
                    need[unit_id, shade][index] += amount
    budgets: dict[int, list[int]] = defaultdict(lambda: [0] * len(years))
    found = Budget.objects.filter(year__in=years)
    if payer.unit_ids is not None:
        found = found.filter(unit__in=payer.unit_ids)
    for unit_id, year, amount in found.values_list("unit_id", "year", "amount_ore"):
        budgets[unit_id][place[year]] = amount
    wanted = {unit_id for unit_id, _ in need} | budgets.keys()
    units = Unit.objects.select_related("department").in_bulk(wanted)
    by_unit: dict[int, dict[str, list[int]]] = defaultdict(dict)
    for (unit_id, shade), amounts in need.items():
        by_unit[unit_id][shade] = [rounded(amount) for amount in amounts]
    made = [
        SheetUnit(
            unit,
            method.of_unit(_coding(unit)),
            years,
            by_unit[pk],
            [rounded(amount) for amount in budgets[pk]],
        )
        for pk, unit in units.items()
    ]
    wanting = [one for one in made if any(one.need + one.budgets)]
    return sorted(wanting, key=lambda one: unit_order(one.unit))


def _coding(unit: Unit) -> Coding:
    return Coding(unit.ean, unit.account, unit.cost_centre, unit.psp_element)


def _transfers(units: list[SheetUnit], method: BookingMethod) -> list[Transfer]:
    """Return what each unit gets, then what Fælles IT gives, coding by coding: together nothing."""
    paying = [one for one in units if not one.unit.is_cost_holder and any(one.transfers)]
    rows = [Transfer(one.department_name, one.unit, one.coding, one.transfers) for one in paying]
    holder = Unit.objects.filter(is_cost_holder=True).first()
    if holder is None or not paying:
        return []
    coding = _coding(holder)
    given: dict[Coding, list[list[int]]] = defaultdict(list)
    for one in paying:
        given[method.of_holder(coding, _coding(one.unit))].append(one.transfers)
    for key in sorted(given, key=lambda c: (c.account, c.cost_centre, c.psp_element)):
        amounts = [-amount for amount in _added(given[key], len(paying[0].years))]
        rows.append(Transfer(COST_HOLDER_NAME, holder, key, amounts))
    return rows


def _prices(forecast: Forecast, today: date) -> list[LeasePrice]:
    """Return the price list of the day for the models that anything is assumed of."""
    models = {model for shade, _, model in forecast.lines if shade == ASSUMED}
    listed = LeasePrice.objects.filter(starts_on__lte=today, model__name__in=models)
    latest = {
        price.model.name: price
        for price in listed.select_related("model").order_by("model__name", "starts_on")
    }
    return list(latest.values())


def _added(rows: Iterable[list[int]], width: int) -> list[int]:
    """Add rows of amounts up, column by column."""
    return [sum(column) for column in zip(*rows, strict=True)] or [0] * width
