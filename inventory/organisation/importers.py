"""Departments and units as a file."""

from albertslund_it.common.files import cells
from albertslund_it.common.permissions import IMPORT_INVENTORY
from inventory.imports.importers.columns import unit_number
from inventory.imports.importers.reading import FileColumn, Importer, like
from inventory.models import Department, Unit
from inventory.organisation.services import UnitFacts, save_units

UNITS = Importer(
    kind="units",
    label="Enheder",
    help="Afdelinger og deres enheder med leder og kontering.",
    permission=IMPORT_INVENTORY,
    make=UnitFacts,
    save=save_units,
    columns=(
        FileColumn(
            "Afdeling",
            "department",
            like(Department, "name"),
            required=True,
            help="En ny afdeling oprettes. Ved omkostningsbæreren er den kun en overskrift.",
            example="Dagtilbud & Skole",
        ),
        FileColumn(
            "Leder",
            "head_name",
            like(Department, "head_name"),
            clears_to="",
            help="Afdelingens leder",
            example="Rikke Skovgaard Andersen",
        ),
        FileColumn("Leder-mail", "head_mail", like(Department, "head_mail"), clears_to=""),
        FileColumn(
            "Enhedsnr",
            "number",
            unit_number,
            required=True,
            help="Enhedens faste nummer",
            example="9911",
            also=("Nr.",),
        ),
        FileColumn("Enhed", "name", like(Unit, "name"), required=True, example="Birkeskolen"),
        FileColumn("Enhedsleder", "leader_name", like(Unit, "leader_name"), clears_to=""),
        FileColumn("Enhedsleder-mail", "leader_mail", like(Unit, "leader_mail"), clears_to=""),
        FileColumn(
            "EAN",
            "ean",
            like(Unit, "ean", cells.digits),
            clears_to="",
            help="13 cifre",
            example="5798000000018",
        ),
        FileColumn(
            "Artskonto",
            "account",
            like(Unit, "account", cells.digits),
            clears_to="",
            help="8 cifre",
            example="40000000",
        ),
        FileColumn(
            "Omkostningssted",
            "cost_centre",
            like(Unit, "cost_centre", cells.digits),
            clears_to="",
            help="10 cifre. Enten omkostningssted eller PSP-element, ikke begge.",
            example="3100009911",
        ),
        FileColumn(
            "PSP-element",
            "psp_element",
            like(Unit, "psp_element", cells.capitals),
            clears_to="",
            help="Skrives som XG-0000000204-00001",
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
