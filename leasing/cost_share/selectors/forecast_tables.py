"""A forecast as tables: by year, and a year by quarter, unit and model; one total."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from albertslund_it.common.names import danish_key
from albertslund_it.common.quarters import Quarter
from inventory.models import Unit
from leasing.billing.selectors.remembered import kept
from leasing.cost_share.selectors.forecast import (
    SHADES,
    Forecast,
    ForecastCell,
    SumKey,
    forecast_of,
)
from leasing.cost_share.selectors.payers import Payer

# What a table is added up by: what the address calls it.
YEAR, QUARTER, UNIT, MODEL = "aar", "kvartal", "enhed", "model"


class ForecastRow(NamedTuple):
    """A line of a table: øre by shade, and together; `key` is what the address calls it."""

    key: str
    label: str
    amounts: list[int]

    @property
    def total_ore(self) -> int:
        return sum(self.amounts)


@dataclass(frozen=True)
class ForecastTable:
    """Rows with their sums by shade."""

    parameter: str
    rows: list[ForecastRow]

    @property
    def sums(self) -> list[int]:
        return [sum(row.amounts[at] for row in self.rows) for at in range(len(SHADES))]

    @property
    def total_ore(self) -> int:
        return sum(self.sums)


class ForecastPage(NamedTuple):
    """What a page shows of a forecast: its years, øre by quarter and shade, and one year."""

    years: list[int]
    quarters: list[tuple[Quarter, dict[str, int]]]
    tables: list[ForecastTable]


@kept("forecast-page")
def forecast_page(payer: Payer, today: date, year: int) -> ForecastPage:
    """Return the page of one budget year."""
    found = forecast_of(payer, today)
    sums, none = found.sums(lambda cell: cell.period), dict.fromkeys(SHADES, 0)
    quarters = [(q, sums.get(str(q), none)) for q in found.quarters if q.year >= today.year]
    return ForecastPage(found.years, quarters, tables_of(found, year))


def tables_of(found: Forecast, year: int) -> list[ForecastTable]:
    """Return the budget years, and one of them by quarter, unit and model."""
    units = Unit.objects.in_bulk({cell.unit_id for cell in found.cells})
    of_year = Forecast(
        found.payer,
        found.today,
        found.quarters,
        [cell for cell in found.cells if cell.period[:4] == str(year)],
    )
    years = _rows(found, lambda cell: cell.year, str)
    quarters = _rows(of_year, lambda cell: cell.period, lambda code: Quarter.parse(code).label)
    by_unit = _rows(of_year, lambda cell: cell.unit_id, lambda pk: units[pk].name)
    by_model = _rows(of_year, lambda cell: cell.model_name, lambda name: name or "Uden udstyr")
    return [
        ForecastTable(YEAR, [row for row in _in_time(years) if int(row.key) in found.years]),
        ForecastTable(QUARTER, _in_time(quarters)),
        ForecastTable(UNIT, _in_danish_order(by_unit)),
        ForecastTable(MODEL, _in_danish_order(by_model)),
    ]


def _rows(
    found: Forecast, key_of: Callable[[ForecastCell], SumKey], label_of: Callable[[SumKey], str]
) -> list[ForecastRow]:
    return [
        ForecastRow(str(key), label_of(key), list(shades.values()))
        for key, shades in found.sums(key_of).items()
    ]


def _in_time(rows: list[ForecastRow]) -> list[ForecastRow]:
    return sorted(rows, key=lambda row: row.key)


def _in_danish_order(rows: list[ForecastRow]) -> list[ForecastRow]:
    return sorted(rows, key=lambda row: danish_key(row.label))


def file_rows(found: Forecast) -> Iterator[tuple[str | int, ...]]:
    """Yield the rows of the workbook, by unit in Danish order, model and quarter."""
    units = Unit.objects.in_bulk({cell.unit_id for cell in found.cells})
    sums = found.sums(lambda cell: (cell.unit_id, cell.model_name, cell.period))
    for (unit, model, period), shades in sorted(
        sums.items(), key=lambda one: (danish_key(units[one[0][0]].name), *one[0])
    ):
        amounts = list(shades.values())
        yield (units[unit].number, units[unit].name, model, period, *amounts, sum(amounts))
