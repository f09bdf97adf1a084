"""Decisions whose difference is gone are taken back, with what they cost or ask for."""

from datetime import date

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor
from inventory.models import Unit
from leasing.models import BillingRun, Charge, DifferenceOutcome, InvoiceLine, SupplierInvoice
from leasing.supplier.selectors.reconciliation import orphans_of


@transaction.atomic
def take_back_orphan(*, outcome_id: int, quarter: Quarter, actor: Actor, today: date) -> str:
    """Delete a decision whose difference is gone, and say what became of its charge.

    Raises:
        Refused: when it is taken back already, or the difference is there again.
    """
    lock(BillingRun, SupplierInvoice, Charge, DifferenceOutcome)
    orphans = {orphan.id: orphan for orphan in orphans_of(quarter)}
    if outcome_id not in orphans:
        raise Refused(
            "Afgørelsen er taget tilbage allerede, eller afvigelsen er kommet igen. "
            "Så rettes den under sin bunke."
        )
    orphan = orphans[outcome_id]
    charge, changes = orphan.charge, Changes((Charge,))
    orphan.delete()
    if charge is None:
        return "Kravet er taget tilbage."
    if not InvoiceLine.objects.filter(charge=charge).exists():
        charge.delete()
        return "Engangsbeløbet er slettet. Det var ikke opkrævet."
    changes.create(
        Charge(
            charged_on=today,
            unit=charge.unit,
            amount_ore=-charge.amount_ore,
            text=_free_text(f"Tilbageført: {charge.text}"[:190], charge.unit, today),
            device=charge.device,
        )
    )
    changes.save(actor)
    return "Beløbet er ført tilbage med et modsat engangsbeløb, som kommer med i næste kørsel."


def _free_text(text: str, unit: Unit, day: date) -> str:
    """Return a text that the unit has no charge with on the day: the three are its key."""
    taken = set(Charge.objects.filter(charged_on=day, unit=unit).values_list("text", flat=True))
    unique, number = text, 1
    while unique in taken:
        number += 1
        unique = f"{text} ({number})"
    return unique
