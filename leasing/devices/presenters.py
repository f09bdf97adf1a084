"""Where a device is, was or is paid for, in Danish."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from albertslund_it.common.names import danish_key
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.query import Addresses
from inventory.models import Device, Unit
from leasing.billing.presenters.runs import label_of_code
from leasing.devices.selectors.device_list import DeviceRow
from leasing.devices.selectors.device_page import DeviceCharge, DeviceCost, Elsewhere, Place, Stay
from leasing.devices.selectors.users import Users
from leasing.lease_end.presenters import happens_beside_the_day
from leasing.movements.presenters import acts_on_device

IN_STOCK = "It-lager"
ELSEWHERE = {
    Elsewhere.STOCK: IN_STOCK,
    Elsewhere.OTHER_DEPARTMENT: "En anden afdeling",
    Elsewhere.OTHER_UNIT: "En anden enhed",
}


def place_of(row: DeviceRow) -> str:
    """Return where a device of the list is; of one that has left the register, how it left."""
    return row.left_how or row.unit or IN_STOCK


def at_the_end(row: DeviceRow) -> tuple[str, str] | str:
    """Say what happens to a device of the list when its lease ends, as every page does.

    Of one that has left the register its place says it.
    """
    if row.end is None or row.on is None or row.left_how:
        return ""
    happening = happens_beside_the_day(row.end, row.on)
    return happening.style, happening.words


@dataclass(frozen=True, slots=True)
class MayDo:
    """What a reader of the list may do with a device of it."""

    handles: bool = False
    decides: bool = False
    wishes: bool = False
    objects: bool = False

    def __bool__(self) -> bool:
        return self.handles or self.decides or self.wishes or self.objects


def acts_for(may: MayDo) -> Callable[[DeviceRow], Iterator[tuple[str, str]]]:
    """Return the function that yields (label, address) of what can be done with a row."""

    at = Addresses()

    def acts(row: DeviceRow) -> Iterator[tuple[str, str]]:
        if may.handles:
            yield from acts_on_device(
                row.id,
                row.serial_number,
                has_left=row.left_on is not None,
                is_in_stock=row.unit_id is None,
                at=at,
            )
            if row.left_on is None:
                asked = urlencode({"serienumre": row.serial_number})
                yield "Ret oplysninger", f"{at.page('device-facts')}?{asked}"
                if row.person_id:
                    yield "Skriv til brugeren", f"{at.page('device-message')}?{asked}"
        if row.left_on is not None or row.end is None:
            return
        if may.objects:
            yield "Ikke vores", at.of("objection-new", row.id)
        if may.decides:
            yield "Vælg ved udløb", f"{at.page('end-decide')}?slut={row.end.term_id}"
        elif may.wishes:
            yield "Ønsk ved udløb", f"{at.page('end-wish')}?slut={row.end.term_id}"

    return acts


def stays_with_names(stays: Iterable[Stay]) -> list[tuple[str, Stay]]:
    """Return the stretches of a timeline with what their places are called."""
    return [(_name_of_place(stay.place), stay) for stay in stays]


def costs_with_names(costs: Iterable[DeviceCost]) -> list[tuple[str, DeviceCost]]:
    """Return costs with what their places are called; the latest quarter first, then by name."""
    named = [(_name_of_place(cost.place), cost) for cost in costs]
    named.sort(key=lambda one: danish_key(one[0]))
    return sorted(named, key=lambda one: one[1].period, reverse=True)


def charges_with_runs(charges: Iterable[DeviceCharge]) -> list[tuple[str, DeviceCharge]]:
    """Return one-off amounts with the names of the runs that billed them; '' while none has."""
    return [(label_of_code(one.run) if one.run else "", one) for one in charges]


def _name_of_place(place: Place) -> str:
    return place.name if isinstance(place, Unit) else ELSEWHERE[place]


def rows_of_facts(changes: Changes) -> Iterator[tuple[str, str]]:
    """Yield what changes, of what."""
    if not changes.differences:
        yield "Intet", "ændres: alt stod der i forvejen"
    for one in changes.differences:
        yield one.subject, f"{one.what}: {one.before or '(tom)'} → {one.after or '(tom)'}"


def rows_of_users(users: Users) -> Iterator[tuple[str, str]]:
    """Yield who is written to, about what; and who is not."""
    for employee, devices in users.mailed:
        yield str(employee), f"får en mail om {_numbers(devices)}"
    for employee, devices in users.unmailed:
        yield str(employee), f"har ingen mailadresse her ({_numbers(devices)})"
    if users.nobodys:
        yield "Ingen bruger", f"af {_numbers(users.nobodys)}"


def _numbers(devices: Iterable[Device]) -> str:
    return ", ".join(device.serial_number for device in devices)
