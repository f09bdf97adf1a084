"""What a form must know of some devices: where they are, and what stands in the way."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet

from albertslund_it.web.database.rows import among
from albertslund_it.web.people import author_of
from inventory.models import Departure, Device, ExpectedReturn, Placement
from inventory.placements.selectors import Holder, holder_of
from leasing.models import Lease, LossReport, OrderedDevice, OrderLine

# What is to become of change points after the day: they stay, or the change holds for good.
KEEP_LATER, DROP_LATER = "behold", "slet"


@dataclass(frozen=True)
class DeviceState:
    """A device with all its change points, in order, and what it is set aside for or lost by.

    `departure` says since when it is out of the register; until then it may still be corrected.
    """

    device: Device
    timeline: tuple[Placement, ...]
    lease: Lease | None
    set_aside: OrderedDevice | None
    loss: LossReport | None
    departure: Departure | None = None

    def has_left(self, day: date) -> bool:
        """Return whether the device is out of the register on a day."""
        return self.departure is not None and self.departure.left_on <= day

    def on(self, day: date) -> Placement | None:
        """Return the placement in force on a day."""
        before = [placement for placement in self.timeline if placement.starts_on <= day]
        return before[-1] if before else None

    def after(self, day: date) -> list[Placement]:
        """Return the change points after a day."""
        return [placement for placement in self.timeline if placement.starts_on > day]

    def is_with(self, holder: Holder, day: date) -> bool:
        """Return whether a person has the device on a day; where nobody is named, a unit."""
        now = holder_of(self.on(day))
        if now.unit is None:
            return False
        return now.employee == holder.employee if holder.employee else now.unit == holder.unit

    def is_in_stock(self, day: date) -> bool:
        placement = self.on(day)
        return placement is None or placement.unit_id is None

    def counts(self, day: date) -> bool:
        """Return whether the rule of one pc counts the device: a leased pc."""
        lease = self.lease
        if lease is None or not self.device.model.category.is_pc:
            return False
        return lease.stops_on is None or lease.stops_on > day


def device_state(device_id: int) -> DeviceState:
    """Return the state of one device, which is there."""
    return states_of([device_id])[device_id]


def states_of(device_ids: Collection[int]) -> dict[int, DeviceState]:
    """Return the states of devices by id, in the ids' order, in a fixed number of queries."""
    wanted = among(list(device_ids), int)
    devices = Device.objects.select_related("model__category", "departure").filter(pk__in=wanted)
    found = {device.pk: device for device in devices}
    timelines = defaultdict(list)
    points = Placement.objects.filter(device__in=wanted).select_related(
        "unit__department", "employee__unit"
    )
    for placement in points.order_by("starts_on"):
        timelines[placement.device_id].append(placement)
    leases = {lease.device_id: lease for lease in Lease.objects.filter(device__in=wanted)}
    waiting = OrderedDevice.objects.filter(device__in=wanted, handed_out_on=None)
    # Most devices are set aside for nobody: PostgreSQL takes 2 ms to plan the join of all of these.
    waiting = waiting.select_related("line__order").prefetch_related(
        "line__employee", "line__unit", "line__replaces__model__category"
    )
    set_aside = {one.device_id: one for one in waiting}
    losses = LossReport.objects.open().filter(device__in=wanted)
    lost = {loss.device_id: loss for loss in losses}
    return {
        pk: DeviceState(
            found[pk],
            tuple(timelines[pk]),
            leases.get(pk),
            set_aside.get(pk),
            lost.get(pk),
            getattr(found[pk], "departure", None),
        )
        for pk in device_ids
        if pk in found
    }


def replaced_for(lines: Mapping[int, OrderLine], states: Mapping[int, DeviceState]) -> int | None:
    """Return the id of what the lines of some devices replace: one of the kind handed out."""
    ids = {
        line.replaces.pk
        for pk, line in lines.items()
        if line.replaces and states[pk].device.model.may_replace(line.replaces.model)
    }
    return ids.pop() if len(ids) == 1 else None


def expected_returns(state: DeviceState, on: date) -> QuerySet[ExpectedReturn]:
    """Return what is expected back of who has a device on a day."""
    now = holder_of(state.on(on))
    if now.unit is None:
        return ExpectedReturn.objects.none()
    expected = ExpectedReturn.objects.filter(device=state.device, employee=now.employee)
    if now.employee is None:
        expected = expected.filter(unit=now.unit)
    return expected.select_related("employee").order_by("due_on")


def holders_after_move(
    states: Mapping[int, DeviceState], day: date, given: Holder, *, no_employee: bool
) -> dict[int, Holder]:
    """Return who has each device after a move: what is not given stays as it is that day."""
    if given.employee:
        return dict.fromkeys(states, given)
    holders = {}
    for pk, state in states.items():
        now = holder_of(state.on(day))
        if now.unit is None:  # in stock: there is nothing to keep
            holders[pk] = given
            continue
        person = None if no_employee else now.employee
        holders[pk] = Holder(given.unit or now.unit, person, given.used_for or now.used_for)
    return holders


def moved_by(states: Iterable[DeviceState]) -> Mapping[int, str]:
    """Name who last changed where some devices are, by device id."""
    device_of = {p.pk: p.device_id for state in states for p in state.timeline}
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Placement),
        object_id__in=among(device_of, int),
    ).select_related("actor")
    names = {}
    for entry in entries.order_by("timestamp", "id"):
        names[device_of[entry.object_id]] = author_of(entry)
    return names
