"""The lessor's offers as a file."""

from albertslund_it.common.files import cells
from albertslund_it.common.permissions import HANDLE_ORDERS
from inventory.imports.importers.columns import MAYBE_MODEL, SERIAL_HEADINGS, serial_number
from inventory.imports.importers.file_columns import MODEL_NAME, FileColumn
from inventory.imports.importers.reading import Importer, like
from inventory.imports.selectors import devices_not_there, models_not_there
from inventory.models import DeviceModel
from leasing.buyout.services.offers import OfferFacts, save_offers

OFFERS = Importer(
    kind="offers",
    label="Tilbud om frikøb og forlængelse",
    help="Det, leasinggiver vil have af medarbejderen for udstyret, som aldrig er en udgift for "
    "kommunen, og af kommunen for et kvartal mere.",
    permission=HANDLE_ORDERS,
    make=OfferFacts,
    save=save_offers,
    columns=(
        FileColumn(
            "Serienummer",
            "serial_number",
            serial_number,
            help="Enten et serienummer eller en model i hver række",
            example="PF0A1B2C",
            also=SERIAL_HEADINGS,
            not_there=devices_not_there,
        ),
        FileColumn(
            "Model",
            "model",
            like(DeviceModel, "name"),
            help="Gælder alt udstyr af modellen, som ikke har sit eget tilbud",
            also=("Model name", "Modelnavn"),
            names=MODEL_NAME,
            may_be=MAYBE_MODEL,
            not_there=models_not_there,
        ),
        FileColumn(
            "Frikøbspris",
            "price_ore",
            cells.amount,
            help="I kroner, som leasinggiver skriver den; medarbejderen betaler den",
            example="1.250,00",
            also=("Frikøbspris (kr.)", "Buyout price"),
        ),
        FileColumn(
            "Forlængelse pr. kvartal",
            "extension_ore",
            cells.amount,
            help="Det, et kvartal mere koster kommunen, hvis leasinggiver tilbyder det",
            example="",
            also=("Forlængelse pr. kvartal (kr.)", "Extension per quarter"),
        ),
        FileColumn(
            "Gælder til",
            "valid_until",
            cells.day,
            required=True,
            help="Den sidste dag, medarbejderen kan sige ja",
            example="30-11-2029",
            also=("Gyldig til", "Valid until"),
        ),
    ),
)
