"""What a pc costs a payer in a quarter, beside the municipality and departments of like size.

No other department's figures are told: those alike are added up, and only where they are enough.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from albertslund_it.common.names import danish_key
from albertslund_it.common.quarters import Quarter, quarters_between
from inventory.models import Department
from leasing.billing.selectors.costs import (
    HeldSum,
    held_anywhere,
    held_at_ends,
    pc_model_ids,
)
from leasing.cost_share.selectors.payers import Payer
from leasing.cost_table.facts import billing_start, department_ids
from leasing.cost_table.moment import one_moment

# So many departments at least are added up, so that nobody reads one of them out of it.
ALIKE = 5
QUARTERS_BACK = 4


@dataclass(frozen=True)
class Average:
    """Leased pcs of a day, and what they cost in its quarter."""

    pcs: int = 0
    quarter_ore: int = 0

    @property
    def ore(self) -> int | None:
        """Return what one costs, rounded down to the øre."""
        return self.quarter_ore // self.pcs if self.pcs else None

    def __add__(self, other: "Average") -> "Average":
        return Average(self.pcs + other.pcs, self.quarter_ore + other.quarter_ore)


@dataclass(frozen=True)
class TrendPoint:
    """A quarter's averages, those alike None where there are too few of them."""

    quarter: Quarter
    own: Average
    everybody: Average
    alike: Average | None


def trend_of(payer: Payer, today: date) -> list[TrendPoint]:
    """Return a year's quarters: those that have ended as on their last day, this one as today."""
    now = Quarter.of(today)
    first = max(Quarter.of(billing_start()), now.next(-QUARTERS_BACK))
    with one_moment():
        ended = list(quarters_between(first, now.next(-1)))
        held = {quarter: _by_unit(rows) for quarter, rows in held_at_ends(ended).items()}
        if first <= now:
            held[now] = _by_unit(held_anywhere(today))
        alike = _departments_alike(payer, held[now]) if now in held else []
    return [
        TrendPoint(
            quarter,
            _sum(of_units, payer.unit_ids),
            _sum(of_units, None),
            _added_up(of_units, alike),
        )
        for quarter, of_units in held.items()
    ]


def _by_unit(held: Iterable[HeldSum]) -> dict[int, Average]:
    models, found = pc_model_ids(), dict[int, Average]()
    for unit, model, items, quarter_ore in held:
        if model in models:
            found[unit] = found.get(unit, Average()) + Average(items, quarter_ore)
    return found


def _sum(of_units: dict[int, Average], units: frozenset[int] | None) -> Average:
    wanted = [one for unit, one in of_units.items() if units is None or unit in units]
    return sum(wanted, Average())


def _added_up(of_units: dict[int, Average], alike: list[frozenset[int]]) -> Average | None:
    """Add departments up; None where too few had any pcs for it to be of all of them."""
    each = [_sum(of_units, units) for units in alike]
    if sum(one.pcs > 0 for one in each) < ALIKE:
        return None
    return sum(each, Average())


def _departments_alike(payer: Payer, of_units: dict[int, Average]) -> list[frozenset[int]]:
    """Return the units of each of the departments nearest a department in number of pcs.

    Which they are is settled by today: a line over time is of the same ones.
    """
    if payer.department is None:
        return []
    department_of = department_ids()
    pcs: Counter[int] = Counter()
    for unit, one in of_units.items():
        if department := department_of.get(unit):
            pcs[department] += one.pcs
    own = pcs.pop(payer.department.pk, 0)
    names = dict(Department.objects.values_list("pk", "name"))
    nearest = sorted(pcs, key=lambda pk: (abs(pcs[pk] - own), danish_key(names[pk])))[:ALIKE]
    return [
        frozenset(unit for unit, department in department_of.items() if department == pk)
        for pk in nearest
    ]
