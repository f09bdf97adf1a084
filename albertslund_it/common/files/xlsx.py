"""One sheet of an .xlsx file, the first visible or one by name, whatever was hidden in the file.

The file is unpacked and read piece by piece, and refused where a bound is passed: openpyxl would
read styles, texts and unknown elements whole, before a row could be looked at. What a number or a
date format means is openpyxl's to say.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from openpyxl.styles.numbers import is_date_format, is_timedelta_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.kinds import LOCKED, has_too_many_parts
from albertslund_it.common.files.number_formats import NumberFormat, number_format
from albertslund_it.common.files.xlsx_parts import (
    DAMAGED,
    TOO_MUCH,
    Bounds,
    PartReader,
    Relationships,
    Row,
    SharedStrings,
    Sheet,
    Styles,
    WorkbookPart,
    read_part,
)

# What the parts of a file may take up unpacked. 200,000 rows of 12 columns need about 110 MB.
MAX_UNPACKED = 128 * 2**20
MAX_PART = 20 * 2**20
SHOWN = 20
_LARGE_PARTS = re.compile(r"(worksheets/|sharedstrings)", re.IGNORECASE)

SAVE_AS = "Gem tabellen som Excel-projektmappe (.xlsx), og indlæs den nye fil."
NOT_A_WORKBOOK = f"Filen er et arkiv (zip) og ikke en Excel-projektmappe. {SAVE_AS}"
NO_SHEET = f"Projektmappen har intet synligt ark med celler. {SAVE_AS}"

# What else is packed with zip, by a part that only it has.
_OTHERS = (
    (re.compile(r"xl/.*\.bin"), "Filen er en binær Excel-projektmappe (.xlsb)."),
    (re.compile(r"index/.*\.iwa|index\.zip"), "Filen er fra Numbers (.numbers)."),
    (re.compile(r"word/.*"), "Filen er et Word-dokument (.docx)."),
    (re.compile(r"ppt/.*"), "Filen er en PowerPoint-præsentation (.pptx)."),
    (re.compile(r".*\.(xlsx|xls|csv)"), "Filen er et arkiv (zip) med filer i. Pak det ud først."),
)


Heard = TypeVar("Heard", bound=PartReader)


@dataclass
class SheetReading:
    """How a sheet was read: its name, the sheets left out, and what is to be said of it.

    `wanted` is the name of the sheet to read, '' for the first that people see; `sheets` are those
    that can be read.
    """

    wanted: str = ""
    sheet: str = ""
    sheets: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)


def read_sheet(data: bytes, reading: SheetReading) -> Iterator[Row]:
    """Yield (row number, values) of the sheet that is wanted; a formula gives its result.

    `reading` is filled in on the way.

    Raises:
        Refused: when the file is no workbook, is damaged or passes a bound.
    """
    try:
        yield from _rows(data, reading)
    except Refused:
        raise
    except Exception as error:  # what a damaged or hostile file leads to is open-ended
        raise Refused(DAMAGED) from error


def _rows(data: bytes, reading: SheetReading) -> Iterator[Row]:
    if has_too_many_parts(data):
        raise Refused(TOO_MUCH)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        package = _Package(archive)
        book = package.read(package.workbook, WorkbookPart())
        if not book.is_workbook:
            raise Refused(NOT_A_WORKBOOK)
        related = package.related(package.workbook)
        sheet = _choose(book, related, reading)
        styles = package.read(related.first("styles", "styles.xml"), Styles())
        shared = related.first("sharedStrings", "sharedStrings.xml")
        texts = package.read(shared, SharedStrings()).texts
        part = package.part(related.targets.get(sheet, ""))
        if part is None:
            raise Refused(DAMAGED)
        epoch = CALENDAR_MAC_1904 if book.counts_from_1904 else CALENDAR_WINDOWS_1900
        reader = Sheet(texts, _Numbers(styles, epoch).value)
        with archive.open(part) as stream:
            for _ in read_part(stream, reader, package.bounds):
                yield from reader.take_rows()
        reading.hidden_rows = reader.hidden_rows
        reading.hidden_columns = sorted(reader.hidden_columns)


class _Package:
    """The parts of a workbook, found by their relationships; names differ in case and slashes."""

    def __init__(self, archive: zipfile.ZipFile):
        self._archive, self.bounds = archive, Bounds()
        infos = archive.infolist()
        self._parts = {_name(info.filename): info for info in infos}
        if any(info.flag_bits & 1 for info in infos):
            raise Refused(LOCKED)
        # Other ways of packing take what memory they ask for; no spreadsheet program writes them.
        if any(
            info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in infos
        ):
            raise Refused(DAMAGED)
        large = sum(info.file_size for info in infos) > MAX_UNPACKED
        if large or any(map(_is_swollen, infos)):
            raise Refused(TOO_MUCH)
        self.workbook = self.related("").first("officeDocument", "xl/workbook.xml")
        if self.part(self.workbook) is None or self.workbook.endswith(".bin"):
            raise Refused(self._what_it_is())

    def part(self, name: str) -> zipfile.ZipInfo | None:
        """Return a part by its name, if it is there."""
        return self._parts.get(_name(name))

    def read(self, name: str, reader: Heard) -> Heard:
        """Read a part, if it is there, and return its reader."""
        if name and (part := self.part(name)):
            with self._archive.open(part) as stream:
                for _ in read_part(stream, reader, self.bounds):
                    pass
        return reader

    def related(self, name: str) -> Relationships:
        """Return what a part points to ('': the file as a whole)."""
        folder, file = posixpath.split(name)
        path = posixpath.join(folder, "_rels", f"{file}.rels")
        return self.read(path, Relationships(folder))

    def _what_it_is(self) -> str:
        if media := self.part("mimetype"):
            kind = self._archive.read(media)[:100] if media.file_size < 1000 else b""
            if b"opendocument" in kind:
                is_sheet = b"spreadsheet" in kind
                what = "et OpenDocument-regneark (.ods)" if is_sheet else "et OpenDocument-dokument"
                return f"Filen er {what}. {SAVE_AS}"
        for pattern, said in _OTHERS:
            if any(pattern.fullmatch(name) for name in self._parts):
                return f"{said} {SAVE_AS}"
        return NOT_A_WORKBOOK


def _name(part: str) -> str:
    return part.replace("\\", "/").lstrip("/").casefold()


def _is_swollen(part: zipfile.ZipInfo) -> bool:
    return part.file_size > MAX_PART and not _LARGE_PARTS.search(part.filename)


def _choose(book: WorkbookPart, related: Relationships, reading: SheetReading) -> str:
    """Return the relationship of the sheet by its name, else of the first that people see."""
    chosen, wanted = "", reading.wanted.strip().casefold()
    for name, state, key in book.sheets:
        is_seen = state == "visible"
        has_cells = related.kinds.get(key) == "worksheet"
        if has_cells and is_seen:
            reading.sheets.append(name)
        is_it = name.strip().casefold() == wanted if wanted else is_seen
        if not chosen and is_it and has_cells:
            chosen, reading.sheet = key, name
        else:
            reading.left_out.append(name if is_seen else f"{name} (skjult)")
    if not book.sheets:
        raise Refused(DAMAGED)
    if not chosen and wanted:
        there = ", ".join(f"»{name}«" for name in reading.sheets[:SHOWN])
        raise Refused(
            f"Projektmappen har intet ark »{reading.wanted.strip()[:60]}«. Vælg et af: {there}."
        )
    if not chosen:
        raise Refused(NO_SHEET)
    return chosen


class _Numbers:
    """The numbers of a sheet as values: a date where the format shows one."""

    def __init__(self, styles: Styles, epoch: datetime):
        self._styles, self._epoch = styles, epoch
        # By code and not by style: a file has far more styles than ways to show a number.
        self._read: dict[str, tuple[NumberFormat, bool, bool]] = {}

    def value(self, number: int | float, style: int) -> object:
        """Return what a number in a cell of a style stands for."""
        code = self._styles.code(style)
        if code not in self._read:
            self._read[code] = number_format(code), is_date_format(code), is_timedelta_format(code)
        shape, is_date, is_duration = self._read[code]
        if not is_date:
            return shape.formatted(number)
        try:
            return from_excel(number, self._epoch, timedelta=is_duration)
        except (OverflowError, ValueError):
            return "#VALUE!"
