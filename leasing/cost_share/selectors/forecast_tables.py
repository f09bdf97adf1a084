"""A forecast as tables: by year, and a year by quarter, unit and model; one total."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from albertslund_it.common.names import danish_key
from albertslund_it.common.quarters import Quarter
from inventory.models import Unit
from leasing.billing.selectors.remembered import kept
from leasing.cost_share.selectors.forecast import SHADES, Forecast, forecast_of
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
    sums, none = found.sums("period"), dict.fromkeys(SHADES, 0)
    quarters = [(q, sums.get((str(q),), none)) for q in found.quarters if q.year >= today.year]
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
    years = [row for row in _rows(found, "year", str, str) if int(row.key) in found.years]
    return [
        ForecastTable(YEAR, years),
        ForecastTable(
            QUARTER,
            _rows(of_year, "period", lambda code: Quarter.parse(code).label, str),
        ),
        ForecastTable(
            UNIT,
            _rows(of_year, "unit_id", lambda pk: units[pk].name, danish_key),
        ),
        ForecastTable(
            MODEL,
            _rows(of_year, "model_name", lambda name: name or "Uden udstyr", danish_key),
        ),
    ]


def _rows(found: Forecast, key: str, label_of: Callable, order: Callable) -> list[ForecastRow]:
    rows = [
        ForecastRow(str(value), label_of(value), list(shades.values()))
        for (value,), shades in found.sums(key).items()
    ]
    by = (lambda row: row.key) if order is str else (lambda row: order(row.label))
    return sorted(rows, key=by)


def file_rows(found: Forecast) -> Iterator[tuple]:
    """Yield the rows of the workbook, by unit in Danish order, model and quarter."""
    units = Unit.objects.in_bulk({cell.unit_id for cell in found.cells})
    sums = found.sums("unit_id", "model_name", "period")
    for (unit, model, period), shades in sorted(
        sums.items(), key=lambda one: (danish_key(units[one[0][0]].name), *one[0])
    ):
        amounts = list(shades.values())
        yield (units[unit].number, units[unit].name, model, period, *amounts, sum(amounts))
