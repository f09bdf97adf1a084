"""Devices that are not leased, as a file."""

from albertslund_it.common.files import cells
from albertslund_it.common.permissions import IMPORT_INVENTORY
from inventory.devices.services.devices import DeviceFacts, save_devices
from inventory.imports.importers.columns import (
    MAYBE_INITIALS,
    MAYBE_UNIT,
    MODEL,
    SERIAL_NUMBER,
    UNIT_HEADINGS,
    WARRANTY,
    initials,
    unit_number,
)
from inventory.imports.importers.file_columns import UNIT_NAME, FileColumn
from inventory.imports.importers.reading import Importer, like
from inventory.imports.selectors import employees_not_there, units_not_there
from inventory.models import Category

DEVICES = Importer(
    kind="devices",
    label="Udstyr uden leasing",
    help="Maskiner, der ikke er leaset, og oplysninger som RAM og garanti om alt udstyr, i vores "
    "egne kolonner. Et udtræk fra Intune læses under »Enheder fra Intune«.",
    permission=IMPORT_INVENTORY,
    names_people=True,
    make=DeviceFacts,
    save=save_devices,
    columns=(
        SERIAL_NUMBER,
        MODEL,
        FileColumn(
            "Kategori",
            "category",
            like(Category, "name"),
            help="Skal med ved en ny model",
            example="pc",
            also=("Category",),
            may_be=("Type", "Asset type", "Kind"),
        ),
        FileColumn(
            "RAM GB",
            "ram_gb",
            cells.whole_number(1, 4096),
            clears_to=None,
            example=16,
            also=("RAM (GB)", "Memory (GB)", "Hukommelse (GB)"),
            may_be=("RAM", "Memory", "Hukommelse"),
        ),
        FileColumn("Windows 11", "windows_11", cells.yes_or_no, clears_to=None, example="ja"),
        FileColumn(
            "Enhedsnr",
            "unit",
            unit_number,
            help="Læses kun, så længe udstyret ikke har en tildeling; gælder fra i dag",
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
            help="Uden Enhedsnr: medarbejderens enhed",
            may_be=MAYBE_INITIALS,
            not_there=employees_not_there,
        ),
        WARRANTY,
        FileColumn(
            "Sidst set",
            "last_seen",
            cells.day_of_moment,
            clears_to=None,
            also=("Last check-in", "Last seen"),
            may_be=("Last sync", "Senest set"),
        ),
    ),
)
