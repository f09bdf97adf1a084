"""The lessor's cages: what is to go in each, what is in it, and what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from albertslund_it.web.database.rows import among
from inventory.models import Departure, Device, Placement
from inventory.placements.selectors import placements_in_force
from leasing.data_quality.selectors.sets import instalments, unreceived, unreturned
from leasing.domain.accrual import span_of
from leasing.leases.selectors.leases import leases_of
from leasing.models import Cage, Charge, LossReport, PackedDevice
from leasing.returns.selectors.proposed import decided_return


class PackedState(StrEnum):
    """What has become of a device on a cage's packing list."""

    PLANNED = "planned"
    PACKED = "packed"
    GONE = "gone"  # with the cage
    CONFIRMED = "confirmed"  # the lessor has it
    UNRECEIVED = "unreceived"  # the lessor confirmed the others
    MISSING = "missing"  # the cage went without it
    LOST = "lost"  # reported lost or stolen
    KEPT = "kept"  # it is not decided any more that it goes back
    CHARGED = "charged"  # charged to a unit since
    LEFT = "left"  # out of the register by another way


FAULTS = (PackedState.MISSING, PackedState.UNRECEIVED)


def cages() -> QuerySet[Cage]:
    """Return the cages, each with `listed` and `packed`, the devices on its list and in it."""
    return Cage.objects.annotate(
        listed=Count("packed_devices"),
        packed=Count("packed_devices", filter=Q(packed_devices__packed_at__isnull=False)),
    )


def cages_with_faults(on: date) -> QuerySet[Cage]:
    """Return the cages with something on their list that is neither back nor settled."""
    faults = PackedDevice.objects.filter(cage=OuterRef("pk")).filter(
        Q(device__in=unreturned(on).values("pk")) | Q(device__in=unreceived(on).values("pk"))
    )
    return cages().filter(Exists(faults))


def taking_room(cage: Cage) -> QuerySet[PackedDevice]:
    """Return what takes a place in a cage: what is in it, and what is to be."""
    here = PackedDevice.objects.filter(cage=cage, device__departure=None)
    returning = decided_return().values("term__lease__device")
    return here.filter(Q(packed_at__isnull=False) | Q(device__in=returning))


@dataclass(frozen=True, slots=True)
class Settled:
    """What settles a fault of some devices: a charge since a day, a loss, or another decision.

    `returning` are those that it is decided to return.
    """

    charged: dict[int, date]
    lost: frozenset[int]
    returning: frozenset[int]

    @staticmethod
    def of(device_ids: Iterable[int]) -> "Settled":
        ids = among(list(device_ids), int)
        charges = Charge.objects.filter(device__in=ids).order_by("charged_on")
        losses = LossReport.objects.open().filter(device__in=ids)
        decided = decided_return().filter(term__lease__device__in=ids)
        return Settled(
            dict(charges.values_list("device", "charged_on")),
            frozenset(losses.values_list("device", flat=True)),
            frozenset(decided.values_list("term__lease__device", flat=True)),
        )


def standing_of(row: PackedDevice, cage: Cage, settled: Settled) -> PackedState:
    """Return what has become of a device on a packing list, with its departure read."""
    departure = getattr(row.device, "departure", None)
    charged_on = settled.charged.get(row.device_id)
    is_charged = bool(cage.gone_on and charged_on and charged_on >= cage.gone_on)
    if departure is None:
        if row.device_id in settled.lost:
            return PackedState.LOST
        if row.device_id not in settled.returning:
            return PackedState.KEPT
        if cage.gone_on is None:
            return PackedState.PACKED if row.packed_at else PackedState.PLANNED
        return PackedState.CHARGED if is_charged else PackedState.MISSING
    if departure.how != Departure.How.RETURNED or not (row.packed_at and cage.gone_on):
        return PackedState.LEFT
    if row.confirmed_on:
        return PackedState.CONFIRMED
    if cage.confirmed_on is None:
        return PackedState.GONE
    return PackedState.CHARGED if is_charged else PackedState.UNRECEIVED


@dataclass(frozen=True, slots=True)
class PackedRow:
    """A device on a packing list: where it stands, when its lease ends, what it costs a quarter."""

    packed: PackedDevice
    standing: PackedState
    placement: Placement | None
    ends_before: date | None
    quarter_ore: int

    @property
    def device(self) -> Device:
        return self.packed.device

    @property
    def is_fault(self) -> bool:
        return self.standing in FAULTS

    @property
    def takes_room(self) -> bool:
        """Return whether the device takes a place in the cage, as `taking_room` does."""
        if self.standing == PackedState.KEPT:
            return self.packed.packed_at is not None
        return self.standing != PackedState.LEFT


@dataclass(frozen=True)
class CagePage:
    """A cage with its packing list."""

    cage: Cage
    rows: tuple[PackedRow, ...]

    def count(self, *standings: PackedState) -> int:
        return sum(row.standing in standings for row in self.rows)

    @property
    def packed(self) -> list[PackedRow]:
        """Return what is in the cage."""
        return [row for row in self.rows if row.standing == PackedState.PACKED]

    @property
    def planned(self) -> list[PackedRow]:
        return [row for row in self.rows if row.standing == PackedState.PLANNED]

    @property
    def stuck(self) -> list[PackedRow]:
        """Return what is in the cage and must not go with it."""
        return [row for row in self._not_going if row.packed.packed_at]

    @property
    def falling_off(self) -> list[PackedRow]:
        """Return what is planned, and comes off the list when the cage goes."""
        kept = PackedState.KEPT
        return [row for row in self._not_going if not row.packed.packed_at and row.standing == kept]

    @property
    def _not_going(self) -> list[PackedRow]:
        return [row for row in self.rows if row.standing in (PackedState.KEPT, PackedState.LOST)]

    @property
    def sent(self) -> list[PackedRow]:
        """Return what went with the cage, whether the lessor has it or not."""
        return [
            row
            for row in self.rows
            if row.standing in (PackedState.GONE, PackedState.CONFIRMED, PackedState.UNRECEIVED)
        ]

    @property
    def faults(self) -> list[PackedRow]:
        return [row for row in self.rows if row.is_fault]

    @property
    def fault_ore(self) -> int:
        return sum(row.quarter_ore for row in self.faults)

    @property
    def quarter_ore(self) -> int:
        return sum(row.quarter_ore for row in self.rows)

    @property
    def room_left(self) -> int:
        return max(0, self.cage.room_for - sum(row.takes_room for row in self.rows))


def cage_page(cage: Cage, on: date) -> CagePage:
    """Return a cage with its packing list, in a fixed number of queries."""
    linked = ("device__model", "device__departure", "packed_by")
    rows = list(PackedDevice.objects.filter(cage=cage).select_related(*linked))
    rows.sort(key=lambda row: row.device.serial_number)
    ids = [row.device_id for row in rows]
    placed = placements_in_force(on).filter(device__in=among(ids, int))
    at = {p.device_id: p for p in placed.select_related("unit__department", "employee")}
    leases, prices, settled = leases_of(ids), instalments(ids), Settled.of(ids)
    found = []
    for row in rows:
        lease = leases.get(row.device_id)
        ends = span_of(lease.laid, lease.stops_on)[1] if lease and lease.laid else None
        standing = standing_of(row, cage, settled)
        found.append(
            PackedRow(row, standing, at.get(row.device_id), ends, prices.get(row.device_id, 0))
        )
    return CagePage(cage, tuple(found))


def cage_of(device: Device) -> tuple[Cage, PackedState] | None:
    """Return the cage on whose list a device stands, and what has become of it."""
    linked = ("cage", "device__departure")
    row = PackedDevice.objects.filter(device=device).select_related(*linked).first()
    if row is None:
        return None
    return row.cage, standing_of(row, row.cage, Settled.of([device.pk]))


@dataclass(frozen=True, slots=True)
class Scanned:
    """What came of some devices: packed now, packed before, or why not."""

    packed: tuple[Device, ...]
    again: tuple[Device, ...]
    refused: tuple[tuple[Device, str], ...]
