"""The rollout: its rolls and plan, the old machines in them, and what came of each."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q

from albertslund_it.common.errors import Refused
from albertslund_it.common.sentences import full_stop
from albertslund_it.common.serial_numbers import doubt
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import among, lock
from albertslund_it.web.forms.agreement import Check, nothing_to_see
from albertslund_it.web.people import Actor
from inventory.imports.selectors import devices_by_serial_number
from inventory.models import Department, Device, Placement, Replacement, Roll, RolloutWeek, Unit
from inventory.placements.selectors import placements_in_force
from inventory.placements.services.placements import place
from inventory.rollout.selectors import (
    Visit,
    machines_to_find,
    next_roll_number,
    roll_difference,
)


@transaction.atomic
def create_roll(*, number: int, name: str, criterion: str, actor: Actor) -> Roll:
    """Make a roll; the same again makes no second one.

    Raises:
        Refused: when another roll has got the number.
    """
    lock(Roll)
    there = Roll.objects.filter(number=number).first()
    if there and (there.name, there.criterion) == (name, criterion):
        return there
    if there:
        raise Refused(
            f"{there} er oprettet i mellemtiden: »{there.name}«. Åbn siden igen, og se det efter."
        )
    changes = Changes((Roll,))
    roll = changes.create(Roll(number=number, name=name, criterion=criterion))
    changes.save(actor)
    return roll


@transaction.atomic
def plan_visit(
    *, roll: Roll, department: Department, year: int, week: int, actor: Actor
) -> RolloutWeek:
    """Put a department into a week of the plan; the same again is no change.

    Raises:
        Refused: when the year has no such week.
    """
    try:
        date.fromisocalendar(year, week, 1)
    except ValueError as error:
        raise Refused(f"{year} har ingen uge {week}. Ret ugen eller året.") from error
    lock(RolloutWeek)
    visit = RolloutWeek(roll=roll, department=department, year=year, week=week)
    there = RolloutWeek.objects.filter(
        roll=roll, department=department, year=year, week=week
    ).first()
    if there is None:
        changes = Changes((RolloutWeek,))
        there = changes.create(visit)
        changes.save(actor)
    return there


@transaction.atomic
def cancel_visit(*, visit_id: int) -> RolloutWeek | None:
    """Take a week out of the plan; give what was taken out, None if it was gone already."""
    rows = RolloutWeek.objects.select_for_update(of=("self",))
    rows = rows.select_related("department", "roll")
    visit = rows.filter(pk=visit_id).first()
    if visit:
        visit.delete()
    return visit


@dataclass(frozen=True, slots=True)
class RollFacts:
    """A roll for leases that end together: its machines by device and unit, and its weeks."""

    lot: str
    name: str
    criterion: str
    machines: Mapping[int, int]
    visits: Collection[Visit]


def lock_rolls() -> None:
    """Let nobody else plan until the transaction ends."""
    lock(Roll, RolloutWeek, Replacement)


@transaction.atomic
def lay_out_roll(*, facts: RollFacts, today: date, actor: Actor) -> Roll:
    """Make the roll of a lot, or bring the one there is in step: only what differs is changed.

    Machines that something has come of stay as they are, and weeks that have begun.
    """
    lock_rolls()
    changes = Changes((Roll, RolloutWeek, Replacement))
    roll = Roll.objects.filter(lot=facts.lot).first()
    difference = roll_difference(roll, facts.machines, facts.visits, today)
    said = {"name": facts.name, "criterion": facts.criterion}
    if roll is None:
        roll = changes.create(Roll(number=next_roll_number(), lot=facts.lot, **said))
    else:
        changes.update(roll, str(roll), **said)
    for visit in difference.new_visits:
        changes.create(RolloutWeek(roll=roll, **visit._asdict()))
    for week in difference.gone_visits:
        changes.delete(week, str(week), "Ugen udgår")
    for device_id, unit_id in difference.new.items():
        changes.create(Replacement(roll=roll, old_device_id=device_id, unit_id=unit_id))
    units = Unit.objects.in_bulk(set(difference.moved.values()))
    for row, unit_id in difference.moved.items():
        changes.update(row, str(row.old_device), unit=units[unit_id])
    for row in difference.gone:
        changes.delete(row, str(row.old_device), "Skal ikke udskiftes i rullet")
    changes.save(actor)
    return roll


@transaction.atomic
def find_machines(
    *,
    roll: Roll,
    department: Department | None,
    max_ram_gb: int | None,
    without_windows_11: bool,
    on: date,
    actor: Actor,
    agree: Check = nothing_to_see,
) -> int:
    """Put what `machines_to_find` finds into a roll, where each stands that day; give how many.

    What is in a roll already is not found, so the same again adds nothing.
    """
    lock(Replacement)
    found = machines_to_find(
        department=department, max_ram_gb=max_ram_gb, without_windows_11=without_windows_11, on=on
    )
    devices = list(found)
    if devices:
        agree()
    # By their ids: asked as one query, a PostgreSQL with no statistics yet took minutes over it.
    of_devices = among([device.pk for device in devices], int)
    placed = placements_in_force(on).filter(device_id__in=of_devices).select_related("unit")
    units = {placement.device_id: placement.unit for placement in placed}
    changes = Changes((Replacement,))
    for device in devices:
        changes.create(Replacement(roll=roll, old_device=device, unit=units[device.pk]))
    changes.save(actor)
    return len(units)


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
    recording = _Recording(outcomes, today)
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


class _Recording:
    """Reads everything that some outcomes name at once, and checks them one by one."""

    def __init__(self, outcomes: Sequence[ReplacementOutcome], today: date):
        self.today = today
        self.reasons: list[str] = []
        self.changes = Changes((Replacement,))
        old = {outcome.old_serial_number for outcome in outcomes}
        new = {outcome.new_serial_number for outcome in outcomes} - {""}
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
