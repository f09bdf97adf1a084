"""What fits while one types in a form: a few people or devices, within what the user may see."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User
from django.db.models import Q

from albertslund_it.common.permissions import VIEW_EMPLOYEE
from inventory.devices.selectors import has_number
from inventory.models import Device, Employee, FormerSerialNumber
from inventory.organisation.selectors.scope import devices_seen_by, employees_seen_by
from inventory.placements.selectors import Holder, holder_of, placements_in_force
from leasing.orders.selectors.people import people_matching

SHOWN = 8
LOOKED_AT = 24
LONGEST = 100
LEAST = 2  # letters: one fits half the register


@dataclass(frozen=True, slots=True)
class FittingDevice:
    """A device, and who has it."""

    device: Device
    holder: Holder

    @property
    def is_in_stock(self) -> bool:
        """Return whether it stands on the shelf."""
        return self.holder.unit is None


def people_fitting(user: User, text: str, on: date) -> list[Employee]:
    """Return the first people who fit what is typed."""
    typed = " ".join(text.split())[:LONGEST]
    return people_matching(typed, on, employees_seen_by(user, on)) if typed else []


def devices_fitting(
    user: User, text: str, on: date, *, stock_first: bool = False
) -> list[FittingDevice]:
    """Return the first devices with a part of their number typed, or that somebody typed has.

    Those whose number begins so come first; of them the ones in stock, or else those in use.
    """
    typed = text.strip()[:LONGEST]
    if len(typed) < LEAST:
        return []
    number = typed.upper()
    seen = devices_seen_by(user, on).in_register(on).select_related("model").order_by()
    begins = Q(serial_number__gte=number, serial_number__lt=f"{number}\uffff")
    former = FormerSerialNumber.objects.filter(has_number(number)).values_list("device")
    found = list(seen.filter(begins)[:LOOKED_AT])
    if len(found) < SHOWN:
        # Their ids by the index of the numbers alone: a join would read every row.
        holding = seen.filter(has_number(number)).values_list("pk", flat=True)[:LOOKED_AT]
        ids = {*holding, *former[:SHOWN].values_list("device", flat=True)}
        if user.has_perm(VIEW_EMPLOYEE):
            people = [person.pk for person in people_fitting(user, typed, on)]
            theirs = placements_in_force(on).filter(employee__in=people)
            ids |= set(theirs.order_by().values_list("device", flat=True)[:LOOKED_AT])
        found += seen.filter(pk__in=ids)
    return _ordered(list({device.pk: device for device in found}.values()), number, on, stock_first)


def _ordered(
    devices: list[Device], number: str, on: date, stock_first: bool
) -> list[FittingDevice]:
    current = placements_in_force(on).filter(device__in=[device.pk for device in devices])
    where = {one.device_id: one for one in current.select_related("unit", "employee")}
    placed = [FittingDevice(device, holder_of(where.get(device.pk))) for device in devices]
    placed.sort(
        key=lambda one: (
            one.is_in_stock is not stock_first,
            not one.device.serial_number.startswith(number),
            one.device.serial_number,
        )
    )
    return placed[:SHOWN]
