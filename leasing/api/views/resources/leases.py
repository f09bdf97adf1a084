"""Leases with their terms."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from ninja import Schema
from pydantic import Field

from albertslund_it.common.permissions import VIEW_DEVICE
from inventory.organisation.selectors.scope import devices_seen_by, sees_all
from leasing.api.selectors.clients import Reader
from leasing.api.views.resource import Filters, Resource, Rows
from leasing.api.views.resources.refs import device_ref
from leasing.api.views.schemas import Day, DeviceRef, SerialNumber, Text
from leasing.domain.accrual import span_of
from leasing.leases.selectors.leases import instalment_of, lease_state, leases_of
from leasing.models import Lease


class TermOut(Schema):
    """A stretch of a lease with its own price."""

    starts_on: date
    ends_before: date
    price_ore: int
    quarters: int


class LeaseOut(Schema):
    """A lease; it costs something on each day before `ends_before`."""

    id: int
    device: DeviceRef
    sub_agreement: str
    order_number: str
    starts_on: date
    ends_before: date | None
    stops_on: date | None
    state: str | None
    instalment_ore: int = Field(description="Hvad et kvartal koster i dag.")
    terms: list[TermOut]


class LeaseFilters(Filters):
    """Which leases."""

    serial_number: SerialNumber | None = None
    sub_agreement: Text | None = None
    starts_from: Day | None = None
    ends_before: Day | None = Field(None, description="Kun dem, der er slut før den dag.")
    lookups: ClassVar = {
        "serial_number": "device__serial_number",
        "sub_agreement": "sub_agreement__number",
        "starts_from": "starts_on__gte",
        "ends_before": "kept_cost__ends_before__lt",
    }


def leases_read_by(reader: Reader) -> Rows:
    """Return the leases of the devices that a client sees."""
    every = Lease.objects.select_related("device")
    if sees_all(reader.user):
        return every
    return every.filter(device__in=devices_seen_by(reader.user, reader.on))


def show_leases(leases: Sequence[Lease], reader: Reader):
    """Yield leases with their terms laid end to end."""
    found = leases_of([lease.device_id for lease in leases])
    for one in leases:
        lease = found[one.device_id]
        state = lease_state(lease, reader.on)
        yield {
            "id": lease.pk,
            "device": device_ref(one.device),
            "sub_agreement": lease.sub_agreement.number,
            "order_number": lease.order_number,
            "starts_on": lease.starts_on,
            "ends_before": span_of(lease.laid, lease.stops_on)[1] if lease.laid else None,
            "stops_on": lease.stops_on,
            "state": state.key if state else None,
            "instalment_ore": instalment_of(lease, reader.on),
            "terms": [
                {
                    "starts_on": term.starts_on,
                    "ends_before": term.ends_before,
                    "price_ore": term.price_ore,
                    "quarters": term.quarters,
                }
                for term in lease.laid
            ],
        }


RESOURCES = (
    Resource("leases", LeaseOut, LeaseFilters, (VIEW_DEVICE,), leases_read_by, show_leases),
)
