"""Tables that people hand in as .xlsx or .csv, read with care.

What is in the bytes decides what a file is, not its name: people rename files.
"""

import contextlib
import csv
import io
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.cells import is_blank, without_control
from albertslund_it.common.files.kinds import kind_of
from albertslund_it.common.files.workbooks import TOTAL
from albertslund_it.common.files.xlsx import SheetReading, read_sheet
from albertslund_it.common.files.xlsx_parts import (
    MAX_CELL,
    MAX_CHARACTERS,
    MAX_COLUMNS,
    Row,
    too_long,
    too_much_text,
    too_wide,
)
from albertslund_it.common.progress import Progress, told, told_nobody

MAX_ROWS = 200_000
MAX_CELLS = 3_000_000
MAX_LINE = 1_000_000
SHOWN = 20

# UTF-8 read as Windows-1252 (»Ã¦« for »æ«), or Excel's CSV for MS-DOS or Macintosh (»b›rn«).
_SPOILT = re.compile(
    "[ÃÂ][\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ€]|â€|\ufffd|(?<=[a-zA-Z])[†›¾¿](?=[a-zA-Z])"
)


@dataclass(frozen=True)
class FileTable:
    """The sheet that is read: headings, and the rows below that hold anything.

    Each row is (its number as a spreadsheet shows it, its cells). `source` says which sheet was
    read and which were not; `sheets` are those that can be chosen; `warnings` what a person may not
    have seen in it.
    """

    headings: tuple[object, ...]
    rows: list[Row]
    heading_row: int = 1
    source: str = ""
    warnings: tuple[str, ...] = ()
    sheet: str = ""
    sheets: tuple[str, ...] = ()

    @classmethod
    def of(cls, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> "FileTable":
        """Make a table in code, numbered as a file with the headings in row 1 would be."""
        return cls(tuple(headings), [(n, tuple(row)) for n, row in enumerate(rows, start=2)])


def read_table(
    stream: BinaryIO,
    filename: str,
    max_bytes: int,
    known: Collection[str] = (),
    *,
    sheet: str = "",
    progress: Progress = told_nobody,
) -> FileTable:
    """Read the named sheet of an .xlsx file, else the first visible, or a .csv file.

    Text is cut at the sign that finds most of the `known` headings, given by `heading_key`.

    Raises:
        Refused: with what is wrong with the file and what to do.
    """
    data = read_bytes(stream, filename, max_bytes)
    kind = kind_of(data)
    reading = SheetReading(wanted=sheet)
    if sheet and kind == "csv":
        raise Refused("En CSV-fil har ingen ark. Vælg ikke et ark, eller vælg en .xlsx-fil.")
    rows = read_sheet(data, reading) if kind == "xlsx" else _read_csv(data, known)
    table = _first_row_as_headings(told(rows, 0, progress))
    warnings = _unseen(reading, table)
    if table.rows and _is_total(table.rows[-1]):
        warnings.append(f"Række {table.rows[-1][0]} »{TOTAL}« er en sum. Den er ikke læst.")
        table = replace(table, rows=table.rows[:-1])
    if kind == "csv" and filename.casefold().endswith((".xlsx", ".xls")):
        warnings.append(f"»{filename}« er tekst (CSV), skønt den hedder noget andet. Læst som CSV.")
    return replace(
        table,
        source=_source(reading),
        warnings=tuple(warnings),
        sheet=reading.sheet,
        sheets=tuple(reading.sheets),
    )


def _is_total(row: Row) -> bool:
    """Return whether a row is one of totals, as our own workbooks end with."""
    first = next((cell for cell in row[1] if not is_blank(cell)), "")
    return isinstance(first, str) and first.strip() == TOTAL


def heading_key(heading: object) -> str:
    """Return what a heading is known by, whatever its case and spaces."""
    text = "" if heading is None else unicodedata.normalize("NFC", str(heading))
    return re.sub(r"[\s\ufeff]", "", text).casefold()


def looks_like_xml(stream: BinaryIO) -> bool:
    """Return whether a file begins as XML does; it is read from its beginning afterwards."""
    head = stream.read(64)
    stream.seek(0)
    return head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \r\n\t").startswith(b"<")


def read_bytes(stream: BinaryIO, filename: str, max_bytes: int) -> bytes:
    """Return a file's bytes; an empty one, or one above the limit, is refused."""
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


def _read_csv(data: bytes, known: Collection[str]) -> Iterator[Row]:
    encoding, lines = _encoding(data), _Lines(data)
    delimiter = max(";,\t", key=lambda sign: _fit(lines.of(encoding), sign, known))
    lines = _Lines(data)
    reader = csv.reader(lines.of(encoding), delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            lines.length = 0
            yield number, tuple(cells)
    except csv.Error:
        if lines.length > csv.field_size_limit():
            raise too_long() from None
        raise Refused(
            f"Linje {reader.line_num} har et anførselstegn, der ikke passer med resten. "
            "Gem filen som Excel-projektmappe (.xlsx) i stedet, og indlæs den igen."
        ) from None


class _Lines:
    """The lines of a text, and how many signs were read since `length` was last set to nothing."""

    def __init__(self, data: bytes):
        self._data, self.length = data, 0

    def of(self, encoding: str) -> Iterator[str]:
        stream = io.TextIOWrapper(io.BytesIO(self._data), encoding, newline="")
        number = 0
        while line := stream.readline(MAX_LINE + 1):
            number += 1
            # A first line "sep=;" is a hint to Excel, which does not show or count it.
            if number == 1 and re.fullmatch(r"sep=.[ \t]*\r?\n?", line):
                continue
            self.length += len(line)
            if self.length > MAX_LINE:
                raise Refused(
                    f"Linje {number} har over {MAX_LINE // 1_000_000} million tegn i én række. Er "
                    "det en tabel, så gem den som Excel-projektmappe (.xlsx), og indlæs den."
                )
            yield line


def _fit(lines: Iterator[str], delimiter: str, known: Collection[str]) -> tuple[int, int]:
    """Return how many known headings, and how many cells, a delimiter finds in the first row."""
    heading = next((line for line in lines if line.strip(" ;,\t\r\n")), "")
    with contextlib.suppress(csv.Error):
        cells = next(csv.reader([heading], delimiter=delimiter), [])
        return sum(heading_key(cell) in known for cell in cells), len(cells)
    return 0, 0


def _encoding(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError as error:
            place = error.start
        else:
            return encoding
    line = data.count(b"\n", 0, place) + 1
    raise Refused(
        f"Linje {line} har et tegn, der hverken er UTF-8 eller Windows-1252. "
        "Gem filen som CSV UTF-8, og indlæs den igen."
    )


def _first_row_as_headings(rows: Iterator[Row]) -> FileTable:
    trimmed = ((number, cells[: _width(cells)]) for number, cells in map(_bounded, rows))
    filled = (row for row in trimmed if row[1])
    heading_row, headings = next(filled, (0, ()))
    if not headings:
        raise Refused("Arket er tomt. Flyt tabellen til det første ark, gem, og indlæs filen igen.")
    kept, cell_count, characters = [], 0, 0
    for row in filled:
        kept.append(row)
        cell_count += len(row[1])
        characters += sum(len(cell) for cell in row[1] if isinstance(cell, str))
        if len(kept) > MAX_ROWS:
            raise Refused(f"Filen har over {MAX_ROWS // 1000}.000 rækker. Del den i flere filer.")
        if cell_count > MAX_CELLS:
            raise Refused("Filen har over 3 millioner celler. Slet kolonner, der ikke bruges.")
        if characters > MAX_CHARACTERS:
            raise too_much_text()
    return FileTable(headings, kept, heading_row)


def _bounded(row: Row) -> Row:
    """Return a row without control signs.

    Refuse it where it is too wide, has too long a cell, or spoilt letters.
    """
    number, cells = row
    cells = cells[: _width(cells)]
    if len(cells) > MAX_COLUMNS:
        raise too_wide(number)
    unseen = False
    for cell in cells:
        if not isinstance(cell, str):
            continue
        if len(cell) > MAX_CELL:
            raise too_long(number)
        if not cell.isascii() and _SPOILT.search(cell):
            raise Refused(
                f"række {number}: »{cell.strip()[:60]}« har fået ødelagt æ, ø eller å. "
                "Find den oprindelige fil, gem den som CSV UTF-8, og indlæs den."
            )
        unseen = unseen or not cell.isprintable()
    if unseen:
        cells = tuple(without_control(one) if isinstance(one, str) else one for one in cells)
    return number, cells


def _width(cells: tuple[object, ...]) -> int:
    width = len(cells)
    while width and is_blank(cells[width - 1]):
        width -= 1
    return width


def _source(reading: SheetReading) -> str:
    if not reading.sheet:
        return ""
    left_out = ", ".join(f"»{name}«" for name in reading.left_out[:SHOWN])
    return f"Arket »{reading.sheet}« er læst." + (f" Ikke læst: {left_out}." if left_out else "")


def _unseen(reading: SheetReading, table: FileTable) -> list[str]:
    """Return which rows and columns were read though Excel does not show them."""
    warnings = []
    numbers = {number for number, _ in table.rows}
    if rows := [row for row in reading.hidden_rows if row in numbers]:
        count = "1 skjult række er" if len(rows) == 1 else f"{len(rows)} skjulte rækker er"
        more = f" og {len(rows) - SHOWN} til" if len(rows) > SHOWN else ""
        warnings.append(
            f"{count} også læst: række {', '.join(map(str, rows[:SHOWN]))}{more}. Skal noget ikke "
            "med, så slet det i regnearket; et filter er ikke nok."
        )
    places = [place for place in reading.hidden_columns if place <= len(table.headings)]
    if names := [str(name) for place in places if (name := table.headings[place - 1])]:
        warnings.append(f"Skjulte kolonner er også læst: {', '.join(names)}.")
    return warnings
