"""Orders as they stand when they are to be bought or delivered."""

from datetime import UTC, date, datetime

from inventory.models import Category, DeviceModel
from leasing.models import Order, OrderLine
from leasing.models.order import Status
from leasing.orders.selectors.scans import Scan
from leasing.orders.services.reception import receive
from tests import builders as make

TODAY = date(2026, 5, 4)
NOW = datetime(2026, 5, 4, 8, tzinfo=UTC)


def line(order=None, *, model=None, quantity=1, employee=None, unit=None, **fields):
    """Make one more line, of an order of its own unless one is named; approved unless told."""
    order = order or Order.objects.create(created_at=NOW)
    return OrderLine.objects.create(
        order=order,
        position=order.lines.count() + 1,
        model=model or make.model(),
        quantity=quantity,
        employee=employee,
        unit=unit or (employee.unit if employee else make.unit()),
        reason=fields.pop("reason", OrderLine.Reason.NEW),
        status=fields.pop("status", Status.APPROVED),
        **fields,
    )


def bought(order=None, number="4711", **fields):
    """Make a line that is bought at the lessor."""
    return line(
        order, status=Status.ORDERED, supplier_order_number=number, ordered_on=TODAY, **fields
    )


def screen():
    """Return a model without serial numbers, with a price."""
    kind = Category.objects.get_or_create(name="skærm", defaults={"has_serial_numbers": False})[0]
    model, is_new = DeviceModel.objects.get_or_create(name="Skærm 27", category=kind)
    if is_new:
        make.price(model, price_ore=160000)
    return model


def scan(number, *serial_numbers, model=None, **options):
    """Take in serial numbers of one model on an order number."""
    options.setdefault("scans", [Scan((model or make.model()).pk, tuple(serial_numbers))])
    return receive(
        number=number,
        sub_agreement=options.pop("sub_agreement", "UA-9"),
        starts_on=options.pop("starts_on", date(2026, 5, 1)),
        actor=options.pop("actor", None),
        today=TODAY,
        now=NOW,
        **options,
    )
