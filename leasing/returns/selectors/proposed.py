"""What is to go back and is on no packing list yet: proposed for a cage."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.rows import among, only
from inventory.models import Device, Placement
from inventory.placements.selectors import placements_in_force
from leasing.cost_table.moment import one_moment
from leasing.data_quality.selectors.sets import instalments
from leasing.domain.accrual import span_of
from leasing.leases.selectors.leases import leases_of
from leasing.models import (
    CostLease,
    EndChoice,
    EndDecision,
    LossReport,
    OrderedDevice,
)


def decided_return() -> QuerySet[EndDecision]:
    """Return the decisions by which a device is to go back; one a lease at most."""
    return EndDecision.objects.filter(choice=EndChoice.RETURN)


def proposed() -> QuerySet[Device]:
    """Return the devices that it is decided to return, and that are free to be packed.

    What is lost, set aside, gone, or on another list is not.
    """
    return (
        Device.objects.filter(
            pk__in=decided_return().values("term__lease__device"),
            departure=None,
            packed=None,
        )
        .exclude(
            pk__in=LossReport.objects.open().values("device"),
        )
        .exclude(pk__in=OrderedDevice.objects.filter(handed_out_on=None).values("device"))
    )


def proposed_once() -> QuerySet[Device]:
    """Return what is `proposed`, looked for once and not for the count and the page each."""
    return only(Device.objects.all(), set(proposed().values_list("pk", flat=True)))


def ending_in(devices: QuerySet[Device], quarter: Quarter) -> QuerySet[Device]:
    """Keep the devices whose lease has its last day in a quarter."""
    with one_moment():
        kept = CostLease.objects.filter(
            ends_before__gt=quarter.starts_on, ends_before__lte=quarter.ends_before
        )
        # Met here: a database that joins them asks each of the one for all of the other.
        ending = set(kept.values_list("lease__device", flat=True))
    return only(devices, ending.intersection(devices.order_by().values_list("pk", flat=True)))


def quarters_proposed() -> list[Quarter]:
    """Return the quarters in which leases end of what is proposed, in order."""
    with one_moment():
        leases = CostLease.objects.filter(lease__device__in=proposed().values("pk"))
        ends = set(leases.values_list("ends_before", flat=True))
    return sorted({Quarter.of(date.fromordinal(day.toordinal() - 1)) for day in ends})


@dataclass(frozen=True, slots=True)
class ProposedRow:
    """A device that could be packed."""

    pk: int
    serial_number: str
    model: str
    placement: Placement | None
    ends_before: date | None
    quarter_ore: int


def proposed_rows(ids: Collection[int], on: date) -> dict[int, ProposedRow]:
    """Return the rows of some devices, by id."""
    devices = Device.objects.filter(pk__in=among(ids, int)).select_related("model")
    placed = placements_in_force(on).filter(device__in=among(ids, int))
    at = {p.device_id: p for p in placed.select_related("unit__department", "employee")}
    leases, prices = leases_of(list(ids)), instalments(ids)
    found = {}
    for device in devices:
        lease = leases.get(device.pk)
        ends = span_of(lease.laid, lease.stops_on)[1] if lease and lease.laid else None
        found[device.pk] = ProposedRow(
            device.pk,
            device.serial_number,
            device.model.name,
            at.get(device.pk),
            ends,
            prices.get(device.pk, 0),
        )
    return found
