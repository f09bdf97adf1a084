"""Kept costs held against a full recomputation."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from leasing.cost_table.facts import CHUNK, lease_facts
from leasing.cost_table.worked_out import (
    COST,
    ENDING_KEY,
    LEASE,
    LEASES,
    PENDING,
    PLACEMENT,
    SHIFT,
    STEP,
    STEP_KEY,
    TOTAL,
    TOTAL_KEY,
    Ending,
    Frame,
    KeptOfLease,
    StepKey,
    StepSums,
    TotalKey,
    ending_of,
    leases_of,
    rows_of,
    runs_out,
    stepped,
    steps_kept,
    worked_out,
)
from leasing.domain.allocation import LeaseFacts
from leasing.domain.kept import KeptCost, KeptLease, Sums, added_up
from leasing.marks import A_RUN
from leasing.models import (
    Cost,
    CostEnding,
    CostLease,
    CostMark,
    CostPending,
    CostPlacement,
    CostShift,
    CostStep,
    CostTotal,
    KeptRow,
)

# A table, and what of it differs: the id of a lease, or the key of a sum.
Wrong = tuple[str, tuple[Any, ...]]


def costs_that_differ() -> Iterator[Wrong]:
    """Yield each lease whose kept rows are not those of the facts, each sum not that of the rows.

    In `snapshot`, or where nobody else writes. What is marked is known to be old, and passed over.
    """
    marked, kept = _Marked(), _Kept()
    frame, stream, seen = Frame(), lease_facts(with_holders=True), set()
    while chunk := list(islice(stream, CHUNK)):
        ids = {one.lease_id for one in chunk}
        seen |= ids
        found = worked_out(chunk, frame)
        wanted: dict[type[KeptOfLease], Iterable[tuple[Any, ...]]] = {
            Cost: found.costs,
            CostLease: found.leases,
            CostPending: found.pending,
            CostPlacement: found.placements,
            CostShift: found.shifts,
        }
        for model, rows in kept.read(ids).items():
            unlike: set[int] = {row[0] for row in rows.symmetric_difference(wanted[model])}
            for lease in sorted(unlike - marked.among(chunk, model)):
                yield model._meta.db_table, (lease,)
    left = set[int]().union(*map(leases_of, COLUMNS)) - seen
    for model, rows in kept.read(left).items():
        for lease in sorted({row[0] for row in rows} - marked.gone(left)):
            yield model._meta.db_table, (lease,)
    yield from kept.sums_that_differ()


COLUMNS: dict[type[KeptOfLease], tuple[str, ...]] = {
    Cost: COST,
    CostLease: LEASE,
    CostPending: PENDING,
    CostPlacement: PLACEMENT,
    CostShift: SHIFT,
}


class _Marked:
    """What has changed and is not worked out yet."""

    def __init__(self) -> None:
        marks = set(CostMark.objects.values_list("device_id", "lease_id"))
        self.all = (None, None) in marks
        self.devices = {device for device, _ in marks}
        self.leases = {lease for _, lease in marks}

    def among(self, facts: Iterable[LeaseFacts], model: type[KeptOfLease]) -> set[int]:
        """Return the leases whose rows in a table are known to be old."""
        is_all = self.all or (model is CostPending and A_RUN in self.leases)
        return {
            one.lease_id
            for one in facts
            if is_all or one.lease_id in self.leases or one.device_id in self.devices
        }

    def gone(self, leases: set[int]) -> set[int]:
        """Return which of the leases that are gone are known to be."""
        return leases if self.all else leases.intersection(self.leases)


class _Kept:
    """Rows as they are kept, and what they add up to."""

    def __init__(self) -> None:
        self.sums: dict[TotalKey, Sums] = {}
        self.steps: dict[StepKey, StepSums] = {}
        self.endings: Counter[Ending] = Counter()

    def read(self, leases: set[int]) -> dict[type[KeptOfLease], set[tuple[Any, ...]]]:
        """Return the rows of some leases, by table."""
        rows = {
            model: set(rows_of(model, leases).values_list(*columns))
            for model, columns in COLUMNS.items()
        }
        costs = list(map(KeptCost._make, rows[Cost]))
        kept = list(map(KeptLease._make, rows[CostLease]))
        added_up(costs, 1, self.sums)
        stepped(steps_kept(costs, kept), 1, self.steps)
        self.endings.update(map(ending_of, filter(runs_out, kept)))
        return rows

    def sums_that_differ(self) -> Iterator[Wrong]:
        """Yield the keys of sums that are not those of the rows read."""
        endings = {key: (count,) for key, count in self.endings.items()}
        yield from _unlike(CostTotal, TOTAL_KEY, TOTAL, self.sums)
        yield from _unlike(CostStep, STEP_KEY, STEP, self.steps)
        yield from _unlike(CostEnding, ENDING_KEY, LEASES, endings)


def _unlike(
    model: type[KeptRow],
    key: Sequence[str],
    columns: Sequence[str],
    sums: Mapping[Any, tuple[int, ...]],
) -> Iterator[Wrong]:
    wanted = {(*of, *values) for of, values in sums.items()}
    kept = model._default_manager.values_list(*key, *columns)
    for of in sorted({row[: len(key)] for row in wanted.symmetric_difference(kept)}):
        yield model._meta.db_table, of
