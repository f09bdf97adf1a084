"""What a decision about some ends would do: worked out before it is saved, and again as it is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from leasing.domain.accrual import Term, terms_in_order
from leasing.lease_end.selectors.term_ends import DecidedEnd, TermEnd
from leasing.lease_end.services.decisions import WantedEnd, faults_by_term, is_decided
from leasing.models import EndChoice


@dataclass(frozen=True, slots=True)
class PlannedEnd:
    """An end as it is, and as it would be; the same where nothing changes."""

    end: TermEnd
    after: TermEnd
    faults: Sequence[str] = ()

    @property
    def changes(self) -> bool:
        return not self.faults and self.after is not self.end

    @property
    def added_ore(self) -> int:
        """Return what the extension costs in all."""
        return self.after.later[0].price_ore if self.changes and self.after.later else 0

    @property
    def dropped_ore(self) -> int:
        """Return what the terms cost that fall away."""
        return sum(term.price_ore for term in self.end.later) if self.changes else 0

    @property
    def quarter_ore(self) -> int:
        """Return what the lease costs a quarter up to its end."""
        return self.end.quarter_ore


@dataclass(frozen=True)
class PlannedEnds:
    """All that a decision would do."""

    rows: Sequence[PlannedEnd]

    @property
    def changed(self) -> list[PlannedEnd]:
        return [row for row in self.rows if row.changes]

    @property
    def unchanged(self) -> list[PlannedEnd]:
        return [row for row in self.rows if not row.changes and not row.faults]

    @property
    def refused(self) -> list[PlannedEnd]:
        return [row for row in self.rows if row.faults]

    @property
    def term_ids(self) -> list[int]:
        """Return the terms that can be decided about."""
        return [row.end.term_id for row in self.rows if not row.faults]


def planned(ends: Sequence[TermEnd], wanted: WantedEnd, today: date) -> PlannedEnds:
    """Work out what a decision would do at each end, or why it cannot be."""
    faults = faults_by_term(ends, wanted, today)
    return PlannedEnds(
        [
            PlannedEnd(end, end, faults[end.term_id])
            if end.term_id in faults
            else PlannedEnd(end, _after(end, wanted))
            for end in ends
        ]
    )


def _after(end: TermEnd, wanted: WantedEnd) -> TermEnd:
    if is_decided(end, wanted):
        return end
    later: tuple[Term, ...] = ()
    if wanted.choice == EndChoice.EXTENSION:
        price = (wanted.price_of(end.term_id), wanted.quarters)
        later = terms_in_order(end.ends_before, [price])
    return replace(end, later=later, decided=DecidedEnd(wanted.choice, wanted.reason))
