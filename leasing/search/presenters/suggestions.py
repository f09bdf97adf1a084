"""What fits, as a field's list says it."""

from collections.abc import Iterable
from dataclasses import dataclass

from inventory.models import Employee
from inventory.placements.selectors import Holder
from leasing.search.selectors.suggesting import FittingDevice

NO_PERSON = "Ingen medarbejder fundet"
NO_DEVICE = "Intet udstyr fundet"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An option: what is put into the field, what it is called, and what is said of it."""

    value: str
    title: str
    note: str
    id: int


def of_people(people: Iterable[Employee], *, only_initials: bool = False) -> list[Suggestion]:
    """Return people as options; `only_initials` leaves out who has none yet."""
    return [
        Suggestion(one.initials if only_initials else str(one), str(one), one.unit.name, one.pk)
        for one in people
        if one.initials or not only_initials
    ]


def of_devices(devices: Iterable[FittingDevice], *, names: bool) -> list[Suggestion]:
    """Return devices as options, with who has each as far as the reader may know."""
    return [
        Suggestion(
            one.device.serial_number,
            f"{one.device.model.name} {one.device.serial_number}",
            _where(one.holder, names=names),
            one.device.pk,
        )
        for one in devices
    ]


def _where(holder: Holder, *, names: bool) -> str:
    if holder.unit is None:
        return "på lager"
    who = holder.employee.name if holder.employee else holder.used_for
    return f"{who}, {holder.unit.name}" if who and names else holder.unit.name
