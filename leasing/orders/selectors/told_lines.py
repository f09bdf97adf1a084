"""The lines of an order as its price and its reply tell them, typed or saved."""

from dataclasses import dataclass
from datetime import date

from inventory.models import Employee, Unit
from leasing.leases.selectors.leases import instalment_of, leases_of
from leasing.models import LossReport, Order, Status
from leasing.orders.selectors.line_facts import price_of_new


@dataclass(frozen=True, slots=True)
class ToldLine:
    """A line; `quarter_ore` is of one of them, and None where no price is known.

    `saved_ore` is what a quarter of the device it replaces costs, `stock` the serial number of one
    that is taken from the shelf. What is lost comes not back, and saves nothing. It `breaks_rule`
    while nobody has said what is to happen, and `is_open` while nobody has said whether what
    stands on the shelf will do.
    """

    model: str
    quantity: int
    employee: Employee | None
    unit: Unit | None
    quarter_ore: int | None
    replaces: str = ""
    saved_ore: int = 0
    replaced_is_lost: bool = False
    stock: str = ""
    asks_head: bool = False
    breaks_rule: bool = False
    is_open: bool = False

    @property
    def whole_ore(self) -> int | None:
        return None if self.quarter_ore is None else self.quarter_ore * self.quantity


def told_lines(order: Order, today: date) -> list[ToldLine]:
    """Return the lines of an order as they were saved."""
    linked = ("model__category", "employee", "unit", "replaces")
    lines = list(order.lines.select_related(*linked).order_by("position"))
    from_stock = {
        line.pk: one.device
        for line in order.lines.prefetch_related("devices__device")
        for one in line.devices.all()
        if one.is_from_stock
    }
    replaced = [line.replaces_id for line in lines if line.replaces_id]
    leases = leases_of([*replaced, *(device.pk for device in from_stock.values())])
    lost = set(
        LossReport.objects.open().filter(device__in=replaced).values_list("device", flat=True)
    )
    prices = {line.model_id: price_of_new(line.model, today)[0] for line in lines}
    told = []
    for line in lines:
        stock = from_stock.get(line.pk)
        new = prices[line.model_id]
        told.append(
            ToldLine(
                model=line.model.name,
                quantity=line.quantity,
                employee=line.employee,
                unit=line.unit,
                quarter_ore=instalment_of(leases.get(stock.pk), today) if stock else new,
                replaces=str(line.replaces or ""),
                saved_ore=0
                if line.replaces_id in lost
                else instalment_of(leases.get(line.replaces_id or 0), today),
                replaced_is_lost=line.replaces_id in lost,
                stock=str(stock or ""),
                asks_head=line.status == Status.AWAITING,
            )
        )
    return told
