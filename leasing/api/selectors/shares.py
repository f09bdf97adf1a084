"""What quarters cost each unit: the same cells as the page of a department's share adds up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User
from django.db.models import Q

from albertslund_it.common.quarters import Quarter, quarters_between
from inventory.models import Department, Unit
from leasing.billing.selectors.outstanding import window_up_to
from leasing.billing.selectors.window import next_window
from leasing.cost_share.selectors.cells import Cell, billed_cells, pending_cells
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
    payer = all_seen_by(user, today)
    yield from billed_cells(payer, periods)
    yield from pending_cells(payer, window, periods)


@dataclass(frozen=True)
class AllSeen(Payer):
    """All payers that a user sees as one, so that no amount is in it twice."""

    parts: tuple[Payer, ...] = ()

    @property
    def billed(self) -> Q:
        """Choose what is any part's."""
        chosen = Q(pk__in=[])
        for part in self.parts:
            chosen |= part.billed
        return chosen


def all_seen_by(user: User, today: date) -> Payer:
    """Return what a user sees of everybody's costs as one payer."""
    payers = payers_seen_by(user, today)
    if everybody := next((payer for payer in payers if payer.is_everybody), None):
        return everybody
    units = frozenset(unit for payer in payers for unit in payer.unit_ids or ())
    return AllSeen("", "", units, parts=tuple(payers))
