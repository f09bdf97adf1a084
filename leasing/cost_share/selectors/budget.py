"""Budgets beside what a year is expected to cost: billed, and the forecast of the rest."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import QuerySet

from albertslund_it.common.names import danish_key
from albertslund_it.web.database.put_together import put_together_once
from albertslund_it.web.database.rows import among
from inventory.models import Unit
from leasing.cost_share.selectors.forecast import (
    BILLED,
    SHADES,
    Forecast,
    year_of,
)
from leasing.cost_share.selectors.payers import Payer
from leasing.cost_table.facts import billing_start
from leasing.models import Budget

YEARS_AHEAD = 4


class BudgetAgainst(NamedTuple):
    """A payer's budget of a year beside what the whole year is expected to cost.

    `forecast_ore` has what is billed in it. Without a budget there is nothing left and none passed.
    """

    budget_ore: int | None
    billed_ore: int
    forecast_ore: int
    left_ore: int | None
    passes: bool


@dataclass
class BudgetRow:
    """A unit's budget of a year, and what the year costs it by shade.

    `is_former`: it has left the department, so that its budget is not the department's.
    """

    unit: Unit
    department_name: str
    budget_ore: int | None
    is_former: bool
    by_shade: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def amounts(self) -> list[int]:
        return [self.by_shade[shade] for shade in SHADES]

    @property
    def billed_ore(self) -> int:
        return self.by_shade[BILLED]

    @property
    def forecast_ore(self) -> int:
        return sum(self.by_shade.values())

    @property
    def left_ore(self) -> int | None:
        return None if self.budget_ore is None else self.budget_ore - self.forecast_ore

    @property
    def over_ore(self) -> int:
        """Return what is expected above the budget; zero within it and without one."""
        return max(0, -(self.left_ore or 0))

    @property
    def passes(self) -> bool:
        return self.over_ore > 0


@dataclass
class BudgetTable:
    """A payer's units with their budgets of a year, and their sums."""

    year: int
    rows: list[BudgetRow]
    against: BudgetAgainst
    sums: list[int]

    @property
    def over(self) -> list[BudgetRow]:
        """Return those expected to pass their budget, by most first."""
        return sorted((row for row in self.rows if row.passes), key=lambda row: -row.over_ore)

    @property
    def without_budget(self) -> int:
        """Count the units that cost something and have no budget."""
        missing = (row for row in self.rows if row.budget_ore is None and not row.is_former)
        return sum(row.forecast_ore != 0 for row in missing)


def years_to_choose(today: date) -> list[int]:
    """Return the years that can have a budget here: from the billing start to four years ahead."""
    return list(range(billing_start().year, today.year + YEARS_AHEAD + 1))


def budgets_by_unit(payer: Payer, year: int) -> dict[int, int]:
    """Return the budgets of a payer's units of today, in øre by unit id."""
    return dict(_budgets(year, payer.unit_ids is None, units=payer.unit_ids or ()))


@put_together_once
def _budgets(
    year: int, is_of_all: bool, *, units: Collection[int]
) -> QuerySet[Budget, tuple[int, int]]:
    budgets = Budget.objects.filter(year=year).order_by()
    if not is_of_all:
        budgets = budgets.filter(unit__in=among(units, int))
    return budgets.values_list("unit_id", "amount_ore")


def budget_of(payer: Payer, year: int) -> int | None:
    """Return what a payer's units may spend in a year, in øre; None when none has a budget."""
    budgets = budgets_by_unit(payer, year)
    return sum(budgets.values()) if budgets else None


def budget_against(payer: Payer, year: int, today: date) -> BudgetAgainst:
    """Hold a payer's budget of a year against what is billed and forecast of it."""
    return _against(budget_of(payer, year), year_of(payer, today, year), year)


def _against(budget_ore: int | None, forecast: Forecast, year: int) -> BudgetAgainst:
    billed, expected = forecast.total_ore(shade=BILLED, year=year), forecast.total_ore(year=year)
    left = None if budget_ore is None else budget_ore - expected
    return BudgetAgainst(budget_ore, billed, expected, left, left is not None and left < 0)


def budget_table(payer: Payer, year: int, today: date) -> BudgetTable:
    """Return a payer's units that have a budget or a cost in a year, in Danish order."""
    budgets, forecast = budgets_by_unit(payer, year), year_of(payer, today, year)
    sums = forecast.of_year(year, lambda line: line[1])
    units = Unit.objects.select_related("department").in_bulk(budgets.keys() | sums.keys())
    rows = {
        pk: BudgetRow(
            unit,
            payer.department_of(unit),
            budgets.get(pk),
            payer.unit_ids is not None and pk not in payer.unit_ids,
        )
        for pk, unit in units.items()
    }
    for pk, shades in sums.items():
        rows[pk].by_shade.update(shades)
    budget = sum(budgets.values()) if budgets else None
    return BudgetTable(
        year=year,
        rows=sorted(rows.values(), key=lambda row: unit_order(row.unit)),
        against=_against(budget, forecast, year),
        sums=[sum(row.by_shade[shade] for row in rows.values()) for shade in SHADES],
    )


def units_over(payer: Payer, year: int, today: date) -> list[BudgetRow]:
    """Return the units expected to pass their budget of a year, by most first."""
    return budget_table(payer, year, today).over


def units_to_enter(payer: Payer) -> list[Unit]:
    """Return the units that a payer's budgets are entered for."""
    units = Unit.objects.select_related("department")
    if payer.unit_ids is not None:
        units = units.filter(pk__in=payer.unit_ids)
    return list(units)


def unit_order(unit: Unit) -> tuple[bool, str, str, str]:
    """Return the sort key of units: by department, the cost holder last, then by name."""
    department = unit.department
    name = danish_key(department.name) if department else ""
    return (department is None, name, danish_key(unit.name), unit.number)
