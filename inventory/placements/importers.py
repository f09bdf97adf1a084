"""Who has what from when, as a file."""

from dataclasses import replace

from albertslund_it.common.files import cells
from albertslund_it.common.permissions import IMPORT_INVENTORY
from inventory.imports.importers.columns import (
    MAYBE_INITIALS,
    MAYBE_UNIT,
    SERIAL_NUMBER,
    UNIT_HEADINGS,
    initials,
    unit_number,
)
from inventory.imports.importers.file_columns import UNIT_NAME, FileColumn
from inventory.imports.importers.reading import Importer, like
from inventory.imports.selectors import devices_not_there, employees_not_there, units_not_there
from inventory.models import Placement
from inventory.placements.services.placements import PlacementFacts, save_placements

PLACEMENTS = Importer(
    kind="placements",
    label="Tildelinger",
    help="Hvem der har hvilket udstyr fra hvilken dag. Hver række er hel: en tom celle er tom.",
    permission=IMPORT_INVENTORY,
    names_people=True,
    make=PlacementFacts,
    save=save_placements,
    whole_by="serial_number",
    columns=(
        replace(SERIAL_NUMBER, not_there=devices_not_there),
        FileColumn(
            "Fra",
            "starts_on",
            cells.day,
            required=True,
            help="Første dag",
            example="01-04-2026",
            also=("Fra dato", "From"),
            may_be=("Dato", "Date", "Udleveret", "Checkout date", "Udleveringsdato"),
        ),
        FileColumn(
            "Enhedsnr",
            "unit",
            unit_number,
            clears_to=None,
            help="Tom sammen med Initialer: på lager",
            example="9911",
            also=UNIT_HEADINGS,
            may_be=MAYBE_UNIT,
            names=UNIT_NAME,
            not_there=units_not_there,
        ),
        FileColumn(
            "Initialer",
            "initials",
            initials,
            personal=True,
            clears_to=None,
            help="Uden Enhedsnr: medarbejderens enhed. Tom: ingen medarbejder",
            example="ANBE",
            may_be=MAYBE_INITIALS,
            not_there=employees_not_there,
        ),
        FileColumn(
            "Bruges til",
            "used_for",
            like(Placement, "used_for"),
            clears_to="",
            help="Delt pc, fx Klassesæt 7.B",
            may_be=("Bemærkning", "Notes"),
        ),
    ),
)
