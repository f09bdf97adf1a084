"""Labels for devices: a QR code that leads to the device's page, and what people read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import segno
from django.urls import reverse
from django.utils.safestring import SafeString

from inventory.imports.selectors import devices_by_serial_number
from inventory.models import Device
from leasing.models import Settings

COLUMNS, LINES = 3, 8
PER_SHEET = COLUMNS * LINES
MOST = 480


@dataclass(frozen=True, slots=True)
class Label:
    """One label; `svg` draws the code of `address`."""

    device: Device
    address: str
    svg: SafeString


@dataclass(frozen=True, slots=True)
class Sheets:
    """Sheets of labels, None where a place is skipped; the serial numbers not known, and gone."""

    sheets: list[list[Label | None]]
    unknown: list[str]
    gone: list[str]

    @property
    def count(self) -> int:
        return sum(label is not None for sheet in self.sheets for label in sheet)


def sheets_of(serial_numbers: Sequence[str], *, on: date, first: int = 1) -> Sheets:
    """Lay out the labels of some devices, from a place of the first sheet on (1–24)."""
    known = devices_by_serial_number(serial_numbers)
    devices = {known[number].pk: known[number] for number in serial_numbers if number in known}
    left = Device.objects.out_of_register(on).filter(pk__in=list(devices))
    gone = [str(devices.pop(pk)) for pk in left.values_list("pk", flat=True)]
    site = Settings.objects.get().site_address.rstrip("/")
    places: list[Label | None] = [None] * (first - 1)
    places += [_label(device, site) for device in devices.values()]
    sheets = [places[i : i + PER_SHEET] for i in range(0, len(places), PER_SHEET)]
    unknown = [number for number in dict.fromkeys(serial_numbers) if number not in known]
    return Sheets(sheets if devices else [], unknown, gone)


def _label(device: Device, site: str) -> Label:
    address = f"{site}{reverse('device-detail', args=[device.pk])}"
    # Level M stands some wear; sizes and colours come from the style sheet.
    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(omitsize=True, svgclass="qr", lineclass=None)
    return Label(device, address, SafeString(drawn))
