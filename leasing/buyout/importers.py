"""The lessor's offers as a file."""

from albertslund_it.common.files import cells
from albertslund_it.common.permissions import HANDLE_ORDERS
from inventory.imports.importers.columns import SERIAL_HEADINGS, serial_number
from inventory.imports.importers.reading import FileColumn, Importer, like
from inventory.models import DeviceModel
from leasing.buyout.services.offers import OfferFacts, save_offers

OFFERS = Importer(
    kind="offers",
    label="Tilbud om frikøb",
    help="Det, leasinggiver vil have af medarbejderen for udstyret. Aldrig en udgift for kommunen.",
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
        ),
        FileColumn(
            "Model",
            "model",
            like(DeviceModel, "name"),
            help="Gælder alt udstyr af modellen, som ikke har sit eget tilbud",
        ),
        FileColumn(
            "Frikøbspris",
            "price_ore",
            cells.amount,
            required=True,
            help="I kroner, som leasinggiver skriver den",
            example="1.250,00",
            also=("Frikøbspris (kr.)",),
        ),
        FileColumn(
            "Gælder til",
            "valid_until",
            cells.day,
            required=True,
            help="Den sidste dag, medarbejderen kan sige ja",
            example="30-11-2029",
        ),
    ),
)
