"""The departments side by side: cost, cost of a pc, pcs for each employee, and the stock."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from albertslund_it.common.quarters import Quarter
from inventory.models import Employee
from leasing.billing.selectors.costs import held_anywhere, pc_model_ids
from leasing.cost_share.selectors.payers import EVERYBODY, STOCK, Payer
from leasing.cost_share.selectors.share import share_of
from leasing.cost_table.facts import department_ids
from leasing.cost_table.moment import one_moment


@dataclass(frozen=True)
class DepartmentFigures:
    """A department (or the stock) in a quarter; pcs are those leased on the day, and their cost.

    `employees` are those of the register that day; None where it has none.
    """

    key: str
    name: str
    cost_ore: int
    before_ore: int | None
    pcs: int
    pcs_ore: int
    employees: int | None

    @property
    def change_ore(self) -> int | None:
        """Return the change since the quarter before; None for the first that was billed."""
        return None if self.before_ore is None else self.cost_ore - self.before_ore

    @property
    def average_ore(self) -> int | None:
        """Return what a pc costs in the quarter on average, rounded down to the øre."""
        return self.pcs_ore // self.pcs if self.pcs else None

    @property
    def pcs_each(self) -> int | None:
        """Return the pcs for each employee in hundredths; None where no employee is known."""
        if not self.employees:
            return None
        return (self.pcs * 100 + self.employees // 2) // self.employees


def whole_of(rows: Sequence[DepartmentFigures]) -> DepartmentFigures:
    """Add the departments and the stock up."""
    before = [row.before_ore for row in rows]
    return DepartmentFigures(
        EVERYBODY,
        "Hele kommunen",
        sum(row.cost_ore for row in rows),
        None if None in before else sum(one for one in before if one),
        sum(row.pcs for row in rows),
        sum(row.pcs_ore for row in rows),
        sum(row.employees or 0 for row in rows) or None,
    )


def departments_compared(quarter: Quarter, today: date) -> list[DepartmentFigures]:
    """Compare the departments in a quarter."""
    with one_moment():
        share = share_of(Payer(EVERYBODY, "Hele kommunen", None), quarter, today)
        pcs, pcs_ore = _pcs(share.held.day)
        employees = _employees(share.held.day)
    return [
        DepartmentFigures(
            str(row.key),
            row.label,
            row.amount_ore,
            row.before_ore if share.before else None,
            pcs[str(row.key)],
            pcs_ore[str(row.key)],
            employees.get(str(row.key)),
        )
        for row in share.by_payer
    ]


def _pcs(day: date) -> tuple[Counter[str], Counter[str]]:
    """Count the leased pcs of each department, and add up what they cost in the quarter."""
    models = pc_model_ids()
    department_of = department_ids()
    pcs: Counter[str] = Counter()
    pcs_ore: Counter[str] = Counter()
    for unit, model, items, quarter_ore in held_anywhere(day):
        if model in models:
            key = str(department_of.get(unit) or STOCK)
            pcs[key] += items
            pcs_ore[key] += quarter_ore
    return pcs, pcs_ore


def _employees(day: date) -> dict[str, int]:
    there = Employee.objects.filter(Q(left_on=None) | Q(left_on__gt=day)).order_by()
    there = there.filter(Q(starts_on=None) | Q(starts_on__lte=day))
    counts = there.values_list("unit__department").annotate(Count("id"))
    return {str(department): count for department, count in counts if department}
