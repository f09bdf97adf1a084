"""The lessor's price list as a file."""

from albertslund_it.common.files import cells
from albertslund_it.common.permissions import MANAGE_AMOUNTS
from inventory.imports.importers.columns import MODEL
from inventory.imports.importers.file_columns import FileColumn
from inventory.imports.importers.reading import Importer, like
from inventory.models import Category
from leasing.leases.services.prices import PriceFacts, save_prices
from leasing.models import LeasePrice

QUARTERS = cells.whole_number(1, 40)


PRICES = Importer(
    kind="prices",
    label="Priser",
    help="Prislisten. Nye priser gælder nye leasinger; de gamle beholder deres.",
    permission=MANAGE_AMOUNTS,
    make=PriceFacts,
    save=save_prices,
    columns=(
        MODEL,
        FileColumn(
            "Kategori",
            "category",
            like(Category, "name"),
            required=True,
            help="pc, skærm … En ny oprettes",
            example="pc",
            also=("Category",),
            may_be=("Type", "Produktgruppe"),
        ),
        FileColumn(
            "Gælder fra",
            "starts_on",
            cells.day,
            required=True,
            help="For leasinger, der starter fra den dag",
            example="01-01-2026",
            also=("Valid from", "Gyldig fra"),
            may_be=("Dato", "Fra", "From"),
        ),
        FileColumn(
            "Leasingpris",
            "price_ore",
            cells.amount,
            required=True,
            help="For hele løbetiden, i kr. uden moms",
            example="5.590,66",
        ),
        FileColumn(
            "Kvartaler",
            "quarters",
            QUARTERS,
            help="16, hvis tom",
            example=16,
            also=("Antal kvartaler", "Quarters"),
        ),
        FileColumn(
            "Kilde",
            "source",
            like(LeasePrice, "source"),
            clears_to="",
            help="Hvor prisen står",
            example="SKI-prisliste, januar 2026",
            also=("Source",),
        ),
    ),
)
