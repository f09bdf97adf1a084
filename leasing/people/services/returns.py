"""Asking somebody to hand devices in by a day."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor
from inventory.models import Device, Employee, ExpectedReturn, Placement
from inventory.placements.selectors import placements_in_force
from leasing.mail.services import write_mail
from leasing.models import LossReport, Mail


@transaction.atomic
def ask_back(
    *, device: Device, employee: Employee, due_on: date, actor: Actor, today: date, now: datetime
) -> bool:
    """Ask for a device back by a day, with a mail; tell whether a mail was written.

    Asked again for another day, the day is moved; for the same day, nothing happens.

    Raises:
        Refused: when the person no longer has it, it is reported lost, or the day is past.
    """
    is_new = expect_back(
        device=device, employee=employee, due_on=due_on, actor=actor, today=today, now=now
    )
    if not is_new:
        return False
    return mail_who_has(employee=employee, devices=[device], due_on=due_on, now=now) is not None


@transaction.atomic
def expect_back(
    *, device: Device, employee: Employee, due_on: date, actor: Actor, today: date, now: datetime
) -> bool:
    """Expect a device back by a day; tell whether that is news.

    Raises:
        Refused: when the person no longer has it, it is reported lost, or the day is past.
    """
    if due_on < today:
        raise Refused("Vælg en dag, der ikke er gået.")
    lock(Placement, ExpectedReturn)  # a loss is reported under the first of these too
    held = _held_on(today, device, employee) or _held_on(due_on, device, employee)
    if held is None:
        raise Refused(f"{employee} har ikke længere {device}. Der er ikke noget at bede om.")
    if loss := device.losses.open().first():
        raise Refused(why_not_handed_in(device, employee, loss))
    asked = _asked_before(held, today)
    if asked and asked.due_on == due_on:
        return False
    changes = Changes((ExpectedReturn,))
    if asked:
        changes.update(asked, str(device), due_on=due_on)
    else:
        changes.create(
            ExpectedReturn(
                device=device,
                employee=employee,
                unit=held.unit,
                why=ExpectedReturn.Why.ASKED,
                due_on=due_on,
                created_at=now,
            )
        )
    changes.save(actor)
    return True


def why_not_handed_in(device: Device, employee: Employee, loss: LossReport) -> str:
    """Say that nobody can be asked for what is lost."""
    return (
        f"{device} er meldt {loss.get_kind_display().lower()} den {loss.discovered_on:%d-%m-%Y}, "
        f"så {employee} kan ikke aflevere den. Er den fundet, så meld det på dens egen side først."
    )


def mail_who_has(
    *, employee: Employee, devices: Sequence[Device], due_on: date, now: datetime
) -> Mail | None:
    """Mail somebody what to hand in, and by which day."""
    what = f"din {devices[0].model.name}" if len(devices) == 1 else f"{len(devices)} stk. udstyr"
    return write_mail(
        recipients=employee.mail,
        subject=f"Aflever {what} senest den {due_on:%d-%m-%Y}",
        template="return_asked",
        context={"employee": employee, "devices": devices, "due_on": due_on},
        now=now,
    )


def _held_on(day: date, device: Device, employee: Employee) -> Placement | None:
    return placements_in_force(day).filter(device=device, employee=employee).first()


def _asked_before(held: Placement, today: date) -> ExpectedReturn | None:
    """Return what was asked before, unless it was of an earlier time with the same device."""
    asked = ExpectedReturn.objects.filter(
        device=held.device_id, employee=held.employee_id, why=ExpectedReturn.Why.ASKED
    ).last()
    if asked is None:
        return None
    is_to_come = held.starts_on > today  # asked for before they have it
    day = asked.due_on if is_to_come else timezone.localtime(asked.created_at).date()
    return asked if day >= held.starts_on else None
