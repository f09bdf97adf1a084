"""Tables that people hand in as .xlsx or .csv, read with care.

What is in the bytes decides what a file is, not its name: people rename files.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from albertslund_it.common.cells import is_blank
from albertslund_it.common.errors import Refused
from albertslund_it.common.xlsx import read_sheet

MAX_ROWS = 200_000
MAX_COLUMNS = 200
SAVE_AS = "Gem den som Excel-projektmappe (.xlsx) eller CSV UTF-8, og indlæs den igen."
NOT_A_SPREADSHEET = f"Filen er ikke et regneark. {SAVE_AS}"

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# UTF-8 read as Windows-1252 (»Ã¦« for »æ«), or Excel's CSV for MS-DOS or Macintosh (»b›rn«).
_SPOILT = re.compile(
    "[ÃÂ][\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ€]|â€|\ufffd|(?<=[a-zA-Z])[†›¾¿](?=[a-zA-Z])"
)

Row = tuple[int, tuple]


@dataclass(frozen=True)
class Table:
    """The first sheet of a file: headings, and the rows below that hold anything.

    Each row is (its number as a spreadsheet shows it, its cells).
    """

    headings: tuple
    rows: list[Row]
    heading_row: int = 1

    @classmethod
    def of(cls, headings: Sequence[str], rows: Iterable[Sequence]) -> "Table":
        """Make a table in code, numbered as a file with the headings in row 1 would be."""
        return cls(tuple(headings), [(n, tuple(row)) for n, row in enumerate(rows, start=2)])


def read_table(stream: BinaryIO, filename: str, max_bytes: int) -> Table:
    """Read the first sheet of an .xlsx file, or a .csv file.

    Raises:
        Refused: with what is wrong with the file and what to do.
    """
    data = read_bytes(stream, filename, max_bytes)
    rows = read_sheet(data) if _is_workbook(data) else _read_csv(data)
    table = _first_row_as_headings(rows)
    _refuse_spoilt_letters(table)
    return table


def looks_like_xml(stream: BinaryIO) -> bool:
    """Tell whether a file begins as XML does; it is read from its beginning afterwards."""
    head = stream.read(64)
    stream.seek(0)
    return head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \r\n\t").startswith(b"<")


def read_bytes(stream: BinaryIO, filename: str, max_bytes: int) -> bytes:
    """Give a file's bytes; an empty one, or one above the limit, is refused."""
    if stream.seekable():
        stream.seek(0, io.SEEK_END)
        size = stream.tell()
        stream.seek(0)
        if size > max_bytes:
            raise _too_large(filename, max_bytes)
    data = stream.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise _too_large(filename, max_bytes)
    if not data.strip():
        raise Refused(f"Filen »{filename}« er tom. Gem regnearket igen, og vælg den nye fil.")
    return data


def _too_large(filename: str, max_bytes: int) -> Refused:
    return Refused(
        f"Filen »{filename}« er for stor: den må højst fylde {max_bytes // 2**20} MB. "
        "Del den i flere filer, eller slet billeder og ark, der ikke bruges."
    )


def _is_workbook(data: bytes) -> bool:
    """Tell a workbook from text; refuse what is neither."""
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return True
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Refused(
                "Filen er beskyttet med adgangskode. Fjern den i Excel, gem, og indlæs igen."
            )
        raise Refused(f"Filen er i Excels gamle format (.xls). {SAVE_AS}")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused("Filen er gemt som »Unicode-tekst«. Gem den som CSV UTF-8, og indlæs igen.")
    head = data[:1000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if _NOT_TEXT.search(data) or head.startswith((b"%pdf", b"<", b"{\\rtf")):
        raise Refused(NOT_A_SPREADSHEET)
    return False


def _read_csv(data: bytes) -> Iterator[Row]:
    # A first line "sep=;" is a hint to Excel, which does not show or count it.
    text = re.sub(r"\Asep=.[ \t]*\r?\n", "", _decode(data))
    heading = next((line for line in text.splitlines() if line.strip(" ;,\t")), "")
    delimiter = max(";,\t", key=re.sub(r'"[^"]*"', "", heading).count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from enumerate(map(tuple, reader), start=1)
    except csv.Error:
        raise Refused(
            f"Linje {reader.line_num} har et anførselstegn, der ikke passer med resten. "
            "Gem filen som Excel-projektmappe (.xlsx) i stedet, og indlæs den igen."
        ) from None


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Refused(
            f"Linje {line} har et tegn, der hverken er UTF-8 eller Windows-1252. "
            "Gem filen som CSV UTF-8, og indlæs den igen."
        ) from None


def _first_row_as_headings(rows: Iterator[Row]) -> Table:
    trimmed = ((number, cells[: _width(cells)]) for number, cells in rows)
    filled = ((number, cells) for number, cells in trimmed if cells)
    heading_row, headings = next(filled, (0, ()))
    if not headings:
        raise Refused("Det første ark er tomt. Flyt tabellen derhen, gem, og indlæs filen igen.")
    kept = list(islice(filled, MAX_ROWS + 1))
    if len(kept) > MAX_ROWS:
        raise Refused(f"Filen har over {MAX_ROWS // 1000}.000 rækker. Del den i flere filer.")
    if max(len(headings), *(len(cells) for _, cells in kept), 0) > MAX_COLUMNS:
        raise Refused(f"Filen har over {MAX_COLUMNS} kolonner. Slet dem, der ikke bruges.")
    return Table(headings, kept, heading_row)


def _width(cells: tuple) -> int:
    width = len(cells)
    while width and is_blank(cells[width - 1]):
        width -= 1
    return width


def _refuse_spoilt_letters(table: Table) -> None:
    for number, cells in [(table.heading_row, table.headings), *table.rows]:
        for cell in cells:
            if isinstance(cell, str) and not cell.isascii() and _SPOILT.search(cell):
                raise Refused(
                    f"række {number}: »{cell.strip()[:60]}« har fået ødelagt æ, ø eller å. "
                    "Find den oprindelige fil, gem den som CSV UTF-8, og indlæs den."
                )
