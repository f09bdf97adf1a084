"""What a planned movement would do: what the person then has, what it costs, what it breaks."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from inventory.models import Device, Employee, Placement
from inventory.placements.selectors import Holder, holder_of, placements_in_force
from leasing.approvals.selectors.one_pc import Holdings, holdings_of
from leasing.billing.selectors.consequences import Consequence, Plan, consequence_of
from leasing.data_quality.selectors.made import findings_made
from leasing.movements.selectors.states import DeviceState


@dataclass(frozen=True, slots=True)
class Had:
    """A device that the person has in advance, of the kinds that count or are handled."""

    device: Device
    is_leased: bool
    is_replaced: bool


class LaterMove(NamedTuple):
    """A device that is moved again after the day."""

    state: DeviceState
    placement: Placement


@dataclass(frozen=True)
class PlannedMovement:
    """Who would have which devices from a day on, as far as it is known.

    `holders` has those whose holder is known, by device. `replaced` is what is typed that the
    person gives up, `olds` what each device replaces, typed or ordered, and `is_taken_back` whether
    at once; `line` the order line, by id, that it is for.
    """

    states: tuple[DeviceState, ...]
    holders: Mapping[int, Holder]
    starts_on: date
    employee: Employee | None = None
    replaced: DeviceState | None = None
    olds: Mapping[int, DeviceState] = field(default_factory=dict)
    is_taken_back: bool = False
    line: int | None = None
    is_loan: bool = False
    drops_later: bool = False

    @property
    def _device_ids(self) -> set[int]:
        return {state.device.pk for state in self.states}

    def taken_back(self) -> list[DeviceState]:
        """Return what is taken back the same day: what is replaced, where its person has it."""
        taken = {}
        for state in self.states if self.is_taken_back else ():
            old, holder = self.olds.get(state.device.pk), self.holders.get(state.device.pk)
            if old is None or holder is None or old.loss or old.device.pk in self._device_ids:
                continue
            is_ahead = not holder.has(state.on(self.starts_on))
            if is_ahead and old.is_with(holder, self.starts_on):
                taken[old.device.pk] = old
        return list(taken.values())

    def later_moves(self) -> Iterator[LaterMove]:
        """Yield the devices that are moved again after the day, and to where."""
        for state in (*self.states, *self.taken_back()):
            for placement in state.after(self.starts_on)[:1]:
                yield LaterMove(state, placement)

    def findings(self) -> Counter[str]:
        """Return what rules of data quality would find, by their keys."""
        moves = [
            (state.device, holder_of(state.on(self.starts_on)), holder)
            for state in self.states
            if (holder := self.holders.get(state.device.pk))
        ]
        return findings_made(moves, self.starts_on)

    def had(self) -> list[Had]:
        """Return what the person has beside, also what the rule of one pc leaves out."""
        if self.employee is None:
            return []
        replaced = {state.set_aside.line.replaces_id for state in self.states if state.set_aside}
        if self.replaced:
            replaced.add(self.replaced.device.pk)
        models = [state.device.model for state in self.states]
        placed = placements_in_force(self.starts_on).filter(employee=self.employee)
        placed = placed.exclude(device__in=self._device_ids)
        linked = placed.select_related("device__model__category", "device__lease")
        devices = [one.device for one in linked.order_by("starts_on", "device")]
        return [
            Had(one, getattr(one, "lease", None) is not None, one.pk in replaced)
            for one in devices
            if one.model.category.is_pc or any(model.may_replace(one.model) for model in models)
        ]

    def holdings(self) -> Holdings | None:
        """Return what the person has beside these devices and the lines that they are for."""
        if self.employee is None:
            return None
        beside = holdings_of(self.employee, self.starts_on, without_devices=self._device_ids)
        handed_out = {state.set_aside.line_id for state in self.states if state.set_aside}
        # The devices that those lines replace stay left out.
        lines = (one for one in beside.lines if one.pk not in handed_out | {self.line})
        return replace(beside, lines=tuple(lines))

    def is_second(self, holdings: Holdings | None) -> bool:
        """Return whether the person would have a pc too many; the save decides it under a lock."""
        if holdings is None or self.is_loan:  # a loan is outside the rule
            return False
        replaced = self.replaced.device if self.replaced else None
        kept = len(holdings.lines) + sum(one != replaced for one in holdings.devices)
        new = sum(state.counts(self.starts_on) for state in self.states)
        return bool(new) and kept + new > holdings.allowed

    def consequence(self, today: date) -> Consequence | None:
        """Return what it would cost whom; None while it is not known who is to have the devices."""
        if not (self.states and self.holders):
            return None
        plans = {}
        units = [(state, self.holders[state.device.pk].unit) for state in self.states]
        for state, unit in [*units, *((old, None) for old in self.taken_back())]:
            dropped = state.after(self.starts_on) if self.drops_later else []
            plans[state.device.pk] = Plan(
                [(self.starts_on, unit.pk if unit else None)],
                [placement.starts_on for placement in dropped],
            )
        return consequence_of(plans, today)
