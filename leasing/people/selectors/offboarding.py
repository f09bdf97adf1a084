"""Somebody who leaves: what they have to part with, and what each way of parting costs whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.db.models import QuerySet

from inventory.models import Device, Employee, Unit
from inventory.placements.selectors import Holder, holder_of, intervals
from leasing.approvals.selectors.approvals import mails_to_heads_of
from leasing.billing.selectors.consequences import Consequence, Plan, consequence_of
from leasing.models import OrderLine
from leasing.models.order import OPEN
from leasing.movements.selectors.states import DeviceState, states_of

ONE_DAY = timedelta(days=1)


class WayOut(StrEnum):
    """What becomes of a device when its person leaves, as forms name it."""

    RETURN = "tilbage"
    MOVE = "flyt"
    STAY = "bliver"


@dataclass(frozen=True, slots=True)
class Parting:
    """What is to become of one device: handed in on a day, passed on to somebody, or kept.

    What is kept stays with the unit that has it, for what it is `used_for`.
    """

    device: Device
    fate: WayOut
    on: date
    receiver: Employee | None = None
    used_for: str = ""


def held_by(employee: Employee, today: date) -> list[DeviceState]:
    """Return the devices that somebody has on a day or will have, without those that are lost.

    What is already to go on elsewhere is not theirs to part with.
    """
    return [state for state in _states_with(employee, today) if not state.loss]


def lost_with(employee: Employee, today: date) -> list[DeviceState]:
    """Return the devices that somebody had when they were lost or stolen, and are not found."""
    return [state for state in _states_with(employee, today) if state.loss]


def _states_with(employee: Employee, today: date) -> list[DeviceState]:
    found = intervals().filter(employee=employee).order_by("starts_on", "device")
    ids = [placement.device_id for placement in found if vars(placement)["ends_before"] is None]
    return [state for state in states_of(ids).values() if not state.has_left(today)]


def open_lines_for(employee: Employee) -> QuerySet[OrderLine]:
    """Return what is on order for somebody, and would come when they have left."""
    lines = OrderLine.objects.filter(employee=employee, status__in=OPEN)
    return lines.select_related("order", "model").order_by("order_id", "position")


def leaders_of(unit: Unit, today: date) -> list[str]:
    """Return the addresses of who answers for a unit: the department's head, its own leader."""
    return list(dict.fromkeys([*mails_to_heads_of(unit, today), *filter(None, [unit.leader_mail])]))


def holder_after(state: DeviceState, parting: Parting) -> Holder:
    """Return who has a device after the parting."""
    if parting.fate is WayOut.RETURN:
        return Holder()
    if parting.receiver:
        return Holder(parting.receiver.unit, parting.receiver)
    now = holder_of(state.on(parting.on) or state.timeline[-1])
    return Holder(now.unit, None, parting.used_for or now.used_for)


def cost_of_partings(
    states: Iterable[DeviceState], partings: Sequence[Parting], today: date
) -> Consequence | None:
    """Return what partings change for whom, once all is handed in as it should be."""
    of_device = {state.device.pk: state for state in states}
    plans = {}
    for parting in partings:
        if state := of_device.get(parting.device.pk):
            unit = holder_after(state, parting).unit
            plans[parting.device.pk] = Plan([(parting.on, unit.pk if unit else None)])
    return consequence_of(plans, today) if plans else None
