"""The rule of one pc per employee, checked when somebody is about to get a device."""

from collections.abc import Collection
from datetime import date

from albertslund_it.common.errors import Refused
from inventory.models import Employee
from leasing.approvals.selectors.one_pc import Holdings, days_to_check, holdings_of


def refuse_second_pc(
    *,
    employee: Employee,
    starts_on: date,
    without_devices: Collection[int] = (),
    without_lines: Collection[int] = (),
    ends_before: date | None = None,
) -> None:
    """Refuse one pc more for a person from a day on, unless an exception holds.

    `ends_before` is the day on which the device passes on to somebody else, if it does.

    Left out are the devices (by id) that the new one replaces or that are the new one itself, and
    the order line that it fulfils. The person's row must be locked already (`lock_employees`).

    Raises:
        Refused: names what the person has, and the two ways out.
    """
    for day in days_to_check(without_devices, employee, starts_on, ends_before):
        holdings = holdings_of(
            employee, day, without_devices=without_devices, without_lines=without_lines
        )
        if not holdings.has_room:
            raise Refused(why_no_second_pc(employee, holdings, day))


def why_no_second_pc(employee: Employee, holdings: Holdings, day: date) -> str:
    """Return why a person may not have another pc, and what to do."""
    has = [f"{device.model.name} {device.serial_number}" for device in holdings.devices]
    has += [f"en {line.model.name} på bestilling {line.order.number}" for line in holdings.lines]
    ways = [f"brug bestilling {line.order.number}" for line in holdings.lines[:1]]
    ways += ["vælg den pc, der erstattes"] * bool(holdings.devices)
    advice = ", ".join([*ways, "eller bed lederen om dispensation."])
    return (
        f"{employee} har {' og '.join(has)} den {day:%d-%m-%Y}, og hver medarbejder har én pc. "
        f"{advice[0].upper()}{advice[1:]}"
    )
