"""The lines of an order as a program names things, looked up as what they name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from albertslund_it.common.errors import Refused
from inventory.imports.selectors import devices_by_serial_number
from inventory.models import Device, DeviceModel, Employee, Unit
from inventory.models.device import DeviceSet
from inventory.people.selectors.names import employee_with_initials
from leasing.orders.services.wishes import LineWish

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NamedLine:
    """A line by names: model, unit number, initials and serial numbers; '' for what is not said."""

    model: str = ""
    quantity: int = 1
    unit: str = ""
    initials: str = ""
    used_for: str = ""
    replaces: str = ""
    from_stock: str = ""
    past_stock_because: str = ""
    exception_reason: str = ""
    exception_last_day: date | None = None


def wishes_of(lines: Sequence[NamedLine], devices: DeviceSet) -> list[LineWish]:
    """Return the wishes that named lines are.

    Raises:
        Refused: with every name that nothing has.
    """
    models = {one.name: one for one in DeviceModel.objects.select_related("category")}
    units = Unit.objects.select_related("department").filter(number__in={one.unit for one in lines})
    by_number = {unit.number: unit for unit in units}
    named = {one.replaces for one in lines} | {one.from_stock for one in lines}
    known = devices_by_serial_number(list(named - {""}))
    visible = set(
        devices.filter(pk__in={one.pk for one in known.values()}).values_list("pk", flat=True)
    )
    numbers = {number: device for number, device in known.items() if device.pk in visible}
    reasons: list[str] = []
    wishes = []
    for position, line in enumerate(lines, start=1):
        lead = f"Linje {position}: " if len(lines) > 1 else ""
        employee = employee_with_initials(line.initials)
        unit = by_number.get(line.unit) or (employee.unit if employee and not line.unit else None)
        replaces, stock = numbers.get(line.replaces), numbers.get(line.from_stock)
        model = stock.model if stock else models.get(line.model)
        faults = _faults(line, model, unit, employee, replaces, stock)
        reasons += [lead + fault for fault in faults]
        if faults or model is None or unit is None:
            continue
        wishes.append(
            LineWish(
                model=model,
                unit=unit,
                quantity=line.quantity,
                employee=employee,
                used_for=line.used_for,
                replaces=replaces,
                stock_device=stock,
                past_stock_because=line.past_stock_because,
                exception_reason=line.exception_reason,
                exception_ends_before=line.exception_last_day and line.exception_last_day + ONE_DAY,
            )
        )
    if reasons:
        raise Refused(*reasons)
    return wishes


def _faults(
    line: NamedLine,
    model: DeviceModel | None,
    unit: Unit | None,
    employee: Employee | None,
    replaces: Device | None,
    stock: Device | None,
) -> list[str]:
    reasons = []
    if line.from_stock and stock is None:
        reasons.append(f"Serienummer {line.from_stock} kendes ikke.")
    elif model is None:
        reasons.append(f"Modellen »{line.model}« findes ikke.")
    if line.initials and employee is None:
        reasons.append(f"Ingen medarbejder har initialerne »{line.initials}«.")
    elif unit is None and line.unit:
        reasons.append(f"Enhedsnr. »{line.unit}« findes ikke.")
    elif unit is None:
        reasons.append("Skriv, hvem det er til: initials eller unit.")
    if line.replaces and replaces is None:
        reasons.append(f"Serienummer {line.replaces} kendes ikke.")
    return reasons
