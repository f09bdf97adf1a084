"""The rollout's own list taken in."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import itemgetter

from django.db import transaction

from albertslund_it.common.files.cells import KEEP, Keep
from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import among, any_of, lock
from albertslund_it.web.people import Actor
from inventory.imports.selectors import devices_by_serial_number, unknown_device
from inventory.models import Device, Placement, Replacement, Roll, Unit
from inventory.rollout.services.outcomes import OutcomeRecorder, ReplacementOutcome

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ReplacementFacts:
    """A line of the rollout's own list; KEEP leaves a value as it is.

    `roll` is needed of a machine that is in none yet.
    """

    old_serial_number: str
    roll: int | Keep = KEEP
    new_serial_number: str | Keep = KEEP
    replaced_on: date | Keep | None = KEEP
    reason: str | Keep = KEEP
    row: int | None = None


@transaction.atomic
def save_replacements(
    *, rows: Sequence[ReplacementFacts], actor: Actor, today: date, errors: RowErrors | None = None
) -> Changes:
    """Take in the rollout's own list: old machines, and what came of each.

    Nothing is moved by it: who has a pc is a hand-out's to say.

    Raises:
        FileRefused: with every fault; nothing is written.
    """
    lock(Placement, Replacement)
    listing = _Listing(rows, errors or RowErrors(), today)
    for row in rows:
        listing.save(row)
    listing.errors.refuse()
    listing.recording.changes.save(actor)
    return listing.recording.changes


class _Listing:
    """Reads everything that a list names at once; each row is then recorded like a typed one."""

    def __init__(self, rows: Sequence[ReplacementFacts], errors: RowErrors, today: date):
        self.errors, self.today = errors, today
        self.rolls = {roll.number: roll for roll in Roll.objects.all()}
        self.old = devices_by_serial_number({row.old_serial_number for row in rows})
        new = {row.new_serial_number for row in rows if row.new_serial_number is not KEEP}
        old = {device.serial_number for device in self.old.values()}
        pks = {device.pk for device in self.old.values()}
        ids = among(pks, int)
        there = Replacement.objects.filter(old_device__in=ids, new_device__isnull=False)
        new |= set(there.values_list("new_device__serial_number", flat=True))
        self.recording = OutcomeRecorder(old, new - {""}, today)
        for row in rows:  # what is to be replaced replaces nothing, in whichever order they stand
            device, roll = self.old.get(row.old_serial_number), self._said(row)
            if device and roll:
                self.recording.is_old.setdefault(device.pk, roll)
        self.stood: dict[int, list[tuple[date, Unit]]] = defaultdict(list)
        units = Unit.objects.in_bulk()
        placed = Placement.objects.filter(any_of("device_id", pks, int), unit__isnull=False)
        rows_placed = placed.order_by().values_list("device", "starts_on", "unit")
        for pk, starts_on, unit in rows_placed:
            self.stood[pk].append((starts_on, units[unit]))

    def save(self, row: ReplacementFacts) -> None:
        device = self.old.get(row.old_serial_number)
        if device is None:
            self.errors.add(row.row, unknown_device(row.old_serial_number))
            return
        number = device.serial_number
        if not self.errors.is_first(row.row, number, f"Den gamle maskine {number}"):
            return
        there = self.recording.replacements.get(number)
        roll = self._roll(row, there)
        outcome = _outcome(row, number, there)
        before = len(self.recording.reasons)
        if there:
            self.recording.record(outcome)
        elif roll and (unit := self._unit(row, device, outcome.replaced_on)):
            self.recording.add(outcome, roll, device, unit)
        for reason in self.recording.reasons[before:]:
            self.errors.add(row.row, reason.removesuffix("."))

    def _said(self, row: ReplacementFacts) -> Roll | None:
        return None if row.roll is KEEP else self.rolls.get(row.roll)

    def _roll(self, row: ReplacementFacts, there: Replacement | None) -> Roll | None:
        if row.roll is KEEP:
            if there is None:
                self.errors.add(row.row, f"{row.old_serial_number} er ikke i noget rul. Skriv Rul")
            return there.roll if there else None
        roll = self._said(row)
        if roll is None:
            self.errors.add(row.row, f"Rul {row.roll} findes ikke. Opret det under Udrulning først")
        elif there and there.roll_id != roll.pk:
            self.errors.add(row.row, f"{there.old_device} er i {there.roll} i forvejen")
        return roll

    def _unit(self, row: ReplacementFacts, device: Device, replaced_on: date | None) -> Unit | None:
        """Return where a machine stood when it was to be replaced."""
        day = replaced_on or self.today + ONE_DAY
        at = [point for point in self.stood[device.pk] if point[0] < day]
        if not at:
            self.errors.add(row.row, f"{device} har aldrig stået ved nogen enhed")
            return None
        return max(at, key=itemgetter(0))[1]  # one placement a day


def _outcome(row: ReplacementFacts, number: str, there: Replacement | None) -> ReplacementOutcome:
    """Return what a row says came of a machine, with what is known where it says nothing."""
    known = str(there.new_device or "") if there else ""
    day = there.replaced_on if there else None
    replaced_on = day if row.replaced_on is KEEP else row.replaced_on
    reason = there.reason if there and row.reason is KEEP and not replaced_on else ""
    return ReplacementOutcome(
        number,
        known if row.new_serial_number is KEEP else row.new_serial_number,
        replaced_on,
        reason if row.reason is KEEP else row.reason,
    )
