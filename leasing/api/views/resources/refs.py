"""How a unit, a person and a device are told of, in whatever has one."""

from inventory.models import Device, Employee, Unit
from leasing.api.selectors.clients import Reader
from leasing.models import COST_HOLDER_NAME


def unit_ref(unit: Unit | None) -> dict | None:
    """Return a unit as it is told of anything that has one."""
    if unit is None:
        return None
    department = unit.department.name if unit.department else COST_HOLDER_NAME
    return {"id": unit.pk, "number": unit.number, "name": unit.name, "department": department}


def person_ref(employee: Employee | None, reader: Reader) -> dict | None:
    """Return an employee, to who reads names."""
    if employee is None or not reader.sees_names:
        return None
    return {"id": employee.pk, "initials": employee.initials, "name": employee.name}


def device_ref(device: Device) -> dict:
    """Return a device by its numbers."""
    return {"id": device.pk, "serial_number": device.serial_number}
