"""Devices that are not leased, and facts about any device."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from albertslund_it.common.files.cells import KEEP, Keep, given
from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.common.serial_numbers import doubt
from albertslund_it.web.database.bulk import Changes, ValueChange
from albertslund_it.web.database.objects import new_row
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor
from inventory.devices.services.models import ModelBook
from inventory.imports.selectors import devices_by_serial_number
from inventory.models import Category, Device, DeviceModel, Placement
from inventory.placements.services.holders import Holders
from inventory.placements.services.placements import FirstPlacements

DEVICE_FIELDS = ("ram_gb", "windows_11", "warranty_until", "last_seen")


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What is to hold for a device; KEEP leaves a value as it is.

    Unit and initials count only while the device has no placement.
    """

    serial_number: str
    model: str
    category: str | Keep = KEEP
    ram_gb: int | Keep | None = KEEP
    windows_11: bool | Keep | None = KEEP
    warranty_until: date | Keep | None = KEEP
    last_seen: date | Keep | None = KEEP
    unit: str | None = None
    initials: str | None = None
    row: int | None = None


@transaction.atomic
def save_devices(
    *, rows: Sequence[DeviceFacts], actor: Actor, today: date, errors: RowErrors | None = None
) -> Changes:
    """Create or change devices; one that nobody has is placed from today where a row says so.

    Raises:
        FileRefused: with every fault; nothing is written.
    """
    lock(Category, DeviceModel, Device, Placement)
    errors = errors or RowErrors()
    changes = Changes((Category, DeviceModel, Device, Placement))
    book, holders = ModelBook(changes, errors), Holders(row.initials for row in rows)
    devices = devices_by_serial_number([row.serial_number for row in rows])
    first_placements = FirstPlacements(changes, devices.values())
    for row in rows:
        device = devices.get(row.serial_number)
        key = device.serial_number if device else row.serial_number
        is_first = errors.is_first(row.row, key, f"Serienummer {row.serial_number}")
        model = book.state(row.row, row.model, row.category)
        unit, employee = holders.find(row.row, row.unit, row.initials, errors, today)
        if device is None and (reason := doubt(row.serial_number)):
            errors.add(row.row, f"Serienummer {reason}")
        if model is None or not is_first:
            continue
        values = given(row, *DEVICE_FIELDS) | {"model": model}
        if device:
            changes.update(device, key, **values)
        else:
            told = ValueChange(key, f"nyt udstyr: {model.name}")
            device = changes.create(new_row(Device, serial_number=key, **values), told)
        if unit:
            first_placements.add(device, today, unit, employee)
    errors.refuse()
    changes.save(actor)
    return changes
