"""The departments side by side: cost, cost of a pc, pcs for each employee, and the stock."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from albertslund_it.common.quarters import Quarter
from inventory.models import Device, Employee, Unit
from inventory.selectors.placements import placements_in_force
from leasing.selectors.quality.costs import quarter_costs
from leasing.selectors.share.bearers import EVERYBODY, STOCK, Bearer
from leasing.selectors.share.share import known_share_of
from leasing.selectors.world import is_remembered, remembered


@dataclass(frozen=True)
class DepartmentFigures:
    """A department (or the stock) in a quarter; pcs are those leased on the day, and their cost."""

    key: str
    name: str
    cost_ore: int
    change_ore: int
    pcs: int
    pcs_ore: int
    employees: int

    @property
    def average_ore(self) -> int | None:
        """Give what a pc costs in the quarter on average, rounded down to the øre."""
        return self.pcs_ore // self.pcs if self.pcs else None

    @property
    def pcs_each(self) -> str:
        """Give the pcs for each employee with two decimals; '' without employees."""
        if not self.employees:
            return ""
        hundredths = (self.pcs * 100 + self.employees // 2) // self.employees
        return f"{hundredths // 100},{hundredths % 100:02d}"


def departments_compared(quarter: Quarter, today: date) -> list[DepartmentFigures]:
    """Compare the departments in a quarter, worked out once for as long as no fact changes."""
    return remembered(_name(quarter, today), lambda: _compared(quarter, today))


def is_at_hand(quarter: Quarter, today: date) -> bool:
    """Tell whether the comparison has nothing left to work out."""
    return is_remembered(_name(quarter, today))


def _name(quarter: Quarter, today: date) -> str:
    return f"departments|{quarter}|{today}"


def _compared(quarter: Quarter, today: date) -> list[DepartmentFigures]:
    share = known_share_of(Bearer(EVERYBODY, "Hele kommunen", None), quarter, today)
    day = share.held.day
    costs = quarter_costs(Device.objects.filter(model__category__is_pc=True), day)
    department_of = {
        pk: str(department or STOCK)
        for pk, department in Unit.objects.values_list("id", "department")
    }
    placed = dict(placements_in_force(day).values_list("device", "unit"))
    pcs: Counter = Counter()
    pcs_ore: dict[str, int] = defaultdict(int)
    for device, cost in costs.items():
        key = department_of.get(placed.get(device), STOCK)
        pcs[key] += 1
        pcs_ore[key] += cost
    employees = _employees(day)
    return [
        DepartmentFigures(
            str(row.key),
            row.label,
            row.amount_ore,
            row.change_ore,
            pcs[str(row.key)],
            pcs_ore[str(row.key)],
            employees.get(str(row.key), 0),
        )
        for row in share.by_payer
    ]


def _employees(day: date) -> dict[str, int]:
    there = Employee.objects.filter(Q(left_on=None) | Q(left_on__gt=day)).order_by()
    there = there.filter(Q(starts_on=None) | Q(starts_on__lte=day))
    counts = there.values_list("unit__department").annotate(Count("id"))
    return {str(department): count for department, count in counts if department}
