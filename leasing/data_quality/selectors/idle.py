"""Paying for nothing: what is leased and not used, by the rules that say so, each device once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from albertslund_it.web.database.put_together import put_together_once
from albertslund_it.web.database.rows import among
from inventory.models import Device, Employee, ExpectedReturn, Placement
from inventory.organisation.selectors.scope import reads_names, unit_list_seen_by
from inventory.placements.selectors import placements_in_force
from leasing.cost_table.moment import one_moment
from leasing.data_quality.selectors import of_units
from leasing.data_quality.selectors.facts import Facts, PlacedOn
from leasing.data_quality.selectors.fault_rows import FaultPlace, places
from leasing.data_quality.selectors.findings import (
    Finding,
    Seen,
    findings_of,
    looks_at_each,
    seen_by,
    told_apart,
)
from leasing.data_quality.selectors.rules import BY_KEY, rules_for
from leasing.data_quality.selectors.sets import leases_that_never_ran
from leasing.models import CostLease, OrderedDevice, OrderLine, Status

# The rules that say a device is not used, the surest first.
KEYS = ("ended", "leavers", "overdue", "stock", "never_seen", "unused", "nobody")


@dataclass(frozen=True, slots=True)
class IdleCost:
    """How much is leased and not used, and what it costs in the quarter."""

    count: int
    quarter_ore: int


@dataclass(frozen=True, slots=True)
class IdleSum:
    """How much is leased and not used, what it costs in the quarter, and from it until expiry."""

    count: int = 0
    quarter_ore: int = 0
    rest_ore: int = 0

    def __add__(self, other: "IdleSum") -> "IdleSum":
        return IdleSum(
            self.count + other.count,
            self.quarter_ore + other.quarter_ore,
            self.rest_ore + other.rest_ore,
        )


@dataclass(frozen=True, slots=True)
class Waiting:
    """An order line that a device is set aside for, or that one of its model could fill.

    One that `awaits` the head cannot be handed out on yet.
    """

    line_id: int
    order_id: int
    unit_id: int
    awaits: bool = False

    @property
    def order_number(self) -> str:
        return f"B{self.order_id}"


@dataclass(frozen=True, slots=True)
class Idle:
    """A device that is paid for and not used: why, by the rules' keys, and who could use it."""

    id: int
    name: str
    model: str
    place: FaultPlace
    person: str
    why: tuple[str, ...]
    quarter_ore: int
    rest_ore: int
    ends_before: date | None
    waiting: Waiting | None = None

    @property
    def sum(self) -> IdleSum:
        return IdleSum(1, self.quarter_ore, self.rest_ore)


@dataclass(frozen=True, slots=True)
class PlaceSum:
    """What a unit pays for nothing; or a department, with its units."""

    place: FaultPlace
    sum: IdleSum


def idle_cost(user: User, today: date) -> IdleCost:
    """Return how much of what a user sees is leased and not used."""
    with one_moment():
        if not looks_at_each(user, today):
            return _added_up(user, today)
        seen = _seen_by(user, today)
        costs = [seen.facts.costs.get(pk, 0) for pk in _reasons(user, seen)]
        return IdleCost(len(costs), sum(costs))


def _added_up(user: User, today: date) -> IdleCost:
    """Let the database add up what a leader's units have; what is told apart is few."""
    units = {unit.pk for unit in unit_list_seen_by(user, today)}
    keys = [rule.key for rule in rules_for(user) if rule.key in KEYS]
    summed = [key for key in keys if key in of_units.KEYS]
    apart = {
        *BY_KEY["overdue"].found(Facts(today, units)),
        *told_apart(today, [BY_KEY[key] for key in summed]),
    }
    # No device is found by two of these, and of a lease that is over nothing is paid.
    seen = Seen(Facts(today, units, devices=apart), set(), set())
    sums = of_units.sums_of(summed, today, units, leavers=seen.facts.leavers, apart=apart)
    costs = [seen.facts.costs.get(pk, 0) for pk in _reasons(user, seen)]
    return IdleCost(
        len(costs) + sum(one.count for one in sums.values()),
        sum(costs) + sum(sums[key].ore for key in summed if key != "ended"),
    )


def idle_devices(user: User, today: date) -> list[Idle]:
    """Return what is leased and not used, of what a user sees: the dearest first."""
    with one_moment():
        seen = _seen_by(user, today)
        why = _reasons(user, seen)
        rows = list(_rows(why, seen.facts, with_names=reads_names(user)))
    rows.sort(key=lambda row: (-row.quarter_ore, row.name))
    return rows


def _seen_by(user: User, today: date) -> Seen:
    """Return what a user sees; to a leader, of whom the rules ask less, only what may be idle."""
    if looks_at_each(user, today):
        return seen_by(user, today)
    units = {unit.pk for unit in unit_list_seen_by(user, today)}
    # None of the rules is about people or units.
    return Seen(Facts(today, units, _what_may_be_idle), set(), set())


def _what_may_be_idle(on: date, units: Collection[int]) -> list[tuple[Any, ...]]:
    return _may_be_idle(on, units=units)


@put_together_once
def _may_be_idle(on: date, *, units: Collection[int]) -> QuerySet[Placement, tuple[Any, ...]]:
    leavers = Employee.objects.filter(left_on__lte=on).order_by()
    ended = CostLease.objects.filter(ends_before__lte=on).order_by()
    stopped = leases_that_never_ran().order_by()
    asked = ExpectedReturn.objects.filter(due_on__lt=on).order_by()
    rows = placements_in_force(on).filter(
        Q(employee=None, used_for="")
        | Q(employee__in=leavers.values("pk"))
        | Q(device__in=ended.values("lease__device"))
        | Q(device__in=asked.values("device"))
        | Q(device__in=stopped.values("device")),
        unit__in=among(units, int),
    )
    return rows.order_by().values_list(*PlacedOn._fields)


def _reasons(user: User, seen: Seen) -> dict[int, tuple[str, ...]]:
    """Return why each device is not used, of those that nobody has accepted."""
    known = {rule.key for rule in rules_for(user)}
    found: list[Finding] = findings_of([BY_KEY[key] for key in KEYS if key in known], seen)
    why: dict[int, tuple[str, ...]] = defaultdict(tuple)
    for finding in found:
        for pk in finding.open:
            # What is due to be handed in may be the municipality's own: nobody pays for it.
            if pk in seen.facts.leases:
                why[pk] += (finding.rule.key,)
    return dict(why)


def _sum_of(device: int, facts: Facts) -> IdleSum:
    return IdleSum(1, facts.costs.get(device, 0), facts.rest_ore(facts.leases[device]))


def _rows(why: Mapping[int, tuple[str, ...]], facts: Facts, *, with_names: bool) -> Iterable[Idle]:
    units = places()
    stock = units.get(facts.cost_holder or 0, FaultPlace())
    holders = {pk: placed for pk in why if (placed := facts.placed.get(pk))}
    names = _names({one.employee for one in holders.values()} if with_names else set())
    waiting, set_aside = _waiting(), _set_aside(why)
    devices = Device.objects.filter(pk__in=among(why, int)).order_by("serial_number")
    for pk, number, model_id, model in devices.values_list(
        "pk", "serial_number", "model", "model__name"
    ):
        placed = holders.get(pk)
        lines = waiting[model_id] if placed is None or placed.unit is None else []
        cost = _sum_of(pk, facts)
        yield Idle(
            pk,
            number,
            model,
            units.get(placed.unit or 0, stock) if placed else stock,
            names.get(placed.employee or 0, "") if placed else "",
            why[pk],
            cost.quarter_ore,
            cost.rest_ore,
            facts.leases[pk].ends_before,
            # What is set aside is for that order, and leaves the others to the next device.
            set_aside.get(pk) or (lines.pop() if lines else None),
        )


def _names(ids: set[int | None]) -> dict[int, str]:
    wanted = {pk for pk in ids if pk}
    rows = Employee.objects.filter(pk__in=among(wanted, int)).order_by()
    return dict(rows.values_list("pk", "name"))


def _waiting() -> Mapping[int, list[Waiting]]:
    """Return the lines that wait for each model, the newest first: the last is given first.

    Of who said why it cannot be from the shelf, nothing is asked once more.
    """
    found = defaultdict(list)
    lines = OrderLine.objects.filter(status=Status.APPROVED, past_stock_because="").order_by("-pk")
    for model, line, order, unit in lines.values_list("model", "pk", "order", "unit"):
        found[model].append(Waiting(line, order, unit))
    return found


def _set_aside(ids: Collection[int]) -> dict[int, Waiting]:
    """Return the lines that devices are set aside for."""
    kept = OrderedDevice.objects.filter(handed_out_on=None, device__in=among(ids, int)).order_by()
    rows = kept.values_list("device", "line", "line__order", "line__unit", "line__status")
    return {
        device: Waiting(line, order, unit, awaits=status == Status.AWAITING)
        for device, line, order, unit, status in rows
    }


def by_place(rows: Iterable[Idle]) -> list[tuple[PlaceSum, list[PlaceSum]]]:
    """Add up by department, each with its units, the dearest first."""
    units: dict[FaultPlace, IdleSum] = defaultdict(IdleSum)
    for row in rows:
        units[row.place] += row.sum
    departments: dict[tuple[int | None, str], list[PlaceSum]] = defaultdict(list)
    for place, amount in units.items():
        name = place.department or place.unit
        departments[place.department_id, name].append(PlaceSum(place, amount))
    found = []
    for (pk, name), parts in departments.items():
        parts.sort(key=lambda one: (-one.sum.quarter_ore, one.place.unit))
        whole = sum((one.sum for one in parts), IdleSum())
        found.append((PlaceSum(FaultPlace(department_id=pk, department=name), whole), parts))
    found.sort(key=lambda one: (-one[0].sum.quarter_ore, one[0].place.department))
    return found
