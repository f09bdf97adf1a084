"""Hand out what is ready of many orders at once: each device to whom its line is for."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.forms.agreement import Check, nothing_to_see
from albertslund_it.web.people import Actor
from inventory.models import Device
from inventory.placements.selectors import Holder
from leasing.models import OrderLine
from leasing.movements.selectors.lookups import lines_of
from leasing.movements.services.movements import hand_out
from leasing.movements.services.moves import Moved, locked_states


@transaction.atomic
def hand_out_for_lines(
    *,
    devices: Collection[Device],
    starts_on: date,
    actor: Actor,
    now: datetime,
    agree: Check = nothing_to_see,
    takes_old_back: bool = False,
    later: str = "",
) -> Moved:
    """Hand devices out from a day on, each to the person or unit of the line it is set aside for.

    Raises:
        Refused: with every reason, each by its line or device; nothing is written.
    """
    ids = [device.pk for device in devices]
    lines = lines_of(ids, starts_on)
    states, _ = locked_states(ids, [line.employee for line in lines.values()])
    lines = lines_of(ids, starts_on)  # as they are, now that nobody else changes them
    reasons = [
        f"{device} er ikke sat til side til en bestilling. Skriv, hvem den skal til."
        for device in devices
        if device.pk not in lines
    ]
    holders = {pk: Holder(one.unit, one.employee, one.used_for) for pk, one in lines.items()}
    if not all(holders[pk].has(states[pk].on(starts_on)) for pk in lines):
        agree()  # not of a double click, after which nothing is left to do
    grouped: dict[OrderLine, list[Device]] = defaultdict(list)
    for device in devices:
        if device.pk in lines:
            grouped[lines[device.pk]].append(device)
    done = []
    for line, its_devices in grouped.items():
        try:
            done.append(
                hand_out(
                    devices=its_devices,
                    unit=line.unit,
                    employee=line.employee,
                    used_for=line.used_for,
                    starts_on=starts_on,
                    takes_old_back=takes_old_back,
                    later=later,
                    actor=actor,
                    now=now,
                )
            )
        except Refused as refused:
            reasons += refused.reasons
    if reasons:
        raise Refused(*reasons)
    return Moved(
        tuple(device for moved in done for device in moved.changed),
        tuple(device for moved in done for device in moved.unchanged),
    )
