from inventory.models.access import Access
from inventory.models.account import Account
from inventory.models.departure import Departure
from inventory.models.device import Category, Device, DeviceModel, FormerSerialNumber
from inventory.models.expected_return import ExpectedReturn
from inventory.models.organisation import Department, Employee, Unit
from inventory.models.placement import Placement
from inventory.models.rollout import Replacement, Roll, RolloutWeek

__all__ = [
    "Access",
    "Account",
    "Category",
    "Department",
    "Departure",
    "Device",
    "DeviceModel",
    "Employee",
    "ExpectedReturn",
    "FormerSerialNumber",
    "Placement",
    "Replacement",
    "Roll",
    "RolloutWeek",
    "Unit",
]
