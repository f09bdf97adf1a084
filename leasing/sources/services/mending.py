"""A difference is mended: a machine or a person is entered, a model corrected."""

from datetime import date

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.cells import KEEP
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor
from inventory.devices.services.devices import DeviceFacts, save_devices
from inventory.models import Device, DeviceModel, DirectoryPerson, Employee, SeenDevice, Unit
from inventory.people.services.employees import EmployeeFacts, save_employees
from leasing.sources.services.intune import FIRST_BUILD_OF_11
from leasing.sources.services.snapshots import know_people


@transaction.atomic
def add_device(*, seen: SeenDevice, model: DeviceModel, actor: Actor, today: date) -> Device:
    """Enter a machine of the MDM in the register, in stock, with what the MDM knows of it.

    Raises:
        Refused: when it is there already, or its number is none.
    """
    lock(Device)
    number = seen.serial_number
    if Device.objects.filter(serial_number=number).exists():
        raise Refused(f"{number} er allerede i registeret.")
    build = seen.windows_build
    facts = DeviceFacts(
        number,
        model.name,
        ram_gb=seen.ram_gb or KEEP,
        windows_11=KEEP if build is None else build >= FIRST_BUILD_OF_11,
        last_seen=seen.last_seen or KEEP,
    )
    [device] = save_devices(rows=[facts], actor=actor, today=today).created_of(Device)
    return device


@transaction.atomic
def correct_model(
    *, device: Device, model: DeviceModel, before: str, actor: Actor, today: date
) -> None:
    """Say that a device is another model than the register had.

    Raises:
        Refused: when it has become another one since it was shown (`before`).
    """
    lock(Device)
    device = Device.objects.select_related("model").get(pk=device.pk)
    if before and before != device.model.name:
        raise Refused(f"Modellen er rettet til {device.model.name}, siden du åbnede siden.")
    facts = DeviceFacts(device.serial_number, model.name)
    save_devices(rows=[facts], actor=actor, today=today)


@transaction.atomic
def add_person(
    *,
    account: DirectoryPerson,
    initials: str,
    name: str,
    mail: str,
    unit: Unit,
    actor: Actor,
    today: date,
) -> Employee:
    """Enter somebody of the directory in the register.

    Raises:
        Refused: when the initials or the mail are somebody's.
    """
    lock(Employee)
    initials = initials.strip().upper()
    if Employee.objects.filter(initials__iexact=initials).exists():
        raise Refused(f"Initialerne {initials} har en anden medarbejder i forvejen.")
    facts = EmployeeFacts(initials, " ".join(name.split()), unit.number, mail=mail or KEEP)
    [person] = save_employees(rows=[facts], actor=actor, today=today).created_of(Employee)
    DirectoryPerson.objects.filter(pk=account.pk).update(employee=person)
    know_people()
    return person
