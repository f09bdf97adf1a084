"""The map of change: what moved from which department to which, between two days."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from albertslund_it.common.names import danish_key
from albertslund_it.web.rows import among
from inventory.models import Department, Device, Placement, Unit
from leasing.selectors.preview import COST_HOLDER_NAME
from leasing.selectors.quality.costs import quarter_costs
from leasing.selectors.share.bearers import STOCK


@dataclass(frozen=True)
class Move:
    """A leased device that went from one department to another, and what a quarter of it costs."""

    device_id: int
    serial_number: str
    model_name: str
    moved_on: date
    from_key: str
    to_key: str
    quarter_ore: int


@dataclass(frozen=True)
class Flow:
    """All that went from one department to another."""

    from_key: str
    from_name: str
    to_key: str
    to_name: str
    count: int
    quarter_ore: int


def moves_between(first: date, last: date) -> list[Move]:
    """Give the moves between departments from one day to another, both with."""
    departments = {
        pk: str(department or STOCK)
        for pk, department in Unit.objects.values_list("id", "department")
    }
    found = list(_changes(first, last, departments))
    ids = among({device for device, *_ in found}, int)
    devices = Device.objects.filter(pk__in=ids).select_related("model").in_bulk()
    costs = quarter_costs(Device.objects.filter(pk__in=ids), last)
    return [
        Move(
            device,
            devices[device].serial_number,
            devices[device].model.name,
            day,
            before,
            after,
            costs[device],
        )
        for device, day, before, after in found
        if device in costs
    ]


def _changes(first: date, last: date, departments: dict) -> Iterator[tuple]:
    moved = Placement.objects.filter(starts_on__range=(first, last)).values("device")
    rows = Placement.objects.filter(device__in=moved, starts_on__lte=last)
    device, before = None, STOCK
    for one, day, unit in rows.order_by("device_id", "starts_on").values_list(
        "device_id", "starts_on", "unit_id"
    ):
        if one != device:
            device, before = one, STOCK
        after = departments.get(unit, STOCK)
        if after != before and day >= first:
            yield device, day, before, after
        before = after


def flows_of(moves: list[Move]) -> list[Flow]:
    """Add the moves up by where from and where to, the largest first."""
    names = {str(one.pk): one.name for one in Department.objects.all()} | {STOCK: COST_HOLDER_NAME}
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for move in moves:
        both = sums[move.from_key, move.to_key]
        both[0] += 1
        both[1] += move.quarter_ore
    flows = [
        Flow(source, names[source], target, names[target], *both)
        for (source, target), both in sums.items()
    ]
    return sorted(flows, key=lambda f: (-f.count, danish_key(f.from_name), danish_key(f.to_name)))
