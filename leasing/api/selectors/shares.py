"""What quarters cost each unit: the same cells as the page of a department's share adds up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from django.contrib.auth.models import User
from django.db.models import Q

from albertslund_it.common.quarters import Quarter, quarters_between
from inventory.models import Department, Unit
from leasing.billing.selectors.outstanding import window_up_to
from leasing.billing.selectors.window import next_window
from leasing.cost_share.selectors.cells import Cell, billed_cells_of, pending_cells
from leasing.cost_share.selectors.payers import Payer, payers_seen_by
from leasing.cost_table.moment import one_moment
from leasing.models import COST_HOLDER_NAME

# Of one quarter: the unit, and the department that pays; 0 for the cost holder's.
ShareKey = tuple[str, int, int]


@dataclass(slots=True)
class QuarterShare:
    """What a quarter costs a unit in a department, billed by closed runs and pending, øre."""

    period: str
    unit_id: int
    department_id: int | None
    billed_ore: int = 0
    pending_ore: int = 0
    unit_number: str = ""
    unit: str = ""
    department: str = COST_HOLDER_NAME

    @property
    def cost_ore(self) -> int:
        return self.billed_ore + self.pending_ore

    @property
    def key(self) -> ShareKey:
        return self.period, self.unit_id, self.department_id or 0


def unit_shares(user: User, first: Quarter, last: Quarter, today: date) -> list[QuarterShare]:
    """Return what some quarters cost the units that a user sees, in the order of their keys."""
    periods = [str(quarter) for quarter in quarters_between(first, last)]
    found: dict[ShareKey, QuarterShare] = {}
    with one_moment():
        for cell in _cells(user, periods, last, today):
            row = QuarterShare(cell.period, cell.unit_id, cell.department_id)
            row = found.setdefault(row.key, row)
            if cell.is_billed:
                row.billed_ore += cell.amount_ore
            else:
                row.pending_ore += cell.amount_ore
        units = Unit.objects.in_bulk({row.unit_id for row in found.values()})
        departments = {one.pk: one.name for one in Department.objects.order_by()}
    for row in found.values():
        unit = units[row.unit_id]
        row.unit_number, row.unit = unit.number, unit.name
        if row.department_id:
            row.department = departments[row.department_id]
    return [found[key] for key in sorted(found)]


def _cells(user: User, periods: Sequence[str], last: Quarter, today: date) -> Iterator[Cell]:
    window = window_up_to(max(Quarter(today.year, 4), last, next_window(today).last))
    seen = all_seen_by(user, today)
    yield from billed_cells_of(seen.billed, periods)
    yield from pending_cells(seen.as_one, window, periods)


@dataclass(frozen=True)
class AllSeen:
    """All payers that a user sees, so that no amount is in it twice; everybody stands alone."""

    payers: tuple[Payer, ...]

    @property
    def billed(self) -> Q:
        """Choose what is billed to any of them."""
        chosen = [payer.billed for payer in self.payers]
        return reduce(or_, chosen) if chosen else Q(pk__in=[])

    @property
    def as_one(self) -> Payer:
        """Return a payer with the units of all of them."""
        if any(payer.unit_ids is None for payer in self.payers):
            return Payer("", "", None)
        return Payer("", "", frozenset().union(*(payer.unit_ids or () for payer in self.payers)))


def all_seen_by(user: User, today: date) -> AllSeen:
    """Return what a user sees of everybody's costs."""
    payers = payers_seen_by(user, today)
    everybody = tuple(payer for payer in payers if payer.is_everybody)
    return AllSeen(everybody or tuple(payers))
