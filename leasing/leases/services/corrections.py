"""What happens to a lease after it has begun: how it ends, and what was entered wrongly.

All of it may be entered late: the next closing bills the difference.
"""

from datetime import date

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.money import MAX_ORE
from albertslund_it.common.serial_numbers import doubt
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import lock
from albertslund_it.web.forms.agreement import Check, nothing_to_see, refuse_unless_sure
from albertslund_it.web.people import Actor
from inventory.imports.selectors import devices_by_serial_number
from inventory.models import Device
from leasing.billing.services.locks import PRICED
from leasing.domain.accrual import Term, terms_in_order
from leasing.leases.selectors.limits import Limits
from leasing.models import Lease, LeaseTerm


@transaction.atomic
def correct_lease(
    *,
    serial_number: str,
    actor: Actor,
    starts_on: date | None = None,
    price_ore: int | None = None,
    position: int = 1,
    is_sure: bool = False,
    agree: Check = nothing_to_see,
) -> Changes:
    """Correct a first day or a term's price that was entered wrongly.

    A price beyond the limit is asked about, unless one `is_sure`.

    Raises:
        Refused: with every reason; nothing is written.
    """
    lease = locked_lease(serial_number)
    changes = Changes((Lease, LeaseTerm))
    term = lease.terms.filter(position=position).first()
    reasons = faults_of_correction(lease, starts_on=starts_on, price_ore=price_ore)
    if price_ore is not None and term is None:
        reasons.append(f"Leasingen af {lease.device} har ingen løbetid nr. {position}.")
    if reasons:
        raise Refused(*reasons)
    is_new_price = term is not None and price_ore not in {None, term.price_ore}
    if is_new_price or starts_on not in {None, lease.starts_on}:
        agree()
        refuse_unless_sure(Limits.on(lease.starts_on).of_price(price_ore or 0), is_sure)
    if starts_on is not None:
        changes.update(lease, str(lease.device), starts_on=starts_on)
    if term is not None and price_ore is not None:
        subject = f"{lease.device}, løbetid {position}"
        if is_new_price:
            changes.update(term, subject, source="")  # no longer what the price list said
        changes.update(term, subject, price_ore=price_ore)
    changes.save(actor)
    return changes


def faults_of_correction(
    lease: Lease, *, starts_on: date | None, price_ore: int | None
) -> list[str]:
    """Return why a lease cannot have a first day or a price."""
    reasons = faults_of_start(lease, starts_on) if starts_on is not None else []
    return reasons + (faults_of_price(price_ore) if price_ore is not None else [])


def device_with(serial_number: str) -> Device:
    """Find a device by any serial number that it has had."""
    wanted = serial_number.strip().upper()
    device = devices_by_serial_number([wanted]).get(wanted)
    if device is None:
        way_out = doubt(wanted) or "Kontrollér, om det er rigtigt"
        raise Refused(f"Serienummer »{serial_number}« findes ikke. {way_out}.")
    return device


def locked_lease(serial_number: str) -> Lease:
    """Find a lease by any serial number its device has had; others who change it wait."""
    lock(*PRICED)
    device = device_with(serial_number)
    lease = Lease.objects.select_for_update().filter(device=device).first()
    if lease is None:
        raise Refused(f"{device} er ikke leaset, så der er ingen leasing at ændre.")
    lease.device = device
    return lease


def terms_of(lease: Lease) -> tuple[Term, ...]:
    prices = lease.terms.order_by("position").values_list("price_ore", "quarters")
    return terms_in_order(lease.starts_on, prices)


def save_lease(lease: Lease, actor: Actor, **values: object) -> Changes:
    changes = Changes((Lease,))
    changes.update(lease, str(lease.device), **values)
    changes.save(actor)
    return changes


def faults_of_price(price_ore: int | None) -> list[str]:
    if price_ore is None or not 0 < price_ore <= MAX_ORE:
        return ["Angiv prisen for hele løbetiden i kroner, over nul, fx 1.200,00."]
    return []


def faults_of_start(lease: Lease, starts_on: date) -> list[str]:
    """Return why a lease cannot begin on a day."""
    faults = []
    framework = lease.sub_agreement.framework
    if starts_on < framework.starts_on:
        faults.append(
            f"En leasing kan tidligst begynde den {framework.starts_on:%d-%m-%Y}, "
            f"hvor rammeaftalen {framework.name} begynder."
        )
    if lease.stops_on and starts_on > lease.stops_on:
        faults.append(
            f"Leasingen er stoppet fra den {lease.stops_on:%d-%m-%Y} og kan ikke begynde senere."
        )
    return faults
