"""The departments side by side: cost, cost of a pc, pcs for each employee, and the stock."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from albertslund_it.common.quarters import Quarter
from inventory.models import Device, Employee, Unit
from inventory.placements.selectors import placements_in_force
from leasing.billing.selectors.quarter_costs import quarter_costs
from leasing.billing.selectors.remembered import kept
from leasing.cost_share.selectors.payers import EVERYBODY, STOCK, Payer
from leasing.cost_share.selectors.share import known_share_of


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


@kept("departments")
def departments_compared(quarter: Quarter, today: date) -> list[DepartmentFigures]:
    """Compare the departments in a quarter."""
    share = known_share_of(Payer(EVERYBODY, "Hele kommunen", None), quarter, today)
    day = share.held.day
    costs = quarter_costs(Device.objects.filter(model__category__is_pc=True), day)
    department_of = {
        pk: str(department or STOCK)
        for pk, department in Unit.objects.values_list("id", "department")
    }
    placed = dict(placements_in_force(day).values_list("device", "unit"))
    pcs: Counter[str] = Counter()
    pcs_ore: dict[str, int] = defaultdict(int)
    for device, cost in costs.items():
        unit = placed.get(device)
        key = department_of[unit] if unit else STOCK
        pcs[key] += 1
        pcs_ore[key] += cost
    employees = _employees(day)
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


def _employees(day: date) -> dict[str, int]:
    there = Employee.objects.filter(Q(left_on=None) | Q(left_on__gt=day)).order_by()
    there = there.filter(Q(starts_on=None) | Q(starts_on__lte=day))
    counts = there.values_list("unit__department").annotate(Count("id"))
    return {str(department): count for department, count in counts if department}
