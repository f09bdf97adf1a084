"""Kept reconciliations held against a full recomputation."""

from collections.abc import Iterator

from albertslund_it.common.quarters import Quarter
from leasing.domain.reconciliation import Pile
from leasing.models import ReconciledQuarter, ReconciledRow, ReconcileMark
from leasing.supplier.selectors.kept import kept_reconciliation, kept_rows
from leasing.supplier.selectors.reconciliation import (
    differences_now,
    invoiced_now,
    worked_out,
)


def reconciliations_that_differ() -> Iterator[Quarter]:
    """Yield each quarter whose kept reconciliation is not what the facts of the moment make it.

    In a `snapshot`, or where nobody else writes. Where anything is marked, all may be old: nothing
    is held against the facts then.
    """
    if ReconcileMark.objects.exists():
        return
    kept = {Quarter.parse(row.quarter): row for row in ReconciledQuarter.objects.all()}
    homes = set(invoiced_now())
    others = ReconciledRow.objects.order_by().values_list("quarter", flat=True).distinct()
    yield from sorted((homes | set(map(Quarter.parse, others))) - kept.keys())
    for quarter, row in sorted(kept.items()):
        if row.is_home != (quarter in homes) or _differs(quarter, row):
            yield quarter


def _differs(quarter: Quarter, row: ReconciledQuarter) -> bool:
    every, found = set(Pile) - {Pile.AGREES}, worked_out(quarter)
    waits = (found.undecided, found.undecided_ore, found.claimed)
    return (
        waits != (row.undecided, row.undecided_ore, row.claimed)
        or found != kept_reconciliation(quarter)
        or set(kept_rows(quarter, every)) != set(differences_now(quarter, every))
    )
