"""The list of devices: who has each on a day, and how its lease stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, QuerySet

from inventory.models import Device, DeviceModel, Employee, Placement, Unit
from inventory.models.organisation import in_danish_order
from inventory.selectors.buckets import Buckets, rank_in
from inventory.selectors.placements import placements_in_force
from leasing.domain.accrual import span_of, terms_in_order
from leasing.models import Lease, LeaseTerm

IN_STOCK = "It-lager"

BY_NAME = in_danish_order("name")
# In which order the things stand that a device or its placement points at.
ORDERS = {
    "model": lambda: DeviceModel.objects.order_by(BY_NAME),
    "category": lambda: DeviceModel.objects.order_by(in_danish_order("category__name"), BY_NAME),
    "unit": lambda: Unit.objects.order_by(BY_NAME, "number"),
    "department": lambda: Unit.objects.order_by(in_danish_order("department__name"), BY_NAME),
    "person": lambda: Employee.objects.order_by(BY_NAME, "initials"),
}
FIELDS = {"lease_starts_on": "lease__starts_on", "last_seen": "last_seen"}


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device as the list shows it on a day; `lease_state` is the mark's style and its words."""

    id: int
    serial_number: str
    model: str
    category: str
    department: str
    unit: str
    unit_id: int | None
    person: str
    since: date | None
    lease_starts_on: date | None
    lease_state: tuple[str, str]
    last_seen: date | None


def ordered_ids(
    devices: QuerySet[Device], column: str, *, descending: bool, on: date
) -> QuerySet | Buckets:
    """Give the devices' ids in the order of a column, to be sliced; what has nothing is last."""
    if column in {"model", "category"}:
        keyed, row, key, tie, rest = devices, "pk", "model", "serial_number", None
        rank = rank_in(ORDERS[column]())
    elif column in {"unit", "department", "person", "since"}:
        key = {"person": "employee", "since": "starts_on"}.get(column, "unit")
        keyed, row, tie = _placed(devices, on, key), "device", "device__serial_number"
        rank = date.toordinal if column == "since" else rank_in(ORDERS[column]())
        others = devices.filter(~Exists(keyed.filter(device=OuterRef("pk"))))
        rest = others.order_by("serial_number").values_list("pk", flat=True)
    else:
        return _by_field(devices, FIELDS.get(column, "serial_number"), descending)
    return Buckets(keyed, row=row, key=key, tie=tie, rank=rank, rest=rest, descending=descending)


def _placed(devices: QuerySet[Device], on: date, key: str) -> QuerySet[Placement]:
    placed = placements_in_force(on).filter(**{f"{key}__isnull": False})
    if devices.query.where:  # every device: a join would only cost
        placed = placed.filter(device__in=devices)
    return placed


def _by_field(devices: QuerySet[Device], field: str, descending: bool) -> QuerySet:
    value = F(field)
    order = value.desc(nulls_last=True) if descending else value.asc(nulls_last=True)
    if field == "serial_number":  # never empty, and the index is only used in its own order
        order = f"{'-' * descending}serial_number"
    return devices.order_by(order, "pk").values_list("pk", flat=True)


def device_rows(ids: Sequence[int], on: date) -> list[DeviceRow]:
    """Give the rows of some devices, in the ids' order."""
    devices = Device.objects.select_related("model__category").in_bulk(ids)
    placed = {
        placement.device_id: placement
        for placement in placements_in_force(on)
        .filter(device__in=ids)
        .select_related("unit__department", "employee")
    }
    leases = leases_of(ids)
    return [_row(devices[pk], placed.get(pk), leases.get(pk), on) for pk in ids]


def _row(device: Device, placement: Placement | None, lease, on: date) -> DeviceRow:
    unit = placement and placement.unit
    person = placement and placement.employee
    return DeviceRow(
        id=device.id,
        serial_number=device.serial_number,
        model=device.model.name,
        category=device.model.category.name,
        department=unit.department.name if unit and unit.department else "",
        unit=unit.name if unit else IN_STOCK,
        unit_id=unit and unit.id,
        person=str(person) if person else (placement.used_for if placement else ""),
        since=placement and placement.starts_on,
        lease_starts_on=lease and lease.starts_on,
        lease_state=lease_state(lease, on),
        last_seen=device.last_seen,
    )


def leases_of(device_ids: Sequence[int]) -> dict[int, Lease]:
    """Give the leases of some devices by device, each with its terms laid end to end in `.laid`."""
    leases = {lease.device_id: lease for lease in Lease.objects.filter(device__in=device_ids)}
    prices: dict[int, list] = {}
    terms = LeaseTerm.objects.filter(lease__device__in=device_ids).order_by("lease", "position")
    for lease_id, price, quarters in terms.values_list("lease", "price_ore", "quarters"):
        prices.setdefault(lease_id, []).append((price, quarters))
    for lease in leases.values():
        lease.laid = terms_in_order(lease.starts_on, prices.get(lease.id, []))
    return leases


def lease_state(lease: Lease | None, on: date) -> tuple[str, str]:
    """Say how a lease stands on a day: (style of the mark, words)."""
    if lease is None or not lease.laid:
        return "", "Uden leasing"
    starts_on, ends_before = span_of(lease.laid, lease.stops_on)
    last_day = f"{ends_before - timedelta(days=1):%d-%m-%Y}"
    if on >= ends_before:
        stopped = lease.stops_on is not None and lease.stops_on <= on
        return "", f"Stoppet {lease.stops_on:%d-%m-%Y}" if stopped else f"Udløbet {last_day}"
    if on < starts_on:
        return "", f"Fra {starts_on:%d-%m-%Y}"
    return "good", f"Til {last_day}"
