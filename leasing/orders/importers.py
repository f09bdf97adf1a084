"""Deliveries as the lessor's list states them."""

from albertslund_it.common.files import cells
from albertslund_it.common.permissions import REGISTER_DELIVERIES
from inventory.imports.importers.columns import (
    MODEL,
    SERIAL_HEADINGS,
    initials,
    serial_number,
    unit_number,
)
from inventory.imports.importers.reading import FileColumn, Importer, like
from leasing.leases.importers import QUARTERS
from leasing.models import Lease, SubAgreement
from leasing.orders.services.deliveries import Delivery, register_deliveries

DELIVERIES = Importer(
    kind="deliveries",
    label="Leverancer",
    help="Leasinggivers liste: hver række er et stykke udstyr og dets leasing. Med Bestillingsnr "
    "kommer det på bestillingen, og den, der bestilte, får besked.",
    permission=REGISTER_DELIVERIES,
    make=Delivery,
    save=register_deliveries,
    columns=(
        FileColumn(
            "Serienummer",
            "serial_number",
            serial_number,
            required=True,
            example="PF0A1B2C",
            also=SERIAL_HEADINGS,
        ),
        MODEL,
        FileColumn(
            "Underaftale",
            "sub_agreement",
            like(SubAgreement, "number"),
            required=True,
            help="En ny oprettes under rammeaftalen",
            example="UA-2026-01",
        ),
        FileColumn(
            "Leasingstart",
            "starts_on",
            cells.day,
            required=True,
            help="Ikke før rammeaftalen",
            example="01-01-2026",
            also=("Leasing fra",),
        ),
        FileColumn("Kvartaler", "quarters", QUARTERS, help="16, hvis tom", example=16),
        FileColumn(
            "Leasingpris",
            "price_ore",
            cells.amount,
            help="For hele løbetiden. Tom: prislistens pris på Leasingstart",
            example="5.590,66",
        ),
        FileColumn(
            "Enhedsnr",
            "unit",
            unit_number,
            help="Læses kun, mens udstyret ingen tildeling har",
            example="9911",
        ),
        FileColumn(
            "Initialer",
            "initials",
            initials,
            help="Uden Enhedsnr: medarbejderens enhed",
            example="ANBE",
        ),
        FileColumn(
            "Udleveret",
            "handed_out_on",
            cells.day,
            help="Tom: Leasingstart, når der er Enhedsnr eller Initialer",
            example="05-01-2026",
        ),
        FileColumn(
            "Garanti til", "warranty_until", cells.day, clears_to=None, example="31-12-2029"
        ),
        FileColumn(
            "Bestillingsnr",
            "order_number",
            like(Lease, "order_number", cells.code),
            clears_to="",
            help="Vores (B17) eller ATEAs. Sætter udstyret på bestillingens åbne linje",
            example="B17",
        ),
    ),
)
