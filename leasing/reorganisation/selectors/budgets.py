"""What of its budgets a unit that ends passes on: what is left of each year by its days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from leasing.models import Budget, ReorganisationStep
from leasing.reorganisation.selectors.plan import ENDS_UNIT, NamedUnit, Outlook


@dataclass(frozen=True)
class BudgetMove:
    """A part of a unit's budget of a year, or all of it, that goes to its successor."""

    step: ReorganisationStep
    unit: NamedUnit
    to: NamedUnit
    year: int
    amount_ore: int
    left_ore: int

    @property
    def is_whole(self) -> bool:
        return self.left_ore == 0


def budget_moves(plan: Outlook) -> list[BudgetMove]:
    """Return what budgets follow each unit that ends, in the order of the steps.

    A unit that only moves keeps its own; what goes with a split is nobody's guess.
    """
    ending = [one.step for one in plan.effects if one.step.kind in ENDS_UNIT]
    units = [step.unit_id for step in ending if step.unit_id]
    budgets = Budget.objects.filter(year__gte=plan.day.year, unit__in=units).order_by("year")
    held = {(one.unit_id, one.year): one.amount_ore for one in budgets}
    return [move for step in ending for move in _of_step(step, plan, held)]


def _of_step(
    step: ReorganisationStep, plan: Outlook, held: dict[tuple[int, int], int]
) -> Iterator[BudgetMove]:
    unit, to = step.unit_id or 0, step.successor_id or 0
    for (of, year), amount in sorted(held.items()):
        goes = _rest_of(year, amount, plan.day)
        if of == unit and goes:
            held[unit, year] -= goes
            held[to, year] = held.get((to, year), 0) + goes
            yield BudgetMove(step, plan.units[unit], plan.units[to], year, goes, amount - goes)


def _rest_of(year: int, amount_ore: int, day: date) -> int:
    """Return what of a year's budget is for the days from one on."""
    begins, ends = date(year, 1, 1), date(year + 1, 1, 1)
    return amount_ore * (ends - max(day, begins)).days // (ends - begins).days
