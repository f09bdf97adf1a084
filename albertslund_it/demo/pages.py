"""What the demo's people enter on pages rather than with files, through the same services."""

from collections.abc import Sequence
from datetime import date

from inventory.imports.selectors import departments_named
from inventory.models import Roll
from inventory.rollout.services.outcomes import ReplacementOutcome, record_outcomes
from inventory.rollout.services.rolls import create_roll, find_machines, plan_visit
from leasing.lease_end.services.decisions import stop_lease


def enter_stops(rows: Sequence[dict], today: date) -> None:
    for row in rows:
        stop_lease(serial_number=row["Serienummer"], stops_on=row["Dato"], actor=None)


def enter_rolls(rows: Sequence[dict], today: date) -> None:
    """Make the rolls, the one with the least RAM first, and find their machines."""
    for row in rows:
        roll = create_roll(number=row["Rul"], name=row["Navn"], criterion=row["Hvad"], actor=None)
        find_machines(
            roll=roll,
            department=None,
            max_ram_gb=row["RAM"],
            without_windows_11=True,
            on=row["Dag"],
            actor=None,
        )


def enter_visits(rows: Sequence[dict], today: date) -> None:
    rolls = {roll.number: roll for roll in Roll.objects.all()}
    for row in rows:
        for department in departments_named(row["Afdeling"]):
            plan_visit(
                roll=rolls[row["Rul"]],
                department=department,
                year=row["År"],
                week=row["Uge"],
                actor=None,
            )


def enter_outcomes(rows: Sequence[dict], today: date) -> None:
    outcomes = [
        ReplacementOutcome(
            old_serial_number=row["Gammel"],
            new_serial_number=row["Ny"],
            replaced_on=row["Udskiftet"],
            reason=row["Grund"],
        )
        for row in rows
    ]
    record_outcomes(outcomes=outcomes, actor=None, today=today)
