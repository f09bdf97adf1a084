"""What saving, settling or deleting a one-off amount does, in rows to agree to."""

from collections.abc import Iterator

from albertslund_it.common.money import format_kroner
from leasing.billing.presenters.consequences import rows_of_consequence
from leasing.billing.presenters.runs import label_of_code, run_in_sentence
from leasing.charges.selectors.effects import ChargeEffect, SettlementEffect
from leasing.models import Charge


def run_name(charge: Charge) -> str:
    """Name the run that billed a charge of `charges_with_runs`; '' while none has."""
    code: str | None = getattr(charge, "run_code", None)
    return label_of_code(code) if code else ""


def rows_of_effect(effect: ChargeEffect) -> Iterator[tuple[str, str]]:
    """Say what a charge does, for whoever agrees to it."""
    yield "Beløbet", _told(effect.charge)
    if effect.before:
        yield "Det, der stod", _told(effect.before)
    yield "Beløbet kommer med i", run_in_sentence(effect.run)
    others = f"{effect.waiting} på i alt {format_kroner(effect.waiting_ore)}"
    yield f"Andre engangsbeløb, der venter for {effect.charge.unit.name}", others
    for doubt in effect.doubts:
        yield "Bemærk", doubt


def rows_of_settlement(effect: SettlementEffect) -> Iterator[tuple[str, str]]:
    """Say what settling a lease does, for whoever agrees to it."""
    yield from rows_of_consequence(effect.lease)
    yield from rows_of_effect(effect.charge)


def rows_of_charge(charge: Charge) -> list[tuple[str, str]]:
    """Say what a charge is, for whoever deletes it."""
    return [("Beløbet", _told(charge))]


def _told(one: Charge) -> str:
    device = f" ({one.device})" if one.device else ""
    return (
        f"{format_kroner(one.amount_ore)} til {one.unit.name} den {one.charged_on:%d-%m-%Y}: "
        f"{one.text}{device}"
    )
