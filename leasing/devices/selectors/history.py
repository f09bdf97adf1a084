"""The history of a device: its own, its placements', its lease's and what was asked about it."""

from inventory.history.selectors import SHOWN, History, Rows, history_of
from inventory.models import Departure, Device, ExpectedReturn, FormerSerialNumber, Placement
from leasing.models import EndDecision, EndWish, Lease, LeaseTerm, LossReport, PackedDevice


def history_of_device(device: Device, *, with_people: bool, shown: int | None = SHOWN) -> History:
    """Return the latest changes to a device, its placements and its lease."""
    begins = f"{device.pk} "  # how the rows that belong to a device are named
    placements = device.placements.values_list("pk", flat=True)
    returns = device.expected_returns.values_list("pk", flat=True)
    leases = list(Lease.objects.filter(device=device).values_list("pk", flat=True))
    terms = LeaseTerm.objects.filter(lease__in=leases).values_list("pk", flat=True)
    return history_of(
        Rows(Device, [device.pk]),
        Rows(Placement, placements, deleted=f"{begins}fra "),
        Rows(ExpectedReturn, returns, deleted=f"{begins}senest "),
        Rows(FormerSerialNumber, device.former_serial_numbers.values_list("pk", flat=True)),
        Rows(LossReport, device.losses.values_list("pk", flat=True)),
        Rows(
            Departure,
            Departure.objects.filter(device=device).values_list("pk", flat=True),
            deleted=f"{begins}fra ",
        ),
        Rows(
            PackedDevice,
            PackedDevice.objects.filter(device=device).values_list("pk", flat=True),
            deleted=f"{begins}i ",
        ),
        Rows(Lease, leases),
        Rows(LeaseTerm, terms, deleted=f"{leases[0]} nr. " if leases else ""),
        Rows(EndDecision, EndDecision.objects.filter(term__in=terms).values_list("pk", flat=True)),
        Rows(EndWish, EndWish.objects.filter(lease__in=leases).values_list("pk", flat=True)),
        with_people=with_people,
        shown=shown,
    )
