"""The lessor's invoices in words: piles, causes, decisions and claims."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from albertslund_it.common.money import format_count, format_kroner
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.moments import moment_told
from inventory.models import Unit
from leasing.domain.reconciliation import DIFFERENCES, Pile
from leasing.models import DifferenceOutcome, Outcome, SupplierInvoice
from leasing.supplier.selectors.claims import Claim
from leasing.supplier.selectors.matching import MatchedRow
from leasing.supplier.selectors.piles import (
    Cause,
    CauseKey,
    PileSum,
    State,
    Tally,
    cause_of,
    state_of_difference,
)

ONE_DAY = timedelta(days=1)
CAUSES_SHOWN = 12
EARLIER_LINES = "Dækket af linjer fra tidligere kvartaler"
LATER_LINES = "Linjer her, der dækker andre kvartaler"
PILE_NAMES = {
    Pile.AGREES: "Stemmer",
    Pile.DIFFERS: "Beløbet afviger",
    Pile.NOT_INVOICED: "Vores, men ikke faktureret",
    Pile.UNKNOWN: "Faktureret, men ikke vores",
    Pile.AFTER_RETURN: "Faktureret efter udløb eller returnering",
    Pile.INTERIM: "Delydelse før leasingstart",
    Pile.ROUNDING: "Afrunding",
}
PILE_HELP = {
    Pile.AGREES: "Leasinggiver fakturerer på øren det, vi regner med.",
    Pile.DIFFERS: "Udstyret er vores, men beløbet er et andet, eller dagene er betalt to gange.",
    Pile.NOT_INVOICED: "Den del af kvartalet, som ingen fakturalinje dækker.",
    Pile.UNKNOWN: "Serienummeret eller underaftalen står ikke på nogen leasing hos os.",
    Pile.AFTER_RETURN: "Dage efter, at leasingen er udløbet, leveret tilbage eller stoppet.",
    Pile.INTERIM: "Leje for dagene, før leasingen begynder.",
    Pile.ROUNDING: "Forskelle inden for tolerancen. De lægges sammen og kræver ingen afgørelse.",
}
STATE_NAMES = {
    State.OPEN: "Mangler afgørelse",
    State.CHANGED: "Ændret siden afgørelsen",
    State.CLAIMED: "Venter på kreditnota",
    State.DONE: "Afgjort",
}
MARKS = {State.OPEN: "bad", State.CHANGED: "bad", State.CLAIMED: "warn", State.DONE: "good"}


def invoice_kind(invoice: SupplierInvoice) -> str:
    """Name what an invoice is."""
    return "Kreditnota" if invoice.is_credit_note else "Faktura"


def subject_name(serial_number: str, sub_agreement: str) -> str:
    """Name what a difference is about."""
    if serial_number:
        return serial_number
    return f"Underaftale {sub_agreement}" if sub_agreement else "Uden underaftale"


def cause_name(key: CauseKey) -> str:
    """Name what equal differences have in common."""
    if key.model_name is None:
        return subject_name("", key.sub_agreement)
    return key.model_name or "Ukendt udstyr"


def holder_name(row: MatchedRow, holders: dict[int, Unit]) -> str:
    """Name the unit that had the device; '' where the difference is about none that we know."""
    if row.device_id is None:
        return ""
    unit = holders.get(row.device_id)
    return str(unit) if unit else "På lager"


def decision_text(decision: DifferenceOutcome | None) -> str:
    """Say what was decided, and by whom."""
    if decision is None:
        return ""
    text = f"{Outcome(decision.outcome).label}, {decision.decided_by}"
    return f"{text}: {decision.note}" if decision.note else text


def differences_url(code: str, **narrowed: str | int) -> str:
    """Return the list of a quarter's differences, narrowed."""
    return f"{reverse('reconciliation-lines', args=[code])}?{urlencode(narrowed)}"


def decide_url(code: str, **chosen: str | int | None) -> str:
    """Return the page that decides about the chosen differences of a quarter."""
    query = urlencode({key: value for key, value in chosen.items() if value is not None})
    return f"{reverse('reconciliation-decide', args=[code])}?{query}"


@dataclass(frozen=True)
class ShownCause:
    """A cause with its words, its lines and the page that decides about them."""

    cause: Cause
    text: str
    state: str
    outcomes: str
    lines_url: str
    decide_url: str


@dataclass(frozen=True)
class ShownPile:
    """A pile with its words and its first causes; `more` are those left out."""

    pile: PileSum
    name: str
    help: str
    state: str
    causes: list[ShownCause]
    more: int
    lines_url: str
    decide_url: str


def pile_shown(code: str, pile: PileSum) -> ShownPile:
    """Return a pile as the page of a quarter's reconciliation shows it."""
    causes = causes_in_order(pile)
    return ShownPile(
        pile,
        PILE_NAMES[pile.pile],
        PILE_HELP[pile.pile],
        _states(pile),
        [_cause_shown(code, cause) for cause in causes[:CAUSES_SHOWN]],
        max(0, len(causes) - CAUSES_SHOWN),
        differences_url(code, bunke=pile.pile),
        decide_url(code, bunke=pile.pile),
    )


def causes_in_order(pile: PileSum) -> list[Cause]:
    """Return the causes of a pile: what waits first, then by what they cost."""
    return sorted(
        pile.causes.values(),
        key=lambda cause: (not cause.undecided, -abs(cause.amount_ore), cause_name(cause.key)),
    )


def _cause_shown(code: str, cause: Cause) -> ShownCause:
    key = cause.key
    name = cause_name(key)
    return ShownCause(
        cause,
        cause_text(cause),
        _states(cause),
        outcomes_text(cause),
        differences_url(code, bunke=key.pile, aarsag=name, belob=key.amount_ore),
        decide_url(
            code,
            bunke=key.pile,
            aarsag=name,
            belob=key.amount_ore,
            dobbelt=int(key.is_double),
            alle=None if cause.undecided else 1,
        ),
    )


def cause_text(cause: Cause) -> str:
    """Say a cause as finance does: 'T14: 410 linjer à +1,23 kr.'."""
    double = ", faktureret to gange" if cause.key.is_double else ""
    each = format_kroner(cause.key.amount_ore, sign=True)
    lines = "1 linje på" if cause.count == 1 else f"{format_count(cause.count)} linjer à"
    return f"{cause_name(cause.key)}: {lines} {each}{double}"


def outcomes_text(cause: Cause) -> str:
    """Name what was decided, and how often where it was not the same."""
    names = dict(Outcome.choices)
    if len(cause.outcomes) == 1:
        return str(names[next(iter(cause.outcomes))])
    return ", ".join(f"{names[key]} ({count})" for key, count in cause.outcomes.items())


def _states(tally: Tally) -> str:
    """Return how far some differences are dealt with."""
    met = [state for state in State if tally.states.get(state)]
    if len(met) == 1:
        return STATE_NAMES[met[0]]
    return ", ".join(
        f"{format_count(tally.states[state])} {STATE_NAMES[state].lower()}" for state in met
    )


@dataclass(frozen=True)
class ShownDifference:
    """A difference as a list shows it."""

    row: MatchedRow
    pile: str
    serial_number: str
    what: str
    sub_agreement: str
    first_day: date
    last_day: date
    lines: int
    expected_ore: int
    invoiced_ore: int
    difference_ore: int
    state: tuple[str, str]
    decision: str

    @property
    def cause(self) -> str:
        return cause_name(cause_of(self.row))


def difference_shown(row: MatchedRow) -> ShownDifference:
    """Return a difference as a list shows it."""
    state = state_of_difference(row)
    item = row.item
    return ShownDifference(
        row,
        PILE_NAMES[row.pile],
        subject_name(row.serial_number, row.sub_agreement),
        row.model_name or ("" if row.serial_number else "I alt"),
        row.sub_agreement,
        item.starts_on,
        item.ends_before - ONE_DAY,
        item.lines,
        item.expected_ore,
        item.invoiced_ore,
        item.difference_ore,
        (MARKS[state], STATE_NAMES[state]) if row.pile in DIFFERENCES else ("", "Kræver intet"),
        decision_text(row.decision),
    )


def differences_told(rows: Sequence[MatchedRow], holders: dict[int, Unit]) -> list[tuple[str, str]]:
    """Say what differences are, who had the pcs, and what is decided, for whoever decides."""
    return [
        (
            f"{PILE_NAMES[row.pile]}, {row.serial_number or f'underaftale {row.sub_agreement}'}",
            _amounts_told(row, holder_name(row, holders)) + _decision_told(row.decision),
        )
        for row in rows
    ]


def _amounts_told(row: MatchedRow, holder: str) -> str:
    item = row.item
    return (
        f"{format_kroner(row.difference_ore)} (ventet {format_kroner(item.expected_ore)}, "
        f"faktureret {format_kroner(item.invoiced_ore)}, {item.starts_on:%d-%m-%Y} til "
        f"{item.ends_before - ONE_DAY:%d-%m-%Y}{holder and f', {holder}'})"
    )


def _decision_told(made: DifferenceOutcome | None) -> str:
    if made is None:
        return ""
    day = moment_told(made.decided_at)
    return f", {Outcome(made.outcome).label.lower()} {day} af {made.decided_by}: {made.note}"


@dataclass(frozen=True)
class ShownClaim:
    """A claim on the lessor, as the list that is sent to it."""

    quarter: str
    serial_number: str
    model_name: str
    sub_agreement: str
    first_day: date | None
    last_day: date | None
    invoiced_ore: int
    expected_ore: int
    claim_ore: int
    reason: str
    note: str
    decided_by: str
    decided_on: date
    state: tuple[str, str]
    url: str  # of the difference that it comes of


def claim_shown(claim: Claim) -> ShownClaim:
    """Return a claim as the list shows it."""
    decision, row = claim
    state = ("warn", "Venter på kreditnota")
    if row is None:
        state = ("", "Afvigelsen findes ikke længere")
    elif row.difference_ore != decision.amount_ore:
        state = ("bad", "Afvigelsen er en anden nu")
    return ShownClaim(
        Quarter.parse(decision.quarter).label,
        subject_name(decision.serial_number, decision.sub_agreement),
        row.model_name if row else "",
        row.sub_agreement if row else decision.sub_agreement,
        row and row.item.starts_on,
        row and row.item.ends_before - ONE_DAY,
        row.item.invoiced_ore if row else 0,
        row.item.expected_ore if row else 0,
        decision.amount_ore,
        PILE_NAMES[Pile(decision.pile)],
        decision.note,
        decision.decided_by,
        timezone.localtime(decision.decided_at).date(),
        state,
        f"{reverse('reconciliation-lines', args=[decision.quarter])}?"
        f"{urlencode({'q': decision.serial_number})}"
        if row
        else "",
    )
