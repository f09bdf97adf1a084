"""What a reconciliation is made of: piles, the causes in them, and what is dealt with."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from albertslund_it.common.quarters import Quarter
from leasing.domain.reconciliation import DIFFERENCES, Pile
from leasing.models import DifferenceOutcome, Outcome
from leasing.supplier.selectors.matching import MatchedRow


class State(StrEnum):
    """How far a difference is dealt with."""

    OPEN = "open"
    CHANGED = "changed"  # decided, but it is another amount now
    CLAIMED = "claimed"  # waits for a credit note
    DONE = "done"


UNDECIDED = (State.OPEN, State.CHANGED)


def state_of_difference(row: MatchedRow) -> State:
    """Return how far a difference is dealt with; rounding needs nobody."""
    return state_of(row.pile, row.difference_ore, row.decision)


def state_of(pile: str, difference_ore: int, decision: DifferenceOutcome | None) -> State:
    """Return how far an amount in a pile is dealt with, by what was decided about it."""
    if pile not in DIFFERENCES:
        return State.DONE
    if decision is None:
        return State.OPEN
    if decision.amount_ore != difference_ore:
        return State.CHANGED
    waits = decision.outcome == Outcome.CLAIMED and decision.credit_note_id is None
    return State.CLAIMED if waits else State.DONE


class CauseKey(NamedTuple):
    """What equal differences share: pile, model (or sub-agreement), øre, billed twice or not.

    `model_name` is None for a total, which is about a sub-agreement and no device.
    """

    pile: Pile
    model_name: str | None
    sub_agreement: str
    amount_ore: int
    is_double: bool


def cause_of(row: MatchedRow) -> CauseKey:
    """Return the cause that a difference belongs to."""
    is_device = bool(row.serial_number)
    model_name, sub_agreement = (row.model_name, "") if is_device else (None, row.sub_agreement)
    return CauseKey(row.pile, model_name, sub_agreement, row.difference_ore, row.item.is_double)


@dataclass
class Tally:
    """How many, what they come to, and how many of them each state has."""

    count: int = 0
    amount_ore: int = 0
    states: dict[State, int] = field(default_factory=dict)
    undecided_ore: int = 0

    def add(self, amount_ore: int, state: State, count: int = 1) -> None:
        """Count one more, or several of the same amount each."""
        self.count += count
        self.amount_ore += amount_ore * count
        self.states[state] = self.states.get(state, 0) + count
        if state in UNDECIDED:
            self.undecided_ore += amount_ore * count

    @property
    def undecided(self) -> int:
        """Count those that nobody has decided about as they are now."""
        return self.states.get(State.OPEN, 0) + self.states.get(State.CHANGED, 0)

    @property
    def claimed(self) -> int:
        return self.states.get(State.CLAIMED, 0)


@dataclass(kw_only=True)
class Cause(Tally):
    """Equal differences: one cause and one decision."""

    key: CauseKey
    outcomes: dict[str, int] = field(default_factory=dict)
    earlier: DifferenceOutcome | None = None


@dataclass(kw_only=True)
class PileSum(Tally):
    """A pile with its causes."""

    pile: Pile
    invoiced_ore: int = 0
    causes: dict[CauseKey, Cause] = field(default_factory=dict)


@dataclass
class Reconciliation:
    """What the lessor should bill for a quarter, what is billed, and every step between them.

    expected + Σ piles − by_earlier + of_later = invoiced; `lines_ore` is the sum of the invoice
    lines themselves, which must be the same.
    """

    quarter: Quarter
    piles: dict[Pile, PileSum]
    expected_ore: int = 0
    by_earlier_ore: int = 0
    of_later_ore: int = 0
    invoiced_ore: int = 0
    lines_ore: int = 0
    line_count: int = 0
    orphans: list[DifferenceOutcome] = field(default_factory=list)

    @property
    def has_invoices(self) -> bool:
        return self.line_count > 0 or self.by_earlier_ore != 0

    @property
    def differences(self) -> list[PileSum]:
        """Return the piles that somebody must decide about and that hold anything."""
        return [self.piles[pile] for pile in DIFFERENCES if self.piles[pile].count]

    @property
    def differences_ore(self) -> int:
        """Add up every pile, rounding included: all that stands between the two sums."""
        return sum(pile.amount_ore for pile in self.piles.values())

    @property
    def by_earlier_minus_ore(self) -> int:
        return -self.by_earlier_ore

    @property
    def undecided(self) -> int:
        """Count what waits for a decision: orphans must be taken back."""
        return sum(pile.undecided for pile in self.piles.values()) + len(self.orphans)

    @property
    def undecided_ore(self) -> int:
        of_piles = sum(pile.undecided_ore for pile in self.piles.values())
        return of_piles + sum(orphan.amount_ore for orphan in self.orphans)

    @property
    def claimed(self) -> int:
        return sum(pile.claimed for pile in self.piles.values())

    @property
    def ties(self) -> bool:
        """Return whether expected and the named differences give what is invoiced, to the øre."""
        explained = self.expected_ore + self.differences_ore
        explained += self.of_later_ore - self.by_earlier_ore
        return explained == self.invoiced_ore == self.lines_ore

    @property
    def is_settled(self) -> bool:
        """Return whether nothing waits for a decision or a credit note."""
        return not self.undecided and not self.claimed
