"""A quarter's reconciliation: as it is kept, or worked out from the facts of the moment."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.rows import among
from leasing.cost_table.facts import billing_start
from leasing.cost_table.moment import one_moment
from leasing.domain.reconciliation import DIFFERENCES, Pile
from leasing.models import DifferenceOutcome, Outcome, ReconciledQuarter, SupplierInvoiceLine
from leasing.supplier.selectors.kept import is_kept, kept_reconciliation, kept_rows
from leasing.supplier.selectors.matching import MatchedRow, matched
from leasing.supplier.selectors.outcomes import Decisions, decisions_of, open_claims
from leasing.supplier.selectors.piles import (
    Cause,
    PileSum,
    Reconciliation,
    State,
    cause_of,
    state_of_difference,
)
from leasing.supplier.selectors.sides import span_of_quarter


def reconciliation_of(quarter: Quarter) -> Reconciliation:
    """Return a quarter's reconciliation; one that no line is about is worked out."""
    with one_moment():
        return kept_reconciliation(quarter) or worked_out(quarter)


def worked_out(quarter: Quarter) -> Reconciliation:
    """Reconcile a quarter: one pass over the leases and the lines."""
    decisions = decisions_of(quarter)
    found = Reconciliation(quarter, {pile: PileSum(pile=pile) for pile in Pile})
    piles = found.piles
    met: set[int] = set()
    agreed = agreed_ore = expected = earlier = later = invoiced = 0
    agrees = Pile.AGREES
    for (cost, by_earlier, of_later), rows, _ in matched(quarter, decisions):
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
    found.lines_ore, found.line_count = sum_of_lines(quarter, decisions)
    found.orphans = _orphans(quarter, met)
    return found


def orphans_of(quarter: Quarter) -> list[DifferenceOutcome]:
    """Return the decisions that still cost or ask for money, though their difference is gone."""
    rows = differences_now(quarter)
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
            if cause.earlier is None or cause.earlier.id < row.decision.id:
                cause.earlier = row.decision
        else:
            outcome = row.decision.outcome
            cause.outcomes[outcome] = cause.outcomes.get(outcome, 0) + 1


def sum_of_lines(quarter: Quarter, decisions: Decisions) -> tuple[int, int]:
    """Add up the invoice lines of a quarter as they stand, claims' credits where they belong."""
    lines = lines_of_quarter(quarter).exclude(id__in=decisions.moved)
    sums = lines.aggregate(total=Sum("amount_ore"), count=Count("id"))
    credits = sum(len(found) for found in decisions.credited.values())
    return (sums["total"] or 0) + decisions.credited_ore, sums["count"] + credits


def lines_counted(quarter: Quarter) -> QuerySet[SupplierInvoiceLine]:
    """Return the lines that `sum_of_lines` adds up."""
    decisions = decisions_of(quarter)
    own = lines_of_quarter(quarter).exclude(id__in=decisions.moved)
    credited = Q(id__in=among(decisions.into, int))
    return SupplierInvoiceLine.objects.filter(Q(id__in=own.values("id")) | credited)


def lines_of_quarter(quarter: Quarter) -> QuerySet[SupplierInvoiceLine]:
    """Return the lines of a quarter: by their first day, or before the billing start."""
    span = span_of_quarter(quarter)
    first = Q() if span.is_first else Q(starts_on__gte=span.starts_on)
    return SupplierInvoiceLine.objects.filter(first, starts_on__lt=span.ends_before)


def quarter_of_line(starts_on: date, start: date) -> Quarter:
    """Return the quarter that a line belongs to; `start` is the billing start."""
    return Quarter.of(max(starts_on, start))


def difference_rows(quarter: Quarter, piles: Collection[Pile] = DIFFERENCES) -> list[MatchedRow]:
    """Return the rows of some piles, the devices in order; worked out where none are kept."""
    with one_moment():
        # What agrees is counted, and not kept one by one.
        kept = is_kept(quarter) and Pile.AGREES not in piles
        return list((kept_rows if kept else differences_now)(quarter, piles))


def differences_now(quarter: Quarter, piles: Iterable[Pile] = DIFFERENCES) -> Iterator[MatchedRow]:
    """Work out the rows of some piles: for whoever decides by them, with what they rest on locked.

    Nothing is kept of it, so that nobody waits for the end of the transaction.
    """
    wanted = frozenset(piles)
    return (row for step in matched(quarter) for row in step.rows if row.pile in wanted)


def invoiced_quarters() -> list[Quarter]:
    """Return every quarter that a line belongs to."""
    with one_moment():
        codes = ReconciledQuarter.objects.filter(is_home=True).values_list("quarter", flat=True)
        return sorted(map(Quarter.parse, codes))


def invoiced_now() -> list[Quarter]:
    """Return every quarter that a line belongs to, by the lines themselves."""
    start = billing_start()
    days = SupplierInvoiceLine.objects.order_by().values_list("starts_on", flat=True).distinct()
    return sorted({quarter_of_line(day, start) for day in days})


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
