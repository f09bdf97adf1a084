"""What was scanned in a room, looked up in the register and in the stocktake."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db.models import Q

from albertslund_it.common.serial_numbers import serial_numbers_in
from albertslund_it.web.database.rows import among
from albertslund_it.web.people import Actor
from albertslund_it.web.query import number_in
from inventory.imports.selectors import devices_by_serial_number
from inventory.models import Device, Employee
from inventory.organisation.selectors.scope import devices_seen_by, sees_all
from leasing.models import CountedDevice, Settings, StocktakeFind
from leasing.stocktake.selectors.progress import rows_seen_by
from leasing.stocktake.selectors.standing import StandsAt, standings_of

LABEL = "ETIKET-"  # before the id of a label that is none of the reader's devices
# A bar code that has the machine type before the serial number, and one with an S for "serial".
_WITH_TYPE = re.compile(r"1S[A-Z0-9]{10}([A-Z0-9]{8})")
_WITH_S = re.compile(r"S([A-Z0-9]{8})")


class CountState(StrEnum):
    """What a scanned number turned out to be."""

    HERE = "here"
    AGAIN = "again"
    ELSEWHERE = "elsewhere"  # in this stocktake, to be counted at another unit
    NOT_COUNTED = "not_counted"  # in the register, and not in this stocktake
    GONE = "gone"  # has left the register
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Read:
    """The numbers in what was typed or scanned, each once, and what in it is none."""

    numbers: tuple[str, ...]
    device_ids: tuple[int, ...]
    bad: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.numbers) + len(self.device_ids)


def read_scan(text: str) -> Read:
    """Read serial numbers and the codes of our labels out of a text."""
    label = _our_labels()
    ids = [pk for one in label.findall(text) if (pk := number_in(one)) is not None]
    numbers, bad = serial_numbers_in(label.sub(" ", text))
    return Read(tuple(numbers), tuple(dict.fromkeys(ids)), tuple(bad))


def _our_labels() -> re.Pattern[str]:
    """Return what the code of our own labels holds: the address of a device's page, at our site."""
    site = Settings.objects.get().site_address.rstrip("/").partition("://")[2]
    place = re.escape(site) if site else r"(?!)"
    return re.compile(rf"https?://{place}/udstyr/([0-9]{{1,18}})/?(?=[\s,;]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Lookup:
    """A scanned number with its device, if the register has it, and its row in the stocktake.

    `is_known` when the device is the scanner's to see; of another one nothing is told, and its
    number is as it was scanned. `strayed_at` is when it was last scanned where it is not.
    """

    number: str
    device: Device | None = None
    row: CountedDevice | None = None
    find: StocktakeFind | None = None
    standing: StandsAt | None = None
    is_gone: bool = False
    is_known: bool = False
    at: frozenset[int] = frozenset()
    strayed_at: datetime | None = None

    def is_at(self, unit_id: int) -> bool:
        """Return whether the register has the device at a unit, or its person works there too."""
        return unit_id in self.at


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What became of one scanned number."""

    lookup: Lookup
    state: CountState


def look_up(read: Read, stocktake_id: int, on: date, *, unit_id: int, actor: Actor) -> list[Lookup]:
    """Look up what somebody scanned at a unit, each device once; a fixed number of queries."""
    found = _devices_of(read)
    labelled = Device.objects.select_related("model").in_bulk(read.device_ids)
    ids = {device.pk for device in (*found.values(), *labelled.values()) if device}
    stands = standings_of(ids, on)
    at = _at_hand(stands)
    known = {pk for pk, units in at.items() if unit_id in units}
    known |= _seen_by(actor, ids, stocktake_id, on)
    for pk in read.device_ids:  # ids can be guessed: of a label, only what one sees anyway
        device = labelled.get(pk) if pk in known else None
        found[device.serial_number if device else f"{LABEL}{pk}"] = device
    rows = CountedDevice.objects.filter(stocktake=stocktake_id, device__in=among(ids, int))
    by_device = {row.device_id: row for row in rows.select_related("unit")}
    numbers = {n: one.serial_number if one and one.pk in known else n for n, one in found.items()}
    of_these = Q(serial_number__in=among(numbers.values())) | Q(device__in=among(ids, int))
    finds = list(StocktakeFind.objects.filter(of_these, stocktake=stocktake_id).order_by("pk"))
    by_number = {find.serial_number: find for find in finds}
    strayed = _last_strayed(finds)
    gone = Device.objects.out_of_register(on).filter(pk__in=among(ids, int))
    left = set(gone.order_by().values_list("pk", flat=True))
    looked: dict[object, Lookup] = {}
    for scanned, device in found.items():
        number = numbers[scanned]
        find = by_number.get(number)
        if device is None:
            looked[number] = Lookup(number, find=find)
        elif device.pk not in looked:
            looked[device.pk] = Lookup(
                number,
                device,
                by_device.get(device.pk),
                find,
                stands[device.pk],
                is_gone=device.pk in left,
                is_known=device.pk in known,
                at=at[device.pk],
                strayed_at=strayed.get(device.pk),
            )
    return list(looked.values())


def devices_known_to(actor: Actor, ids: Collection[int], on: date) -> set[int]:
    """Return which of some devices somebody sees; at the terminal, all."""
    if actor is None or sees_all(actor):
        return set(ids)
    seen = devices_seen_by(actor, on).filter(pk__in=among(ids, int))
    return set(seen.order_by().values_list("pk", flat=True))


def _seen_by(actor: Actor, ids: Collection[int], stocktake_id: int, on: date) -> set[int]:
    """Return which devices somebody sees, or has to count in a stocktake."""
    seen = devices_known_to(actor, ids, on)
    if actor is None or sees_all(actor):
        return seen
    counted = rows_seen_by(actor, on).filter(stocktake=stocktake_id, device__in=among(ids, int))
    return seen | set(counted.order_by().values_list("device", flat=True))


def _last_strayed(finds: Iterable[StocktakeFind]) -> dict[int, datetime]:
    last: dict[int, datetime] = {}
    for find in finds:
        if find.device_id:
            last[find.device_id] = max(find.found_at, last.get(find.device_id, find.found_at))
    return last


def _devices_of(read: Read) -> dict[str, Device | None]:
    """Return the device of each number, None where the register has none."""
    barer = {number: bare for number in read.numbers if (bare := _without_prefix(number))}
    known = devices_by_serial_number([*read.numbers, *barer.values()])
    return {
        number: known.get(number) or known.get(barer.get(number, "")) for number in read.numbers
    }


def _without_prefix(number: str) -> str:
    match = _WITH_TYPE.fullmatch(number) or _WITH_S.fullmatch(number)
    return match[1] if match else ""


def _at_hand(stands: Mapping[int, StandsAt]) -> dict[int, frozenset[int]]:
    """Return the units where each device belongs: its own, and where its person works besides."""
    people = {one.employee_id for one in stands.values() if one.employee_id}
    also: dict[int, set[int]] = {}
    through = Employee.also_employed_at.through.objects
    rows = through.filter(employee__in=among(people, int)).values_list("employee", "unit")
    for employee, unit in rows:
        also.setdefault(employee, set()).add(unit)
    return {
        pk: frozenset({one.unit_id, *also.get(one.employee_id or 0, ())})
        for pk, one in stands.items()
    }
