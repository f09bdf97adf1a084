"""What the proof of a run says, equality by equality."""

from dataclasses import dataclass

from albertslund_it.common.money import format_kroner
from albertslund_it.common.quarters import span_label
from leasing.billing.presenters.breaches import sentences_of_breaches
from leasing.quarters.selectors import proof as key
from leasing.quarters.selectors.proof import Check, Proof, Reconciled
from leasing.supplier.presenters import PILE_NAMES

TEXTS = {
    key.LINES: "Linjerne lagt sammen er kørslens sum",
    key.UNITS: "Enhederne lagt sammen er kørslens sum",
    key.INVOICES: "Kvartalsopgørelserne lagt sammen er kørslens sum",
    key.NUMBERS: "Alle linjer er der, nummereret uden huller",
    key.POSTINGS: "Enhedernes posteringer og Fælles IT's egen andel er kørslens sum",
    key.SIDES: "Debet er lig kredit",
    key.SEAL: "Antal fejl, når kontrolsummen og kæden til den forrige kørsel regnes efter",
    key.LESSOR: "Leasinggivers ydelser for {span} er det opkrævede og det, der venter",
    key.INVOICED: "Det fakturerede og de navngivne afvigelser er leasinggivers ydelser",
}


@dataclass(frozen=True)
class ShownCheck:
    """An equality in words.

    `reserve` is what must be said beside a tick that is true of less than it seems to be.
    """

    check: Check
    text: str
    note: str
    reserve: str


@dataclass(frozen=True)
class ShownProof:
    """A proof in words; `reserves` are said beside its one line, even where all holds."""

    proof: Proof
    checks: list[ShownCheck]
    seal: list[ShownCheck]
    reserves: list[str]


def shown_proof(proof: Proof) -> ShownProof:
    """Return a proof as it is shown."""
    missing = [
        f"Leasinggivers faktura for {one.quarter.label} mangler: "
        f"{format_kroner(one.expected_ore)} forventet"
        for one in proof.missing
    ]
    checks = [_shown(check) for check in proof.checks]
    reserves = missing + [one.reserve for one in checks if one.reserve]
    return ShownProof(proof, checks, [_shown(check) for check in proof.seal], reserves)


def _shown(check: Check) -> ShownCheck:
    span = span_label(check.quarters) if check.quarters else ""
    reserve = ""
    if undecided := check.undecided:
        how_many = "1 afvigelse" if undecided == 1 else f"{undecided} afvigelser"
        reserve = f"{how_many} fra leasinggiver er ikke afgjort"
    return ShownCheck(check, TEXTS[check.key].format(span=span), _note(check), reserve)


def _note(check: Check) -> str:
    if len(check.reconciled) == 1:
        return _differences(check.reconciled[0])
    if check.reconciled:
        return ". ".join(f"{one.quarter.label}: {_differences(one)}" for one in check.reconciled)
    return " ".join(sentences_of_breaches(check.broken))


def _differences(reconciled: Reconciled) -> str:
    """Name every amount between what is invoiced and what is expected."""
    found = reconciled.found
    amounts = [
        (PILE_NAMES[pile.pile], pile.amount_ore) for pile in found.piles.values() if pile.amount_ore
    ]
    amounts += [("På tidligere fakturaer", -found.by_earlier_ore)] if found.by_earlier_ore else []
    amounts += [("For senere kvartaler", found.of_later_ore)] if found.of_later_ore else []
    named = [f"{name} {format_kroner(amount, sign=True)}" for name, amount in amounts]
    return "; ".join([f"Faktureret {format_kroner(found.invoiced_ore)}", *named])
