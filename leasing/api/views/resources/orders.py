"""Orders with their lines and what came of them."""

from datetime import date, datetime

from django.db.models import Prefetch
from ninja import Schema
from pydantic import Field

from albertslund_it.common.permissions import VIEW_ORDER
from leasing.api.selectors.clients import Reader
from leasing.api.views.resource import Filters, Resource, Rows
from leasing.api.views.resources.refs import device_ref, person_ref, unit_ref
from leasing.api.views.schemas import DeviceRef, PersonRef, Text, UnitRef
from leasing.models import OrderedDevice
from leasing.models.order import Status
from leasing.orders.selectors.scope import lines_seen_by, orders_seen_by


class OrderedDeviceOut(Schema):
    """A device that came for a line, or was set aside for it."""

    device: DeviceRef
    is_from_stock: bool
    delivered_on: date
    handed_out_on: date | None


class OrderLineOut(Schema):
    """So many of a model, and how far that has come."""

    position: int
    model: str
    quantity: int
    unit: UnitRef
    employee: PersonRef | None
    used_for: str | None
    reason: str
    status: Status
    supplier_order_number: str
    ordered_on: date | None
    devices: list[OrderedDeviceOut]


class OrderOut(Schema):
    """An order, with the lines of it that the client sees."""

    id: int
    number: str
    created_at: datetime
    wanted_on: date | None
    lines: list[OrderLineOut]


class OrderFilters(Filters):
    """Which orders."""

    status: Status | None = Field(None, description="Med mindst én linje, der er så langt.")
    unit: Text | None = Field(None, description="Enhedsnr. på den enhed, der betaler en linje.")
    supplier_order_number: Text | None = None

    def narrow(self, rows, reader):
        lines = lines_seen_by(reader.user, reader.on)
        if self.status is not None:
            lines = lines.filter(status=self.status)
        if self.unit is not None:
            lines = lines.filter(unit__number=self.unit)
        if self.supplier_order_number is not None:
            lines = lines.filter(supplier_order_number=self.supplier_order_number)
        if self.model_dump(exclude_none=True):
            rows = rows.filter(pk__in=lines.order_by().values("order"))
        return rows


def orders_read_by(reader: Reader) -> Rows:
    """Return the orders that a client sees, with no other lines than it sees."""
    devices = OrderedDevice.objects.select_related("device").order_by("pk")
    lines = lines_seen_by(reader.user, reader.on).order_by("position")
    lines = lines.select_related("model", "unit__department", "employee")
    lines = lines.prefetch_related(Prefetch("devices", devices))
    orders = orders_seen_by(reader.user, reader.on)
    return orders.prefetch_related(Prefetch("lines", lines, to_attr="seen_lines"))


def show_orders(orders, reader: Reader):
    """Yield orders with their lines."""
    for order in orders:
        yield {
            "id": order.pk,
            "number": order.number,
            "created_at": order.created_at,
            "wanted_on": order.wanted_on,
            "lines": [_order_line(line, reader) for line in order.seen_lines],
        }


def _order_line(line, reader: Reader) -> dict:
    return {
        "position": line.position,
        "model": line.model.name,
        "quantity": line.quantity,
        "unit": unit_ref(line.unit),
        "employee": person_ref(line.employee, reader),
        "used_for": line.used_for if reader.sees_names else None,
        "reason": line.reason,
        "status": line.status,
        "supplier_order_number": line.supplier_order_number,
        "ordered_on": line.ordered_on,
        "devices": [
            {
                "device": device_ref(one.device),
                "is_from_stock": one.is_from_stock,
                "delivered_on": one.delivered_on,
                "handed_out_on": one.handed_out_on,
            }
            for one in line.devices.all()
        ],
    }


RESOURCES = (
    Resource("orders", OrderOut, OrderFilters, (VIEW_ORDER,), orders_read_by, show_orders),
)
