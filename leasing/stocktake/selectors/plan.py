"""What a stocktake of some units would count, and whom it would ask."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from albertslund_it.web.database.rows import among
from inventory.models import Device, Unit
from leasing.models import CountedDevice, LossReport
from leasing.stocktake.selectors.standing import StandsAt, standings_at


@dataclass(frozen=True, slots=True)
class PlannedDevice:
    """A device to be counted, and where it stands."""

    device_id: int
    serial_number: str
    standing: StandsAt


@dataclass(frozen=True)
class StocktakePlan:
    """What is to be counted at some units; `counted_elsewhere` are in another open stocktake."""

    units: list[Unit]
    devices: list[PlannedDevice]
    counted_elsewhere: int

    @property
    def asked(self) -> list[PlannedDevice]:
        """Return those whose person can be asked by mail."""
        return [one for one in self.devices if one.standing.mail]

    @property
    def people(self) -> int:
        return len({one.standing.employee_id for one in self.asked})

    @property
    def by_unit(self) -> list[tuple[Unit, int, int]]:
        """Return each unit with how many are to be counted there, and how many by mail."""
        every = Counter(one.standing.unit_id for one in self.devices)
        asked = Counter(one.standing.unit_id for one in self.asked)
        return [(unit, every[unit.pk], asked[unit.pk]) for unit in self.units]


def plan_of(unit_ids: Collection[int], *, is_pcs_only: bool, on: date) -> StocktakePlan:
    """Return what a stocktake of some units would count, by unit and serial number."""
    units = Unit.objects.filter(pk__in=among(unit_ids, int)).select_related("department")
    order = {unit.pk: at for at, unit in enumerate(units)}
    at_hand = standings_at(set(order), on)
    devices = Device.objects.filter(pk__in=among(at_hand, int)).exclude(
        pk__in=LossReport.objects.open().order_by().values("device")
    )
    if is_pcs_only:
        devices = devices.filter(model__category__is_pc=True)
    # Only those that are still to be answered: there are few stocktakes open at a time.
    running = CountedDevice.objects.filter(stocktake__closed_at=None).order_by()
    taken = set(running.values_list("device", flat=True))
    rows = list(devices.order_by().values_list("pk", "serial_number"))
    free = [
        PlannedDevice(pk, number, at_hand[pk])
        for pk, number in rows
        if pk not in taken and at_hand[pk].unit_id in order
    ]
    free.sort(key=lambda one: (order[one.standing.unit_id], one.serial_number))
    return StocktakePlan(list(units), free, sum(pk in taken for pk, _ in rows))
