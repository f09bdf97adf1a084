"""The parts of an .xlsx file, each read as a stream of elements within bounds.

Names are taken without their namespace: strict Open XML has other ones than Excel writes.
"""

import math
import posixpath
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import IO
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils import column_index_from_string

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.cells import UNCALCULATED
from albertslund_it.common.files.number_formats import LONGEST

LAST_ROW = 1_048_576
MAX_CELL = 32_767  # signs: Excel's own limit
MAX_COLUMNS = 200
MAX_CHARACTERS = 50_000_000
# 200,000 rows of 12 cells are up to 7.4 million elements; what is neither row nor cell, far less.
MAX_ELEMENTS = 8_000_000
MAX_OTHER_ELEMENTS = 250_000
MAX_DEPTH = 64
CHUNK = 2**16
MAX_TOKEN = 4 * 2**20

DAMAGED = (
    "Regnearket kan ikke læses: filen er beskadiget. Åbn den i Excel, gem den igen som "
    "Excel-projektmappe (.xlsx), og indlæs den nye fil."
)
TOO_MUCH = (
    "Regnearket fylder for meget, når det pakkes ud. Kopiér tabellen over i et nyt, tomt "
    "regneark, gem det, og indlæs det."
)
TOO_MANY_ELEMENTS = (
    "Regnearket har alt for mange dele uden for tabellens celler. Kopiér tabellen over i et nyt, "
    "tomt regneark, gem det, og indlæs det."
)
# Danish Excel never writes one; it is how a small file is made to fill the memory.
HAS_DOCTYPE = "Regnearket har indhold (DOCTYPE), som Excel ikke skriver. Gem det igen i Excel."

# (its number, its cells): of a table that somebody hands in.
Row = tuple[int, tuple[object, ...]]

_OF_CELLS = frozenset(("row", "c", "v", "f", "is", "t", "si", "r"))
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def too_wide(row: int) -> Refused:
    """Return the refusal of a table with too many columns."""
    return Refused(
        f"Filen har over {MAX_COLUMNS} kolonner (række {row}). Slet dem, der ikke bruges."
    )


def too_long(row: int | None = None) -> Refused:
    """Return the refusal of a cell that Excel could not hold."""
    where = f"Række {row} har" if row else "Filen har"
    return Refused(
        f"{where} en celle med over {MAX_CELL // 1000}.{MAX_CELL % 1000:03} tegn, flere end Excel "
        "kan vise. Ret cellen, gem, og indlæs filen igen."
    )


def too_much_text() -> Refused:
    """Return the refusal of more text than a table of things would have."""
    return Refused("Filen har for meget tekst i alt. Del den i flere filer.")


class Bounds:
    """How many elements may still come, in all parts of one file."""

    def __init__(self) -> None:
        self.elements, self.others = MAX_ELEMENTS, MAX_OTHER_ELEMENTS


def read_part(stream: IO[bytes], reader: "PartReader", bounds: Bounds) -> Iterator[None]:
    """Feed a part to its reader, and yield after each piece."""
    parser = expat.ParserCreate()
    parser.buffer_text, parser.buffer_size = True, CHUNK
    begin, finish = reader.start, reader.end
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        if ":" in name:
            name = name.rpartition(":")[2]
        depth += 1
        bounds.elements -= 1
        if name not in _OF_CELLS:
            bounds.others -= 1
        if bounds.elements < 0:
            raise Refused(TOO_MUCH)
        if bounds.others < 0 or depth > MAX_DEPTH:
            raise Refused(TOO_MANY_ELEMENTS)
        begin(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        finish(name.rpartition(":")[2] if ":" in name else name)

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    waiting, place = 0, -1
    while chunk := stream.read(CHUNK):
        parser.Parse(chunk, False)
        # A name, an attribute or a comment without end would be kept whole.
        waiting = waiting + len(chunk) if parser.CurrentByteIndex == place else 0
        place = parser.CurrentByteIndex
        if waiting > MAX_TOKEN:
            raise Refused(TOO_MUCH)
        yield
    parser.Parse(b"", True)
    yield


def _refuse_doctype(*_: object) -> None:
    raise Refused(HAS_DOCTYPE)


class PartReader:
    """What hears of the elements of a part, in their order."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Hear that an element begins."""

    def end(self, name: str) -> None:
        """Hear that an element ends."""

    def text(self, value: str) -> None:
        """Hear a piece of text."""


class Relationships(PartReader):
    """What a part points to: by key the kind and the name of the other part."""

    def __init__(self, folder: str):
        self._folder = folder
        self.kinds: dict[str, str] = {}
        self.targets: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            key, target = attributes.get("Id", ""), attributes.get("Target", "")
            self.kinds[key] = attributes.get("Type", "").rpartition("/")[2]
            path = posixpath.join("/", self._folder, target.replace("\\", "/"))
            self.targets[key] = posixpath.normpath(path).lstrip("/")

    def first(self, kind: str, usual: str) -> str:
        """Return the first part of a kind; where none is named, the one of the usual name."""
        found = (self.targets[key] for key, one in self.kinds.items() if one == kind)
        return next(found, posixpath.join(self._folder, usual))


class WorkbookPart(PartReader):
    """The sheets of a workbook: (name, state, key of the relationship)."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, str]] = []
        self.is_workbook = self.counts_from_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "workbook":
            self.is_workbook = True
        elif name == "workbookPr":
            self.counts_from_1904 = attributes.get("date1904") in ("1", "true")
        elif name == "sheet":
            key = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
            state = attributes.get("state", "visible")
            self.sheets.append((attributes.get("name", ""), state, key))


class Styles(PartReader):
    """The number formats of the cells, by the place of a style."""

    def __init__(self) -> None:
        self.formats: dict[int, str] = {}
        self.cells: list[int] = []
        self._in_cells = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt" and attributes.get("numFmtId", "").isdecimal():
            self.formats[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            self.cells.append(int(attributes.get("numFmtId", 0)))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._in_cells = False

    def code(self, style: int) -> str:
        """Return the number format of a style, as Excel writes it."""
        number = self.cells[style] if 0 <= style < len(self.cells) else 0
        code = self.formats.get(number) or BUILTIN_FORMATS.get(number, "General")
        return code if len(code) <= LONGEST else "General"


class _Text(PartReader):
    """A text in one or more runs, without how it is spoken (rPh)."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._is_read = self._is_spoken = False

    def begin(self) -> None:
        self._pieces, self._length = [], 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "t":
            self._is_read = not self._is_spoken
        elif name == "rPh":
            self._is_spoken = True

    def end(self, name: str) -> None:
        if name == "t":
            self._is_read = False
        elif name == "rPh":
            self._is_spoken = False

    def text(self, value: str) -> None:
        if self._is_read:
            self._length += len(value)
            if self._length > MAX_CELL:
                raise too_long()
            self._pieces.append(value)

    @property
    def whole(self) -> str:
        return _unescaped("".join(self._pieces))


class SharedStrings(PartReader):
    """The texts that cells refer to by their place."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._one, self._characters = _Text(), 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self._one.begin()
        else:
            self._one.start(name, attributes)

    def end(self, name: str) -> None:
        if name == "si":
            self.texts.append(self._one.whole)
            self._characters += len(self.texts[-1])
            if self._characters > MAX_CHARACTERS:
                raise too_much_text()
        else:
            self._one.end(name)

    def text(self, value: str) -> None:
        self._one.text(value)


class Sheet(PartReader):
    """The rows of a sheet; those that are whole wait to be taken."""

    def __init__(self, texts: list[str], number: Callable[[int | float, int], object]):
        self.hidden_rows: list[int] = []
        self.hidden_columns: set[int] = set()
        self._texts, self._number = texts, number
        self._rows: list[Row] = []
        self._in_data = self._is_read = self._is_hidden = False
        self._row = 0
        self._cells: list[object] = []
        self._inline = _Text()
        self._value: list[str] | None = None

    def take_rows(self) -> list[Row]:
        """Return the rows that became whole since last time."""
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._in_data:
            self._in_data = name == "sheetData"
            if name == "col" and _is_on(attributes.get("hidden")):
                first, last = int(attributes["min"]), int(attributes["max"])
                self.hidden_columns.update(range(max(first, 1), min(last, MAX_COLUMNS) + 1))
        elif name == "c":
            self._begin_cell(attributes)
        elif name == "v":
            self._is_read, self._value = True, []
        elif name == "f":
            self._has_formula = True
        elif name == "row":
            self._begin_row(attributes)
        elif name == "is":
            self._inline.begin()
            self._has_inline = True
        else:
            self._inline.start(name, attributes)

    def end(self, name: str) -> None:
        if not self._in_data:
            return
        if name == "c":
            self._end_cell()
        elif name == "v":
            self._is_read = False
        elif name == "row":
            if self._is_hidden and any(cell is not None for cell in self._cells):
                self.hidden_rows.append(self._row)
            self._rows.append((self._row, tuple(self._cells)))
        elif name == "sheetData":
            self._in_data = False
        else:
            self._inline.end(name)

    def text(self, value: str) -> None:
        if self._is_read and self._value is not None:
            self._length += len(value)
            if self._length > MAX_CELL:
                raise too_long(self._row)
            self._value.append(value)
        elif self._in_data:
            self._inline.text(value)

    def _begin_row(self, attributes: dict[str, str]) -> None:
        number = int(attributes.get("r", self._row + 1))
        if not self._row < number <= LAST_ROW:
            raise Refused(DAMAGED)
        self._row, self._cells = number, []
        self._is_hidden = _is_on(attributes.get("hidden")) or attributes.get("ht") == "0"
        self._column = 0

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        if reference:
            column = column_index_from_string(reference.rstrip("0123456789"))
        else:
            column = self._column + 1
        if column <= self._column:
            raise Refused(DAMAGED)
        self._column = column
        self._kind, self._style = attributes.get("t", "n"), int(attributes.get("s", 0))
        self._value = None
        self._length = 0
        self._has_formula = self._has_inline = False

    def _end_cell(self) -> None:
        value = self._cell_value()
        if value is None:
            return
        if self._column > MAX_COLUMNS:
            raise too_wide(self._row)
        missing = self._column - 1 - len(self._cells)
        if missing:
            self._cells.extend([None] * missing)
        self._cells.append(value)

    def _cell_value(self) -> object:
        kind = self._kind
        if kind == "inlineStr" and self._has_inline:
            return self._inline.whole
        written = "" if self._value is None else "".join(self._value)
        if kind == "str" and self._value is not None:
            return _unescaped(written)
        if not written:
            # Put a mark where a formula was never calculated: it is not a blank cell.
            return UNCALCULATED if self._has_formula else None
        if kind == "s":
            return self._shared(written)
        if kind == "n":
            return self._number(_as_number(written), self._style)
        if kind == "b":
            return _is_on(written)
        if kind == "d":
            return _as_moment(written)
        return written

    def _shared(self, place: str) -> str:
        if not place.strip().isdecimal():  # a negative place would count from the end
            raise Refused(DAMAGED)
        return self._texts[int(place)]


def _is_on(value: str | None) -> bool:
    return value in ("1", "true")


def _as_number(written: str) -> int | float:
    if len(written) <= 15 and written.isdecimal():
        return int(written)
    number = float(written)
    if not math.isfinite(number):
        raise Refused(DAMAGED)
    return int(number) if number == int(number) and abs(number) < 10**15 else number


def _as_moment(written: str) -> datetime | str:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        return written


def _unescaped(text: str) -> str:
    """Return a text with the signs that stand as _x000D_ in XML."""
    if "_x" not in text:
        return text
    plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
