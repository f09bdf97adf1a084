"""When devices were last seen, as another system tells it day by day."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.rows import among, lock
from albertslund_it.web.people import Actor
from inventory.devices.services.devices import DeviceFacts, save_devices
from inventory.imports.selectors import devices_by_serial_number
from inventory.models import Device
from inventory.models.device import DeviceSet


@transaction.atomic
def note_last_seen(
    *, seen: Mapping[str, date], devices: DeviceSet, actor: Actor, today: date
) -> tuple[int, int]:
    """Note when devices were last seen; return how many are newer, and how many were known.

    A day before the one that is known changes nothing.

    Raises:
        Refused: with every number that nobody has, and every day ahead; nothing is written.
    """
    lock(Device)
    named = devices_by_serial_number(list(seen))
    ids = among({device.pk for device in named.values()}, int)
    visible = set(devices.filter(pk__in=ids).values_list("pk", flat=True))
    known = {number: device for number, device in named.items() if device.pk in visible}
    reasons = [f"Serienummer {number} kendes ikke." for number in seen if number not in known]
    reasons += [
        f"{number} kan ikke være set {day:%d-%m-%Y}, som ikke er kommet endnu."
        for number, day in seen.items()
        if day > today
    ]
    if reasons:
        raise Refused(*reasons)
    newest: dict[int, date] = {}
    for number, day in seen.items():
        pk = known[number].pk
        newest[pk] = max(day, newest.get(pk, day))
    by_id = {device.pk: device for device in known.values()}
    rows = [
        DeviceFacts(by_id[pk].serial_number, by_id[pk].model.name, last_seen=day)
        for pk, day in newest.items()
        if (before := by_id[pk].last_seen) is None or day > before
    ]
    save_devices(rows=rows, actor=actor, today=today)
    return len(rows), len(newest) - len(rows)
