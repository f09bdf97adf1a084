"""One-off amounts as a file."""

from albertslund_it.common.files import cells
from albertslund_it.common.permissions import MANAGE_AMOUNTS
from inventory.imports.importers.columns import (
    MAYBE_UNIT,
    SERIAL_HEADINGS,
    UNIT_HEADINGS,
    serial_number,
    unit_number,
)
from inventory.imports.importers.file_columns import UNIT_NAME, FileColumn
from inventory.imports.importers.reading import Importer, like
from inventory.imports.selectors import devices_not_there, units_not_there
from leasing.charges.services import ChargeFacts, save_charges
from leasing.models import Charge

CHARGES = Importer(
    kind="charges",
    label="Engangsbeløb",
    help="Skade, indfrielse, fragt: opkræves én gang. Et negativt beløb er en kredit.",
    permission=MANAGE_AMOUNTS,
    make=ChargeFacts,
    save=save_charges,
    columns=(
        FileColumn(
            "Dato",
            "charged_on",
            cells.day,
            required=True,
            help="Opkræves i første kvartal, der låses og slutter efter den dag",
            example="15-02-2026",
            also=("Date",),
        ),
        FileColumn(
            "Enhedsnr",
            "unit",
            unit_number,
            required=True,
            example="9911",
            also=UNIT_HEADINGS,
            may_be=MAYBE_UNIT,
            names=UNIT_NAME,
            not_there=units_not_there,
        ),
        FileColumn(
            "Beløb",
            "amount_ore",
            cells.amount,
            required=True,
            help="I kr. uden moms, ikke nul",
            example="1.500,00",
            also=("Beløb (kr.)", "Amount"),
        ),
        FileColumn(
            "Tekst",
            "text",
            like(Charge, "text"),
            required=True,
            example="Knust skærm, PF0A1B2C",
            also=("Text",),
            may_be=("Beskrivelse", "Description", "Bemærkning"),
        ),
        FileColumn(
            "Serienummer",
            "serial_number",
            serial_number,
            clears_to=None,
            example="PF0A1B2C",
            also=("Udstyr", *SERIAL_HEADINGS),
            not_there=devices_not_there,
        ),
    ),
)
