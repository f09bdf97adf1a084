"""The history of a device: its own, its placements', its lease's and what was asked about it."""

from inventory.history.selectors import SHOWN, History, Rows, history_of
from inventory.models import Device, ExpectedReturn, FormerSerialNumber, Placement
from leasing.models import Lease, LeaseTerm, LossReport


def history_of_device(device: Device, *, with_people: bool, shown: int | None = SHOWN) -> History:
    """Return the latest changes to a device, its placements and its lease."""

    def ids(rows):
        return rows.values_list("pk", flat=True)

    begins = f"{device.pk} "  # how the rows that belong to a device are named
    leases = list(ids(Lease.objects.filter(device=device)))
    return history_of(
        Rows(Device, [device.pk]),
        Rows(Placement, ids(device.placements), deleted=f"{begins}fra "),
        Rows(ExpectedReturn, ids(device.expected_returns), deleted=f"{begins}senest "),
        Rows(FormerSerialNumber, ids(device.former_serial_numbers)),
        Rows(LossReport, ids(device.losses)),
        Rows(Lease, leases),
        Rows(LeaseTerm, ids(LeaseTerm.objects.filter(lease__in=leases))),
        with_people=with_people,
        shown=shown,
    )
