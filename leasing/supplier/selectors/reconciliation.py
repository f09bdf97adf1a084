"""A quarter's reconciliation: its piles, the causes in them, and what is dealt with."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet, Sum

from albertslund_it.common.quarters import Quarter
from leasing.cost_table.facts import billing_start
from leasing.domain.reconciliation import DIFFERENCES, Pile
from leasing.models import DifferenceOutcome, Outcome, SupplierInvoiceLine
from leasing.supplier.selectors.matching import MatchedRow, matched
from leasing.supplier.selectors.outcomes import decisions_of, open_claims
from leasing.supplier.selectors.sides import span_of_quarter


class State(StrEnum):
    """How far a difference is dealt with."""

    OPEN = "open"
    CHANGED = "changed"  # decided, but it is another amount now
    CLAIMED = "claimed"  # waits for a credit note
    DONE = "done"


def state_of_difference(row: MatchedRow) -> State:
    """Tell how far a difference is dealt with; rounding needs nobody."""
    if row.pile not in DIFFERENCES:
        return State.DONE
    if row.decision is None:
        return State.OPEN
    if row.decision.amount_ore != row.difference_ore:
        return State.CHANGED
    waits = row.decision.outcome == Outcome.CLAIMED and row.decision.credit_note_id is None
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

    def add(self, amount_ore: int, state: State) -> None:
        """Count one more."""
        self.count += 1
        self.amount_ore += amount_ore
        self.states[state] = self.states.get(state, 0) + 1
        if state in (State.OPEN, State.CHANGED):
            self.undecided_ore += amount_ore

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
        """Tell whether expected and the named differences give what is invoiced, to the øre."""
        explained = self.expected_ore + self.differences_ore
        explained += self.of_later_ore - self.by_earlier_ore
        return explained == self.invoiced_ore == self.lines_ore

    @property
    def is_settled(self) -> bool:
        """Tell whether nothing waits for a decision or a credit note."""
        return not self.undecided and not self.claimed


def reconciliation_of(quarter: Quarter) -> Reconciliation:
    """Reconcile a quarter: one pass over the leases and the lines."""
    found = Reconciliation(quarter, {pile: PileSum(pile=pile) for pile in Pile})
    piles = found.piles
    met: set[int] = set()
    agreed = agreed_ore = expected = earlier = later = invoiced = 0
    agrees = Pile.AGREES
    for (cost, by_earlier, of_later), rows in matched(quarter):
        expected += cost
        earlier += by_earlier
        later += of_later
        for row in rows:
            amount = row.item.invoiced_ore
            invoiced += amount
            if row.pile is agrees:
                agreed += 1
                agreed_ore += amount
            else:
                _count(piles[row.pile], row)
                if row.decision:
                    met.add(row.decision.id)
    piles[Pile.AGREES].count, piles[Pile.AGREES].invoiced_ore = agreed, agreed_ore
    found.expected_ore, found.invoiced_ore = expected, invoiced
    found.by_earlier_ore, found.of_later_ore = earlier, later
    found.lines_ore, found.line_count = _sum_of_lines(quarter)
    found.orphans = _orphans(quarter, met)
    return found


def orphans_of(quarter: Quarter) -> list[DifferenceOutcome]:
    """Return the decisions that still cost or ask for money, though their difference is gone."""
    rows = difference_rows(quarter)
    return _orphans(quarter, {row.decision.id for row in rows if row.decision})


def _orphans(quarter: Quarter, met: set[int]) -> list[DifferenceOutcome]:
    claims = Q(outcome=Outcome.CLAIMED, credit_note=None)
    decided = DifferenceOutcome.objects.filter(claims | ~Q(charge=None), quarter=str(quarter))
    return [one for one in decided.select_related("charge__unit") if one.id not in met]


def _count(pile: PileSum, row: MatchedRow) -> None:
    state, amount, key = state_of_difference(row), row.difference_ore, cause_of(row)
    pile.add(amount, state)
    pile.invoiced_ore += row.item.invoiced_ore
    cause = pile.causes.get(key)
    if cause is None:
        cause = pile.causes[key] = Cause(key=key)
    cause.add(amount, state)
    if row.decision:
        if state is State.CHANGED:
            cause.earlier = row.decision
        else:
            outcome = row.decision.outcome
            cause.outcomes[outcome] = cause.outcomes.get(outcome, 0) + 1


def _sum_of_lines(quarter: Quarter) -> tuple[int, int]:
    """Add up the invoice lines of a quarter as they stand, claims' credits where they belong."""
    decisions = decisions_of(quarter)
    lines = lines_of_quarter(quarter).exclude(id__in=decisions.moved)
    sums = lines.aggregate(total=Sum("amount_ore"), count=Count("id"))
    credits = sum(len(found) for found in decisions.credited.values())
    return (sums["total"] or 0) + decisions.credited_ore, sums["count"] + credits


def lines_of_quarter(quarter: Quarter) -> QuerySet[SupplierInvoiceLine]:
    """Return the lines of a quarter: by their first day, or before the billing start."""
    span = span_of_quarter(quarter)
    first = Q() if span.is_first else Q(starts_on__gte=span.starts_on)
    return SupplierInvoiceLine.objects.filter(first, starts_on__lt=span.ends_before)


def quarter_of_line(starts_on: date, start: date) -> Quarter:
    """Return the quarter that a line belongs to; `start` is the billing start."""
    return Quarter.of(max(starts_on, start))


def difference_rows(quarter: Quarter, piles: Iterable[Pile] = DIFFERENCES) -> Iterator[MatchedRow]:
    """Return the rows of some piles, the devices in order."""
    wanted = frozenset(piles)
    return (row for step in matched(quarter) for row in step.rows if row.pile in wanted)


def invoiced_quarters() -> list[Quarter]:
    """Return every quarter from the first to the last that a line belongs to, where one does."""
    start = billing_start()
    found = {
        quarter_of_line(day, start)
        for day in SupplierInvoiceLine.objects.order_by()
        .values_list("starts_on", flat=True)
        .distinct()
    }
    return sorted(found)


@dataclass(frozen=True)
class CarriedClaims:
    """The claims of an earlier quarter that no credit note has settled."""

    quarter: Quarter
    count: int
    amount_ore: int


def carried_over(quarter: Quarter) -> list[CarriedClaims]:
    """Return what earlier quarters still wait for: claims without a credit note, by quarter."""
    waiting = open_claims().order_by().filter(quarter__lt=str(quarter))
    sums = waiting.values_list("quarter").annotate(Count("pk"), Sum("amount_ore"))
    return [CarriedClaims(Quarter.parse(code), *found) for code, *found in sums.order_by("quarter")]
