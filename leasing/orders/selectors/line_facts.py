"""What to know before an order line is saved: what the person has, the price, the shelf."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from albertslund_it.common.quarters import add_months
from inventory.models import Device, DeviceModel, Employee, Unit
from inventory.placements.selectors import placements_in_force
from leasing.approvals.selectors.one_pc import holdings_of
from leasing.domain.accrual import a_quarter, accrued, span_of, terms_in_order
from leasing.leases.selectors.leases import instalment_of, leases_of
from leasing.leases.selectors.prices import why_no_price
from leasing.models import Lease, LeasePrice, LossReport, Order, OrderLine
from leasing.models.order import OPEN, Status
from leasing.orders.selectors.shelf import Shelved, shelf_for

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class HeldDevice:
    """A device that a person has, since when, and the last day of its lease (None: not leased).

    `quarter_ore` is what its lease costs a quarter, `loss` the report while it is lost or stolen,
    `order` the open order that replaces it already.
    """

    device: Device
    since: date
    last_day: date | None
    is_pc: bool
    quarter_ore: int
    loss: LossReport | None = None
    order: Order | None = None

    @property
    def saved_ore(self) -> int:
        """Return what a quarter costs less when it is replaced; a lost one's lease runs on."""
        return 0 if self.loss else self.quarter_ore


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What a line would mean; prices are øre for one, None where the list has no price."""

    employee: Employee | None
    unit: Unit | None
    model: DeviceModel | None
    held: tuple[HeldDevice, ...] = ()
    lines: tuple[OrderLine, ...] = ()
    breaks_rule: bool = False
    quarter_ore: int | None = None
    year_ore: int | None = None
    no_price: str = ""
    shelf: tuple[Shelved, ...] = ()

    @property
    def here(self) -> list[HeldDevice]:
        """Return what the person has, without what is lost or stolen."""
        return [held for held in self.held if held.loss is None]

    @property
    def lost(self) -> list[HeldDevice]:
        return [held for held in self.held if held.loss]

    @property
    def replaceable(self) -> list[HeldDevice]:
        """Return what the person has that the model may replace; until one is chosen, the pc's."""
        free = [held for held in self.held if held.order is None]
        if self.model is None:
            return [held for held in free if held.is_pc]
        return [held for held in free if self.model.may_replace(held.device.model)]


def facts_of_line(
    *,
    employee: Employee | None,
    unit: Unit | None,
    model: DeviceModel | None,
    today: date,
    taken: Collection[int] = (),
) -> LineFacts:
    """Return what to know about a line, of which anything may still be missing.

    `taken` is what other lines take from the shelf.
    """
    held: tuple[HeldDevice, ...] = ()
    lines: tuple[OrderLine, ...] = ()
    breaks = False
    if employee:
        unit = unit or employee.unit
        held, lines = _held_by(employee, today), _open_for(employee)
        is_pc = model is None or model.category.is_pc
        breaks = is_pc and not holdings_of(employee, today).has_room
    quarter, year = price_of_new(model, today)
    return LineFacts(
        employee=employee,
        unit=unit,
        model=model,
        held=held,
        lines=lines,
        breaks_rule=breaks,
        quarter_ore=quarter,
        year_ore=year,
        no_price=why_no_price(model, today) if model else "",
        shelf=tuple(shelf_for(model, today, without=taken)) if model else (),
    )


def _held_by(employee: Employee, today: date) -> tuple[HeldDevice, ...]:
    in_force = placements_in_force(today).filter(employee=employee)
    placed = list(in_force.select_related("device__model__category").order_by("starts_on"))
    ids = [placement.device_id for placement in placed]
    leases = leases_of(ids)
    losses = LossReport.objects.open().filter(device__in=ids)
    lost = {loss.device_id: loss for loss in losses}
    replaced = orders_replacing(ids)
    return tuple(
        HeldDevice(
            placement.device,
            placement.starts_on,
            _last_day(leases.get(placement.device_id)),
            placement.device.model.category.is_pc,
            instalment_of(leases.get(placement.device_id), today),
            lost.get(placement.device_id),
            replaced.get(placement.device_id),
        )
        for placement in placed
    )


def orders_replacing(devices: Collection[int]) -> dict[int, Order]:
    """Return the open order that replaces each of some devices, drafts aside, where one does."""
    lines = OrderLine.objects.filter(replaces__in=devices, status__in=OPEN)
    found = lines.exclude(status=Status.DRAFT).select_related("order")
    return {line.replaces_id: line.order for line in found if line.replaces_id}


def _last_day(lease: Lease | None) -> date | None:
    if lease is None or not lease.laid:
        return None
    return span_of(lease.laid, lease.stops_on)[1] - ONE_DAY


def _open_for(employee: Employee) -> tuple[OrderLine, ...]:
    found = OrderLine.objects.filter(employee=employee, status__in=OPEN)
    return tuple(found.exclude(status=Status.DRAFT).select_related("model", "order"))


def price_of_new(model: DeviceModel | None, today: date) -> tuple[int | None, int | None]:
    """Return what a lease from today on costs in its first quarter and its first year."""
    listed = LeasePrice.objects.filter(model=model, starts_on__lte=today)
    price = listed.order_by("-starts_on").first() if model else None
    if price is None:
        return None, None
    terms = terms_in_order(today, [(price.price_ore, price.quarters)])
    return a_quarter(price.price_ore, price.quarters), accrued(terms, None, add_months(today, 12))
