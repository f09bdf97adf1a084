"""What is to be done about a difference: one decision for all that are equal, or one by one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.money import format_kroner
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import among, lock
from albertslund_it.web.forms.agreement import Check, nothing_to_see, refuse_unless_sure
from albertslund_it.web.people import Actor, done_by
from leasing.billing.services.locks import PRICED
from leasing.cost_table.facts import cost_holder_id, successors
from leasing.domain.reconciliation import DIFFERENCES, Pile
from leasing.leases.selectors.limits import Limits
from leasing.models import (
    Charge,
    DifferenceOutcome,
    InvoiceLine,
    Outcome,
    SupplierInvoice,
)
from leasing.supplier.presenters import PILE_NAMES, cause_name, subject_name
from leasing.supplier.selectors.holders import holders_of
from leasing.supplier.selectors.matching import MatchedRow
from leasing.supplier.selectors.piles import State, cause_of, state_of_difference
from leasing.supplier.selectors.reconciliation import difference_rows, differences_now

DOUBTS = 5


@dataclass(frozen=True, slots=True)
class Selection:
    """Which differences of a quarter a decision is about: those of a pile that fit.

    None fits everything; `decided` takes those that are decided already too.
    """

    pile: Pile
    label: str | None = None
    amount_ore: int | None = None
    is_double: bool | None = None
    serial_number: str | None = None
    sub_agreement: str | None = None
    decided: bool = False

    def fits(self, row: MatchedRow) -> bool:
        """Return whether a difference is one of them."""
        return (
            self.label in (None, cause_name(cause_of(row)))
            and self.amount_ore in (None, row.difference_ore)
            and self.is_double in (None, row.item.is_double)
            and self.serial_number in (None, row.serial_number)
            and self.sub_agreement in (None, row.sub_agreement)
            and (self.decided or state_of_difference(row) in (State.OPEN, State.CHANGED))
        )


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision did; `carried` are those in stock, which no unit can be charged for."""

    count: int
    amount_ore: int
    charged: int = 0
    carried: int = 0
    is_news: bool = True


def select(quarter: Quarter, selection: Selection) -> list[MatchedRow]:
    """Return the differences that a decision would be about, for who is to decide."""
    rows = difference_rows(quarter, {selection.pile} & set(DIFFERENCES))
    return [row for row in rows if selection.fits(row)]


@transaction.atomic
def decide(
    *,
    quarter: Quarter,
    selection: Selection,
    outcome: str,
    note: str,
    actor: Actor,
    today: date,
    now: datetime,
    unit_id: int | None = None,
    is_sure: bool = False,
    agree: Check = nothing_to_see,
) -> Decided:
    """Decide all selected differences alike.

    Charged, each becomes a charge of `unit_id`, else of the unit that held the device; what was in
    stock is carried by the cost holder, as stock is. An old decision's charge is taken back.
    Charges beyond the limits are asked about unless one `is_sure`.

    Raises:
        Refused: when the differences are gone, or the outcome does not fit.
    """
    # Nobody moves a pc, closes a quarter, takes in an invoice or decides meanwhile.
    lock(*PRICED, SupplierInvoice, Charge, DifferenceOutcome)
    whole = replace(selection, decided=True)
    piles = {selection.pile} & set(DIFFERENCES)
    every = [row for row in differences_now(quarter, piles) if whole.fits(row)]
    rows = [row for row in every if selection.fits(row)]
    outcome = Outcome(outcome)
    if not rows and _is_the_same(every, outcome, note, actor):
        return Decided(len(every), sum(row.difference_ore for row in every), is_news=False)
    if not rows:
        raise Refused(
            "Afvigelserne er ændret, siden du så dem: en faktura er indlæst, eller en anden har "
            "afgjort nogle af dem. Intet er gemt. Se dem igennem igen."
        )
    agree()
    _refuse_misfits(rows, outcome, unit_id)
    deciding = _Deciding(quarter, rows, outcome, note, actor, today, now, unit_id)
    refuse_unless_sure(deciding.doubts(), is_sure)
    return deciding.run()


def _is_the_same(rows: Sequence[MatchedRow], outcome: Outcome, note: str, actor: Actor) -> bool:
    """Return whether they are decided so already: the second press of a button is no news."""
    wanted = (outcome, note, done_by(actor))
    made = [row.decision for row in rows]
    return bool(rows) and all(
        one is not None and (one.outcome, one.note, one.decided_by) == wanted for one in made
    )


def _refuse_misfits(rows: Sequence[MatchedRow], outcome: Outcome, unit_id: int | None) -> None:
    if outcome == Outcome.CLAIMED and any(row.difference_ore < 0 for row in rows):
        raise Refused(
            "Der er intet at kræve hos leasinggiver, når fakturaen er lavere end ventet. "
            "Vælg en anden afgørelse."
        )
    if outcome == Outcome.CHARGED:
        if unit_id is None and any(row.device_id is None for row in rows):
            raise Refused(
                "Nogle af linjerne er om udstyr, vi ikke kender, eller om en hel underaftale. "
                "Vælg den enhed, der skal betale."
            )
        if unit_id is None and cost_holder_id() is None:
            raise Refused("Der er ingen omkostningsbærer. Indlæs enhederne først.")


# The charges there are on the day, by unit and text.
Texts = set[tuple[int, str]]


class _Deciding:
    def __init__(
        self,
        quarter: Quarter,
        rows: Sequence[MatchedRow],
        outcome: Outcome,
        note: str,
        actor: Actor,
        today: date,
        now: datetime,
        unit_id: int | None,
    ):
        self.quarter, self.rows, self.outcome = quarter, rows, outcome
        self.note, self.actor, self.today, self.now = note, actor, today, now
        by_holder = outcome == Outcome.CHARGED and unit_id is None
        holders = holders_of(rows, today) if by_holder else {}
        self.unit_of = {device: unit.pk for device, unit in holders.items()}
        self.unit_id = unit_id
        self.changes = Changes((Charge, DifferenceOutcome))
        self.old = {row.decision.id: row.decision for row in rows if row.decision}

    def doubts(self) -> list[str]:
        """Return which of the charges are out of scale."""
        if self.outcome != Outcome.CHARGED:
            return []
        limits = Limits.on(self.today)
        doubts = [
            f"{subject_name(row.serial_number, row.sub_agreement)}: {doubt}"
            for row in self.rows
            if self._payer(row)
            for doubt in limits.of_charge(row.difference_ore, self.today)
        ]
        more = len(doubts) - DOUBTS
        return [*doubts[:DOUBTS], *([f"Og {more} mere."] if more > 0 else [])]

    def run(self) -> Decided:
        charged = self.outcome == Outcome.CHARGED
        texts = self._taken_texts()
        self._take_back(texts)
        charges = carried = 0
        for row in self.rows:
            unit, charge = self._payer(row), None
            if charged and unit:
                charge = self._charge(row, unit, row.difference_ore, self._text(row), texts)
                charges += 1
            carried += charged and not charge
            self._outcome(row, charge, Outcome.CARRIED if charged and not charge else self.outcome)
        self.changes.save(self.actor)
        total = sum(row.difference_ore for row in self.rows)
        return Decided(len(self.rows), total, charges, carried)

    def _payer(self, row: MatchedRow) -> int | None:
        return self.unit_id or (self.unit_of.get(row.device_id) if row.device_id else None)

    def _outcome(self, row: MatchedRow, charge: Charge | None, outcome: Outcome) -> None:
        values = {
            "amount_ore": row.difference_ore,
            "outcome": outcome,
            "note": self.note,
            "decided_at": self.now,
            "decided_by": done_by(self.actor),
            "charge": charge,
            "credit_note": None,
        }
        if found := row.decision:
            self.changes.update(found, str(found), **values)
            return
        sub_agreement = "" if row.serial_number else row.sub_agreement
        self.changes.create(
            DifferenceOutcome(
                quarter=str(self.quarter),
                pile=row.pile,
                serial_number=row.serial_number,
                sub_agreement=sub_agreement,
                **values,
            )
        )

    def _text(self, row: MatchedRow) -> str:
        about = subject_name(row.serial_number, row.sub_agreement)
        kind = "Delydelse" if row.pile == Pile.INTERIM else "Leasinggivers faktura"
        return f"{kind}, {self.quarter.short_label}: {about}"

    def _charge(self, row: MatchedRow, unit: int, amount: int, text: str, texts: Texts) -> Charge:
        """Make a charge with a text of its own: date, unit and text are its key."""
        unique, number, unit = text, 1, successors().get(unit, unit)
        while (unit, unique) in texts:
            number += 1
            unique = f"{text} ({number})"
        texts.add((unit, unique))
        return self.changes.create(
            Charge(
                charged_on=self.today,
                unit_id=unit,
                amount_ore=amount,
                text=unique,
                device_id=row.device_id,
            )
        )

    def _taken_texts(self) -> Texts:
        rows = Charge.objects.filter(charged_on=self.today).values_list("unit_id", "text")
        return set(rows)

    def _take_back(self, texts: Texts) -> None:
        """Undo the charges of the old decisions: a billed one by its opposite."""
        by_charge = {
            row.decision.charge_id: (row, row.decision)
            for row in self.rows
            if row.decision and row.decision.charge_id
        }
        if not by_charge:
            return
        charges = Charge.objects.filter(id__in=among(by_charge, int))
        billed = set(
            InvoiceLine.objects.filter(charge_id__in=among(by_charge, int)).values_list(
                "charge_id", flat=True
            )
        )
        for charge in charges:
            row, decision = by_charge[charge.id]
            if charge.id in billed:
                text = f"Tilbageført: {charge.text}"[:190]
                self._charge(row, charge.unit_id, -charge.amount_ore, text, texts)
            else:
                decision.charge = None
                DifferenceOutcome.objects.filter(charge=charge).update(charge=None)
                charge.delete()


def what_was_decided(done: Decided, outcome: str, pile: Pile) -> str:
    """Say in one line what a decision did."""
    lines = "1 afvigelse" if done.count == 1 else f"{done.count} afvigelser"
    name = Outcome(outcome).label.lower()
    text = f"{PILE_NAMES[pile]}: {lines} på {format_kroner(done.amount_ore)}: {name}."
    if not done.is_news:
        return f"{text} Det var allerede afgjort sådan."
    if done.charged:
        text += f" {done.charged} engangsbeløb er oprettet til næste kørsel."
    if done.carried:
        text += f" {done.carried} står på lager og bæres af Fælles IT."
    return text
