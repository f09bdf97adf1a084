"""Asking somebody to hand a device in by a day."""

from datetime import date, datetime

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor
from inventory.models import Device, Employee, ExpectedReturn, Placement
from inventory.placements.selectors import placements_in_force
from leasing.mail.services import write_mail


@transaction.atomic
def ask_back(
    *, device: Device, employee: Employee, due_on: date, actor: Actor, today: date, now: datetime
) -> bool:
    """Ask for a device back by a day, with a mail; tell whether a mail was written.

    Asked again for another day, the day is moved; for the same day, nothing happens.

    Raises:
        Refused: when the person no longer has it, or the day is past.
    """
    if due_on < today:
        raise Refused("Vælg en dag, der ikke er gået.")
    lock(Placement, ExpectedReturn)
    held = placements_in_force(today).filter(device=device, employee=employee).first()
    if held is None:
        raise Refused(f"{employee} har ikke længere {device}. Der er ikke noget at bede om.")
    asked = _asked_before(held)
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
    mail = write_mail(
        recipients=employee.mail,
        subject=f"Aflever din {device.model.name} senest den {due_on:%d-%m-%Y}",
        template="return_asked",
        context={"employee": employee, "device": device, "due_on": due_on},
        now=now,
    )
    return mail is not None


def _asked_before(held: Placement) -> ExpectedReturn | None:
    """Return what was asked before, unless it was of an earlier time with the same device."""
    asked = ExpectedReturn.objects.filter(
        device=held.device_id, employee=held.employee_id, why=ExpectedReturn.Why.ASKED
    ).last()
    return asked if asked and asked.created_at.date() >= held.starts_on else None
