"""The rollout's own list, as a file: which old machines are in it, and what came of each."""

from albertslund_it.common.files import cells
from albertslund_it.common.permissions import MANAGE_ROLLOUT
from inventory.imports.importers.columns import serial_number
from inventory.imports.importers.file_columns import FileColumn
from inventory.imports.importers.reading import Importer, like
from inventory.models import Replacement
from inventory.rollout.services.lists import ReplacementFacts, save_replacements

ROLLOUT = Importer(
    kind="rollout",
    label="Udrulningens liste",
    help="De gamle maskiner i udrulningen, og hvad der er sket med hver. Intet udstyr flyttes af "
    "listen: det gør en udlevering.",
    permission=MANAGE_ROLLOUT,
    make=ReplacementFacts,
    save=save_replacements,
    columns=(
        FileColumn(
            "Gammel maskine",
            "old_serial_number",
            serial_number,
            required=True,
            help="Den gamles serienummer",
            example="PF0A1B2C",
            also=("Gammelt serienummer", "Gammelt serienr.", "Gammel pc", "Old serial number"),
            may_be=("Serienummer", "Serienr.", "Serial number"),
            is_key=True,
        ),
        FileColumn(
            "Rul",
            "roll",
            cells.whole_number(1, 999),
            help="Rullets nummer; skal med, når maskinen ikke er i et rul endnu",
            example=1,
        ),
        FileColumn(
            "Ny pc",
            "new_serial_number",
            serial_number,
            clears_to="",
            help="Serienummeret på den, der kom i stedet",
            example="",
            also=("Nyt serienummer", "Nyt serienr.", "Ny maskine", "New serial number"),
        ),
        FileColumn(
            "Udskiftet",
            "replaced_on",
            cells.day,
            clears_to=None,
            help="Dagen, den gamle blev udskiftet",
            example="02-03-2026",
            also=("Udskiftet den", "Replaced on"),
        ),
        FileColumn(
            "Grund",
            "reason",
            like(Replacement, "reason"),
            clears_to="",
            help="Hvorfor den ikke udskiftes",
            example="",
        ),
    ),
)
