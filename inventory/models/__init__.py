from inventory.models.access import Access
from inventory.models.account import Account
from inventory.models.act import Act, ActRows
from inventory.models.alias import EmployeeAlias, NotSamePerson
from inventory.models.departure import Departure
from inventory.models.device import Category, Device, DeviceModel, FormerSerialNumber
from inventory.models.expected_return import ExpectedReturn
from inventory.models.learnt_name import ModelAlias, UnitAlias
from inventory.models.organisation import Department, Employee, Unit, UnitBefore
from inventory.models.placement import Placement
from inventory.models.preset import ListPreset
from inventory.models.rollout import Replacement, Roll, RolloutWeek
from inventory.models.snapshot import DirectoryPerson, SeenDevice, Snapshot, SourceKind

__all__ = [
    "Access",
    "Account",
    "Act",
    "ActRows",
    "Category",
    "Department",
    "Departure",
    "Device",
    "DeviceModel",
    "DirectoryPerson",
    "Employee",
    "EmployeeAlias",
    "ExpectedReturn",
    "FormerSerialNumber",
    "ListPreset",
    "ModelAlias",
    "NotSamePerson",
    "Placement",
    "Replacement",
    "Roll",
    "RolloutWeek",
    "SeenDevice",
    "Snapshot",
    "SourceKind",
    "Unit",
    "UnitAlias",
    "UnitBefore",
]
