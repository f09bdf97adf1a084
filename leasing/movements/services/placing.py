"""The rules of a hand-out where a file says who has what: one rule, whatever the way in.

A file tells what has happened, and is taken in whole or not at all. So what cannot be true, that a
lost device is with somebody, is refused by its row; what can be and should be mended, that somebody
has one pc too many or has left, is a warning by its row, and found by data quality from then on.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from django.db import transaction

from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import among, lock
from albertslund_it.web.people import Actor
from inventory.imports.selectors import KnownDevice, known_devices
from inventory.models import Departure, Employee, Placement
from inventory.organisation.selectors.scope import reads_names
from leasing.approvals.selectors.one_pc import over_the_rule
from leasing.models import LossReport, Order
from leasing.movements.services.moves import why_gone, why_not_moved

AHEAD = 12  # days to come that the rules are looked up on
DAYS = ("starts_on", "handed_out_on")  # of a row, where it has them


class PlacedRow(Protocol):
    """A row of a file that says where a device is; `row` is its place in the file."""

    @property
    def row(self) -> int: ...

    @property
    def serial_number(self) -> str: ...


class Point(NamedTuple):
    """A change point, as values: who has a device from a day on, by ids."""

    device: int
    starts_on: date
    unit: int | None
    employee: int | None
    used_for: str


def by_the_rules(save: Callable[..., Changes]) -> Callable[..., Changes]:
    """Return what takes a file's rows in as `save` does, and looks at where that puts devices."""

    @transaction.atomic
    def save_by_the_rules(
        *, rows: Sequence[PlacedRow], actor: Actor, today: date, errors: RowErrors | None = None
    ) -> Changes:
        lock(Order)  # first, as by all who order or hand out: nobody waits crosswise
        errors = errors or RowErrors()
        rules = PlacementRules(rows, today, with_people=reads_names(actor))
        changes = save(rows=rows, actor=actor, today=today, errors=errors)
        rules.look(changes, errors)
        return changes

    return save_by_the_rules


class PlacementRules:
    """How the devices of some rows stood before they were saved, and what the rules say after.

    Without people, who is meant is named by the device.
    """

    def __init__(self, rows: Sequence[PlacedRow], today: date, *, with_people: bool):
        self.rows, self.with_people = rows, with_people
        days = {day for row in rows for name in DAYS if (day := getattr(row, name, None))}
        known = known_devices([row.serial_number for row in rows])
        ids = among({device.pk for device in known.values()}, int)
        losses = LossReport.objects.filter(device__in=ids, found_on=None)
        self.losses = {loss.device_id: loss for loss in losses}
        left = Departure.objects.filter(device__in=ids)
        self.departures = {departure.device_id: departure for departure in left}
        self.days = [today, *sorted(day for day in days if day > today)[:AHEAD]]
        self.stood = self._standing(known.values())

    def look(self, changes: Changes, errors: RowErrors) -> None:
        """Refuse rows that move what is lost or gone, and warn of those that break a rule now.

        Raises:
            FileRefused: with each row of a lost device, or of one that has left the register.
        """
        if not changes.touches(Placement):
            return
        devices = known_devices([row.serial_number for row in self.rows])
        numbers = {device.pk: device.serial_number for device in devices.values()}
        changed = self._standing(devices.values()) ^ self.stood
        moved = {one.device for one in changed}
        gone = {
            one.device: departure
            for one in changed
            if (departure := self.departures.get(one.device)) and one.starts_on >= departure.left_on
        }
        told = self._leavers(changed, numbers)
        for device, sentence in self._crowded(changed, numbers).items():
            told[device].append(sentence)
        for row in self.rows:
            its_device = devices.get(row.serial_number)
            if its_device is None:
                continue
            pk = its_device.pk
            if pk in moved and pk in self.losses:
                errors.add(row.row, f"{numbers[pk]} {why_not_moved(self.losses[pk])}")
            if pk in gone:
                errors.add(row.row, f"{numbers[pk]} {why_gone(gone[pk])}")
            changes.warn(row.row, told.pop(pk, ()))
        errors.refuse()

    def _standing(self, devices: Iterable[KnownDevice]) -> set[Point]:
        ids = among({device.pk for device in devices}, int)
        rows = Placement.objects.filter(device__in=ids).order_by().values_list(*Point._fields)
        return {Point(*row) for row in rows}

    def _crowded(self, changed: set[Point], numbers: Mapping[int, str]) -> dict[int, str]:
        """Say of each device that has come to somebody who has too many with it."""
        came = {(one.device, one.employee) for one in changed if one.employee}
        came -= {(one.device, one.employee) for one in self.stood}
        found: dict[int, tuple[int, date]] = {}
        for day in self.days if came else ():
            for person, held in over_the_rule(day).items():
                for device in held:
                    if (device, person) in came:
                        found.setdefault(device, (person, day))
        people = Employee.objects.in_bulk({person for person, _ in found.values()})
        return {
            device: (
                f"{self._name(people[person], numbers[device])} har mere end én pc fra den "
                f"{day:%d-%m-%Y}. Tag den ene tilbage, eller bed lederen om dispensation."
            )
            for device, (person, day) in found.items()
        }

    def _leavers(self, changed: set[Point], numbers: Mapping[int, str]) -> dict[int, list[str]]:
        """Say of each device that comes to somebody who has left by then."""
        told: dict[int, list[str]] = defaultdict(list)
        left = Employee.objects.filter(left_on__isnull=False)
        people = left.in_bulk({one.employee for one in changed - self.stood if one.employee})
        for one in changed - self.stood:
            person = people.get(one.employee) if one.employee else None
            if person and person.left_on and person.left_on <= one.starts_on:
                name = self._name(person, numbers[one.device])
                told[one.device].append(f"{name} er fratrådt den {person.left_on:%d-%m-%Y}.")
        return told

    def _name(self, person: Employee, number: str) -> str:
        return str(person) if self.with_people else f"Den, der får {number},"
