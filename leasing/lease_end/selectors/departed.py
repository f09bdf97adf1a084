"""What a departure did to where a device is, and what of it goes when it is undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from inventory.models import Departure, Device, Placement


@dataclass(frozen=True, slots=True)
class CameBack:
    """A departure is undone; `lease_runs` tells whether its stop of the lease went with it.

    `is_placed` tells whether whoever had the device has it again.
    """

    device: Device
    left_on: date
    lease_runs: bool
    is_placed: bool


def point_made(departure: Departure, timeline: Sequence[Placement]) -> Placement | None:
    """Return the change point to stock that a departure made, unless a later one stands on it.

    `timeline` is all of the device's change points, in order.
    """
    last = timeline[-1] if departure.ended_placement and timeline else None
    if last is None or last.unit_id or last.starts_on != departure.left_on:
        return None
    return last
