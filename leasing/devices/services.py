"""What is done with several devices at once: their facts changed, and their users written to."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from albertslund_it.common.permissions import HANDLE_ORDERS
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import lock
from albertslund_it.web.forms.agreement import Check
from albertslund_it.web.people import Actor
from inventory.acts.services.recording import recorded_as
from inventory.models import Act, Device
from leasing.devices.selectors.users import users_of
from leasing.mail.services import Draft, write_mails
from leasing.models import Mail


def planned_facts(devices: Iterable[Device], values: Mapping[str, object]) -> Changes:
    """Return what setting some facts would change; the devices given are changed, not the saved."""
    changes = Changes((Device,))
    for device in devices:
        changes.update(device, device.serial_number, **values)
    return changes


@transaction.atomic
def change_facts(
    *,
    device_ids: Sequence[int],
    values: Mapping[str, object],
    agree: Check,
    actor: Actor,
    now: datetime,
) -> tuple[Changes, Act | None]:
    """Set facts of some devices, as one act; what is not among the values stays as it is."""
    lock(Device)
    agree()
    found = Device.objects.select_related("model").filter(pk__in=device_ids)
    devices = list(found.order_by("serial_number"))
    changes = planned_facts(devices, values)
    names = {one.subject for one in changes.differences}
    changed = [device for device in devices if device.serial_number in names]
    told = str(changed[0]) if len(changed) == 1 else f"{len(changed)} stk. udstyr"
    with recorded_as(
        Act.Kind.FACTS,
        title=f"{Act.Kind.FACTS.label} for {told}",
        permission=HANDLE_ORDERS,
        actor=actor,
        now=now,
        device=changed[0] if len(changed) == 1 else None,
    ) as recording:
        changes.save(actor)
    return changes, recording.act


@transaction.atomic
def write_to_users(
    *,
    device_ids: Sequence[int],
    subject: str,
    text: str,
    token: str,
    agree: Check,
    today: date,
    now: datetime,
) -> list[Mail]:
    """Mail those who have some devices, each about their own; once for a token."""
    agree()
    return write_mails(
        drafts=[
            Draft(
                recipients=[employee.mail],
                subject=subject,
                context={"employee": employee, "devices": devices, "text": text},
                key=f"device-message-{token}-{employee.pk}",
            )
            for employee, devices in users_of(device_ids, today).mailed
        ],
        template="device_message",
        now=now,
    )
