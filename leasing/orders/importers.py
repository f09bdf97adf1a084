"""Deliveries as the lessor's list states them."""

from dataclasses import replace

from albertslund_it.common.files import cells
from albertslund_it.common.permissions import REGISTER_DELIVERIES
from inventory.imports.importers.columns import (
    MAYBE_INITIALS,
    MAYBE_SERIAL,
    MAYBE_UNIT,
    MODEL,
    SERIAL_HEADINGS,
    UNIT_HEADINGS,
    WARRANTY_HEADINGS,
    initials,
    serial_number,
    unit_number,
)
from inventory.imports.importers.file_columns import UNIT_NAME, FileColumn
from inventory.imports.importers.reading import Importer, like
from inventory.imports.selectors import employees_not_there, models_not_there, units_not_there
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
            may_be=MAYBE_SERIAL,
            is_key=True,
        ),
        replace(MODEL, not_there=models_not_there),
        FileColumn(
            "Underaftale",
            "sub_agreement",
            like(SubAgreement, "number"),
            required=True,
            help="En ny oprettes under rammeaftalen",
            example="UA-2026-01",
            also=("Underaftalenr.", "Underaftalenr", "Underaftale nr.", "Sub-agreement"),
            may_be=(
                "Aftalenr.",
                "Aftalenr",
                "Aftale",
                "Kontrakt",
                "Kontraktnr.",
                "Kontraktnr",
                "Contract",
                "Contract number",
            ),
        ),
        FileColumn(
            "Leasingstart",
            "starts_on",
            cells.day,
            required=True,
            help="Ikke før rammeaftalen",
            example="01-01-2026",
            also=(
                "Leasing fra",
                "Leasing start",
                "Lease start",
                "Lease start date",
                "Leasingstartdato",
            ),
            may_be=(
                "Startdato",
                "Start date",
                "Leveringsdato",
                "Leveret",
                "Delivery date",
                "Purchase date",
                "Købsdato",
                "Ibrugtagningsdato",
            ),
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
            help="Læses kun, så længe udstyret ikke har en tildeling",
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
            example="ANBE",
            may_be=MAYBE_INITIALS,
            not_there=employees_not_there,
        ),
        FileColumn(
            "Udleveret",
            "handed_out_on",
            cells.day,
            help="Tom: Leasingstart, når der er Enhedsnr eller Initialer",
            example="05-01-2026",
            also=("Udleveringsdato",),
            may_be=("Checkout date",),
        ),
        FileColumn(
            "Garanti til",
            "warranty_until",
            cells.day,
            clears_to=None,
            example="31-12-2029",
            also=WARRANTY_HEADINGS,
        ),
        FileColumn(
            "Bestillingsnr",
            "order_number",
            like(Lease, "order_number", cells.code),
            clears_to="",
            help="Vores (B17) eller ATEAs. Sætter udstyret på bestillingens åbne linje",
            also=("Bestillingsnr.", "Bestillingsnummer"),
            may_be=(
                "Rekvisition",
                "Rekvisitionsnr.",
                "Requisition",
                "Deres ref.",
                "Ordrenr",
                "Ordrenr.",
                "Order number",
            ),
        ),
    ),
)
