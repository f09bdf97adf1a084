"""Departments and units as a file."""

from albertslund_it.common.files import cells
from albertslund_it.common.permissions import IMPORT_INVENTORY
from inventory.imports.importers.columns import unit_number
from inventory.imports.importers.file_columns import FileColumn
from inventory.imports.importers.reading import Importer, like
from inventory.models import Department, Unit
from inventory.organisation.services import UnitFacts, save_units

UNITS = Importer(
    kind="units",
    label="Enheder",
    help="Afdelinger og deres enheder med leder og kontering.",
    permission=IMPORT_INVENTORY,
    make=UnitFacts,
    save=save_units,
    more_examples=(
        {
            "Afdeling": "It & Digitalisering",
            "Enhedsnr": "9000",
            "Enhed": "Fælles IT (it-lager)",
            "Artskonto": "40000000",
            "Omkostningssted": "3100009000",
            "Omkostningsbærer": "ja",
        },
    ),
    columns=(
        FileColumn(
            "Afdeling",
            "department",
            like(Department, "name"),
            required=True,
            help="En ny afdeling oprettes. Ved omkostningsbæreren er den kun en overskrift.",
            example="Dagtilbud & Skole",
            also=("Department",),
            may_be=("Forvaltning", "Område"),
        ),
        FileColumn(
            "Leder",
            "head_name",
            like(Department, "head_name"),
            clears_to="",
            help="Afdelingens leder",
            example="Rikke Skovgaard Andersen",
            also=("Afdelingsleder",),
            may_be=("Head", "Manager"),
        ),
        FileColumn(
            "Leder-mail",
            "head_mail",
            like(Department, "head_mail"),
            clears_to="",
            help="Så kan lederen inviteres og spørges",
            example="leder.dagtilbud@example.dk",
        ),
        FileColumn(
            "Enhedsnr",
            "number",
            unit_number,
            required=True,
            help="Enhedens faste nummer",
            example="9911",
            also=("Nr.", "Enhedsnummer", "Enhed nr.", "Unit number"),
            may_be=("Nummer", "Kode", "Code"),
        ),
        FileColumn(
            "Enhed",
            "name",
            like(Unit, "name"),
            required=True,
            example="Birkeskolen",
            also=("Enhedsnavn", "Unit name"),
            may_be=("Unit", "Navn", "Name", "Institution"),
        ),
        FileColumn("Enhedsleder", "leader_name", like(Unit, "leader_name"), clears_to=""),
        FileColumn("Enhedsleder-mail", "leader_mail", like(Unit, "leader_mail"), clears_to=""),
        FileColumn(
            "EAN",
            "ean",
            like(Unit, "ean", cells.digits),
            clears_to="",
            help="13 cifre",
            example="5798000000018",
            also=("EAN-nr.", "EAN-nr", "EAN-nummer", "EAN nr.", "GLN"),
        ),
        FileColumn(
            "Artskonto",
            "account",
            like(Unit, "account", cells.digits),
            clears_to="",
            help="8 cifre",
            example="40000000",
            may_be=("Art", "Konto", "Account"),
        ),
        FileColumn(
            "Omkostningssted",
            "cost_centre",
            like(Unit, "cost_centre", cells.digits),
            clears_to="",
            help="10 cifre. Enten omkostningssted eller PSP-element, ikke begge.",
            example="3100009911",
            also=("Cost centre", "Cost center"),
        ),
        FileColumn(
            "PSP-element",
            "psp_element",
            like(Unit, "psp_element", cells.capitals),
            clears_to="",
            help="Skrives som XG-0000000204-00001",
            also=("PSP", "WBS element"),
        ),
        FileColumn(
            "Omkostningsbærer",
            "is_cost_holder",
            cells.yes_or_no,
            help="ja ved Fælles IT (it-lager), som bærer det, ingen enhed har. Præcis én.",
            example="nej",
        ),
    ),
)
