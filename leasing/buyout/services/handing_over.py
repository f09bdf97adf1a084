"""The day itself: a device that an employee has bought is handed over, and leaves the register."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.rows import among, lock
from albertslund_it.web.forms.agreement import (
    Check,
    nothing_to_see,
    refuse_unless_sure,
)
from albertslund_it.web.people import Actor
from inventory.models import Departure, Device
from leasing.billing.services.locks import PRICED
from leasing.buyout.selectors.rows import BuyoutRow, Question, buyout_rows
from leasing.lease_end.services.departures import leave_register
from leasing.models import BuyoutInvitation, EndDecision, Order


@dataclass(frozen=True, slots=True)
class Emptied:
    """What was done to a device before it was handed over."""

    is_wiped: bool
    is_unmanaged: bool


@transaction.atomic
def hand_over(
    *,
    emptied: Mapping[int, Emptied],
    left_on: date,
    actor: Actor,
    today: date,
    is_sure: bool = False,
    agree: Check = nothing_to_see,
) -> list[Departure]:
    """Hand over the devices of some leases, by lease; the municipality pays nothing after the day.

    What was not wiped, or is managed still, is asked about once more: data would leave the house.

    Raises:
        Refused: with every reason; nothing is written.
    """
    lock(Order)  # first, as by all that lets a device go
    lock(*PRICED, EndDecision, BuyoutInvitation)
    if not emptied:
        raise Refused("Sæt kryds ved det udstyr, der er overdraget.")
    rows = buyout_rows(emptied, today)
    agree()
    reasons = [why for row in rows for why in faults_of_handing_over(row)]
    if left_on > today:
        reasons.append("Dagen er ikke kommet endnu. Skriv den dag, udstyret blev overdraget.")
    if reasons:
        raise Refused(*reasons)
    doubts = [why for row in rows for why in doubts_about(row, emptied[row.lease_id])]
    refuse_unless_sure(doubts, is_sure)
    made: list[Departure] = []
    for done, devices in _alike(rows, emptied).items():
        made += leave_register(
            devices=devices,
            left_on=left_on,
            how=Departure.How.BOUGHT,
            actor=actor,
            today=today,
            is_wiped=done.is_wiped,
            is_unmanaged=done.is_unmanaged,
        )
    return made


def faults_of_handing_over(row: BuyoutRow) -> list[str]:
    """Return why a device cannot be handed over to who has it."""
    name = row.serial_number
    if row.end.left_on:
        return [f"{name} er allerede ude af registeret fra den {row.end.left_on:%d-%m-%Y}."]
    if not row.is_bought:
        return [f"{name}: frikøb er ikke besluttet."]
    if row.asked == Question.MOVED:
        return [f"{name} er ikke længere hos den medarbejder, der blev spurgt."]
    if row.asked in {Question.NO, Question.WAITS, Question.EXPIRED}:
        return [f"{name}: medarbejderen har ikke sagt ja til at købe."]
    return []


def doubts_about(row: BuyoutRow, done: Emptied) -> list[str]:
    """Say what of the municipality's would go out of the house with a device."""
    name, doubts = row.serial_number, []
    if not done.is_wiped:
        doubts.append(f"{name} er ikke slettet: kommunens data følger med ud af huset.")
    if not done.is_unmanaged:
        doubts.append(f"{name} er ikke fjernet fra enhedsstyring: kommunen styrer den stadig.")
    return doubts


def _alike(rows: list[BuyoutRow], emptied: Mapping[int, Emptied]) -> dict[Emptied, list[Device]]:
    """Return the devices by what was done to them."""
    devices = Device.objects.filter(pk__in=among([row.device_id for row in rows], int))
    by_id = {device.pk: device for device in devices}
    found: defaultdict[Emptied, list[Device]] = defaultdict(list)
    for row in rows:
        found[emptied[row.lease_id]].append(by_id[row.device_id])
    return found
