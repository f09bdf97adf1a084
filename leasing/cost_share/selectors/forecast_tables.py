"""A forecast as tables: by year, and a year by quarter, unit and model; one total."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from albertslund_it.common.names import danish_key
from albertslund_it.common.quarters import Quarter
from inventory.models import Unit
from leasing.cost_share.selectors.forecast import (
    SHADES,
    Forecast,
    Shades,
    SumKey,
    forecast_of,
    year_of,
)
from leasing.cost_share.selectors.payers import Payer
from leasing.cost_table.moment import one_moment

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


def forecast_page(payer: Payer, today: date, year: int) -> ForecastPage:
    """Return the page of one budget year."""
    with one_moment():
        found = forecast_of(payer, today, by_unit=False)
        of_year = year_of(payer, today, year)
    sums = found.by_quarter()
    quarters = [(q, sums[str(q)]) for q in found.quarters if q.year >= today.year]
    return ForecastPage(found.years, quarters, tables_of(found, of_year, year))


def tables_of(found: Forecast, by_unit: Forecast, year: int) -> list[ForecastTable]:
    """Return the budget years, and one of them by quarter, unit and model."""
    units = Unit.objects.in_bulk(by_unit.unit_ids)
    quarters = {code: shades for code, shades in found.by_quarter().items() if any(shades.values())}
    of_year = {code: shades for code, shades in quarters.items() if code[:4] == str(year)}
    years: dict[str, Shades] = {}
    for code, shades in quarters.items():
        if int(code[:4]) in found.years:
            year_sums = years.setdefault(code[:4], dict.fromkeys(SHADES, 0))
            for shade, amount in shades.items():
                year_sums[shade] += amount
    of_units = by_unit.of_year(year, lambda line: line[1])
    of_models = by_unit.of_year(year, lambda line: line[2])
    return [
        ForecastTable(YEAR, _rows(years, str)),
        ForecastTable(QUARTER, _rows(of_year, _quarter_label)),
        ForecastTable(UNIT, _in_danish_order(_rows(of_units, lambda pk: units[pk].name))),
        ForecastTable(
            MODEL, _in_danish_order(_rows(of_models, lambda name: name or "Uden udstyr"))
        ),
    ]


def _quarter_label(code: str) -> str:
    return Quarter.parse(code).label


def _rows(sums: Mapping[SumKey, Shades], label_of: Callable[[SumKey], str]) -> list[ForecastRow]:
    return [
        ForecastRow(str(key), label_of(key), list(shades.values())) for key, shades in sums.items()
    ]


def _in_danish_order(rows: list[ForecastRow]) -> list[ForecastRow]:
    return sorted(rows, key=lambda row: danish_key(row.label))


def file_rows(found: Forecast) -> Iterator[tuple[str | int, ...]]:
    """Yield the rows of the workbook, by unit in Danish order, model and quarter."""
    units = Unit.objects.in_bulk(found.unit_ids)
    sums: dict[tuple[int, str, str], list[int]] = defaultdict(lambda: [0] * len(SHADES))
    for cell in found.cells:
        at = SHADES.index(cell.shade)
        sums[cell.unit_id, cell.model_name, cell.period][at] += cell.amount_ore
    for (unit, model, period), amounts in sorted(
        sums.items(), key=lambda one: (danish_key(units[one[0][0]].name), *one[0])
    ):
        yield (units[unit].number, units[unit].name, model, period, *amounts, sum(amounts))
