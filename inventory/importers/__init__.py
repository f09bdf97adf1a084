from inventory.importers.kinds import DEVICES, EMPLOYEES, PLACEMENTS, UNITS

__all__ = ["DEVICES", "EMPLOYEES", "PLACEMENTS", "UNITS"]
