"""What came of each old machine of the rollout."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q

from albertslund_it.common.errors import Refused
from albertslund_it.common.sentences import full_stop
from albertslund_it.common.serial_numbers import doubt
from albertslund_it.web.database.bulk import Changes, ValueChange
from albertslund_it.web.database.objects import new_row
from albertslund_it.web.database.rows import among, lock
from albertslund_it.web.people import Actor
from inventory.imports.selectors import devices_by_serial_number
from inventory.models import Device, Placement, Replacement, Roll, Unit
from inventory.placements.selectors import placements_in_force
from inventory.placements.services.placements import place


@dataclass(frozen=True, slots=True)
class ReplacementOutcome:
    """What came of an old machine: replaced on a day, perhaps by a new pc; or not, for a reason.

    With none of them it still waits. `seen` is the state that it was decided on, as
    `replacement_state` returns it; None asks for no check.
    """

    old_serial_number: str
    new_serial_number: str = ""
    replaced_on: date | None = None
    reason: str = ""
    seen: str | None = None


def replacement_state(replacement: Replacement) -> str:
    """Return what a form saw of an old machine, to be compared when it is sent."""
    day = replacement.replaced_on.isoformat() if replacement.replaced_on else ""
    return f"{replacement.new_device_id or ''}|{day}|{replacement.reason}"


@transaction.atomic
def record_outcomes(
    *, outcomes: Sequence[ReplacementOutcome], actor: Actor, today: date
) -> Changes:
    """Note what came of old machines; the same again is no change.

    Raises:
        Refused: with a sentence for everything that cannot be; nothing is written.
    """
    lock(Replacement)
    old = {outcome.old_serial_number for outcome in outcomes}
    new = {outcome.new_serial_number for outcome in outcomes} - {""}
    recording = OutcomeRecorder(old, new, today)
    for outcome in outcomes:
        recording.record(outcome)
    if recording.reasons:
        raise Refused(*dict.fromkeys(recording.reasons))
    recording.changes.save(actor)
    return recording.changes


@transaction.atomic
def record_outcome(
    *, outcome: ReplacementOutcome, is_handed_in: bool, actor: Actor, today: date
) -> Changes:
    """Note what came of one old machine, and take it to IT's stock if it is handed in.

    Raises:
        Refused: with every reason; nothing is written.
    """
    lock(Placement, Replacement)  # in the order of every hand-out
    changes = record_outcomes(outcomes=[outcome], actor=actor, today=today)
    if is_handed_in and outcome.replaced_on:
        day = outcome.replaced_on
        device = Device.objects.get(serial_number=outcome.old_serial_number)
        placed = placements_in_force(day).filter(device=device).first()
        if placed and placed.unit_id:
            place(device=device, starts_on=day, unit=None, employee=None, actor=actor, seen=placed)
    return changes


def note_replaced(*, old: Device, new: Device, replaced_on: date, actor: Actor) -> None:
    """Note what a hand-out says of an old machine that a roll waits for; else do nothing.

    A pc that has taken another one's place before is no new one: the machine is replaced without.
    """
    if not Replacement.objects.filter(old_device=old, replaced_on=None).exists():
        return
    lock(Replacement)
    row = Replacement.objects.filter(old_device=old, replaced_on=None).first()
    is_taken = Replacement.objects.filter(Q(new_device=new) | Q(old_device=new)).exists()
    if row:
        changes = Changes((Replacement,))
        values = {
            "new_device": None if is_taken else new,
            "replaced_on": replaced_on,
            "reason": "",
        }
        changes.update(row, str(old), **values)
        changes.save(actor)


class OutcomeRecorder:
    """Reads the old machines and the new that some outcomes name at once, and checks each."""

    def __init__(self, old: Collection[str], new: Collection[str], today: date):
        self.today = today
        self.reasons: list[str] = []
        self.changes = Changes((Replacement,))
        rows = Replacement.objects.select_related("roll", "old_device", "new_device")
        self.replacements = {
            row.old_device.serial_number: row
            for row in rows.filter(old_device__serial_number__in=among(old))
        }
        self.new = devices_by_serial_number(new)
        ids = among({device.pk for device in self.new.values()}, int)
        self.taken_by: dict[int, set[str]] = defaultdict(set)
        for row in rows.filter(new_device__in=ids):
            if row.new_device:
                self.taken_by[row.new_device.pk].add(row.old_device.serial_number)
        self.is_old = {row.old_device_id: row.roll for row in rows.filter(old_device__in=ids)}

    def record(self, outcome: ReplacementOutcome) -> None:
        row = self.replacements.get(outcome.old_serial_number)
        if row is None:
            self._refuse(
                f"{outcome.old_serial_number} er ikke i noget rul. Find den gamle maskine først"
            )
            return
        device = self.new.get(outcome.new_serial_number)
        self._check(outcome, device)
        is_same = (row.new_device_id, row.replaced_on, row.reason) == (
            device.pk if device else None,
            outcome.replaced_on,
            outcome.reason,
        )
        if outcome.seen is not None and outcome.seen != replacement_state(row) and not is_same:
            self._refuse(
                f"{row.old_device} er ændret, efter at du åbnede siden: {full_stop(_told(row))} "
                "Se den igennem, og gem igen, hvis det stadig skal være sådan"
            )
            return
        if device:
            self.taken_by[device.pk] = {outcome.old_serial_number}
        self.changes.update(
            row,
            outcome.old_serial_number,
            new_device=device,
            replaced_on=outcome.replaced_on,
            reason=outcome.reason,
        )

    def add(self, outcome: ReplacementOutcome, roll: Roll, old_device: Device, unit: Unit) -> None:
        """Put a machine into a roll, with what has come of it already."""
        device = self.new.get(outcome.new_serial_number)
        self._check(outcome, device)
        made = new_row(
            Replacement,
            roll=roll,
            old_device=old_device,
            unit=unit,
            new_device=device,
            replaced_on=outcome.replaced_on,
            reason=outcome.reason,
        )
        self.changes.create(made, ValueChange(outcome.old_serial_number, f"i {roll}"))
        if device:
            self.taken_by[device.pk] = {outcome.old_serial_number}

    def _check(self, outcome: ReplacementOutcome, device: Device | None) -> None:
        number = outcome.new_serial_number
        if number and device is None:
            way_out = doubt(number) or "Ret det, eller registrér leveringen først"
            self._refuse(f"Serienummer {number} findes ikke. {way_out}")
        if number and not outcome.replaced_on:
            self._refuse("Skriv, hvornår maskinen er udskiftet")
        if outcome.replaced_on and outcome.replaced_on > self.today:
            self._refuse(
                f"{outcome.replaced_on:%d-%m-%Y} er ikke kommet endnu. Skriv dagen, når "
                "maskinen er udskiftet"
            )
        if outcome.replaced_on and outcome.reason:
            self._refuse("Maskinen er udskiftet, så skriv ingen grund")
        if device is None:
            return
        others = self.taken_by[device.pk] - {outcome.old_serial_number}
        if others:
            self._refuse(
                f"{device} har allerede erstattet {min(others)}. Ret nummeret, eller ret først "
                f"{min(others)}"
            )
        if device.pk in self.is_old:
            self._refuse(f"{device} er selv en gammel maskine i {self.is_old[device.pk]}")

    def _refuse(self, sentence: str) -> None:
        self.reasons.append(full_stop(sentence))


def _told(row: Replacement) -> str:
    if row.replaced_on:
        by = f" med {row.new_device}" if row.new_device else ""
        return f"udskiftet {row.replaced_on:%d-%m-%Y}{by}"
    return f"udskiftes ikke – {row.reason}" if row.reason else "mangler udskiftning"
