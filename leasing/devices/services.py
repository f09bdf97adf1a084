"""What is done with several devices at once: their facts changed, and their users written to."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import lock
from albertslund_it.web.forms.agreement import Check
from albertslund_it.web.people import Actor
from inventory.models import Device
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
    *, device_ids: Sequence[int], values: Mapping[str, object], agree: Check, actor: Actor
) -> Changes:
    """Set facts of some devices; what is not among the values stays as it is."""
    lock(Device)
    agree()
    devices = Device.objects.select_related("model").filter(pk__in=device_ids)
    changes = planned_facts(devices.order_by("serial_number"), values)
    changes.save(actor)
    return changes


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
