"""The map of change: what moved from which department to which, between two days.

A device moves when another department takes over a lease that runs. What is handed out on the
first day of its lease has not moved from anybody.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import F, OuterRef, Subquery

from albertslund_it.common.names import danish_key
from albertslund_it.web.database.rows import among
from inventory.models import Department, Placement, Unit
from leasing.cost_share.selectors.payers import STOCK
from leasing.cost_table.facts import lease_rows
from leasing.cost_table.moment import one_moment
from leasing.domain.accrual import Term, instalment, terms_in_order
from leasing.models import COST_HOLDER_NAME, Lease


class Move(NamedTuple):
    """A leased device that went from one department to another, and its quarterly instalment."""

    device_id: int
    serial_number: str
    model_name: str
    moved_on: date
    from_unit: str
    to_unit: str
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


@dataclass
class Place:
    """A department (or the stock) with what it gave and what it took."""

    key: str
    name: str
    given: int = 0
    given_ore: int = 0
    taken: int = 0
    taken_ore: int = 0

    @property
    def net_ore(self) -> int:
        """Return what a quarter of it costs the department more, or less."""
        return self.taken_ore - self.given_ore


def moves_between(first: date, last: date) -> list[Move]:
    """Return the moves between departments from one day to another, both included."""
    with one_moment():
        units: dict[int | None, tuple[str, str]] = {
            pk: (name, str(department or STOCK))
            for pk, name, department in Unit.objects.values_list("id", "name", "department")
        }
        units[None] = COST_HOLDER_NAME, STOCK
        rows = [row for row in _moved(first, last) if units[row[-2]][1] != units[row[-1]][1]]
        terms = _terms_of({row[0] for row in rows})
    found = [
        Move(
            device,
            serial,
            model,
            day,
            units[before][0],
            units[now][0],
            units[before][1],
            units[now][1],
            instalment(terms[device], day),
        )
        for device, serial, model, day, before, now in rows
    ]
    return sorted(found, key=lambda move: (move.moved_on, move.serial_number))


Moved = tuple[int, str, str, date, int | None, int | None]


def _moved(first: date, last: date) -> Iterator[Moved]:
    """Yield (device, serial number, model, day, unit before, unit) of leases that ran then."""
    earlier = Placement.objects.filter(
        device=OuterRef("device"), starts_on__lt=OuterRef("starts_on")
    )
    moves = Placement.objects.filter(
        starts_on__range=(first, last),
        device__lease__kept_cost__starts_on__lt=F("starts_on"),
        device__lease__kept_cost__ends_before__gt=F("starts_on"),
    ).annotate(unit_before=Subquery(earlier.order_by("-starts_on").values("unit")[:1]))
    yield from moves.order_by().values_list(
        "device", "device__serial_number", "device__model__name", "starts_on", "unit_before", "unit"
    )


def _terms_of(devices: Collection[int]) -> dict[int, tuple[Term, ...]]:
    """Return the terms of devices' leases."""
    leases = Lease.objects.filter(device__in=among(devices, int))
    return {first[1]: terms_in_order(first[2], prices) for first, prices in lease_rows(leases)}


def place_names() -> dict[str, str]:
    """Return the departments' names by the payers' keys, in Danish order, the stock last."""
    names = {str(one.pk): one.name for one in Department.objects.all()}
    return names | {STOCK: COST_HOLDER_NAME}


def flows_of(moves: Sequence[Move], names: dict[str, str]) -> list[Flow]:
    """Add the moves up by where from and where to, the largest first."""
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


def places_of(flows: Sequence[Flow], names: dict[str, str]) -> list[Place]:
    """Add the flows up by department; those that neither gave nor took are left out."""
    places = {key: Place(key, name) for key, name in names.items()}
    for flow in flows:
        giver, taker = places[flow.from_key], places[flow.to_key]
        giver.given += flow.count
        giver.given_ore += flow.quarter_ore
        taker.taken += flow.count
        taker.taken_ore += flow.quarter_ore
    return [place for place in places.values() if place.given or place.taken]
