"""A quarter's reconciliation as it is kept: `leasing.supplier.services.kept` writes it."""

from collections.abc import Iterable, Iterator

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    When,
)

from albertslund_it.common.quarters import Quarter
from leasing.domain.allocation import fast
from leasing.domain.reconciliation import DIFFERENCES, Pile, PiledItem
from leasing.models import DifferenceOutcome, Outcome, ReconciledQuarter, ReconciledRow
from leasing.supplier.selectors.matching import MatchedRow
from leasing.supplier.selectors.piles import Cause, CauseKey, PileSum, Reconciliation, State

# About a sub-agreement as a whole: no device that we know, and no number that we do not.
IS_TOTAL = Q(device=None, serial_number="")
PLACE = ("serial_number", "sub_agreement", "place")
DIFFERENCE = F("invoiced_ore") - F("expected_ore")


def tells(condition: Q) -> Case:
    """Return a condition as a column."""
    return Case(When(condition, then=True), default=False, output_field=BooleanField())


def is_kept(quarter: Quarter) -> bool:
    """Return whether a quarter's reconciliation is kept: any line is about it."""
    return ReconciledQuarter.objects.filter(quarter=str(quarter)).exists()


def kept_reconciliation(quarter: Quarter) -> Reconciliation | None:
    """Return a quarter's reconciliation as it is kept; None where it is not."""
    row = ReconciledQuarter.objects.filter(quarter=str(quarter)).first()
    if row is None:
        return None
    piles = {pile: PileSum(pile=pile) for pile in Pile}
    _count_causes(quarter, piles)
    piles[Pile.AGREES].count, piles[Pile.AGREES].invoiced_ore = row.agreed, row.agreed_ore
    return Reconciliation(
        quarter,
        piles,
        row.expected_ore,
        row.by_earlier_ore,
        row.of_later_ore,
        row.invoiced_ore,
        row.lines_ore,
        row.line_count,
        list(orphans_kept([quarter]).select_related("charge__unit")),
    )


def orphans_kept(quarters: Iterable[Quarter]) -> QuerySet[DifferenceOutcome]:
    """Return the decisions that cost or ask for money, and that no kept difference has."""
    met = ReconciledRow.objects.filter(decision=OuterRef("pk"))
    return DifferenceOutcome.objects.filter(
        Q(outcome=Outcome.CLAIMED, credit_note=None) | ~Q(charge=None),
        ~Exists(met),
        quarter__in=[str(quarter) for quarter in quarters],
    )


def _count_causes(quarter: Quarter, piles: dict[Pile, PileSum]) -> None:
    """Count what does not agree, equal ones at once."""
    groups = (
        ReconciledRow.objects.filter(quarter=str(quarter))
        .exclude(pile=Pile.AGREES)
        .annotate(is_total=tells(IS_TOTAL), difference_ore=DIFFERENCE)
        .order_by()
        .values_list(
            "pile",
            "is_total",
            "device__model__name",
            "sub_agreement",
            "difference_ore",
            "is_double",
            "state",
            "decision__outcome",
        )
        .annotate(Count("pk"), Sum("invoiced_ore"), Max("decision"))
    )
    earlier: dict[CauseKey, int] = {}
    for group in groups:
        name, total, model, sub, amount, double, state_name, outcome, *sums = group
        count, invoiced, decision = sums
        pile, state = Pile(name), State(state_name)
        key = CauseKey(pile, None if total else model or "", sub, amount, double)
        found = piles[pile]
        found.invoiced_ore += invoiced
        found.add(amount, state, count)
        cause = found.causes.setdefault(key, Cause(key=key))
        cause.add(amount, state, count)
        if state is State.CHANGED:
            earlier[key] = max(decision, earlier.get(key, 0))
        elif outcome:
            cause.outcomes[outcome] = cause.outcomes.get(outcome, 0) + count
    made = DifferenceOutcome.objects.in_bulk(list(earlier.values())) if earlier else {}
    for key, decision in earlier.items():
        piles[key.pile].causes[key].earlier = made[decision]


def kept_rows(quarter: Quarter, piles: Iterable[Pile] = DIFFERENCES) -> Iterator[MatchedRow]:
    """Yield the rows of some piles: numbers that nobody knows, the devices in order, totals."""
    code = str(quarter)
    outcomes = DifferenceOutcome.objects.filter(quarter=code).select_related("credit_note")
    decisions = {one.id: one for one in outcomes}
    rows = (
        ReconciledRow.objects.filter(quarter=code, pile__in=list(piles))
        .order_by(tells(IS_TOTAL), F("device").asc(nulls_first=True), *PLACE)
        .values_list(
            "device",
            "device__serial_number",
            "serial_number",
            "device__model__name",
            "device__lease__sub_agreement__number",
            "sub_agreement",
            "pile",
            "invoiced_ore",
            "expected_ore",
            "starts_on",
            "ends_before",
            "lines",
            "is_double",
            "decision",
        )
    )
    for device, known, unknown, model, sub, number, pile, *item, decision in rows:
        about = (Pile(pile), device, known or unknown, model or "", sub or number)
        of_pile = fast(PiledItem, (Pile(pile), *item))
        yield fast(MatchedRow, (*about, of_pile, decisions.get(decision)))
