"""The lessor's invoices as a file: a table of lines, or an electronic invoice."""

from albertslund_it.common.files import cells
from albertslund_it.common.permissions import RECONCILE
from inventory.imports.importers.columns import SERIAL_HEADINGS
from inventory.imports.importers.file_columns import FileColumn
from inventory.imports.importers.reading import Importer, like
from leasing.models import SupplierInvoice, SupplierInvoiceLine
from leasing.supplier.importers.xml import read_document
from leasing.supplier.services.billed import BilledLine
from leasing.supplier.services.invoices import save_invoices

SUPPLIER_INVOICES = Importer(
    kind="supplier_invoice",
    label="Leverandørfaktura",
    help="Leasinggivers faktura eller kreditnota: et regneark med en række pr. linje, eller den "
    "elektroniske faktura (.xml, OIOUBL 2.1 eller Peppol BIS 3). Beløb uden moms.",
    permission=RECONCILE,
    make=BilledLine,
    save=save_invoices,
    whole_by="number",
    read_document=read_document,
    keeps_file=True,
    columns=(
        FileColumn(
            "Fakturanr",
            "number",
            like(SupplierInvoice, "number", cells.code),
            required=True,
            example="4711",
            also=("Fakturanr.", "Fakturanummer", "Invoice number"),
            may_be=("Faktura", "Invoice"),
        ),
        FileColumn(
            "Fakturadato",
            "invoice_date",
            cells.day,
            required=True,
            example="02-01-2026",
            also=("Invoice date",),
        ),
        FileColumn(
            "Serienummer",
            "serial_number",
            like(SupplierInvoiceLine, "serial_number", cells.capitals),
            must_stand=True,
            help="Også et, som udstyret har haft før. Tom på et gebyr: så skal underaftalen med",
            example="PF0A1B2C",
            also=SERIAL_HEADINGS,
        ),
        FileColumn(
            "Fra",
            "starts_on",
            cells.day,
            required=True,
            example="01-01-2026",
            also=("Periode fra", "From"),
            may_be=("Startdato", "Start date"),
        ),
        FileColumn(
            "Til",
            "last_day",
            cells.day,
            required=True,
            help="Den sidste dag, der er betalt for",
            example="31-03-2026",
            also=("Periode til", "To"),
            may_be=("Slutdato", "End date"),
        ),
        FileColumn(
            "Beløb",
            "amount_ore",
            cells.amount,
            required=True,
            help="I kr. uden moms; negativt på en kreditnota",
            example="349,41",
        ),
        FileColumn(
            "Underaftale",
            "sub_agreement",
            like(SupplierInvoiceLine, "sub_agreement"),
            example="UA-2026-01",
            also=("Underaftalenr.", "Underaftalenr"),
            may_be=("Aftalenr.", "Kontrakt"),
        ),
    ),
)
