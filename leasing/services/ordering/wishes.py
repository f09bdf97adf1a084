"""One line of what is asked for, and what must be in order before it becomes an order line."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from inventory.models import Device, DeviceModel, Employee, Unit
from inventory.selectors.placements import placements_in_force
from leasing.models import OrderLine
from leasing.models.order import OPEN, Status
from leasing.selectors.ordering.shelf import on_shelf, shelf_for

MOST = 500
Reason = OrderLine.Reason


@dataclass(frozen=True, slots=True)
class LineWish:
    """So many of a model for a person, or for a unit; `unit` pays.

    `stock_device` is taken from the shelf instead of a new one. An exception's reason and end are
    for a person who would get one pc too many.
    """

    model: DeviceModel
    unit: Unit
    quantity: int = 1
    employee: Employee | None = None
    used_for: str = ""
    reason: str = Reason.NEW
    replaces: Device | None = None
    stock_device: Device | None = None
    past_stock_because: str = ""
    exception_reason: str = ""
    exception_ends_before: date | None = None

    @property
    def settled(self) -> "LineWish":
        """Give the wish with what follows from it: the shelf's model, the reason."""
        wish = self
        if self.stock_device:
            wish = replace(wish, model=self.stock_device.model, past_stock_because="")
        if self.replaces:
            wish = replace(wish, reason=Reason.REPLACEMENT)
        return wish

    @property
    def asks_exception(self) -> bool:
        return bool(self.exception_reason)


def faults_of(wish: LineWish, today: date) -> Iterator[str]:
    """Say what is wrong with a wish, the rule of one pc left out."""
    if not 1 <= wish.quantity <= MOST:
        yield f"Antal skal være 1–{MOST}."
    elif wish.employee and wish.quantity > 1:
        yield f"{wish.employee} kan få én ad gangen. Lav en linje mere, eller vælg kun en enhed."
    if wish.employee and wish.employee.left_on and wish.employee.left_on <= today:
        yield (
            f"{wish.employee} er fratrådt den {wish.employee.left_on:%d-%m-%Y}. "
            "Vælg en anden, eller ret datoen."
        )
    if wish.reason == Reason.REPLACEMENT and not wish.replaces:
        yield "Vælg det udstyr, der erstattes."
    if wish.exception_ends_before and wish.exception_ends_before <= today:
        yield "Dispensationen skal udløbe efter i dag."
    if wish.replaces:
        yield from _faults_of_replaced(wish, today)
    yield from _faults_of_stock(wish, today)


def _faults_of_replaced(wish: LineWish, today: date) -> Iterator[str]:
    placement = placements_in_force(today).filter(device=wish.replaces).first()
    if wish.employee and (placement is None or placement.employee_id != wish.employee.pk):
        yield f"{wish.replaces} er ikke hos {wish.employee}. Vælg en pc, som er der."
    other = OrderLine.objects.filter(
        replaces=wish.replaces, status__in=[status for status in OPEN if status != Status.DRAFT]
    ).first()
    if other:
        yield f"{wish.replaces} erstattes allerede på bestilling B{other.order_id}."


def _faults_of_stock(wish: LineWish, today: date) -> Iterator[str]:
    chosen = wish.stock_device
    if chosen and wish.quantity > 1:
        yield f"{chosen} er kun én. Sæt antal til 1, og lav en linje mere til resten."
    elif chosen and not on_shelf(today).filter(pk=chosen.pk).exists():
        yield f"{chosen} står ikke længere frit på lageret. Vælg en anden."
    elif not chosen and not wish.past_stock_because and (shelf := shelf_for(wish.model, today)):
        offer = shelf[0].device
        yield (
            f"Der står en {offer.model.name} ({offer}) på lageret. Tag den, eller skriv, hvorfor "
            "den ikke kan bruges."
        )
