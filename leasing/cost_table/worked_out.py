"""What is to be kept of leases, as their facts make it."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.rows import among
from inventory.models import DeviceModel
from leasing.cost_table.facts import (
    NOBODY,
    Names,
    billed_by_lease,
    billing_start,
    cost_holder_id,
    heirs_up_to,
    last_covered_quarter,
)
from leasing.domain.allocation import Heirs, LeaseFacts, Period, differences
from leasing.domain.kept import (
    KeptCost,
    KeptLease,
    KeptPlacement,
    KeptShift,
    KeptStep,
    costs_of,
    lease_kept,
    periods_between,
    placements_of,
    steps_of,
)
from leasing.models import Cost, CostLease, CostPending, CostPlacement, CostShift

COST = KeptCost._fields
LEASE = KeptLease._fields
PLACEMENT = KeptPlacement._fields
SHIFT = KeptShift._fields
TOTAL = ("row_count", "line_count", "amount_ore", "held", "whole", "whole_ore")
TOTAL_KEY = ("period", "unit_id", "model_id")
ENDING_KEY = ("unit_id", "model_id", "ends_before", "price_ore", "quarters")
LEASES = ("leases",)
STEP_KEY = KeptStep._fields[:4]
STEP = (*LEASES, *KeptStep._fields[4:])
PENDING = (
    "lease_id",
    "period",
    "unit_id",
    "model_id",
    "kind",
    "amount_ore",
    "first_day",
    "last_day",
    "days",
)

TotalKey = tuple[str, int, int]
Ending = tuple[int, int, date, int, int]
StepKey = tuple[str, int, int, str]
# Leases, and their øre in the earlier and in the later quarter.
StepSums = tuple[int, int, int]
NO_STEP: StepSums = (0, 0, 0)
NO_FACTS = "||"
KeptOfLease = Cost | CostLease | CostPending | CostPlacement | CostShift
KEPT: tuple[type[KeptOfLease], ...] = (Cost, CostLease, CostPending, CostPlacement, CostShift)


@dataclass
class Frame:
    """What is the same for every lease."""

    billing_start: date = field(default_factory=billing_start)
    holder: int = field(default_factory=lambda: cost_holder_id() or NOBODY)
    covered: Quarter | None = field(default_factory=last_covered_quarter)
    model_ids: Names[str, int] = field(
        default_factory=lambda: Names(lambda: DeviceModel.objects.values_list("name", "id"))
    )

    @cached_property
    def heirs(self) -> Heirs:
        """Return who gets the lines of closed units."""
        return heirs_up_to(self.covered)

    @property
    def covered_periods(self) -> tuple[Period, ...]:
        """Return the quarters that a run has billed."""
        if self.covered is None or self.covered.ends_before <= self.billing_start:
            return ()
        return periods_between(self.billing_start, self.covered.last_day, self.billing_start)


@dataclass
class Worked:
    """Rows as the facts make them."""

    costs: list[KeptCost] = field(default_factory=list)
    leases: list[KeptLease] = field(default_factory=list)
    steps: list[KeptStep] = field(default_factory=list)
    shifts: list[KeptShift] = field(default_factory=list)
    placements: list[KeptPlacement] = field(default_factory=list)
    pending: list[tuple[object, ...]] = field(default_factory=list)


def worked_out(facts: Iterable[LeaseFacts], frame: Frame) -> Worked:
    """Work out what is to be kept of some leases."""
    found, changed = Worked(), []
    for one in facts:
        model = frame.model_ids[one.model_name]
        one.text = one.canonical_text()
        costs = costs_of(one, model, frame.billing_start, frame.holder)
        found.costs += costs
        steps, shifts = steps_of(costs, one.text)
        found.steps += steps
        found.shifts += shifts
        found.placements += placements_of(one, model)
        if kept := lease_kept(one, model, frame.holder):
            found.leases.append(kept)
        if frame.covered and one.text != one.billed_text:
            changed.append(one)
    if changed:
        found.pending = list(_pending(changed, frame))
    return found


def _pending(changed: Collection[LeaseFacts], frame: Frame) -> Iterator[tuple[object, ...]]:
    """Yield what closed runs do not hold of leases that were billed by other facts."""
    billed = billed_by_lease([one.lease_id for one in changed])
    for one in changed:
        one.billed = billed.get(one.lease_id, {})
        model = frame.model_ids[one.model_name]
        for difference in differences(one, frame.covered_periods, None, frame.holder, frame.heirs):
            period, unit, *rest = difference
            yield (one.lease_id, period, unit, model, *rest)


def runs_out(row: KeptLease) -> bool:
    return row.runs_out


def ending_of(row: KeptLease) -> Ending:
    return row.unit_id, row.model_id, row.ends_before, row.price_ore, row.quarters


def steps_kept(costs: Iterable[KeptCost], leases: Iterable[KeptLease]) -> Iterator[KeptStep]:
    """Yield the steps of leases by all rows that are kept of them."""
    text_of = {row.lease_id: row.text for row in leases}
    by_lease: dict[int, list[KeptCost]] = {}
    for row in costs:
        by_lease.setdefault(row.lease_id, []).append(row)
    for lease, rows in by_lease.items():
        yield from steps_of(rows, text_of.get(lease, NO_FACTS))[0]


def stepped(rows: Iterable[KeptStep], sign: int, sums: dict[StepKey, StepSums]) -> None:
    """Add steps to their sums; take them away with a sign of −1."""
    for row in rows:
        leases, early, late = sums.get(row[:4], NO_STEP)
        added = early + sign * row.early_ore, late + sign * row.late_ore
        sums[row[:4]] = (leases + sign, *added)


def rows_of(model: type[KeptOfLease], leases: Collection[int]) -> QuerySet[Any]:
    """Return the rows of some leases.

    That they are between the first and the last is news to PostgreSQL alone: of a table that it
    has not counted, as it is being filled, it takes each id for a good part, and would read all
    of it for every thousand leases.
    """
    rows: QuerySet[Any] = model._default_manager.filter(lease__in=among(leases, int))
    return rows.filter(lease__gte=min(leases), lease__lte=max(leases)) if leases else rows


def leases_of(model: type[KeptOfLease]) -> set[int]:
    """Return the leases that a table has rows of."""
    return set(model._default_manager.values_list("lease", flat=True).distinct())
