"""Serial numbers as they are scanned or pasted, and what the register knows of them already."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from albertslund_it.web.database.rows import among
from inventory.imports.selectors import devices_by_serial_number
from inventory.models import Departure, Device, DeviceModel, Placement
from leasing.models import Lease
from leasing.orders.selectors.reception import LineToFill, is_inventory_number, lines_of_devices


@dataclass(frozen=True, slots=True)
class Scan:
    """What came of a model: its serial numbers, or a count of what has none.

    `first` is the number in the first inventory number that the person has seen for the count.
    """

    model_id: int
    serial_numbers: tuple[str, ...] = ()
    count: int = 0
    first: int | None = None


class Known:
    """What the register knows of serial numbers, all looked up at once."""

    def __init__(self, serial_numbers: Collection[str], lines: Iterable[LineToFill], number: str):
        self._devices = devices_by_serial_number(serial_numbers)
        ids = {device.pk for device in self._devices.values()}
        leases = Lease.objects.select_related("sub_agreement")
        self._leases = {
            lease.device_id: lease for lease in leases.filter(device_id__in=among(ids, int))
        }
        placed = Placement.objects.filter(device_id__in=among(ids, int), unit__isnull=False)
        self._placed = set(placed.values_list("device_id", flat=True))
        left = Departure.objects.filter(device_id__in=among(ids, int))
        self._gone = set(left.values_list("device_id", flat=True))
        self._on_lines = lines_of_devices(ids)
        self._line_ids = {one.line.pk for one in lines}
        self._numbers = {number.casefold()}
        for one in lines:
            theirs = one.line.supplier_order_number.casefold()
            self._numbers |= {one.line.order.number.casefold(), theirs} - {""}

    def is_there(self, serial_number: str) -> bool:
        """Return whether a device came on this same order before."""
        device = self._devices.get(serial_number)
        if device is None:
            return False
        if on_lines := self._on_lines.get(device.pk):
            return any(one.line_id in self._line_ids for one in on_lines)
        lease = self._leases.get(device.pk)
        return lease is not None and lease.order_number.casefold() in self._numbers

    def why_not(self, serial_number: str, model: DeviceModel) -> str:
        """Return why a serial number cannot be taken in as a new device of a model; else ''."""
        device = self._devices.get(serial_number)
        if device is None:
            if model.category.has_serial_numbers and is_inventory_number(serial_number):
                return f"{serial_number} er et af vores egne inventarnumre. Scan serienummeret."
            return ""
        if device.serial_number != serial_number:
            return (
                f"{serial_number} er et tidligere serienummer for {device}, som er byttet. Scan "
                f"{device}, eller kontrollér nummeret."
            )
        lease = self._leases.get(device.pk)
        if not self.is_there(serial_number) and lease:
            return self._why_leased(device, lease)
        if device.model_id != model.pk:
            return (
                f"{serial_number} står i registeret som {device.model.name}, ikke {model.name}. "
                f"Scan den under {device.model.name}, eller kontrollér nummeret."
            )
        if not lease and device.pk in self._placed:
            return (
                f"{serial_number} findes i forvejen uden leasing og er eller har været tildelt. "
                "Kontrollér nummeret."
            )
        return ""

    def _why_leased(self, device: Device, lease: Lease) -> str:
        on_lines = self._on_lines.get(device.pk)
        where = f" og leveret på bestilling {on_lines[-1].line}" if on_lines else ""
        way_out = "Kontrollér nummeret."
        if device.pk in self._gone:
            way_out = "Den er ude af registeret. Kontrollér nummeret."
        elif not on_lines and device.pk not in self._placed:
            way_out = "Den står på lageret: sæt den til side på bestillingen i stedet."
        return (
            f"{device} er allerede leaset på underaftale {lease.sub_agreement} fra "
            f"{lease.starts_on:%d-%m-%Y}{where}. {way_out}"
        )
