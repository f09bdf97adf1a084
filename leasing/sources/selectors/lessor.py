"""The lessor's newest list beside the register: what is in one and not the other, or otherwise."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import QuerySet

from albertslund_it.web.database.put_together import put_together_once
from albertslund_it.web.database.rows import among
from inventory.models import Device, FormerSerialNumber, SourceKind
from leasing.cost_table.once import once_a_moment
from leasing.domain.accrual import a_quarter, span_of, term_on, terms_in_order
from leasing.lessor_questions.selectors import Mismatch, same_model
from leasing.models import Lease, LeaseTerm, LessorAsset, Settings
from leasing.sources.selectors.snapshots import latest, lessor_assets, not_among, of_no_device


class Leased(NamedTuple):
    """A lease that runs, as the lessor would list it."""

    device_id: int
    serial_number: str
    model_name: str
    sub_agreement: str
    ends_before: date
    instalment_ore: int


class Listed(NamedTuple):
    """A line of the lessor's list."""

    pk: int
    serial_number: str
    model_name: str
    sub_agreement: str
    ends_before: date | None
    instalment_ore: int | None


@dataclass(frozen=True, slots=True)
class ComparedAsset:
    """A device as the lessor and the register have it, and how they disagree; one may be missing.

    `device_id` is what has the number in the register, leased or not.
    """

    listed: Listed | None
    leased: Leased | None
    device_id: int | None
    mismatches: tuple[Mismatch, ...]


@once_a_moment
def compared_assets(on: date) -> list[ComparedAsset]:
    """Return what the lessor's list and the register disagree about; nothing without a list."""
    listed = list(map(Listed._make, _rows(lessor_assets())))
    if not listed:
        return []
    leases = {one.device_id: one for one in _running(on)}
    devices = _devices_of([one.serial_number for one in listed])
    tolerance = max(Settings.objects.values_list("tolerance_ore", flat=True).get(), 1)
    found, met = [], set()
    for one in listed:
        device = devices.get(one.serial_number)
        lease = leases.get(device) if device else None
        if device:
            met.add(device)
        if wrong := tuple(_mismatches(one, device, lease, tolerance)):
            found.append(ComparedAsset(one, lease, device, wrong))
    found += [
        ComparedAsset(None, lease, pk, (Mismatch.NOT_LISTED,))
        for pk, lease in leases.items()
        if pk not in met
    ]
    return found


def _rows(assets: QuerySet[LessorAsset]) -> Iterable[tuple[object, ...]]:
    return assets.order_by("device_id").values_list(
        "pk", "device_id", "model_name", "sub_agreement", "ends_before", "instalment_ore"
    )


def _running(on: date, devices: Collection[int] | None = None) -> Iterator[Leased]:
    """Yield the leases that run on a day, of some devices or of all."""
    priced: Iterable[tuple[int, int, int]]
    leases: Iterable[tuple[Any, ...]]
    if devices is None:
        priced, leases = _PRICED.values_list(*_PRICE), _LEASES.values_list(*_SAID)
    else:
        priced, leases = _priced(devices=devices), _leased(devices=devices)
    terms: dict[int, tuple[tuple[int, int], ...]] = {}
    for lease, price_ore, quarters in priced:
        terms[lease] = (*terms.get(lease, ()), (price_ore, quarters))
    # Thousands are leased on the same terms: what those say is worked out once.
    known: dict[tuple[Any, ...], tuple[date, int] | None] = {}
    for row in leases:
        alike = *row[1:3], terms.get(row[0], ())
        if alike not in known:
            known[alike] = _said_on(on, *alike)
        if said := known[alike]:
            yield Leased._make(row[3:] + said)


def _said_on(
    on: date, starts_on: date, stops_on: date | None, prices: Collection[tuple[int, int]]
) -> tuple[date, int] | None:
    """Return when a lease ends and its instalment on a day; None where it does not run."""
    laid = terms_in_order(starts_on, prices)
    first, end = span_of(laid, stops_on)
    if not first <= on < end:
        return None
    term = term_on(laid, on)
    return end, a_quarter(term.price_ore, term.quarters)


_PRICED, _PRICE = (
    LeaseTerm.objects.order_by("lease_id", "position"),
    ("lease", "price_ore", "quarters"),
)
_LEASES, _SAID = (
    Lease.objects.order_by("device"),
    (
        "pk",
        "starts_on",
        "stops_on",
        "device",
        "device__serial_number",
        "device__model__name",
        "sub_agreement__number",
    ),
)


@put_together_once
def _priced(*, devices: Collection[int]) -> QuerySet[LeaseTerm, tuple[int, int, int]]:
    return _PRICED.filter(lease__device__in=among(devices, int)).values_list(*_PRICE)


@put_together_once
def _leased(*, devices: Collection[int]) -> QuerySet[Lease, tuple[Any, ...]]:
    return _LEASES.filter(device__in=among(devices, int)).values_list(*_SAID)


def _devices_of(numbers: Collection[str]) -> dict[str, int]:
    """Return the ids of the devices that have, or once had, some numbers."""
    wanted = among(numbers)
    former = FormerSerialNumber.objects.filter(serial_number__in=wanted)
    current = Device.objects.filter(serial_number__in=wanted).order_by()
    return {
        **dict(former.values_list("serial_number", "device")),
        **dict(current.values_list("serial_number", "pk")),
    }


def _mismatches(
    listed: Listed, device: int | None, leased: Leased | None, tolerance: int
) -> Iterator[Mismatch]:
    if device is None:
        yield Mismatch.UNKNOWN
    elif leased is None:
        yield Mismatch.NOT_LEASED
    else:
        if listed.sub_agreement and not _alike(listed.sub_agreement, leased.sub_agreement):
            yield Mismatch.AGREEMENT
        if listed.ends_before and listed.ends_before != leased.ends_before:
            yield Mismatch.EXPIRY
        if listed.model_name and not same_model(listed.model_name, leased.model_name):
            yield Mismatch.MODEL
        theirs = listed.instalment_ore
        if theirs is not None and abs(theirs - leased.instalment_ore) > tolerance:
            yield Mismatch.INSTALMENT


@lru_cache(maxsize=1_000)  # of few agreements, on thousands of lines
def _alike(one: str, other: str) -> bool:
    return one.casefold().split() == other.casefold().split()


def disagreeing(on: date, mismatch: Mismatch) -> list[ComparedAsset]:
    """Return what disagrees in one way."""
    return [one for one in compared_assets(on) if mismatch in one.mismatches]


def not_on_lessors_list(on: date) -> QuerySet[Device]:
    """Return the devices whose lease runs and that the lessor does not list, mistyped ones apart.

    A number with a slip of the pen is one difference: the lessor has the machine.
    """
    slips = mistyped_numbers(on)
    ids = {one.device_id for one in disagreeing(on, Mismatch.NOT_LISTED)} - slips.keys()
    return Device.objects.filter(pk__in=among(ids, int))


def only_with_lessor(on: date) -> QuerySet[LessorAsset]:
    """Return what the lessor alone has, mistyped ones apart."""
    slips = set(mistyped_numbers(on).values())
    rows = [one.listed for one in disagreeing(on, Mismatch.UNKNOWN)]
    ids = [row.pk for row in rows if row and row.serial_number not in slips]
    return LessorAsset.objects.filter(pk__in=among(ids, int))


def mistyped(on: date) -> QuerySet[Device]:
    """Return the leased devices whose number looks mistyped: the lessor's has one sign else."""
    return Device.objects.filter(pk__in=among(mistyped_numbers(on), int))


@once_a_moment
def mistyped_numbers(on: date) -> Mapping[int, str]:
    """Return what the lessor writes in place of numbers that look mistyped, by device.

    Neither has the other's number, and no other number is as near.
    """
    # Of the few that only one of us has: to compare all the others, and their terms, takes long.
    snapshot = latest(SourceKind.LESSOR)
    theirs = _unknown(snapshot.pk) if snapshot else []
    if snapshot is None or not theirs:
        return {}
    leased = _running(on, _unlisted(snapshot.pk))
    ours = {one.serial_number: one.device_id for one in leased}
    near = _Near(ours)
    pairs = {number: near.to(number) for number in theirs}
    wanted_by: dict[str, list[str]] = defaultdict(list)
    for their, candidates in pairs.items():
        for our in candidates:
            wanted_by[our].append(their)
    return {
        ours[our]: their
        for their, candidates in pairs.items()
        for our in candidates
        if len(candidates) == 1 and len(wanted_by[our]) == 1
    }


@put_together_once
def _unknown(snapshot: int) -> QuerySet[LessorAsset, Any]:
    listed = LessorAsset.objects.filter(of_no_device(), snapshot=snapshot)
    return listed.order_by().values_list("device_id", flat=True)


@put_together_once
def _unlisted(snapshot: int) -> QuerySet[Device, int]:
    listed = LessorAsset.objects.filter(snapshot=snapshot)
    leased = Device.objects.filter(not_among(listed), lease__isnull=False)
    return leased.order_by().values_list("pk", flat=True)


_ALIKE = str.maketrans("OI", "01")


class _Near:
    """Some serial numbers, found by one that has one sign else, one more or one less.

    O and 0, and I and 1, are the same sign however many there are of them.
    """

    def __init__(self, numbers: Iterable[str]) -> None:
        self._known: dict[str, set[str]] = defaultdict(set)
        for number in numbers:
            plain = number.translate(_ALIKE)
            for shape in (plain, *_with_a_hole(plain), *(f"-{one}" for one in _shorter(plain))):
                self._known[shape].add(number)

    def to(self, number: str) -> set[str]:
        """Return the known numbers that are one sign from a number, or only look as it does."""
        plain = number.translate(_ALIKE)
        if same := {one for one in self._known.get(plain, ()) if one.translate(_ALIKE) == plain}:
            return same
        shapes = (plain, f"-{plain}", *_with_a_hole(plain), *_shorter(plain))
        return set().union(*(self._known[shape] for shape in shapes if shape in self._known))


def _with_a_hole(text: str) -> list[str]:
    return [f"{text[:at]}?{text[at + 1 :]}" for at in range(len(text))]


def _shorter(text: str) -> list[str]:
    return [f"{text[:at]}{text[at + 1 :]}" for at in range(len(text))]
