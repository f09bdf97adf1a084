"""The first sheet of an .xlsx file, whoever made the file and whatever they hid in it."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator

import openpyxl

from albertslund_it.common.cells import UNCALCULATED
from albertslund_it.common.errors import Refused

# What the parts of a file may take up unpacked. 200,000 rows of 12 columns need about 110 MB.
MAX_UNPACKED = 128 * 2**20
MAX_PART = 20 * 2**20
MAX_PARTS = 2_000
LAST_ROW = 1_048_576
_WORKBOOK = re.compile(r"xl/workbook\d*\.xml", re.IGNORECASE)
_LARGE_PARTS = re.compile(r"xl/(worksheets/|sharedStrings\.xml)")

DAMAGED = (
    "Regnearket kan ikke læses: filen er beskadiget. Åbn den i Excel, gem den igen som "
    "Excel-projektmappe (.xlsx), og indlæs den nye fil."
)
NOT_A_WORKBOOK = (
    "Filen er ikke en Excel-projektmappe. Gem tabellen som .xlsx eller CSV UTF-8, og indlæs den."
)
TOO_MUCH = (
    "Regnearket fylder for meget, når det pakkes ud. Kopiér tabellen over i et nyt, tomt "
    "regneark, gem det, og indlæs det."
)
# Danish Excel never writes one; it is how a small file is made to fill the memory.
HAS_DOCTYPE = "Regnearket har indhold (DOCTYPE), som Excel ikke skriver. Gem det igen i Excel."
_FORMULA = re.compile(rb"<(\w+:)?f[\s/>]")
_DOCTYPE = tuple("<!DOCTYPE".encode(name) for name in ("ascii", "utf-16-le", "utf-16-be"))


def read_sheet(data: bytes) -> Iterator[tuple[int, tuple]]:
    """Give (row number, values) of the first sheet, row by row; a formula gives its result.

    Raises:
        Refused: when the file is no workbook, is damaged or unpacks to too much.
    """
    try:
        has_formulas = _inspect(data)
        yield from _rows(data, has_formulas)
    except Refused:
        raise
    except Exception as error:  # what a damaged or hostile file makes openpyxl raise is open-ended
        raise Refused(DAMAGED) from error


def _inspect(data: bytes) -> bool:
    """Unpack every part once, within bounds; say whether any holds a formula.

    The sizes that the zip directory states are checked first. A part that unpacks to more than
    stated ends there, with a wrong checksum.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if not any(_WORKBOOK.fullmatch(part.filename) for part in parts):
            raise Refused(NOT_A_WORKBOOK)
        if any(part.flag_bits & 1 for part in parts):
            raise Refused("Filen er beskyttet med adgangskode. Fjern den i Excel, og gem igen.")
        large = sum(part.file_size for part in parts) > MAX_UNPACKED
        if large or len(parts) > MAX_PARTS or any(map(_is_swollen, parts)):
            raise Refused(TOO_MUCH)
        with_formulas = [_inspect_part(archive, part) for part in parts]
        return any(with_formulas)


def _is_swollen(part: zipfile.ZipInfo) -> bool:
    return part.file_size > MAX_PART and not _LARGE_PARTS.match(part.filename)


def _inspect_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Read a part to its end; refuse a DOCTYPE; say whether it holds a formula."""
    has_formulas, tail = False, b""
    with archive.open(part) as stream:
        while chunk := stream.read(2**20):
            seen = tail + chunk
            if any(mark in seen for mark in _DOCTYPE):
                raise Refused(HAS_DOCTYPE)
            has_formulas = has_formulas or _FORMULA.search(seen) is not None
            tail = seen[-32:]
    return has_formulas


def _rows(data: bytes, has_formulas: bool) -> Iterator[tuple[int, tuple]]:
    values = _first_sheet(data, data_only=True)
    formulas = _first_sheet(data, data_only=False) if has_formulas else None
    for number, cells in enumerate(values, start=1):
        if number > LAST_ROW:
            raise Refused(DAMAGED)
        yield number, _marked(cells, next(formulas)) if formulas else cells


def _marked(values: tuple, formulas: tuple) -> tuple:
    """Put a mark where a formula was never calculated: it is not a blank cell."""
    return tuple(
        UNCALCULATED if value is None and formula is not None else value
        for value, formula in zip(values, formulas, strict=True)
    )


def _first_sheet(data: bytes, *, data_only: bool) -> Iterator[tuple]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that openpyxl leaves out
        book = openpyxl.load_workbook(
            io.BytesIO(data), read_only=True, data_only=data_only, keep_links=False
        )
    if not book.worksheets:
        raise Refused(NOT_A_WORKBOOK)
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # some programs state a smaller or larger size than the sheet has
    return sheet.iter_rows(values_only=True)
