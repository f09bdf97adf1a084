"""How a lease ends: what is to happen when it runs out, and a stop before that."""

from datetime import date

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.people import Actor
from leasing.leases.services.corrections import faults_of_price, locked_lease, save_lease, terms_of
from leasing.models import EndChoice, Lease, LeaseTerm

EXTENSION_QUARTERS = range(1, 5)


@transaction.atomic
def decide_lease(
    *,
    serial_number: str,
    choice: str,
    actor: Actor,
    starts_on: date | None = None,
    quarters: int | None = None,
    price_ore: int | None = None,
) -> Changes:
    """Record what is to happen when a lease runs out; an extension adds a term.

    `starts_on`, `quarters` and `price_ore` belong to an extension. The day must be the one on
    which the term before ends: entering an extension twice does not extend twice.

    Raises:
        Refused: with every reason; nothing is written.
    """
    lease = locked_lease(serial_number)
    changes = Changes((Lease, LeaseTerm))
    given = (starts_on, quarters, price_ore)
    if choice not in EndChoice.values:
        raise Refused(f"»{choice}« er ikke et udløbsvalg. Skriv {', '.join(EndChoice.values)}.")
    if choice == EndChoice.EXTENSION:
        changes.create(_extension(lease, *given))
    elif given != (None, None, None):
        raise Refused("Dato, antal kvartaler og pris hører kun til en forlængelse (extension).")
    changes.update(lease, str(lease.device), end_choice=choice)
    changes.save(actor)
    return changes


@transaction.atomic
def stop_lease(*, serial_number: str, stops_on: date | None, actor: Actor) -> Changes:
    """Let a lease cost nothing from a day on; None takes the stop away again.

    Raises:
        Refused: when the day is before the lease, or after it has run out.
    """
    lease = locked_lease(serial_number)
    if stops_on is not None:
        ends_before = terms_of(lease)[-1].ends_before
        if stops_on < lease.starts_on:
            raise Refused(
                f"Leasingen af {lease.device} begynder den {lease.starts_on:%d-%m-%Y} og kan "
                "tidligst stoppe den dag. Så koster den intet."
            )
        if stops_on > ends_before:
            raise Refused(
                f"Leasingen af {lease.device} udløber af sig selv den {ends_before:%d-%m-%Y}."
            )
    return save_lease(lease, actor, stops_on=stops_on)


def _extension(
    lease: Lease, starts_on: date | None, quarters: int | None, price_ore: int | None
) -> LeaseTerm:
    """Make the term that follows the last one, or say everything that is wrong with it."""
    terms = terms_of(lease)
    ends_before = terms[-1].ends_before
    reasons = []
    if starts_on != ends_before:
        reasons.append(
            f"Forlængelsen af {lease.device} skal begynde den {ends_before:%d-%m-%Y}, "
            "hvor løbetiden før slutter."
        )
    if quarters not in EXTENSION_QUARTERS:
        reasons.append("En forlængelse er på 1–4 kvartaler.")
    reasons += faults_of_price(price_ore)
    if lease.stops_on:
        reasons.append(
            f"Leasingen af {lease.device} er stoppet fra den {lease.stops_on:%d-%m-%Y}. "
            "Fjern stoppet, før den forlænges."
        )
    if reasons or price_ore is None or quarters is None:
        raise Refused(*reasons)
    return LeaseTerm(lease=lease, position=len(terms) + 1, price_ore=price_ore, quarters=quarters)
