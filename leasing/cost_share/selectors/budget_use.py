"""How much of its budget a department has used so far this year."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from albertslund_it.common.quarters import Quarter
from inventory.models import Department, Unit
from leasing.cost_share.selectors.budget import budget_of
from leasing.cost_share.selectors.forecast import BILLED, CONTRACTED, forecast_of
from leasing.cost_share.selectors.payers import Payer
from leasing.cost_table.moment import one_moment
from leasing.models import Budget

# Per cent of a budget, of which the head is told.
MARKS = (80, 100)


@dataclass(frozen=True)
class BudgetUse:
    """A department's budget of the year, what is used of it to today, and what all of it comes to.

    A quarter that runs counts by its days.
    """

    payer: Payer
    year: int
    budget_ore: int
    used_ore: int
    expected_ore: int

    @property
    def per_cent(self) -> int:
        return 100 * self.used_ore // self.budget_ore

    @property
    def passed(self) -> int:
        """Return the highest mark that is reached; 0 where none is."""
        return max((mark for mark in MARKS if self.per_cent >= mark), default=0)

    @property
    def left_ore(self) -> int:
        """Return what is expected to be left when the year is over; below zero it is passed."""
        return self.budget_ore - self.expected_ore

    @property
    def over_ore(self) -> int:
        return max(0, -self.left_ore)


def budget_uses(today: date) -> Iterator[BudgetUse]:
    """Yield each department that has a budget this year, with how much is used of it."""
    budgets = Budget.objects.filter(year=today.year, amount_ore__gt=0).order_by()
    departments = Department.objects.filter(pk__in=budgets.values("unit__department"))
    units: dict[int | None, set[int]] = {}
    for pk, department in Unit.objects.order_by().values_list("pk", "department"):
        units.setdefault(department, set()).add(pk)
    with one_moment():
        for one in departments:
            payer = Payer(str(one.pk), one.name, frozenset(units.get(one.pk, ())), one)
            if budget := budget_of(payer, today.year):
                yield _use(payer, budget, today)


def _use(payer: Payer, budget_ore: int, today: date) -> BudgetUse:
    forecast = forecast_of(payer, today, by_unit=False)
    by_quarter = forecast.by_quarter()
    used = 0
    for quarter in forecast.quarters:
        if quarter.year == today.year and quarter.starts_on <= today:
            shades = by_quarter[str(quarter)]
            used += _until(quarter, today, shades[BILLED] + shades[CONTRACTED])
    return BudgetUse(payer, today.year, budget_ore, used, forecast.total_ore(year=today.year))


def _until(quarter: Quarter, today: date, cost_ore: int) -> int:
    """Return a quarter's cost to today, this day with it."""
    tomorrow = min(today + timedelta(days=1), quarter.ends_before)
    days = (quarter.ends_before - quarter.starts_on).days
    return cost_ore * (tomorrow - quarter.starts_on).days // days
