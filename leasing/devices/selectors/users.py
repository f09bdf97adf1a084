"""Who uses some devices today, and can be written to."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from albertslund_it.web.database.rows import among
from inventory.models import Device, Employee
from inventory.placements.selectors import placements_in_force


@dataclass(frozen=True, slots=True)
class Users:
    """Those who have devices, each with theirs; `unmailed` have no address, `nobodys` no person."""

    mailed: list[tuple[Employee, list[Device]]]
    unmailed: list[tuple[Employee, list[Device]]]
    nobodys: list[Device]


def users_of(device_ids: Collection[int], on: date) -> Users:
    """Return who has some devices on a day, by name."""
    devices = Device.objects.select_related("model").filter(pk__in=among(device_ids, int))
    placed = placements_in_force(on).filter(
        device__in=among(device_ids, int), employee__isnull=False
    )
    whose = {one.device_id: one.employee for one in placed.select_related("employee")}
    theirs: dict[Employee, list[Device]] = {}
    nobodys = []
    for device in devices.order_by("serial_number"):
        if employee := whose.get(device.pk):
            theirs.setdefault(employee, []).append(device)
        else:
            nobodys.append(device)
    by_name = sorted(theirs.items(), key=lambda one: (one[0].name, one[0].pk))
    return Users(
        mailed=[one for one in by_name if one[0].mail],
        unmailed=[one for one in by_name if not one[0].mail],
        nobodys=nobodys,
    )
