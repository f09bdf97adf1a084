"""Where a device is, was or is paid for, in Danish."""

from collections.abc import Iterable

from albertslund_it.common.names import danish_key
from inventory.models import Unit
from leasing.devices.selectors.device_list import DeviceRow
from leasing.devices.selectors.device_page import DeviceCost, Elsewhere, Place, Stay

IN_STOCK = "It-lager"
ELSEWHERE = {
    Elsewhere.STOCK: IN_STOCK,
    Elsewhere.OTHER_DEPARTMENT: "En anden afdeling",
    Elsewhere.OTHER_UNIT: "En anden enhed",
}


def place_of(row: DeviceRow) -> str:
    """Say where a device of the list is; of one that has left the register, how it left."""
    return row.left_how or row.unit or IN_STOCK


def stays_with_names(stays: Iterable[Stay]) -> list[tuple[str, Stay]]:
    """Return the stretches of a timeline with what their places are called."""
    return [(_name_of_place(stay.place), stay) for stay in stays]


def costs_with_names(costs: Iterable[DeviceCost]) -> list[tuple[str, DeviceCost]]:
    """Return costs with what their places are called; the latest quarter first, then by name."""
    named = [(_name_of_place(cost.place), cost) for cost in costs]
    named.sort(key=lambda one: danish_key(one[0]))
    return sorted(named, key=lambda one: one[1].period, reverse=True)


def _name_of_place(place: Place) -> str:
    return place.name if isinstance(place, Unit) else ELSEWHERE[place]
