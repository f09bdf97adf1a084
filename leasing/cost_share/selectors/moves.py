"""The map of change: what moved from which department to which, between two days.

A device moves when another department takes over a lease that runs. What is handed out on the
first day of its lease has not moved from anybody.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from albertslund_it.common.names import danish_key
from inventory.models import Department, Device, Placement, Unit
from leasing.billing.selectors.remembered import kept_rows
from leasing.cost_share.selectors.payers import STOCK
from leasing.cost_table.facts import lease_facts
from leasing.cost_table.moment import one_moment
from leasing.domain.accrual import instalment, span_of
from leasing.domain.allocation import LeaseFacts
from leasing.models import COST_HOLDER_NAME


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


@kept_rows("moves", Move)
def moves_between(first: date, last: date) -> list[Move]:
    """Return the moves between departments from one day to another, both included."""
    with one_moment():
        units = {
            pk: (name, str(department or STOCK))
            for pk, name, department in Unit.objects.values_list("id", "name", "department")
        }
        moves = Placement.objects.filter(starts_on__range=(first, last))
        moved = Device.objects.filter(id__in=moves.values("device"))
        found = [
            move for facts in lease_facts(moved) for move in _of_lease(facts, first, last, units)
        ]
    return sorted(found, key=lambda move: (move.moved_on, move.serial_number))


def _of_lease(
    facts: LeaseFacts, first: date, last: date, units: dict[int, tuple[str, str]]
) -> Iterator[Move]:
    began, ended = span_of(facts.terms, facts.stops_on)
    stock = before = (COST_HOLDER_NAME, STOCK)
    for day, unit in facts.placements:
        now = units[unit] if unit else stock
        if now[1] != before[1] and first <= day <= last and began < day < ended:
            yield Move(
                facts.device_id,
                facts.serial_number,
                facts.model_name,
                day,
                before[0],
                now[0],
                before[1],
                now[1],
                instalment(facts.terms, day),
            )
        before = now


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
