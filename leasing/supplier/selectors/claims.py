"""What is claimed from the lessor, beside the differences it comes of."""

from typing import NamedTuple

from albertslund_it.common.quarters import Quarter
from leasing.models import DifferenceOutcome, Outcome
from leasing.supplier.selectors.matching import MatchedRow
from leasing.supplier.selectors.outcomes import open_claims
from leasing.supplier.selectors.reconciliation import difference_rows


class Claim(NamedTuple):
    """A decision to claim a difference, and the difference as it is now; None where it is gone."""

    decision: DifferenceOutcome
    row: MatchedRow | None


def claims() -> list[Claim]:
    """Return the claims that no credit note has settled, with the differences they come of."""
    decisions = list(open_claims())
    rows: dict[int, MatchedRow] = {}
    for code in sorted({decision.quarter for decision in decisions}):
        for row in difference_rows(Quarter.parse(code)):
            if row.decision and row.decision.outcome == Outcome.CLAIMED:
                rows[row.decision.id] = row
    return [Claim(decision, rows.get(decision.id)) for decision in decisions]
