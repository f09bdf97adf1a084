"""The lessor's list as a file: which headings it has, and how its cells are read."""

from typing import BinaryIO

from django.conf import settings

from albertslund_it.common.files import cells
from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.common.files.spreadsheets import read_table
from albertslund_it.common.permissions import HANDLE_ORDERS
from albertslund_it.web.database.bulk import Changes
from inventory.imports.importers.columns import SERIAL_HEADINGS, serial_number
from inventory.imports.importers.file_columns import FileColumn
from inventory.imports.importers.reading import Importer, like, read_rows
from leasing.lessor_questions.selectors import ListedItem
from leasing.models import QuestionItem, SubAgreement

LESSOR_LIST = Importer(
    kind="lessor_list",
    label="Leasinggivers liste",
    help="Det udstyr, leasinggiver spørger om.",
    permission=HANDLE_ORDERS,
    make=ListedItem,
    save=lambda **values: Changes((QuestionItem,)),  # it belongs to a question, and is saved there
    columns=(
        FileColumn(
            "Serienummer",
            "serial_number",
            serial_number,
            required=True,
            example="PF0A1B2C",
            also=SERIAL_HEADINGS,
        ),
        FileColumn("Model", "model_name", like(QuestionItem, "model_name"), example="T14"),
        FileColumn(
            "Udløb",
            "expires_on",
            cells.day,
            help="Leasingens sidste dag",
            example="31-12-2029",
            also=("Udløber", "Sidste dag"),
        ),
        FileColumn(
            "Underaftale",
            "sub_agreement",
            like(SubAgreement, "number", cells.code),
            help="Skal være henvendelsens, hvor den står der",
        ),
    ),
)


def read_list(stream: BinaryIO, name: str, errors: RowErrors) -> tuple[list[ListedItem], list[str]]:
    """Return the lines of a list, and warnings; note every fault.

    Raises:
        Refused: when it is no such file, or too large.
    """
    table = read_table(stream, name, settings.IMPORT_MAX_BYTES, LESSOR_LIST.known)
    return read_rows(LESSOR_LIST, table, errors)
