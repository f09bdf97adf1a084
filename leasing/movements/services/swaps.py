"""A warranty swap: another machine on the same lease, with the history of the one before."""

from datetime import date

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.serial_numbers import doubt, is_bar_code, why_not
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor
from inventory.imports.selectors import devices_by_serial_number
from inventory.models import Device, FormerSerialNumber
from leasing.movements.services.moves import why_gone


@transaction.atomic
def swap(
    *,
    device: Device,
    old_number: str,
    new_number: str,
    actor: Actor,
    warranty_until: date | None = None,
    is_sure: bool = False,
) -> bool:
    """Put the serial number of the replacing machine on a device; return False if it is there.

    Lease, term, placements and history stay; the old number goes on finding the device.
    `old_number` is the one that the form showed; `is_sure` that what looks like the bar code of the
    box is a serial number all the same.

    Raises:
        Refused: when the new number is no serial number or is known, or somebody was first.
    """
    lock(Device, FormerSerialNumber)
    device = Device.objects.select_related("departure").get(pk=device.pk)
    if departure := getattr(device, "departure", None):
        raise Refused(f"{device} {why_gone(departure)}.")
    old, new = device.serial_number, new_number.strip().upper()
    if new == old:
        if old == old_number:
            raise Refused("Det nummer har udstyret i forvejen. Skriv den nye maskines serienummer.")
        return False
    if old != old_number:
        raise Refused(
            f"{old_number} er allerede ombyttet til {old}, efter at du åbnede siden. Intet er gemt."
        )
    if reason := why_not(new):
        raise Refused(f"{reason}.")
    if is_bar_code(new) and not is_sure:
        raise Refused(f"{doubt(new)}, eller sig, at det er rigtigt.")
    if known := devices_by_serial_number([new]).get(new):
        raise Refused(_known(new, known, device))
    changes = Changes((Device, FormerSerialNumber))
    changes.update(device, old, serial_number=new)
    if warranty_until:
        changes.update(device, old, warranty_until=warranty_until)
    changes.create(FormerSerialNumber(device=device, serial_number=old))
    changes.save(actor)
    return True


def _known(number: str, known: Device, device: Device) -> str:
    if known.pk == device.pk:
        return (
            f"{number} er et tidligere nummer på det samme udstyr. Skriv den nye maskines nummer."
        )
    other = "" if known.serial_number == number else f" (nu {known})"
    return (
        f"{number} er i forvejen registreret som en anden maskine{other}. Kontrollér nummeret. "
        "Er den leveret som ny, så udlever den, og tag den gamle tilbage."
    )
