"""The files about things and people: their headings, as people are told of them."""

from albertslund_it.common.files import cells
from albertslund_it.common.serial_numbers import why_not
from inventory.imports.importers.file_columns import MODEL_NAME, FileColumn
from inventory.imports.importers.reading import like
from inventory.models import DeviceModel, Employee, Unit

# As our own lists write it, then others.
SERIAL_HEADINGS = (
    "Serienr.",
    "Serienr",
    "Serie nr.",
    "Serial number",
    "Serial no.",
    "Serial no",
    "Serial",
    "S/N",
    "Service tag",
)
WARRANTY_HEADINGS = (
    "Garantiudløb",
    "Warranty expiration",
    "Warranty expires",
    "Warranty end",
    "Warranty end date",
    "Garanti udløber",
)
UNIT_HEADINGS = ("Enhedsnummer", "Enhed nr.", "Enhed nr")
# What is called so elsewhere, and may be it.
# An asset tag is the owner's sticker, and no serial number.
MAYBE_SERIAL = ("Serie", "SN")
MAYBE_UNIT = (
    "Enhed",
    "Afdeling",
    "Department",
    "Office",
    "Office location",
    "Location",
    "Lokation",
    "Sted",
    "Institution",
)
MAYBE_INITIALS = (
    "Brugernavn",
    "Username",
    "User name",
    "Bruger",
    "User",
    "Checked Out To: Username",
    "Alternate username",
    "Bruger-id",
    "Primary user UPN",
    "Medarbejder",
)
MAYBE_MODEL = (
    "Varenr",
    "Varenr.",
    "Varenummer",
    "Part number",
    "Product number",
    "Model number",
    "Produkt",
    "Product",
    "Varebeskrivelse",
    "Beskrivelse",
    "Description",
    "Name",
)

unit_number = like(Unit, "number", cells.code)
initials = like(Employee, "initials", cells.capitals)


def serial_number(cell) -> str:
    """Read a serial number; what only stands in the place of one is refused."""
    found = cells.capitals(cell)
    if reason := why_not(found):
        raise ValueError(reason)
    return found


MODEL = FileColumn(
    "Model",
    "model",
    like(DeviceModel, "name"),
    required=True,
    example="T14",
    also=("Model name", "Modelnavn"),
    may_be=MAYBE_MODEL,
    names=MODEL_NAME,
)
SERIAL_NUMBER = FileColumn(
    "Serienummer",
    "serial_number",
    serial_number,
    required=True,
    help="Også et, udstyret har haft før en garantiombytning",
    example="PF0A1B2C",
    also=SERIAL_HEADINGS,
    may_be=MAYBE_SERIAL,
    is_key=True,
)
WARRANTY = FileColumn(
    "Garanti til", "warranty_until", cells.day, clears_to=None, also=WARRANTY_HEADINGS
)
