"""What a fiscal year costs, by department, unit, model, quarter and kind: two of them at a time."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Sum

from albertslund_it.common.names import danish_key
from albertslund_it.common.quarters import Quarter
from inventory.models import Department, Unit
from leasing.billing.selectors.costs import pending_sums
from leasing.billing.selectors.outstanding import pending_charges, window_up_to
from leasing.cost_table.facts import last_covered_quarter
from leasing.cost_table.moment import one_moment
from leasing.models import COST_HOLDER_NAME, InvoiceSummary, Kind


class Amount(NamedTuple):
    """An amount of the year with everything it can be looked at by."""

    department: str
    unit: str
    model: str
    quarter: str
    kind: str
    amount_ore: int


# What rows and columns are in order of: a place, and within it their names.
Order = tuple[int, str]


def _by_name(name: str) -> Order:
    return (0, danish_key(name))


@dataclass(frozen=True)
class Dimension:
    """What a year can be looked at by."""

    read: Callable[[Amount], str]
    order: Callable[[str], Order] = _by_name


NO_MODEL = "Uden udstyr"
DIMENSIONS = {
    "afdeling": Dimension(
        lambda a: a.department, lambda name: (int(name == COST_HOLDER_NAME), danish_key(name))
    ),
    "enhed": Dimension(lambda a: a.unit),
    "model": Dimension(lambda a: a.model or NO_MODEL),
    "kvartal": Dimension(lambda a: a.quarter),
    "slags": Dimension(lambda a: a.kind, lambda kind: (Kind.values.index(kind), "")),
}


class PivotRow(NamedTuple):
    """A row with its amounts, in the order of the columns, and their sum."""

    name: str
    values: list[int]
    total_ore: int


@dataclass
class Pivot:
    """Rows and columns with their sums; every way of cutting has the same total."""

    rows: list[PivotRow]
    columns: list[str]
    sums: list[int]
    total_ore: int


def last_quarter_of(year: int, today: date) -> Quarter:
    """Return the last quarter of a year that has begun by today, or that is billed already."""
    now = Quarter.of(today)
    return min(Quarter(year, 4), max(now, last_covered_quarter() or now))


def amounts_of(year: int, today: date, *, by_today: bool = False) -> list[Amount]:
    """Return what a year's quarters cost up to today's: what is billed of them and what waits.

    What is billed is its invoice's department's, or `by_today` that of the unit as it is today;
    what waits is always the latter's.
    """
    last = last_quarter_of(year, today)
    with one_moment():
        units = {u.id: u for u in Unit.objects.select_related("department")}
        names = dict(Department.objects.values_list("id", "name"))
        found = list(_billed(year, units, names, by_today))
        window = window_up_to(last)
        for row in (*pending_sums(window), *pending_charges(window)):
            if row.period[:4] == str(year):
                unit = units[row.unit_id]
                where = _department_of(unit), str(unit), row.model_name
                found.append(Amount(*where, row.period, row.kind, row.amount_ore))
    return found


def _department_of(unit: Unit) -> str:
    return unit.department.name if unit.department else COST_HOLDER_NAME


def _billed(
    year: int, units: dict[int, Unit], names: dict[int, str], by_today: bool
) -> Iterator[Amount]:
    rows = (
        InvoiceSummary.objects.filter(period__startswith=f"{year}Q")
        .values_list("invoice__department", "unit", "model_name", "period", "kind")
        .annotate(Sum("amount_ore"))
        .order_by()
    )
    for department, unit, model, period, kind, amount in rows:
        at_closing = names.get(department, COST_HOLDER_NAME)
        name = _department_of(units[unit]) if by_today else at_closing
        yield Amount(name, str(units[unit]), model, period, kind, amount)


def departments_by_name() -> dict[str, dict[str, str]]:
    """Return what the list of lines calls each department, by its name."""
    rows = Department.objects.values_list("id", "name")
    return {name: {"afdeling": str(pk)} for pk, name in rows}


def units_by_name() -> dict[str, dict[str, str]]:
    """Return what the list of lines calls each unit, by its number and name."""
    return {str(unit): {"enhed": str(unit.id)} for unit in Unit.objects.all()}


def pivot(amounts: list[Amount], down: str, across: str) -> Pivot:
    """Add amounts up by one dimension down and another across."""
    row_of, column_of = DIMENSIONS[down], DIMENSIONS[across]
    cells: dict[tuple[str, str], int] = defaultdict(int)
    for one in amounts:
        cells[row_of.read(one), column_of.read(one)] += one.amount_ore
    names = sorted({row for row, _ in cells}, key=row_of.order)
    columns = sorted({column for _, column in cells}, key=column_of.order)
    rows = []
    for name in names:
        values = [cells.get((name, column), 0) for column in columns]
        rows.append(PivotRow(name, values, sum(values)))
    sums = [sum(row.values[index] for row in rows) for index in range(len(columns))]
    return Pivot(rows, columns, sums, sum(sums))
