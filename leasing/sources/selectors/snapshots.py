"""The snapshots of other sources: the newest of each, which alone is compared."""

from collections.abc import Mapping

from django.db.models import Exists, OuterRef, Q, QuerySet

from inventory.models import Device, FormerSerialNumber, SeenDevice, Snapshot, SourceKind
from leasing.cost_table.once import once_a_moment
from leasing.models import LessorAsset


@once_a_moment
def latest_snapshots() -> Mapping[str, Snapshot]:
    """Return the newest snapshot of each source, of those that there are."""
    found = Snapshot.objects.filter(is_latest=True).select_related("made_by")
    return {one.source: one for one in found}


def latest(source: SourceKind) -> Snapshot | None:
    """Return the newest snapshot of a source; None while nothing is taken in."""
    return latest_snapshots().get(source)


def seen_devices() -> QuerySet[SeenDevice]:
    """Return the devices of the MDM's newest snapshot; of none where there is none."""
    snapshot = latest(SourceKind.INTUNE)
    if snapshot is None:
        return SeenDevice.objects.none()
    return SeenDevice.objects.filter(snapshot=snapshot.pk)


def lessor_assets() -> QuerySet[LessorAsset]:
    """Return the lines of the lessor's newest list; of none where there is none."""
    snapshot = latest(SourceKind.LESSOR)
    if snapshot is None:
        return LessorAsset.objects.none()
    return LessorAsset.objects.filter(snapshot=snapshot.pk)


def of_no_device() -> Q:
    """Say of rows with a number that no device has or ever had it."""
    number = OuterRef("device_id")
    return ~Exists(Device.objects.filter(serial_number=number)) & ~Exists(
        FormerSerialNumber.objects.filter(serial_number=number)
    )


def not_among(rows: QuerySet[SeenDevice] | QuerySet[LessorAsset]) -> Q:
    """Say of devices that none of a snapshot's rows has their number, or one they had before."""
    former = FormerSerialNumber.objects.filter(device=OuterRef("pk"))
    there = rows.filter(device=OuterRef(OuterRef("serial_number")))
    return ~Exists(rows.filter(device=OuterRef("serial_number"))) & ~Exists(
        former.filter(Exists(there))
    )
