"""A reorganisation prepared: drafted, changed, agreed to, cancelled."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.forms.agreement import Check, nothing_to_see
from albertslund_it.web.people import Actor, done_by
from inventory.models import Department, Device, Employee, Unit
from leasing.models import Reorganisation, ReorganisationStep
from leasing.reorganisation.presenters import AGREED, ANOTHER, CANCELLED, FAULTS, sentences
from leasing.reorganisation.selectors.faults import faults_of
from leasing.reorganisation.selectors.plan import plan_of
from leasing.reorganisation.services.carrying_out import carry_out, lock_all
from leasing.reorganisation.services.telling import letters_of, tell_heads

MOST_STEPS = 50


@dataclass(frozen=True)
class StepFacts:
    """What a step is to do; see `ReorganisationStep`."""

    kind: str
    unit: Unit | None
    department: Department | None = None
    successor: Unit | None = None
    number: str = ""
    name: str = ""
    takes_access: bool = False


@transaction.atomic
def save_reorganisation(
    *,
    reorganisation_id: int | None,
    title: str,
    starts_on: date,
    note: str,
    actor: Actor,
    now: datetime,
) -> Reorganisation:
    """Draft a reorganisation, or change one that is still to come.

    Raises:
        Refused: when it is over.
    """
    values = {"title": " ".join(title.split()), "starts_on": starts_on, "note": note.strip()}
    if reorganisation_id is None:
        return Reorganisation.objects.create(
            **values, prepared_by=done_by(actor)[:150], prepared_at=now
        )
    found = _open(reorganisation_id)
    if found.starts_on != starts_on:
        _take_back(found)
    for name, value in values.items():
        setattr(found, name, value)
    found.save()
    return found


@transaction.atomic
def add_step(*, reorganisation_id: int, facts: StepFacts, now: datetime) -> ReorganisationStep:
    """Add a step to a reorganisation that is still to come.

    Raises:
        Refused: when it is over, or has enough of them.
    """
    found = _open(reorganisation_id)
    last = found.steps.order_by("-position").first()
    if found.steps.count() >= MOST_STEPS:
        raise Refused(
            f"En organisationsændring har højst {MOST_STEPS} ændringer. Lav en til med samme dato."
        )
    _take_back(found)
    return ReorganisationStep.objects.create(
        reorganisation=found,
        position=last.position + 1 if last else 1,
        kind=facts.kind,
        unit=facts.unit,
        department=facts.department,
        successor=facts.successor,
        number=facts.number,
        name=facts.name,
        takes_access=facts.takes_access,
    )


@transaction.atomic
def remove_step(*, reorganisation_id: int, step_id: int) -> None:
    """Take a step away; one that is gone already is gone.

    Raises:
        Refused: when the reorganisation is over.
    """
    found = _open(reorganisation_id)
    if found.steps.filter(pk=step_id).exists():
        _take_back(found)
        found.steps.get(pk=step_id).delete()


@transaction.atomic
def choose_for_split(
    *,
    reorganisation_id: int,
    step_id: int,
    devices: Collection[Device],
    people: Collection[Employee] | None,
) -> None:
    """Choose what goes with a split; None for people leaves those who were chosen.

    Raises:
        Refused: when the reorganisation is over, or the step is gone.
    """
    found = _open(reorganisation_id)
    step = found.steps.filter(pk=step_id, kind=ReorganisationStep.Kind.SPLIT).first()
    if step is None:
        raise Refused("Ændringen er taget væk af en anden. Se siden igennem.")
    _take_back(found)
    step.devices.set(devices)
    if people is not None:
        step.people.set(people)


@transaction.atomic
def agree_to_reorganisation(
    *,
    reorganisation_id: int,
    actor: Actor,
    today: date,
    now: datetime,
    agree: Check = nothing_to_see,
) -> Reorganisation:
    """Agree to what a reorganisation does; carry it out at once if its day has come.

    Twice is once; but what was agreed to and could not be carried out on its day is tried again.

    Raises:
        Refused: with all that stands in the way, or when it does something else than was seen.
    """
    lock_all()
    found = _locked(reorganisation_id)
    if found.carried_out_at or (found.agreed_at and found.starts_on > today):
        return found
    _refuse_over(found)
    agree()
    plan = plan_of(found)
    if reasons := sentences(faults_of(plan), FAULTS):
        raise Refused(*reasons)
    if is_news := not found.agreed_at:
        found.agreed_by, found.agreed_at = done_by(actor)[:150], now
        found.save()
    if found.starts_on <= today:
        carry_out(reorganisation=found, actor=actor, today=today, now=now)
    elif is_news:
        letters = letters_of(plan)
        tell_heads(letters, reorganisation=found, news=AGREED, today=today, now=now)
    return found


@transaction.atomic
def cancel_reorganisation(*, reorganisation_id: int, today: date, now: datetime) -> None:
    """Cancel a reorganisation that is still to come; heads who were told of it are told so.

    Twice is once.

    Raises:
        Refused: when it is carried out.
    """
    found = _locked(reorganisation_id)
    if found.carried_out_at:
        raise Refused(f"»{found.title}« er allerede gennemført. {ANOTHER}")
    if found.cancelled_at is None:
        found.cancelled_at = now
        found.save()
        if found.agreed_at:
            letters = letters_of(plan_of(found))
            tell_heads(letters, reorganisation=found, news=CANCELLED, today=today, now=now)


def _locked(reorganisation_id: int) -> Reorganisation:
    return Reorganisation.objects.select_for_update().get(pk=reorganisation_id)


def _open(reorganisation_id: int) -> Reorganisation:
    """Return a reorganisation that may be changed, and let nobody else change it."""
    found = _locked(reorganisation_id)
    _refuse_over(found)
    return found


def _refuse_over(found: Reorganisation) -> None:
    if not found.is_open:
        how = "gennemført" if found.carried_out_at else "annulleret"
        raise Refused(f"»{found.title}« er allerede {how}. {ANOTHER}")


def _take_back(found: Reorganisation) -> None:
    """Forget who agreed: they have not seen what it does now."""
    if found.agreed_at:
        found.agreed_by, found.agreed_at = "", None
        found.save()
