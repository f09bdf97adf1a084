from inventory.models.access import Access
from inventory.models.device import Category, Device, DeviceModel, FormerSerialNumber
from inventory.models.organisation import Department, Employee, Unit
from inventory.models.placement import Placement

__all__ = [
    "Access",
    "Category",
    "Department",
    "Device",
    "DeviceModel",
    "Employee",
    "FormerSerialNumber",
    "Placement",
    "Unit",
]
