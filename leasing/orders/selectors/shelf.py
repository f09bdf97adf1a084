"""What stands on the shelf and could be used before something new is leased."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from albertslund_it.common.quarters import add_months
from albertslund_it.web.database.put_together import put_together_once
from albertslund_it.web.database.rows import among
from inventory.models import Device, DeviceModel, Placement
from inventory.placements.selectors import placements_in_force
from leasing.domain.accrual import span_of
from leasing.leases.selectors.leases import instalment_of, leases_of
from leasing.models import LossReport, OrderedDevice

LEAST_REST_MONTHS = 6  # with less, the end of the lease is already being decided
LOOKED_AT, SHOWN = 60, 5


@dataclass(frozen=True, slots=True)
class Shelved:
    """A device on the shelf, the first day after its lease, and what a quarter of it costs."""

    device: Device
    ends_before: date
    is_same_model: bool
    quarter_ore: int


def on_shelf(on: date) -> QuerySet[Device]:
    """Return the leased devices in stock neither set aside, lost nor about to be placed."""
    shelved = placements_in_force(on).filter(unit=None)
    coming = Placement.objects.filter(starts_on__gt=on, unit__isnull=False)
    lost = LossReport.objects.open()
    set_aside = OrderedDevice.objects.filter(handed_out_on=None)
    return Device.objects.in_register(on).filter(
        Q(pk__in=shelved.values("device")) | ~Q(pk__in=Placement.objects.values("device")),
        ~Q(pk__in=coming.values("device")),
        ~Q(pk__in=lost.values("device")),
        ~Q(pk__in=set_aside.values("device")),
        Q(lease__stops_on=None) | Q(lease__stops_on__gt=on),
        lease__isnull=False,
    )


def spoken_for(device_ids: Collection[int], on: date) -> set[int]:
    """Return which of some devices in stock are set aside, lost, or about to be placed."""
    return set(_spoken_for(on, devices=list(device_ids))) if device_ids else set()


@put_together_once
def _spoken_for(on: date, *, devices: Collection[int]) -> QuerySet[Any, int]:
    ids = among(devices, int)
    set_aside = OrderedDevice.objects.filter(handed_out_on=None, device__in=ids)
    lost = LossReport.objects.open().filter(device__in=ids)
    coming = Placement.objects.filter(starts_on__gt=on, unit__isnull=False, device__in=ids)
    rows = (one.order_by().values_list("device", flat=True) for one in (set_aside, lost, coming))
    first, *others = rows
    return first.union(*others)


def shelf_for(
    model: DeviceModel, on: date, *, without: Collection[int] = (), most: int = SHOWN
) -> list[Shelved]:
    """Return what could be used instead of a new one: of the model first, longest lease first.

    What is chosen already, on other lines, goes in `without`.
    """
    near = on_shelf(on).filter(model__category=model.category_id).select_related("model")
    near = near.exclude(pk__in=list(without)) if without else near
    newest = ("-lease__starts_on", "serial_number")
    devices = list(near.filter(model=model).order_by(*newest)[:LOOKED_AT])
    if len(devices) < most:
        devices += near.exclude(model=model).order_by(*newest)[:LOOKED_AT]
    leases = leases_of([device.pk for device in devices])
    found = []
    for device in devices:
        lease = leases[device.pk]
        ends_before = span_of(lease.laid, lease.stops_on)[1]
        if ends_before >= add_months(on, LEAST_REST_MONTHS):
            is_same = device.model_id == model.pk
            found.append(Shelved(device, ends_before, is_same, instalment_of(lease, on)))
    return found[:most]


def free_of_model(model: int, on: date, *, without: Collection[int], most: int) -> int:
    """Count what the shelf has of a model, up to so many."""
    one = DeviceModel.objects.filter(pk=model).first() if model < 2**31 else None
    if one is None or most < 1:
        return 0
    return sum(shelved.is_same_model for shelved in shelf_for(one, on, without=without, most=most))
