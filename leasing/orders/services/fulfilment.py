"""Devices put on the order lines that they were ordered for."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import NamedTuple

from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.common.sentences import full_stop
from albertslund_it.web.database.bulk import Changes, ValueChange
from albertslund_it.web.database.rows import among, lock
from inventory.models import Device, DeviceModel, Employee, Unit
from inventory.placements.selectors import placements_in_force
from leasing.models import Order, OrderedDevice, OrderLine
from leasing.models.order import Status
from leasing.orders.selectors.reception import LineToFill, OrderBook, lines_named, lines_of_devices
from leasing.orders.services.status_mail import tell_orderer


def lock_lines(numbers: Collection[str], line_ids: Collection[int]) -> None:
    """Lock orders, then the lines that may be filled, before any other table."""
    lock(Order)
    if numbers or line_ids:
        wanted = lines_named(numbers) | OrderLine.objects.filter(pk__in=among(line_ids, int))
        locked = wanted.select_for_update(of=("self",)).order_by("pk")
        list(locked.values_list("pk", flat=True))


class DeviceHolder(NamedTuple):
    """Who gets a device, or has it, and from when."""

    unit: Unit | None
    employee: Employee | None
    day: date


class Fulfilment:
    """Puts the devices of a delivery on order lines, and brings the lines' status in step.

    Without any order number in the delivery it makes no query. Without people, the line of a
    person is named by its unit.
    """

    def __init__(
        self,
        changes: Changes,
        errors: RowErrors,
        *,
        numbers: Collection[str],
        line_ids: Collection[int],
        devices: Iterable[Device],
        today: date,
        with_people: bool,
    ):
        self._changes, self._faults, self._today = changes, errors, today
        self._with_people = with_people
        self._book = OrderBook(numbers, line_ids)
        self._filled: dict[int, LineToFill] = {}
        self.moved: set[int] = set()
        self._on_lines: dict[int, list[OrderedDevice]] = {}
        self._held: dict[int, DeviceHolder] = {}
        self._unknown: set[str] = set()
        if numbers or line_ids:
            ids = {device.id for device in devices}
            self._on_lines = lines_of_devices(ids)
            held = placements_in_force(today).filter(device_id__in=among(ids, int))
            held = held.select_related("unit", "employee").filter(unit__isnull=False)
            self._held = {
                one.device_id: DeviceHolder(one.unit, one.employee, one.starts_on) for one in held
            }

    def put_on(self, line_id: int, device: Device) -> None:
        """Put a new device on a line that was chosen for it."""
        self._fill(self._book.line(line_id), device, None)

    def find_line(
        self,
        row: int | None,
        number: str,
        device: Device,
        model: DeviceModel,
        holder: DeviceHolder,
    ) -> None:
        """Put a device on the line that an order number stands for.

        `holder` is who gets the device with the delivery. An unknown number is a warning, one
        device too many a fault.
        """
        lines = self._book.lines(number)
        if not lines:
            if number not in self._unknown:
                self._unknown.add(number)
                self._changes.warnings.append(
                    f"Bestillingsnr {number} kendes ikke. Det gemmes på leasingen, men intet "
                    "sættes på en bestilling."
                )
            return
        if not holder.unit:
            holder = self._held.get(device.id, holder)
        unit, employee, day = holder
        if before := self._on_lines.get(device.id):
            known = {one.line.pk for one in lines}
            if not any(one.line_id in known for one in before):
                self._warn(row, f"{device} står på bestilling {before[-1].line}, ikke {number}")
            return
        line = self._book.next_line(number, model, unit=unit, employee=employee)
        if line:
            self._fill(line, device, day if unit else None)
        elif unit:
            self._warn(row, f"{device} er tildelt og hører ikke til en åben linje på {number}")
        else:
            self._faults.add(row, why_too_many(number, model, lines))

    def _fill(self, one: LineToFill, device: Device, handed_out_on: date | None) -> None:
        line = one.line
        if handed_out_on and handed_out_on > self._today:
            handed_out_on = None
        one.ready += 1
        one.handed_out += handed_out_on is not None
        whom = one.whom if self._with_people or not line.employee_id else line.unit.name
        told = ValueChange(str(device), f"til bestilling {line}, {whom}")
        self._changes.create(
            OrderedDevice(
                line=line, device=device, delivered_on=self._today, handed_out_on=handed_out_on
            ),
            told,
        )
        self._filled[line.pk] = one

    def settle(self) -> None:
        """Bring the status of every line that was filled in step, once all devices are there."""
        for one in self._filled.values():
            status = one.line.status_with(one.ready, one.handed_out)
            if one.line.status != status:
                self.moved.add(one.line.order_id)
            self._changes.update(one.line, f"Bestilling {one.line}", status=status.value)

    def _warn(self, row: int | None, sentence: str) -> None:
        where = "" if row is None else f"række {row}: "
        self._changes.warnings.append(full_stop(f"{where}{sentence}"))


def tell_of_moved(order_ids: Collection[int], now: datetime) -> None:
    """Write to those whose order has come further."""
    if not order_ids:
        return
    moved = Order.objects.filter(pk__in=among(order_ids, int))
    for order in moved.exclude(requester_mail=""):
        tell_orderer(order=order, now=now)


def why_too_many(number: str, model: DeviceModel, lines: list[LineToFill]) -> str:
    """Say that nothing more of a model is to come on an order, and what to do."""
    same = [one for one in lines if one.line.model_id == model.pk]
    way_out = (
        "Sæt antallet op på bestillingen, eller gør Bestillingsnr tom, så kommer udstyret på lager"
    )
    if not same:
        others = ", ".join(dict.fromkeys(one.line.model.name for one in lines))
        return f"På bestilling {number} er der ikke bestilt {model.name}, men {others}. {way_out}"
    waiting = [one for one in same if one.line.status in (Status.AWAITING, Status.DRAFT)]
    if waiting:
        said = waiting[0].line.get_status_display().lower()
        return (
            f"Linje {waiting[0].line} er ikke klar til levering ({said}). Vent på svaret, eller "
            "gør Bestillingsnr tom, så kommer udstyret på lager"
        )
    ordered, there = sum(o.line.quantity for o in same), sum(o.ready for o in same)
    named = ", ".join(str(one.line) for one in same[:3])
    return (
        f"På bestilling {number} er der bestilt {ordered} {model.name} (linje {named}), og {there} "
        f"er leveret. {way_out}"
    )
