"""The files about things and people: their headings, as people are told of them."""

from albertslund_it.common.files import cells
from albertslund_it.common.serial_numbers import why_not
from inventory.imports.importers.reading import FileColumn, like
from inventory.models import Device, DeviceModel, Employee, Unit

SERIAL_HEADINGS = ("Serienr.", "Serienr")  # as our own lists write it

unit_number = like(Unit, "number", cells.code)
initials = like(Employee, "initials", cells.capitals)
_number = like(Device, "serial_number", cells.capitals)


def serial_number(cell) -> str:
    """Read a serial number; what only stands in the place of one is refused."""
    if reason := why_not(cells.capitals(cell)):
        raise ValueError(reason)
    return _number(cell)


MODEL = FileColumn("Model", "model", like(DeviceModel, "name"), required=True, example="T14")
SERIAL_NUMBER = FileColumn(
    "Serienummer",
    "serial_number",
    serial_number,
    required=True,
    help="Også et, udstyret har haft før en garantiombytning",
    example="PF0A1B2C",
    also=SERIAL_HEADINGS,
)
WARRANTY = FileColumn("Garanti til", "warranty_until", cells.day, clears_to=None)
