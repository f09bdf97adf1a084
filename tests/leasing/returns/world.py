"""Devices that are to go back, a cage, and short ways to pack it."""

from datetime import UTC, date, datetime

from inventory.models import Departure
from leasing.models import PackedDevice
from leasing.returns.selectors.cages import cage_page
from leasing.returns.services.cages import collect_cage, save_cage
from leasing.returns.services.packing import pack_devices, plan_devices
from tests import builders as make

TODAY = date(2026, 5, 20)
NOW = datetime(2026, 5, 20, 9, tzinfo=UTC)
GONE_ON = date(2026, 5, 19)


def returning(count=3, first=1, unit=None):
    """Lease some T14 that it is decided to return; 349,41 a quarter."""
    leases = [make.lease(f"PF{n:06}", unit=unit) for n in range(first, first + count)]
    return [make.decided(lease, "return").device for lease in leases]


def cage(place="Rådhuset", room_for=40, **values):
    values = {"cage_id": None, "collected_on": TODAY, "note": "", **values}
    return save_cage(place=place, room_for=room_for, actor=None, today=TODAY, **values)


def plan(where, *devices):
    ids = [device.pk for device in devices]
    return plan_devices(cage_id=where.pk, device_ids=ids, actor=None)


def pack(where, *devices, wiped="yes"):
    return pack_devices(cage_id=where.pk, devices=devices, wiped=wiped, actor=None, now=NOW)


def collect(where, gone_on=GONE_ON, knows_unwiped=False):
    return collect_cage(
        cage_id=where.pk, gone_on=gone_on, knows_unwiped=knows_unwiped, actor=None, today=TODAY
    )


def states(where):
    """Return what has become of each device on a cage's list, by serial number."""
    where.refresh_from_db()
    return {str(row.device): str(row.standing) for row in cage_page(where, TODAY).rows}


def row_of(device):
    return PackedDevice.objects.get(device=device)


def has_left(device):
    return Departure.objects.filter(device=device).exists()
