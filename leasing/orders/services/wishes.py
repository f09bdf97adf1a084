"""A line that is asked for, and what must be in order before it becomes an order line."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from inventory.models import Device, DeviceModel, Employee, Unit
from inventory.placements.selectors import placements_in_force
from inventory.placements.services.holders import fault_of_closed
from leasing.approvals.selectors.one_pc import holdings_of
from leasing.leases.selectors.prices import why_no_price
from leasing.models import OrderLine
from leasing.models.order import OPEN, Status
from leasing.orders.selectors.line_facts import orders_replacing
from leasing.orders.selectors.shelf import on_shelf, shelf_for

MOST = 500
Reason = OrderLine.Reason


@dataclass(frozen=True, slots=True)
class LineWish:
    """A number of devices of a model, for a person or for a unit; `unit` pays.

    `stock_device` is taken from the shelf instead of a new one. An exception's reason and end are
    for a person who would get one pc too many. A missing `reason` is worked out.
    """

    model: DeviceModel
    unit: Unit
    quantity: int = 1
    employee: Employee | None = None
    used_for: str = ""
    reason: str = ""
    replaces: Device | None = None
    stock_device: Device | None = None
    past_stock_because: str = ""
    exception_reason: str = ""
    exception_ends_before: date | None = None

    @property
    def settled(self) -> "LineWish":
        """Return the wish with what follows from it: the shelf's model, the reason."""
        wish = self
        if self.stock_device:
            wish = replace(wish, model=self.stock_device.model, past_stock_because="")
        if self.replaces:
            wish = replace(wish, reason=Reason.REPLACEMENT)
        return wish

    @property
    def asks_exception(self) -> bool:
        return bool(self.exception_reason)


def taken_beside(number: int, wishes: Sequence[LineWish]) -> set[int]:
    """Return what the other wishes of an order take from the shelf."""
    others = [*wishes[:number], *wishes[number + 1 :]]
    return {wish.stock_device.pk for wish in others if wish.stock_device}


def faults_of(
    wish: LineWish, today: date, wanted_on: date | None = None, taken: Collection[int] = ()
) -> list[str]:
    """Say what is wrong with a wish, the rule of one pc left out."""
    return [fault for _, fault in faults_by_field(wish, today, wanted_on, taken)]


def faults_by_field(
    wish: LineWish, today: date, wanted_on: date | None = None, taken: Collection[int] = ()
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a wish, with the name of the form's field to put it right in.

    `taken` is what the other wishes of the order take from the shelf.
    """
    for fault in fault_of_closed(wish.unit, today):
        yield "unit", f"{fault}."
    if not 1 <= wish.quantity <= MOST:
        yield "quantity", f"Antal skal være 1–{MOST}."
    elif wish.employee and wish.quantity > 1:
        yield (
            "quantity",
            f"{wish.employee} kan få én ad gangen. Lav en linje mere, eller vælg kun en enhed.",
        )
    if wish.employee and wish.employee.left_on and wish.employee.left_on <= today:
        yield (
            "who",
            f"{wish.employee} er fratrådt den {wish.employee.left_on:%d-%m-%Y}. "
            "Vælg en anden, eller ret datoen.",
        )
    if not wish.stock_device and (
        reason := why_no_price(wish.model, max(today, wanted_on or today))
    ):
        yield "model", reason
    if wish.reason == Reason.REPLACEMENT and not wish.replaces:
        yield "replaces", "Vælg det udstyr, der erstattes."
    if wish.exception_ends_before and wish.exception_ends_before <= today:
        yield "exception_until", "Dispensationen skal udløbe efter i dag."
    if wish.replaces:
        if wish.asks_exception:
            yield "exception_reason", why_not_both(wish.replaces)
        yield from (
            ("replaces", fault) for fault in _faults_of_replaced(wish, wish.replaces, today)
        )
    yield from _faults_of_stock(wish, today, taken)


def why_not_both(replaced: Device) -> str:
    """Say that a pc is either one more or instead of another."""
    return (
        f"Linjen både erstatter {replaced} og beder om dispensation. Vælg »Erstatter ikke noget«, "
        "hvis lederen skal spørges, eller slet begrundelsen."
    )


def why_no_replacement(model: DeviceModel, replaced: Device) -> str:
    """Say that a device is of another kind than the one that would replace it."""
    return (
        f"{replaced} er {replaced.model.name} og kan ikke erstattes af {model.name}. Vælg udstyr "
        f"af samme slags ({model.category.name}), eller »Erstatter ikke noget«."
    )


def reason_of(wish: LineWish, today: date) -> str:
    """Return the reason for a wish, chosen or found from what the person or the unit has."""
    if wish.reason or not wish.employee:
        return wish.reason or Reason.SHARED
    employee, model = wish.employee, wish.model
    if model.category.is_pc:
        holdings = holdings_of(employee, today)
        if holdings.count:
            return Reason.EXCEPTION if holdings.exceptions else Reason.EXTRA
    has_one = placements_in_force(today).filter(
        employee=employee, device__model__category=model.category_id
    )
    coming = OrderLine.objects.filter(employee=employee, model__category=model.category_id)
    if has_one.exists() or coming.filter(status__in=OPEN).exclude(status=Status.DRAFT).exists():
        return Reason.EXTRA
    is_new = not employee.initials or (employee.starts_on and employee.starts_on >= today)
    return Reason.NEW if is_new else Reason.FIRST


def _faults_of_replaced(wish: LineWish, replaced: Device, today: date) -> Iterator[str]:
    if not wish.model.may_replace(replaced.model):
        yield why_no_replacement(wish.model, replaced)
        return
    if Device.objects.out_of_register(today).filter(pk=replaced.pk).exists():
        yield f"{replaced} er ude af registeret og erstattes ikke. Vælg »Erstatter ikke noget«."
        return
    placement = placements_in_force(today).filter(device=replaced).first()
    if wish.employee and (placement is None or placement.employee_id != wish.employee.pk):
        yield f"{replaced} er ikke hos {wish.employee}. Vælg noget, som er der."
    if order := orders_replacing([replaced.pk]).get(replaced.pk):
        yield f"{replaced} erstattes allerede på bestilling {order.number}."


def _faults_of_stock(
    wish: LineWish, today: date, taken: Collection[int]
) -> Iterator[tuple[str, str]]:
    chosen = wish.stock_device
    if chosen and wish.quantity > 1:
        yield (
            "quantity",
            f"{chosen} er kun én. Sæt antal til 1, og lav en linje mere til resten.",
        )
    elif chosen and chosen.pk in taken:
        yield "stock", f"{chosen} er valgt på flere linjer. Vælg en anden på den ene."
    elif chosen and not on_shelf(today).filter(pk=chosen.pk).exists():
        yield "stock", f"{chosen} står ikke længere frit på lageret. Vælg en anden."
    elif (
        not chosen
        and not wish.past_stock_because
        and (shelf := shelf_for(wish.model, today, without=taken))
    ):
        offer = shelf[0].device
        way = "Tag den" if wish.quantity == 1 else "Del linjen for at tage den"
        yield (
            "past_stock_because",
            f"Der står en {offer.model.name} ({offer}) på lageret. {way}, eller skriv, hvorfor "
            "den ikke kan bruges.",
        )
