"""What the names and numbers in a file stand for, found for all of its rows at once."""

import re
from collections.abc import Collection, Mapping

from albertslund_it.common.names import match_key, model_key
from albertslund_it.common.serial_numbers import doubt
from albertslund_it.web.database.objects import sharing
from albertslund_it.web.database.rows import FEW, among, any_of
from inventory.models import (
    Category,
    Department,
    Device,
    DeviceModel,
    Employee,
    EmployeeAlias,
    FormerSerialNumber,
    ModelAlias,
    Unit,
    UnitAlias,
)

_PART_NUMBER = re.compile(r"([0-9]{2}[A-Z0-9]{2})[A-Z0-9]{6}")


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
    return {unit.number: unit for unit in Unit.objects.select_related("department", "successor")}


def employees_by_initials(wanted: Collection[str] | None = None) -> dict[str, Employee]:
    """Return every employee by initials in capitals, or those wanted at least; also as once called.

    Coming employees have none yet. Whoever is called so today goes before.
    """
    people = Employee.objects.exclude(initials="")
    former = EmployeeAlias.objects.filter(kind=EmployeeAlias.Kind.INITIALS)
    # Where most are wanted, all are read at once.
    if wanted is not None and (len(wanted) <= FEW or len(wanted) * 2 < people.count()):
        called = people.order_by().values_list("pk", "initials").iterator() if wanted else ()
        people = people.filter(
            pk__in=among([pk for pk, initials in called if initials.upper() in wanted], int)
        )
    found = {
        employee.initials.upper(): employee
        for employee in sharing(people.order_by("pk"), unit=Unit.objects.in_bulk())
    }
    if wanted is not None:
        former = former.filter(value__in=among(set(wanted).difference(found)))
    rows = {employee.pk: employee for employee in found.values()}
    for alias in former.select_related("employee__unit"):
        found.setdefault(alias.value, rows.setdefault(alias.employee_id, alias.employee))
    return found


def categories_by_key() -> dict[str, Category]:
    """Return every category by its match key."""
    return {match_key(category.name): category for category in Category.objects.all()}


def models_by_key() -> dict[str, DeviceModel]:
    """Return every device model by its exact name, else its key, else a name that was learnt."""
    models = list(DeviceModel.objects.select_related("category").order_by("-id"))
    by_id = {model.id: model for model in models}
    learnt = ModelAlias.objects.exclude(key="").order_by().values_list("key", "model_id")
    return (
        {key: by_id[model] for key, model in learnt}
        | {model_key(model.name): model for model in models}
        | {model.name: model for model in models}
    )


def machine_type(name: str) -> str:
    """Return the machine type that a part number of Lenovo's begins with: 21ML of 21ML003TMX."""
    found = _PART_NUMBER.fullmatch(name.strip().upper())
    return found[1] if found else ""


def models_by_machine_type() -> dict[str, DeviceModel]:
    """Return the one model that part numbers of a machine type were learnt to stand for."""
    found: dict[str, DeviceModel | None] = {}
    for alias in ModelAlias.objects.select_related("model__category"):
        if kind := machine_type(alias.name):
            is_one = found.setdefault(kind, alias.model) == alias.model
            found[kind] = alias.model if is_one else None
    return {kind: model for kind, model in found.items() if model}


def unit_numbers_by_name() -> dict[str, str]:
    """Return the numbers of units by the match keys of their names, and of names learnt for them.

    A name that several units share stands for none, nor does one that is a number.
    """
    units = list(Unit.objects.order_by("id").values_list("id", "number", "name"))
    numbers = {pk: number for pk, number, _ in units}
    found: dict[str, str] = {}
    shared = set()
    for _, number, name in units:
        if found.setdefault(match_key(name), number) != number:
            shared.add(match_key(name))
    for key, pk in UnitAlias.objects.order_by().values_list("key", "unit_id"):
        found[key] = numbers[pk]
        shared.discard(key)
    # A name of signs alone ('...') has no key, and would be every other such name's.
    taken = {match_key(number) for number in numbers.values()} | shared | {""}
    return {key: number for key, number in found.items() if key not in taken}


def is_any_known(serial_numbers: Collection[str]) -> bool:
    """Return whether any device has, or once had, one of these serial numbers."""
    wanted = among(set(serial_numbers))
    rows = (Device.objects, FormerSerialNumber.objects)
    return any(of.filter(serial_number__in=wanted).exists() for of in rows)


def devices_by_serial_number(serial_numbers: Collection[str]) -> dict[str, Device]:
    """Return the devices that have, or once had, one of these serial numbers."""
    wanted = set(serial_numbers)
    known = Device.objects.filter(any_of("serial_number", wanted))
    found = {
        device.serial_number: device
        for device in sharing(known.order_by(), model=DeviceModel.objects.in_bulk())
    }
    rows = {device.id: device for device in found.values()}
    former = FormerSerialNumber.objects.select_related("device__model")
    for number in former.filter(serial_number__in=among(wanted.difference(found))):
        device = rows.setdefault(number.device_id, number.device)
        found.setdefault(number.serial_number, device)
    return found


def unknown_unit(number: str) -> str:
    """Say that a unit is not there, and what to do."""
    return f"Enhedsnr {number} findes ikke. Ret nummeret, eller indlæs enheden først"


def unknown_employee(initials: str) -> str:
    """Say that an employee is not there, and what to do."""
    return f"Initialer {initials} findes ikke. Ret dem, eller indlæs medarbejderen først"


def unknown_model(name: str) -> str:
    """Say that a model is not there, and what to do."""
    return f"Model »{name}« findes ikke. Ret navnet, eller indlæs modellen med kategori først"


def unknown_device(serial_number: str) -> str:
    """Say that a device is not there, and what to do."""
    if reason := doubt(serial_number):
        return f"Serienummer {serial_number} findes ikke. {reason}"
    return f"Serienummer {serial_number} findes ikke. Ret det, eller indlæs udstyret først"


def units_not_there(numbers: Collection[str]) -> Mapping[str, str]:
    """Return what is wrong with each number that no unit has."""
    return {one: unknown_unit(one) for one in set(numbers).difference(units_by_number())}


def employees_not_there(initials: Collection[str]) -> Mapping[str, str]:
    """Return what is wrong with each initials that nobody has, or once had."""
    known = employees_by_initials(initials)
    return {one: unknown_employee(one) for one in set(initials).difference(known)}


def models_not_there(names: Collection[str]) -> Mapping[str, str]:
    """Return what is wrong with each name that no model is known by."""
    known = models_by_key()
    return {one: unknown_model(one) for one in names if not known.keys() & {one, model_key(one)}}


def devices_not_there(serial_numbers: Collection[str]) -> Mapping[str, str]:
    """Return what is wrong with each serial number that no device has, or once had."""
    known = devices_by_serial_number(serial_numbers)
    return {one: unknown_device(one) for one in set(serial_numbers).difference(known)}
