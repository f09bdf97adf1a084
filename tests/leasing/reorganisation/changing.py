"""A reorganisation drafted, agreed to and carried out, as tests need it."""

from datetime import UTC, date, datetime

from leasing.reorganisation.services.preparing import (
    StepFacts,
    add_step,
    agree_to_reorganisation,
    choose_for_split,
    save_reorganisation,
)

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)


def draft(starts_on, *steps, actor=None):
    """Draft a reorganisation with steps: (kind, unit, …) as `StepFacts` takes them."""
    found = save_reorganisation(
        reorganisation_id=None,
        title="Ny skolestruktur",
        starts_on=starts_on,
        note="",
        actor=actor,
        now=NOW,
    )
    for kind, unit, facts in steps:
        add_step(
            reorganisation_id=found.pk, facts=StepFacts(kind=kind, unit=unit, **facts), now=NOW
        )
    return found


def chosen(reorganisation, devices=(), people=()):
    """Choose what goes with the only split."""
    choose_for_split(
        reorganisation_id=reorganisation.pk,
        step_id=reorganisation.steps.get(kind="split").pk,
        devices=devices,
        people=people,
    )
    return reorganisation


def agreed(reorganisation, today=date(2026, 5, 1)):
    """Agree to it; it is carried out where its day has come."""
    return agree_to_reorganisation(
        reorganisation_id=reorganisation.pk, actor=None, today=today, now=NOW
    )


def carried_out(starts_on, *steps):
    """Draft and carry out at once."""
    return agreed(draft(starts_on, *steps), today=max(starts_on, date(2026, 5, 1)))
