"""What the names and numbers in a file stand for, found for all of its rows at once."""

from collections.abc import Collection

from albertslund_it.common.names import match_key
from albertslund_it.web.database.rows import among
from inventory.models import (
    Category,
    Department,
    Device,
    DeviceModel,
    Employee,
    FormerSerialNumber,
    Unit,
)


def model_key(name: str) -> str:
    """Reduce a model's name to what its spellings share: 'T14, 5G' and 't14 5g', but not 'T14+'."""
    return match_key(name.replace("+", " plus "))


def departments_by_key() -> dict[str, Department]:
    """Return every department by the match key of each of its names."""
    found: dict[str, Department] = {}
    for department in Department.objects.all():
        for name in (department.name, *department.also_known_as.split(";")):
            if name.strip():
                found.setdefault(match_key(name), department)
    return found


def departments_named(name: str) -> list[Department]:
    """Return the departments that a name stands for: none, one, or both of 'Stab og Kontaktråd'."""
    known, key = departments_by_key(), match_key(name)
    if key in known:
        return [known[key]]
    words = key.split()
    for place in (place for place, word in enumerate(words) if word == "og"):
        halves = (" ".join(words[:place]), " ".join(words[place + 1 :]))
        if all(half in known for half in halves):
            return [known[half] for half in halves]
    return []


def units_by_number() -> dict[str, Unit]:
    """Return every unit by its number."""
    return {unit.number: unit for unit in Unit.objects.select_related("department")}


def employees_by_initials() -> dict[str, Employee]:
    """Return every employee by initials in capitals; coming employees have none yet."""
    people = Employee.objects.exclude(initials="").select_related("unit")
    return {employee.initials.upper(): employee for employee in people}


def categories_by_key() -> dict[str, Category]:
    """Return every category by its match key."""
    return {match_key(category.name): category for category in Category.objects.all()}


def models_by_key() -> dict[str, DeviceModel]:
    """Return every device model by its key and, which goes before it, by its exact name."""
    models = list(DeviceModel.objects.select_related("category").order_by("-id"))
    return {model_key(model.name): model for model in models} | {m.name: m for m in models}


def devices_by_serial_number(serial_numbers: Collection[str]) -> dict[str, Device]:
    """Return the devices that have, or once had, one of these serial numbers."""
    wanted = among(set(serial_numbers))
    current = Device.objects.select_related("model").filter(serial_number__in=wanted)
    found = {device.serial_number: device for device in current}
    rows = {device.id: device for device in found.values()}
    former = FormerSerialNumber.objects.select_related("device__model")
    for number in former.filter(serial_number__in=wanted):
        device = rows.setdefault(number.device_id, number.device)
        found.setdefault(number.serial_number, device)
    return found
