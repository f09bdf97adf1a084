"""The rules of a hand-out where a file says who has what: one rule, whatever the way in.

A file tells what has happened, and is taken in whole or not at all. So what cannot be true, that a
lost device is with somebody, is refused by its row; what can be and should be mended, that somebody
has one pc too many or has left, is a warning by its row, and found by data quality from then on.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from django.db import transaction

from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import among, column_of, lock, values_of
from albertslund_it.web.people import Actor
from inventory.models import Departure, Employee, FormerSerialNumber, Placement
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
        changes = save(rows=rows, actor=actor, today=today, errors=errors)
        if changes.touches(Placement):
            rules = PlacementRules(rows, changes, today, with_people=reads_names(actor))
            rules.look(changes, errors)
        return changes

    return save_by_the_rules


class PlacementRules:
    """Where some rows that were saved have put devices, and what the rules say of it.

    Without people, who is meant is named by the device.
    """

    def __init__(
        self, rows: Sequence[PlacedRow], changes: Changes, today: date, *, with_people: bool
    ):
        self.rows, self.with_people = rows, with_people
        # All rows of a kind of file have the same days.
        names = [name for name in DAYS if rows and hasattr(rows[0], name)]
        days = {getattr(row, name) for name in names for row in rows} - {None}
        self.days = [today, *sorted(day for day in days if day > today)[:AHEAD]]
        changed = changes.changed_of(Placement)
        placed = [*changes.created_of(Placement), *(row for row, _ in changed)]
        self.placed = {one.device_id: one for one in placed}
        people = {one.employee_id: one.employee for one in placed if one.employee_id}
        self.leavers = {pk: person for pk, person in people.items() if person and person.left_on}
        before = {Point(**_point(row)._asdict() | old) for row, old in changed}
        after = set(map(_point, placed))
        self.before, self.after = before - after, after - before

    def look(self, changes: Changes, errors: RowErrors) -> None:
        """Refuse rows that move what is lost or gone, and warn of those that break a rule now.

        Raises:
            FileRefused: with each row of a lost device, or of one that has left the register.
        """
        moved = {one.device for one in self.after}
        ids = among(moved, int)
        found_on = LossReport.objects.open().filter(device__in=ids)
        losses = {loss.device_id: loss for loss in found_on}
        left = {one.device_id: one for one in Departure.objects.filter(device__in=ids)}
        gone = {
            one.device: departure
            for one in self.before | self.after
            if (departure := left.get(one.device)) and one.starts_on >= departure.left_on
        }
        told = self._leavers()
        for device, sentence in self._crowded().items():
            told[device].append(sentence)
        for row, device in self._rows_of({*losses, *gone, *told}):
            number = self._number(device)
            if device in losses:
                errors.add(row.row, f"{number} {why_not_moved(losses[device])}")
            if device in gone:
                errors.add(row.row, f"{number} {why_gone(gone[device])}")
            changes.warn(row.row, told.pop(device, ()))
        errors.refuse()

    def _rows_of(self, devices: Collection[int]) -> Iterator[tuple[PlacedRow, int]]:
        """Yield the rows that name one of these devices, by its number or one that it had."""
        former = FormerSerialNumber.objects.filter(device__in=among(devices, int))
        called = dict(former.values_list("serial_number", "device")) if devices else {}
        called |= {self._number(device): device for device in devices}
        for row in self.rows:
            if device := called.get(row.serial_number):
                yield row, device

    def _crowded(self) -> dict[int, str]:
        """Say of each device that has come to somebody who has too many with it."""
        came = {(one.device, one.employee) for one in self.after if one.employee}
        crowded = [
            (device, person, day)
            for day in (self.days if came else ())
            for person, held in over_the_rule(day).items()
            for device in held
            if (device, person) in came
        ]
        had = self._had({device for device, _, _ in crowded})
        found: dict[int, tuple[int, date]] = {}
        for device, person, day in crowded:
            if (device, person) not in had:
                found.setdefault(device, (person, day))
        people = Employee.objects.in_bulk({person for person, _ in found.values()})
        return {
            device: (
                f"{self._name(people[person], self._number(device))} har mere end én pc fra den "
                f"{day:%d-%m-%Y}. Tag den ene tilbage, eller bed lederen om dispensation."
            )
            for device, (person, day) in found.items()
        }

    def _had(self, devices: Collection[int]) -> set[tuple[int, int | None]]:
        """Return who had some devices before, on any day: (device, person)."""
        if not devices:
            return set()
        rows = Placement.objects.filter(device__in=among(devices, int)).order_by()
        there = {Point(*row) for row in rows.values_list(*Point._fields)}
        return {(one.device, one.employee) for one in (there - self.after) | self.before}

    def _leavers(self) -> dict[int, list[str]]:
        """Say of each device that comes to somebody who has left by then."""
        told: dict[int, list[str]] = defaultdict(list)
        for one in self.after if self.leavers else ():
            person = self.leavers.get(one.employee) if one.employee else None
            if person and person.left_on and person.left_on <= one.starts_on:
                name = self._name(person, self._number(one.device))
                told[one.device].append(f"{name} er fratrådt den {person.left_on:%d-%m-%Y}.")
        return told

    def _number(self, device: int) -> str:
        return self.placed[device].device.serial_number

    def _name(self, person: Employee, number: str) -> str:
        return str(person) if self.with_people else f"Den, der får {number},"


_values = values_of(
    [column_of(Placement, name) for name in ("device", "starts_on", "unit", "employee", "used_for")]
)


def _point(row: Placement) -> Point:
    return Point._make(_values(row))
