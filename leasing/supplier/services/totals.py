"""An invoice typed in as totals, where the lessor gives no lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.row_errors import FileRefused
from albertslund_it.common.money import format_kroner
from albertslund_it.common.sentences import full_stop
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.people import Actor
from leasing.models import SupplierInvoice
from leasing.supplier.services.billed import BilledLine, Header
from leasing.supplier.services.invoices import save_invoices


@dataclass(frozen=True, slots=True)
class TypedTotal:
    """What the lessor bills for a sub-agreement in a period, øre; above zero."""

    sub_agreement: str
    starts_on: date
    last_day: date
    amount_ore: int


@transaction.atomic
def enter_totals(
    *,
    number: str,
    invoice_date: date,
    net_ore: int,
    vat_ore: int | None,
    is_credit_note: bool,
    credits: str,
    totals: Sequence[TypedTotal],
    actor: Actor,
    today: date,
) -> tuple[SupplierInvoice, Changes]:
    """Enter an invoice as totals; on a credit note the amounts are typed without a minus.

    Raises:
        Refused: when the totals do not add up, or the number is there with other content.
    """
    if not totals:
        raise Refused("Skriv mindst én underaftale med periode og beløb.")
    _refuse_below_zero(net_ore, vat_ore, totals)
    sign = -1 if is_credit_note else 1
    vat = None if vat_ore is None else sign * vat_ore
    header = Header(sign * net_ore, vat, is_credit_note, credits)
    rows = [
        BilledLine(
            number=number,
            invoice_date=invoice_date,
            starts_on=total.starts_on,
            last_day=total.last_day,
            amount_ore=sign * total.amount_ore,
            sub_agreement=total.sub_agreement,
            header=header,
            row=row,
        )
        for row, total in enumerate(totals, start=1)
    ]
    try:
        changes = save_invoices(rows=rows, actor=actor, today=today)
    except FileRefused as refused:
        raise Refused(
            *(
                full_stop(f"{f'Linje {fault.row}: ' if fault.row else ''}{fault.sentence}")
                for fault in refused.errors
            )
        ) from None
    return SupplierInvoice.objects.get(number=number), changes


def _refuse_below_zero(net_ore: int, vat_ore: int | None, totals: Sequence[TypedTotal]) -> None:
    """Refuse a minus: what the lessor gives back is said by the box, not by a sign."""
    typed = [("Fakturaens beløb", net_ore), ("Momsen", vat_ore or 0)]
    typed += [(f"Linje {row}: beløbet", one.amount_ore) for row, one in enumerate(totals, start=1)]
    if below := [f"{what} er {format_kroner(ore)}" for what, ore in typed if ore < 0]:
        raise Refused(
            *below,
            "Skriv beløbene uden minus. Giver leasinggiver penge tilbage, så sæt kryds ved "
            "»Det er en kreditnota«.",
        )
