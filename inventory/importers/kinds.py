"""The files about things and people: their headings, as people are told of them."""

from albertslund_it.common import cells
from albertslund_it.common.serial_numbers import why_not
from inventory.importers.base import Column, Importer, like
from inventory.models import Category, Department, Device, DeviceModel, Employee, Placement, Unit
from inventory.services.devices import DeviceFacts, save_devices
from inventory.services.employees import EmployeeFacts, save_employees
from inventory.services.placements import PlacementFacts, save_placements
from inventory.services.units import UnitFacts, save_units

SERIAL_HEADINGS = ("Serienr.", "Serienr")  # as our own lists write it
PERMISSION = "inventory.import_inventory"

unit_number = like(Unit, "number", cells.code)
initials = like(Employee, "initials", cells.capitals)
_number = like(Device, "serial_number", cells.capitals)


def serial_number(cell) -> str:
    """Read a serial number; what only stands in the place of one is refused."""
    if reason := why_not(cells.capitals(cell)):
        raise ValueError(reason)
    return _number(cell)


UNITS = Importer(
    kind="units",
    label="Enheder",
    help="Afdelinger og deres enheder med leder og kontering.",
    permission=PERMISSION,
    make=UnitFacts,
    save=save_units,
    columns=(
        Column(
            "Afdeling",
            "department",
            like(Department, "name"),
            required=True,
            help="En ny afdeling oprettes. Ved omkostningsbæreren er den kun en overskrift.",
            example="Dagtilbud & Skole",
        ),
        Column(
            "Leder",
            "head_name",
            like(Department, "head_name"),
            clears_to="",
            help="Afdelingens leder",
            example="Rikke Skovgaard Andersen",
        ),
        Column("Leder-mail", "head_mail", like(Department, "head_mail"), clears_to=""),
        Column(
            "Enhedsnr",
            "number",
            unit_number,
            required=True,
            help="Enhedens faste nummer",
            example="9911",
            also=("Nr.",),
        ),
        Column("Enhed", "name", like(Unit, "name"), required=True, example="Birkeskolen"),
        Column("Enhedsleder", "leader_name", like(Unit, "leader_name"), clears_to=""),
        Column("Enhedsleder-mail", "leader_mail", like(Unit, "leader_mail"), clears_to=""),
        Column(
            "EAN",
            "ean",
            like(Unit, "ean", cells.digits),
            clears_to="",
            help="13 cifre",
            example="5798000000018",
        ),
        Column(
            "Artskonto",
            "account",
            like(Unit, "account", cells.digits),
            clears_to="",
            help="8 cifre",
            example="40000000",
        ),
        Column(
            "Omkostningssted",
            "cost_centre",
            like(Unit, "cost_centre", cells.digits),
            clears_to="",
            help="10 cifre. Enten omkostningssted eller PSP-element, ikke begge.",
            example="3100009911",
        ),
        Column(
            "PSP-element",
            "psp_element",
            like(Unit, "psp_element", cells.capitals),
            clears_to="",
            help="Skrives som XG-0000000204-00001",
        ),
        Column(
            "Omkostningsbærer",
            "is_cost_holder",
            cells.yes_or_no,
            help="ja ved Fælles IT (it-lager), som bærer det, ingen enhed har. Præcis én.",
            example="nej",
        ),
    ),
)

EMPLOYEES = Importer(
    kind="employees",
    label="Medarbejdere",
    help="Hvem der kan have udstyr, og hvilken enhed de hører til.",
    permission=PERMISSION,
    names_people=True,
    make=EmployeeFacts,
    save=save_employees,
    columns=(
        Column("Initialer", "initials", initials, required=True, example="ANBE"),
        Column("Navn", "name", like(Employee, "name"), required=True, example="Anna Berg"),
        Column("Mail", "mail", like(Employee, "mail"), clears_to="", example="anbe@example.dk"),
        Column("Enhedsnr", "unit", unit_number, required=True, example="9911"),
        Column(
            "Fratrådt",
            "left_on",
            cells.day,
            clears_to=None,
            help="Første dag uden ansættelse. SLET, hvis medarbejderen er her alligevel.",
        ),
        Column(
            "Samme person",
            "is_same_person",
            cells.yes_or_no,
            help="ja, når en, der er fratrådt, kommer igen med et nyt navn. Ellers afvises det: "
            "initialer, der har tilhørt en anden, tager historikken med.",
        ),
    ),
)

_MODEL = Column("Model", "model", like(DeviceModel, "name"), required=True, example="T14")
_SERIAL_NUMBER = Column(
    "Serienummer",
    "serial_number",
    serial_number,
    required=True,
    help="Også et, udstyret har haft før en garantiombytning",
    example="PF0A1B2C",
    also=SERIAL_HEADINGS,
)
_WARRANTY = Column("Garanti til", "warranty_until", cells.day, clears_to=None)

DEVICES = Importer(
    kind="devices",
    label="Udstyr uden leasing",
    help="Maskiner, der ikke er leaset, og oplysninger om udstyr fra fx et MDM-udtræk.",
    permission=PERMISSION,
    names_people=True,
    make=DeviceFacts,
    save=save_devices,
    columns=(
        _SERIAL_NUMBER,
        _MODEL,
        Column(
            "Kategori",
            "category",
            like(Category, "name"),
            help="Skal med ved en ny model",
            example="pc",
        ),
        Column("RAM GB", "ram_gb", cells.whole_number(1, 4096), clears_to=None, example=16),
        Column("Windows 11", "windows_11", cells.yes_or_no, clears_to=None, example="ja"),
        Column(
            "Enhedsnr",
            "unit",
            unit_number,
            help="Læses kun, mens udstyret ingen tildeling har; gælder fra i dag",
            example="9911",
        ),
        Column("Initialer", "initials", initials, help="Uden Enhedsnr: medarbejderens enhed"),
        _WARRANTY,
        Column("Sidst set", "last_seen", cells.day_of_moment, clears_to=None),
    ),
)

PLACEMENTS = Importer(
    kind="placements",
    label="Tildelinger",
    help="Hvem der har hvilket udstyr fra hvilken dag. Hver række er hel: en tom celle er tom.",
    permission=PERMISSION,
    names_people=True,
    make=PlacementFacts,
    save=save_placements,
    columns=(
        _SERIAL_NUMBER,
        Column(
            "Fra",
            "starts_on",
            cells.day,
            required=True,
            help="Første dag",
            example="01-04-2026",
        ),
        Column(
            "Enhedsnr",
            "unit",
            unit_number,
            clears_to=None,
            help="Tom sammen med Initialer: på lager",
            example="9911",
        ),
        Column(
            "Initialer",
            "initials",
            initials,
            clears_to=None,
            help="Uden Enhedsnr: medarbejderens enhed. Tom: ingen medarbejder",
            example="ANBE",
        ),
        Column(
            "Bruges til",
            "used_for",
            like(Placement, "used_for"),
            clears_to="",
            help="Delt pc, fx Klassesæt 7.B",
        ),
    ),
)
