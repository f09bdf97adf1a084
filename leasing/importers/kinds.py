"""The files about amounts: their headings, as people are told of them."""

from albertslund_it.common import cells
from inventory.importers.base import Column, Importer, like
from inventory.importers.kinds import SERIAL_HEADINGS, initials, serial_number, unit_number
from inventory.models import Category, DeviceModel
from leasing.models import Charge, Lease, LeasePrice, SubAgreement
from leasing.services.budgets import FIRST_YEAR, LAST_YEAR, BudgetFacts, save_budgets
from leasing.services.charges import ChargeFacts, save_charges
from leasing.services.deliveries import Delivery, register_deliveries
from leasing.services.prices import PriceFacts, save_prices

MANAGE_AMOUNTS = "leasing.manage_amounts"

_MODEL = Column("Model", "model", like(DeviceModel, "name"), required=True, example="T14")
_QUARTERS = cells.whole_number(1, 40)

PRICES = Importer(
    kind="prices",
    label="Priser",
    help="Prislisten. Nye priser gælder nye leasinger; de gamle beholder deres.",
    permission=MANAGE_AMOUNTS,
    make=PriceFacts,
    save=save_prices,
    columns=(
        _MODEL,
        Column(
            "Kategori",
            "category",
            like(Category, "name"),
            required=True,
            help="pc, skærm … En ny oprettes",
            example="pc",
        ),
        Column(
            "Gælder fra",
            "starts_on",
            cells.day,
            required=True,
            help="For leasinger, der starter fra den dag",
            example="01-01-2026",
        ),
        Column(
            "Leasingpris",
            "price_ore",
            cells.amount,
            required=True,
            help="For hele løbetiden, i kr. uden moms",
            example="5.590,66",
        ),
        Column("Kvartaler", "quarters", _QUARTERS, help="16, hvis tom", example=16),
        Column(
            "Kilde",
            "source",
            like(LeasePrice, "source"),
            clears_to="",
            help="Hvor prisen står",
            example="SKI-prisliste, januar 2026",
        ),
    ),
)

DELIVERIES = Importer(
    kind="deliveries",
    label="Leverancer",
    help="Leasinggivers liste: hver række er et stykke udstyr og dets leasing. Med Bestillingsnr "
    "kommer det på bestillingen, og den, der bestilte, får besked.",
    permission="leasing.register_deliveries",
    make=Delivery,
    save=register_deliveries,
    columns=(
        Column(
            "Serienummer",
            "serial_number",
            serial_number,
            required=True,
            example="PF0A1B2C",
            also=SERIAL_HEADINGS,
        ),
        _MODEL,
        Column(
            "Underaftale",
            "sub_agreement",
            like(SubAgreement, "number"),
            required=True,
            help="En ny oprettes under rammeaftalen",
            example="UA-2026-01",
        ),
        Column(
            "Leasingstart",
            "starts_on",
            cells.day,
            required=True,
            help="Ikke før rammeaftalen",
            example="01-01-2026",
            also=("Leasing fra",),
        ),
        Column("Kvartaler", "quarters", _QUARTERS, help="16, hvis tom", example=16),
        Column(
            "Leasingpris",
            "price_ore",
            cells.amount,
            help="For hele løbetiden. Tom: prislistens pris på Leasingstart",
            example="5.590,66",
        ),
        Column(
            "Enhedsnr",
            "unit",
            unit_number,
            help="Læses kun, mens udstyret ingen tildeling har",
            example="9911",
        ),
        Column(
            "Initialer",
            "initials",
            initials,
            help="Uden Enhedsnr: medarbejderens enhed",
            example="ANBE",
        ),
        Column(
            "Udleveret",
            "handed_out_on",
            cells.day,
            help="Tom: Leasingstart, når der er Enhedsnr eller Initialer",
            example="05-01-2026",
        ),
        Column("Garanti til", "warranty_until", cells.day, clears_to=None, example="31-12-2029"),
        Column(
            "Bestillingsnr",
            "order_number",
            like(Lease, "order_number", cells.code),
            clears_to="",
            help="Vores (B17) eller ATEAs. Sætter udstyret på bestillingens åbne linje",
            example="B17",
        ),
    ),
)

CHARGES = Importer(
    kind="charges",
    label="Engangsbeløb",
    help="Skade, indfrielse, fragt: opkræves én gang. Et negativt beløb er en kredit.",
    permission=MANAGE_AMOUNTS,
    make=ChargeFacts,
    save=save_charges,
    columns=(
        Column(
            "Dato",
            "charged_on",
            cells.day,
            required=True,
            help="Opkræves i første kvartal, der låses og slutter efter den dag",
            example="15-02-2026",
        ),
        Column("Enhedsnr", "unit", unit_number, required=True, example="9911"),
        Column(
            "Beløb",
            "amount_ore",
            cells.amount,
            required=True,
            help="I kr. uden moms, ikke nul",
            example="1.500,00",
            also=("Beløb (kr.)",),
        ),
        Column(
            "Tekst", "text", like(Charge, "text"), required=True, example="Knust skærm, PF0A1B2C"
        ),
        Column(
            "Serienummer",
            "serial_number",
            serial_number,
            clears_to=None,
            example="PF0A1B2C",
            also=("Udstyr", *SERIAL_HEADINGS),
        ),
    ),
)

BUDGETS = Importer(
    kind="budgets",
    label="Budgetter",
    help="Hvad hver enhed må bruge på leasing i et regnskabsår. Et budget, der er der, rettes.",
    permission=MANAGE_AMOUNTS,
    make=BudgetFacts,
    save=save_budgets,
    columns=(
        Column(
            "År",
            "year",
            cells.whole_number(FIRST_YEAR, LAST_YEAR),
            required=True,
            help="Regnskabsåret",
            example=2027,
        ),
        Column("Enhedsnr", "unit", unit_number, required=True, example="9911"),
        Column(
            "Beløb",
            "amount_ore",
            cells.amount,
            required=True,
            help="Hele årets budget, i kr. uden moms. En tom celle ændrer ikke noget",
            example="25.000,00",
            may_be_blank=True,
        ),
    ),
)
