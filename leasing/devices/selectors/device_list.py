"""The list of devices: who has each on a day, and how its lease stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Exists, F, OuterRef, QuerySet

from albertslund_it.web.lists.ranking import JoinedIds, RankedIds, rank_in
from inventory.models import Device, DeviceModel, Employee, Placement, Unit
from inventory.models.organisation import in_danish_order
from inventory.placements.selectors import placements_in_force
from leasing.billing.selectors.costs import is_kept
from leasing.billing.selectors.quarter_costs import LeasedCost, cost_of, cost_of_pcs, quarter_costs
from leasing.lease_end.selectors.term_ends import TermEnd, last_ends
from leasing.leases.selectors.leases import LeaseState, lease_state, leases_of
from leasing.leases.selectors.running import running_on
from leasing.models import Lease

BY_NAME = in_danish_order("name")
# The order of the things that a device or its placement points at.
ORDERS: dict[str, Callable[[], QuerySet[DeviceModel] | QuerySet[Unit] | QuerySet[Employee]]] = {
    "model": lambda: DeviceModel.objects.order_by(BY_NAME),
    "category": lambda: DeviceModel.objects.order_by(in_danish_order("category__name"), BY_NAME),
    "unit": lambda: Unit.objects.order_by(BY_NAME, "number"),
    "department": lambda: Unit.objects.order_by(in_danish_order("department__name"), BY_NAME),
    "person": lambda: Employee.objects.order_by(BY_NAME, "initials"),
}
POINTERS = {"unit": "unit", "department": "unit", "person": "employee"}
FIELDS = {
    "serial_number": "serial_number",
    "lease_starts_on": "lease__starts_on",
    "last_seen": "last_seen",
}


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device as the list shows it on a day, without a unit while in stock."""

    id: int
    serial_number: str
    model: str
    category: str
    department: str
    unit: str
    unit_id: int | None
    person: str
    person_id: int | None
    since: date | None
    lease_starts_on: date | None
    lease_state: LeaseState | None
    last_seen: date | None
    unit_number: str = ""
    initials: str = ""
    used_for: str = ""
    sub_agreement: str = ""
    left_on: date | None = None
    left_how: str = ""
    end: TermEnd | None = None
    on: date | None = None
    quarter_ore: int | None = None


def in_register(on: date) -> int:
    """Count the devices of the register: all, less the few that have left."""
    return Device.objects.count() - Device.objects.out_of_register(on).count()


def leased_pcs(devices: QuerySet[Device], on: date) -> QuerySet[Device]:
    """Keep the pcs whose lease runs: each is asked about, so that a page reads no more than it."""
    runs = Exists(running_on(on).filter(device=OuterRef("pk")))
    return devices.filter(runs, model__category__is_pc=True)


def leased_cost(on: date) -> LeasedCost:
    """Add up what is leased of the register: as kept, less the few that have left."""
    return _less(cost_of(None, on), cost_of(Device.objects.out_of_register(on), on))


def leased_pc_cost(on: date) -> LeasedCost:
    """Add up the leased pcs of the register: as kept, less the few that have left."""
    if not is_kept(on):
        return cost_of(leased_pcs(Device.objects.in_register(on), on), on)
    return _less(cost_of_pcs(on), cost_of(leased_pcs(Device.objects.out_of_register(on), on), on))


def _less(all_of_them: LeasedCost, gone: LeasedCost) -> LeasedCost:
    return LeasedCost(all_of_them.count - gone.count, all_of_them.quarter_ore - gone.quarter_ore)


def ordered_device_ids(
    devices: QuerySet[Device], column: str, *, descending: bool, on: date, is_narrowed: bool = True
) -> QuerySet[Device, int] | RankedIds | JoinedIds:
    """Return the devices' ids in the order of a column, to be sliced; what has nothing is last.

    Where they are not `is_narrowed`, the devices are all that are in the register.
    """
    if column in {"model", "category"}:
        rank = rank_in(ORDERS[column]())
        return RankedIds(devices, "pk", "model", ("serial_number",), rank, descending)
    if column not in {"unit", "department", "person", "since"}:
        return _by_field(devices, FIELDS[column], descending)
    placed = placements_in_force(on)
    if column != "since":
        placed = placed.filter(**{f"{POINTERS[column]}__isnull": False})
    if is_narrowed and devices.query.where:  # of every device the join would only cost
        placed = placed.filter(device__in=devices)
    elif column == "since":  # nobody has what has left, but it is in stock to its timeline
        gone = Device.objects.out_of_register(on).order_by()
        placed = placed.exclude(device__in=gone.values("pk"))
    # NOT IN is right, and fast, because no placement is without a device.
    others = devices.exclude(pk__in=placed.values("device")).order_by("serial_number")
    without = others.values_list("pk", flat=True)
    if column == "since":
        by_day = placed.order_by("-starts_on" if descending else "starts_on", "device")
        return JoinedIds(by_day.values_list("device", flat=True), without)
    rank, tie = rank_in(ORDERS[column]()), ("device__serial_number",)
    many = column == "person"
    return JoinedIds(
        RankedIds(placed, "device", POINTERS[column], tie, rank, descending, many=many), without
    )


def _by_field(devices: QuerySet[Device], field: str, descending: bool) -> QuerySet[Device, int]:
    if field == "serial_number":  # unique and never empty: its index alone gives the order
        ordered = devices.order_by("-serial_number" if descending else "serial_number")
    elif descending:
        ordered = devices.order_by(F(field).desc(nulls_last=True), "pk")
    else:
        ordered = devices.order_by(F(field).asc(nulls_last=True), "pk")
    return ordered.values_list("pk", flat=True)


def device_rows(ids: Sequence[int], on: date) -> list[DeviceRow]:
    """Return the rows of some devices, in the ids' order."""
    devices = Device.objects.select_related("model__category", "departure").in_bulk(ids)
    placed = {
        placement.device_id: placement
        for placement in placements_in_force(on)
        .filter(device__in=ids)
        .select_related("unit__department", "employee")
    }
    leases = leases_of(ids)
    ends = last_ends([lease.pk for lease in leases.values()])
    costs = quarter_costs(list(leases), on)
    rows = []
    for pk in ids:
        lease = leases.get(pk)
        end = ends.get(lease.pk) if lease else None
        row = _row(devices[pk], placed.get(pk), lease, end, on)
        rows.append(replace(row, quarter_ore=costs.get(pk)))
    return rows


def _row(
    device: Device, placement: Placement | None, lease: Lease | None, end: TermEnd | None, on: date
) -> DeviceRow:
    unit = placement.unit if placement else None
    person = placement.employee if placement else None
    departure = getattr(device, "departure", None)
    has_left = departure is not None and departure.left_on <= on
    return DeviceRow(
        id=device.id,
        serial_number=device.serial_number,
        model=device.model.name,
        category=device.model.category.name,
        department=unit.department.name if unit and unit.department else "",
        unit=unit.name if unit else "",
        unit_id=unit.id if unit else None,
        person=str(person) if person else (placement.used_for if placement else ""),
        # The reader of this list may not see the page of somebody who is employed elsewhere.
        person_id=person.id if person and unit and person.unit_id == unit.id else None,
        since=placement.starts_on if placement else None,
        lease_starts_on=lease.starts_on if lease else None,
        lease_state=lease_state(lease, on),
        last_seen=device.last_seen,
        unit_number=unit.number if unit else "",
        initials=person.initials if person else "",
        used_for=placement.used_for if placement else "",
        sub_agreement=lease.sub_agreement.number if lease else "",
        left_on=departure.left_on if departure and has_left else None,
        left_how=departure.get_how_display() if departure and has_left else "",
        end=end,
        on=on,
    )
