"""The rolls of the rollout, their weeks and the old machines in them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import among, lock
from albertslund_it.web.forms.agreement import Check, nothing_to_see
from albertslund_it.web.people import Actor
from inventory.models import Department, Replacement, Roll, RolloutWeek, Unit
from inventory.placements.selectors import placements_in_force
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
