"""Kept costs held against a full recomputation."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from leasing.cost_table.facts import CHUNK, lease_facts
from leasing.cost_table.refresh import (
    COST,
    ENDING_KEY,
    LEASE,
    PENDING,
    TOTAL,
    TOTAL_KEY,
    Frame,
    ending_of,
    runs_out,
    worked_out,
)
from leasing.domain.kept import Sums, added_up
from leasing.models import Cost, CostEnding, CostLease, CostPending, CostTotal

# A table, and what of it differs: the id of a lease, or the key of a sum.
Wrong = tuple[str, tuple[Any, ...]]


def costs_that_differ() -> Iterator[Wrong]:
    """Yield each lease, and each sum, that is not what the facts of the moment make it.

    In `one_moment`, or where nobody else writes: what is marked and not worked out differs.
    """
    sums: dict[tuple[str, int, int], Sums] = {}
    endings: Counter[tuple[object, ...]] = Counter()
    frame, stream, seen = Frame(), lease_facts(), set()
    while chunk := list(islice(stream, CHUNK)):
        ids = [one.lease_id for one in chunk]
        seen.update(ids)
        found = worked_out(chunk, frame)
        kept: tuple[tuple[str, Iterable[Any], QuerySet[Any]], ...] = (
            ("leasing_cost", found.costs, Cost.objects.values_list(*COST)),
            ("leasing_costlease", found.leases, CostLease.objects.values_list(*LEASE)),
            ("leasing_costpending", found.pending, CostPending.objects.values_list(*PENDING)),
        )
        for table, wanted, rows in kept:
            there = set(rows.filter(lease__in=ids))
            leases: set[int] = {row[0] for row in there.symmetric_difference(wanted)}
            for lease in sorted(leases):
                yield table, (lease,)
        added_up(found.costs, 1, sums)
        endings.update(map(ending_of, filter(runs_out, found.leases)))
    for model in (Cost, CostLease, CostPending):
        left = set(model.objects.values_list("lease", flat=True).distinct()) - seen
        for lease in sorted(left):
            yield model._meta.db_table, (lease,)
    totals = {(*key, *value) for key, value in sums.items()}
    for row in totals.symmetric_difference(CostTotal.objects.values_list(*TOTAL_KEY, *TOTAL)):
        yield "leasing_costtotal", row[:3]
    counted = {(*key, count) for key, count in endings.items()}
    endings_kept = CostEnding.objects.values_list(*ENDING_KEY, "leases")
    for row in counted.symmetric_difference(endings_kept):
        yield "leasing_costending", row[:-1]
