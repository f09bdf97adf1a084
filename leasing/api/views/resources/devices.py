"""Devices, and who has had them."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from ninja import Schema
from pydantic import Field

from albertslund_it.common.permissions import VIEW_DEVICE
from inventory.models import Device, Placement
from inventory.organisation.selectors.scope import devices_seen_by, sees_all, units_seen_by
from inventory.placements.selectors import end_of, intervals, placements_in_force
from leasing.api.selectors.clients import Reader
from leasing.api.views.resource import Filters, Resource, Rows
from leasing.api.views.resources.refs import device_ref, person_ref, unit_ref
from leasing.api.views.schemas import Day, DeviceRef, PersonRef, SerialNumber, Text, UnitRef
from leasing.devices.selectors.device_list import device_rows


class DeviceOut(Schema):
    """A device as it stands today; without a unit it is in IT's stock."""

    id: int
    serial_number: str
    model: str
    category: str
    ram_gb: int | None
    windows_11: bool | None
    warranty_until: date | None
    unit: UnitRef | None
    employee: PersonRef | None
    used_for: str | None = Field(description="null, hvor rollen ikke ser navne.")
    placed_from: date | None
    sub_agreement: str | None
    lease_starts_on: date | None
    lease_state: str | None
    quarter_ore: int | None = Field(description="Hvad leasingen koster i dette kvartal.")
    last_seen: date | None = Field(description="null, hvor rollen ikke ser det.")
    left_on: date | None = Field(description="Hvornår det er gået ud af registeret.")


class DeviceFilters(Filters):
    """Which devices."""

    serial_number: SerialNumber | None = None
    model: Text | None = None
    category: Text | None = None
    unit: Text | None = Field(None, description="Enhedsnr. på den enhed, der har det i dag.")
    in_register: bool | None = None
    lookups: ClassVar = {
        "serial_number": "serial_number",
        "model": "model__name",
        "category": "model__category__name",
    }

    def narrow(self, rows, reader):
        rows = super().narrow(rows, reader)
        if self.unit is not None:
            placed = placements_in_force(reader.on).filter(unit__number=self.unit)
            rows = rows.filter(pk__in=placed.values("device"))
        if self.in_register is not None:
            known = rows.in_register if self.in_register else rows.out_of_register
            rows = known(reader.on)
        return rows


def show_devices(devices: Sequence[Device], reader: Reader):
    """Yield devices as the list of devices has them."""
    ids = [device.pk for device in devices]
    placed = placements_in_force(reader.on).filter(device__in=ids)
    holders = {one.device_id: one for one in placed.select_related("unit__department", "employee")}
    known = {device.pk: device for device in devices}
    for row in device_rows(ids, reader.on):
        device, holder = known[row.id], holders.get(row.id)
        yield {
            **device_ref(device),
            "model": row.model,
            "category": row.category,
            "ram_gb": device.ram_gb,
            "windows_11": device.windows_11,
            "warranty_until": device.warranty_until,
            "unit": unit_ref(holder.unit) if holder else None,
            "employee": person_ref(holder.employee, reader) if holder else None,
            "used_for": row.used_for if reader.sees_names else None,
            "placed_from": row.since,
            "sub_agreement": row.sub_agreement or None,
            "lease_starts_on": row.lease_starts_on,
            "lease_state": row.lease_state.key if row.lease_state else None,
            "quarter_ore": row.quarter_ore,
            "last_seen": row.last_seen if reader.sees_use else None,
            "left_on": row.left_on,
        }


class PlacementOut(Schema):
    """Who has a device from a day until the day of the next; without a unit it is in stock."""

    id: int
    device: DeviceRef
    starts_on: date
    ends_before: date | None
    unit: UnitRef | None
    employee: PersonRef | None
    used_for: str | None


class PlacementFilters(Filters):
    """Which placements."""

    serial_number: SerialNumber | None = None
    unit: Text | None = Field(None, description="Enhedsnr.")
    on: Day | None = Field(None, description="Kun de tildelinger, der gælder den dag.")
    starts_from: Day | None = None
    lookups: ClassVar = {
        "serial_number": "device__serial_number",
        "unit": "unit__number",
        "starts_from": "starts_on__gte",
    }

    def narrow(self, rows, reader):
        rows = super().narrow(rows, reader)
        if self.on is not None:
            rows = rows.filter(pk__in=placements_in_force(self.on).values("pk"))
        return rows


def placements_read_by(reader: Reader) -> Rows:
    """Return the placements at units that a client sees; of the stock for who sees all."""
    every = intervals().select_related("device", "unit__department", "employee")
    if sees_all(reader.user):
        return every
    return every.filter(unit__in=units_seen_by(reader.user, reader.on))


def show_placements(placements: Sequence[Placement], reader: Reader):
    """Yield placements with their ends."""
    for one in placements:
        yield {
            "id": one.pk,
            "device": device_ref(one.device),
            "starts_on": one.starts_on,
            "ends_before": end_of(one),
            "unit": unit_ref(one.unit),
            "employee": person_ref(one.employee, reader),
            "used_for": one.used_for if reader.sees_names else None,
        }


RESOURCES = (
    Resource(
        "devices",
        DeviceOut,
        DeviceFilters,
        (VIEW_DEVICE,),
        lambda reader: devices_seen_by(reader.user, reader.on),
        show_devices,
    ),
    Resource(
        "placements",
        PlacementOut,
        PlacementFilters,
        (VIEW_DEVICE,),
        placements_read_by,
        show_placements,
    ),
)
