"""The rows of a kind of difference, a page at a time, as the register and the source have it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from inventory.models import (
    Device,
    DirectoryPerson,
    Employee,
    Placement,
    SeenDevice,
    SourceKind,
)
from inventory.placements.selectors import placements_in_force
from leasing.models import LessorAsset
from leasing.sources.selectors.differences import directory_people
from leasing.sources.selectors.kinds import DifferenceKind, FoundAs
from leasing.sources.selectors.lessor import ComparedAsset, compared_assets, mistyped_numbers
from leasing.sources.selectors.snapshots import seen_devices


@dataclass(frozen=True, slots=True)
class DifferingRow:
    """A device or a person that differs, with what the register and the source have of it."""

    quarter_ore: int
    device: Device | None = None
    placement: Placement | None = None
    seen: SeenDevice | None = None
    compared: ComparedAsset | None = None
    asset: LessorAsset | None = None
    their_number: str = ""
    person: Employee | None = None
    account: DirectoryPerson | None = None
    held: tuple[str, ...] = ()


def differing_rows(
    kind: DifferenceKind, ids: Sequence[int], costs: Mapping[int, int], on: date
) -> list[DifferingRow]:
    """Return the rows of some ids of a kind, in their order."""
    read = {
        FoundAs.DEVICES: _devices,
        FoundAs.MACHINES: _machines,
        FoundAs.PEOPLE: _people,
        FoundAs.ACCOUNTS: _accounts,
        FoundAs.ASSETS: _assets,
    }[kind.of]
    found = read(kind, ids, costs, on)
    return [found[pk] for pk in ids if pk in found]


def _devices(
    kind: DifferenceKind, ids: Sequence[int], costs: Mapping[int, int], on: date
) -> dict[int, DifferingRow]:
    devices = Device.objects.select_related("model").in_bulk(ids)
    placed = placements_in_force(on).filter(device__in=ids).select_related("unit", "employee")
    placements = {one.device_id: one for one in placed}
    seen: dict[str, SeenDevice] = {}
    compared: dict[int | None, ComparedAsset] = {}
    numbers: Mapping[int, str] = {}
    if kind.source is SourceKind.LESSOR:
        compared = {one.device_id: one for one in compared_assets(on) if one.device_id in devices}
        numbers = mistyped_numbers(on) if kind.key == "tastefejl" else {}
    else:
        rows = seen_devices().filter(device__in=[str(one) for one in devices.values()])
        seen = {one.serial_number: one for one in rows.select_related("employee__unit")}
    return {
        pk: DifferingRow(
            costs.get(pk, 0),
            device=device,
            placement=placements.get(pk),
            seen=seen.get(device.serial_number),
            compared=compared.get(pk),
            their_number=numbers.get(pk, ""),
        )
        for pk, device in devices.items()
    }


def _machines(
    kind: DifferenceKind, ids: Sequence[int], costs: Mapping[int, int], on: date
) -> dict[int, DifferingRow]:
    rows = SeenDevice.objects.select_related("employee__unit").in_bulk(ids)
    return {pk: DifferingRow(costs.get(pk, 0), seen=seen) for pk, seen in rows.items()}


def _people(
    kind: DifferenceKind, ids: Sequence[int], costs: Mapping[int, int], on: date
) -> dict[int, DifferingRow]:
    people = Employee.objects.select_related("unit").in_bulk(ids)
    accounts: dict[int | None, DirectoryPerson] = {}
    for one in directory_people().filter(employee__in=ids).order_by("-is_enabled"):
        accounts.setdefault(one.employee_id, one)
    held: dict[int | None, list[str]] = defaultdict(list)
    rows = placements_in_force(on).filter(employee__in=ids).order_by("device__serial_number")
    for person, number in rows.values_list("employee", "device__serial_number"):
        held[person].append(number)
    return {
        pk: DifferingRow(
            costs.get(pk, 0), person=person, account=accounts.get(pk), held=tuple(held[pk])
        )
        for pk, person in people.items()
    }


def _accounts(
    kind: DifferenceKind, ids: Sequence[int], costs: Mapping[int, int], on: date
) -> dict[int, DifferingRow]:
    rows = DirectoryPerson.objects.in_bulk(ids)
    used: dict[str, list[str]] = defaultdict(list)
    logins = [one.login for one in rows.values()]
    seen = seen_devices().filter(login__in=logins).order_by("device_id")
    for one in seen:
        used[one.login].append(one.serial_number)
    return {
        pk: DifferingRow(0, account=account, held=tuple(used[account.login]))
        for pk, account in rows.items()
    }


def _assets(
    kind: DifferenceKind, ids: Sequence[int], costs: Mapping[int, int], on: date
) -> dict[int, DifferingRow]:
    rows = LessorAsset.objects.in_bulk(ids)
    return {pk: DifferingRow(costs.get(pk, 0), asset=asset) for pk, asset in rows.items()}
