"""What the standing rules look at on a day: each table is read once, and only if a rule asks."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from operator import itemgetter
from typing import Any, NamedTuple

from django.db.models import QuerySet

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.put_together import put_together_once
from albertslund_it.web.database.rows import among
from inventory.models import Departure, Device, Employee, Placement
from inventory.placements.selectors import placements_in_force
from leasing.billing.selectors.costs import is_kept, pc_model_ids
from leasing.billing.selectors.quarter_costs import costs_on, quarter_costs
from leasing.cost_table.facts import cost_holder_id
from leasing.data_quality.selectors.sets import lost
from leasing.domain.accrual import Term, a_quarter, accrued, span_of, terms_in_order
from leasing.models import Cost, Lease, LeasePrice, LeaseTerm, LossReport


class PlacedOn(NamedTuple):
    """Who has a device on the day; without a unit it is IT's stock."""

    device: int
    unit: int | None
    employee: int | None
    starts_on: date
    used_for: str


@dataclass(frozen=True, eq=False)
class LaidLease:
    """A device's lease with its terms laid end to end; one without a price is not here.

    Devices of the same days and prices share one, so that what is worked out of it is so once.
    """

    starts_on: date
    stops_on: date | None
    laid: tuple[Term, ...]

    @cached_property
    def ends_before(self) -> date:
        return span_of(self.laid, self.stops_on)[1]

    @cached_property
    def instalment_ore(self) -> int:
        """Return what the lessor can bill a quarter, by the last term."""
        return a_quarter(self.laid[-1].price_ore, self.laid[-1].quarters)


@dataclass
class Facts:
    """The register on a day; of what some units have, or of all.

    Of what some units have, `placements_of` can choose the placements that are looked at.
    """

    on: date
    units: Collection[int] | None = None
    placements_of: Callable[[date, Collection[int]], Iterable[tuple[Any, ...]]] | None = None
    # Few of the units' devices, which alone are looked at; None for all.
    devices: Collection[int] | None = None

    @cached_property
    def placed(self) -> dict[int, PlacedOn]:
        """Return who has each device that has ever been placed."""
        rows: Iterable[tuple[Any, ...]]
        if self.units is None:
            rows = _all_placed(self.on)
        elif self.devices is not None:
            rows = _placed_of(self.on, units=self.units, devices=self.devices)
        elif self.placements_of:
            rows = self.placements_of(self.on, self.units)
        else:
            rows = _placed_at(self.on, units=self.units)
        return {row[0]: PlacedOn._make(row) for row in rows}

    @cached_property
    def at_units(self) -> list[PlacedOn]:
        """Return what a unit has, so neither stock nor loans."""
        return [one for one in self.placed.values() if one.unit and one.unit != self.cost_holder]

    @cached_property
    def cost_holder(self) -> int | None:
        return cost_holder_id()

    @cached_property
    def models(self) -> dict[int, int]:
        """Return the models of the devices, those that have left the register too."""
        return dict(_all_models() if self.units is None else _models(devices=self.placed))

    @cached_property
    def gone(self) -> set[int]:
        """Return what has left the register."""
        return set(_gone(self.on))

    @cached_property
    def pc_models(self) -> set[int]:
        return set(pc_model_ids())

    @cached_property
    def works_at(self) -> dict[int, int]:
        """Return the unit of each employee."""
        if self.units is None:
            return dict(_everybody())
        held = {one.employee for one in self.placed.values() if one.employee}
        return dict(_people(people=held))

    @cached_property
    def leavers(self) -> set[int]:
        """Return the employees who have left by the day."""
        return set(_leavers(self.on))

    @cached_property
    def lost(self) -> set[int]:
        """Return what is lost or stolen and not found again: nobody can hand it in."""
        return lost_devices()

    @cached_property
    def also_at(self) -> set[tuple[int, int]]:
        """Return (employee, unit) of whoever is employed at several."""
        return set(_also_at())

    @cached_property
    def leases(self) -> dict[int, LaidLease]:
        """Return the leases by their devices."""
        rows = _all_terms() if self.units is None else _terms_of(devices=self.placed)
        said: dict[int, tuple[Any, ...]] = {}
        for row in rows:
            known = said.get(row[0])
            said[row[0]] = row[1:] if known is None else known + row[3:]
        alike = {
            one: LaidLease(
                one[0], one[1], terms_in_order(one[0], zip(one[2::2], one[3::2], strict=True))
            )
            for one in set(said.values())
        }
        return {device: alike[one] for device, one in said.items()}

    @cached_property
    def costs(self) -> dict[int, int]:
        """Return what each device costs in the quarter, of those whose lease runs."""
        if self.units is None:
            return quarter_costs(None, self.on)
        if self.devices is not None or not is_kept(self.on):
            return quarter_costs(list(self.placed), self.on)
        # By the units, which one index has in order; not device by device.
        costs = dict(_costs_at(self.on, units=self.units))
        leases = _leases_of(devices=self.placed)
        return {device: costs[lease] for device, lease in leases if lease in costs}

    @cached_property
    def _rest(self) -> dict[LaidLease, int]:
        return {}

    def rest_ore(self, lease: LaidLease) -> int:
        """Return what a lease costs from the day's quarter until it expires; 0 when it has."""
        if lease.ends_before <= self.on:
            return 0
        if lease not in self._rest:
            first = Quarter.of(self.on).starts_on
            done = accrued(lease.laid, lease.stops_on, first)
            self._rest[lease] = accrued(lease.laid, lease.stops_on, lease.ends_before) - done
        return self._rest[lease]

    @cached_property
    def _listed(self) -> dict[int, list[tuple[date, int, int]]]:
        prices: dict[int, list[tuple[date, int, int]]] = defaultdict(list)
        for model, starts_on, price_ore, quarters in _price_list():
            prices[model].append((starts_on, price_ore, quarters))
        return prices

    def listed_price(self, model: int, day: date) -> tuple[int, int] | None:
        """Return the price and the quarters that the price list has of a model on a day."""
        prices = self._listed.get(model, [])
        at = bisect_right(prices, day, key=itemgetter(0))
        return prices[at - 1][1:] if at else None


@put_together_once
def _all_placed(on: date) -> QuerySet[Placement, tuple[Any, ...]]:
    return placements_in_force(on).order_by().values_list(*PlacedOn._fields)


@put_together_once
def _placed_at(on: date, *, units: Collection[int]) -> QuerySet[Placement, tuple[Any, ...]]:
    some = placements_in_force(on).filter(unit__in=among(units, int))
    return some.order_by().values_list(*PlacedOn._fields)


@put_together_once
def _placed_of(
    on: date, *, units: Collection[int], devices: Collection[int]
) -> QuerySet[Placement, tuple[Any, ...]]:
    some = placements_in_force(on).filter(device__in=among(devices, int))
    return some.filter(unit__in=among(units, int)).order_by().values_list(*PlacedOn._fields)


@put_together_once
def _costs_at(on: date, *, units: Collection[int]) -> QuerySet[Cost, tuple[int, int]]:
    some = costs_on(on).filter(unit__in=among(units, int))
    return some.order_by().values_list("lease_id", "quarter_ore")


@put_together_once
def _leases_of(*, devices: Collection[int]) -> QuerySet[Lease, tuple[int, int]]:
    some = Lease.objects.filter(device__in=among(devices, int))
    return some.order_by().values_list("device", "pk")


@put_together_once
def _gone(on: date) -> QuerySet[Departure, int]:
    return Departure.objects.filter(left_on__lte=on).order_by().values_list("device", flat=True)


@put_together_once
def _also_at() -> QuerySet[Any, tuple[int, int]]:
    through = Employee.also_employed_at.through.objects
    return through.order_by().values_list("employee", "unit")


@put_together_once
def _all_models() -> QuerySet[Device, tuple[int, int]]:
    return Device.objects.order_by().values_list("pk", "model")


@put_together_once
def _models(*, devices: Collection[int]) -> QuerySet[Device, tuple[int, int]]:
    return Device.objects.filter(pk__in=among(devices, int)).order_by().values_list("pk", "model")


@put_together_once
def _everybody() -> QuerySet[Employee, tuple[int, int]]:
    return Employee.objects.order_by().values_list("pk", "unit")


@put_together_once
def _people(*, people: Collection[int]) -> QuerySet[Employee, tuple[int, int]]:
    return Employee.objects.filter(pk__in=among(people, int)).order_by().values_list("pk", "unit")


@put_together_once
def _leavers(on: date) -> QuerySet[Employee, int]:
    return Employee.objects.filter(left_on__lte=on).order_by().values_list("pk", flat=True)


def lost_devices() -> set[int]:
    """Return the devices that are lost or stolen and not found again."""
    return set(_lost())


@put_together_once
def _lost() -> QuerySet[LossReport, int]:
    return lost().values_list("device", flat=True)


# By the number: by the lease itself they would be in the order of the devices' numbers.
_TERM_ORDER = ("lease_id", "position")
_TERM = ("lease__device", "lease__starts_on", "lease__stops_on", "price_ore", "quarters")


@put_together_once
def _all_terms() -> QuerySet[LeaseTerm, tuple[Any, ...]]:
    return LeaseTerm.objects.order_by(*_TERM_ORDER).values_list(*_TERM)


@put_together_once
def _terms_of(*, devices: Collection[int]) -> QuerySet[LeaseTerm, tuple[Any, ...]]:
    some = LeaseTerm.objects.filter(lease__device__in=among(devices, int))
    return some.order_by(*_TERM_ORDER).values_list(*_TERM)


@put_together_once
def _price_list() -> QuerySet[LeasePrice, tuple[int, date, int, int]]:
    rows = LeasePrice.objects.order_by("model", "starts_on")
    return rows.values_list("model", "starts_on", "price_ore", "quarters")
