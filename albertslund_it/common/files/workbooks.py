"""Excel files: one look for every sheet, and values that stay what they are.

A thin layer on openpyxl's write-only mode. Rows stream to disk, so memory does not grow with them.
A formula carries its result, since not all who show a file work it out: Excel's Protected View and
previews do not, nor do programs that read values.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from functools import partial
from typing import Any, BinaryIO

from lxml.etree import fromstring
from openpyxl import Workbook as OpenpyxlWorkbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell._writer import write_cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.xml.functions import Element, SubElement

from albertslund_it.common.money import kroner_number

CREATOR = "Albertslund Kommune, pc-leasing"
A4 = 9
TOTAL = "I alt"
WIDEST = 102  # any name of ours
_BOLD = Font(name="Calibri", size=11, family=2, scheme="minor", bold=True)  # else as openpyxl's own
# Keeps an amount from running into a text to its right.
_AMOUNT_ALIGNMENT = Alignment(horizontal="right", indent=1)
# What XML cannot hold; a text copied from elsewhere may.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_SHEET_NAMES = re.compile(rf"[:\\/?*\[\]]|{_ILLEGAL.pattern}")
# openpyxl takes '=…' for a formula and '#N/A' for an error; a person who edits such a cell makes
# Excel do the same with the others, unless the cell is formatted as text.
_RISKY = frozenset("=+-@#")
_MARKUP = re.compile(r"[&<>\r]")
_WRITTEN = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;"))
_DAY_ZERO = date(1899, 12, 30).toordinal()
# openpyxl's write-only worksheet, of whose attributes its stubs know only some.
_Sheet = Any
# What makes a column's value, other than None, a cell as it is written but for its beginning.
Converter = Callable[[Any], str]
_LETTERS = [get_column_letter(number) for number in range(1, 16_385)]  # as Excel has
_LONGEST = 32_767  # signs in a cell


class CellKind(Enum):
    """What a column holds: (number format, default width)."""

    TEXT = (None, 28)
    CODE = ("@", 16)  # numbers that are names: EAN, accounts, serial numbers
    NUMBER = (None, 9)
    AMOUNT = ("#,##0.00", 15)  # given in øre
    DATE = ("dd-mm-yyyy", 12)

    def __init__(self, number_format: str | None, default_width: int):
        self.number_format = number_format
        self.default_width = default_width


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A heading and what stands under it; `is_summed` gives it a SUM in the row of totals.

    Args:
        summed_where: (heading, text) of the rows that are summed, where it is not all of them.
        total: what the row of totals says, where it is no sum.
    """

    heading: str
    kind: CellKind = CellKind.TEXT
    width: int | None = None
    is_summed: bool = False
    summed_where: tuple[str, str] | None = None
    total: str = ""


@dataclass(frozen=True, slots=True)
class Formula:
    """A live formula in place of a value, and its result as such a value: Formula("B5+B9", 750)."""

    text: str
    result: int


def write_table(
    stream: BinaryIO,
    *,
    title: str,
    columns: Sequence[SheetColumn],
    rows: Iterable[Sequence[object]],
    notes: Sequence[str] = (),
) -> None:
    """Write one table as a workbook, with a row of totals where anything is summed.

    `notes` are lines above the headings.
    """
    book = Workbook(title=title)
    label = TOTAL if any(column.is_summed for column in columns) else ""
    above = [(note,) for note in notes]
    book.add_sheet(sheet_name(title), columns, rows, above=above, total_label=label)
    book.save(stream)


def sheet_name(title: str) -> str:
    """Make a title one that Excel lets a sheet have: a unit may be called »Skole/SFO«."""
    return _NOT_IN_SHEET_NAMES.sub(" ", title)[:31].strip(" '") or "Ark"


class Workbook:
    """A workbook that is filled sheet by sheet and then saved once."""

    def __init__(self, *, title: str):
        self._title = title = _ILLEGAL.sub(" ", title)
        self._book = OpenpyxlWorkbook(write_only=True)
        self._book.properties.title = title
        self._book.properties.creator = CREATOR
        self._book.properties.language = "da-DK"

    def add_sheet(
        self,
        name: str,
        columns: Sequence[SheetColumn],
        rows: Iterable[Sequence[object]],
        *,
        above: Sequence[Sequence[str]] = (),
        below: Sequence[Sequence[str]] = (),
        total_label: str = "",
    ) -> list[int]:
        """Add a table with a frozen heading and a filter, ready to print; return its sums.

        Args:
            rows: values in the columns' order; None leaves a cell empty. Columns of a list are
                made wide enough for its texts, which else run over their neighbours.
            above: lines of text over the headings.
            below: lines of text under the table.
            total_label: what the row of totals is called; without it there is none.
        """
        sheet = self._book.create_sheet(name)
        sheet._values_to_row = partial(_cells_of, WriteOnlyCell(sheet))
        heading = len(above) + 2 if above else 1
        columns = _fitted(columns, rows) if isinstance(rows, list) else columns
        self._set_up_page(sheet, columns, heading)
        sheet._writer = _Writer(sheet)
        sheet._writer.write_top()
        for number, line in enumerate(above):
            sheet.append([_label(sheet, text, bold=number == 0) for text in line])
        if above:
            sheet.append([])
        sheet.append([_heading_cell(sheet, column) for column in columns])
        try:
            count, sums = _append_rows(sheet, columns, rows)
        except BaseException:
            sheet.close()  # it is a half-written file on disk
            raise
        last = heading + count
        sheet.auto_filter.ref = f"A{heading}:{get_column_letter(len(columns))}{last}"
        if total_label:
            sheet.append(_totals(sheet, columns, total_label, heading + 1, last, sums))
        if below:
            sheet.append([])
        for line in below:
            sheet.append([_label(sheet, text) for text in line])
        return sums

    def save(self, stream: BinaryIO) -> None:
        """Write the whole workbook to a binary stream."""
        self._book.save(stream)

    def _set_up_page(self, sheet: _Sheet, columns: Sequence[SheetColumn], heading: int) -> None:
        """Do what must be settled before the first row: write-only sheets stream from there."""
        sheet.freeze_panes = f"A{heading + 1}"
        for index, column in enumerate(columns, start=1):
            width = column.width or column.kind.default_width
            sheet.column_dimensions[get_column_letter(index)].width = width
        sheet.print_title_rows = f"{heading}:{heading}"
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = A4
        sheet.page_setup.fitToWidth = 1
        sheet.page_setup.fitToHeight = 0  # as many pages as it takes
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.oddFooter.left.text = f"{self._title} – {sheet.title}".replace("&", "&&")
        sheet.oddFooter.right.text = "Side &P af &N"


def _fitted(columns: Sequence[SheetColumn], rows: list[Sequence[object]]) -> list[SheetColumn]:
    """Return the columns as wide as their longest texts."""
    texts = {CellKind.TEXT, CellKind.CODE}
    return [
        fitted(column, (row[place] for row in rows)) if column.kind in texts else column
        for place, column in enumerate(columns)
    ]


def fitted(column: SheetColumn, texts: Iterable[object]) -> SheetColumn:
    """Return a column that is wide enough for some texts."""
    longest = max((len(str(text)) for text in texts if text is not None), default=0) + 2
    return replace(
        column, width=min(max(column.width or column.kind.default_width, longest), WIDEST)
    )


def _append_rows(
    sheet: _Sheet, columns: Sequence[SheetColumn], rows: Iterable[Sequence[object]]
) -> tuple[int, list[int]]:
    """Write the rows; return their number and the sums of the columns that are summed."""
    converters = [_CONVERTERS[column.kind](sheet, column) for column in columns]
    summed = [
        (nth, place, *_where(columns, column))
        for nth, (place, column) in enumerate((p, c) for p, c in enumerate(columns) if c.is_summed)
    ]
    sums = [0] * len(summed)
    count = 0
    for row in rows:
        sheet.append(
            _Row(
                "" if value is None else convert(value)
                for convert, value in zip(converters, row, strict=True)
            )
        )
        for nth, place, beside, text in summed:
            if beside is None or row[beside] == text:
                sums[nth] += _result(row[place])
        count += 1
    return count, sums


def _where(columns: Sequence[SheetColumn], column: SheetColumn) -> tuple[int | None, str]:
    """Return the place of the column that says which rows are summed, and what it says."""
    if column.summed_where is None:
        return None, ""
    heading, text = column.summed_where
    return [one.heading for one in columns].index(heading), text


def _result(value: Any) -> int:
    ore: int = value.result if type(value) is Formula else value or 0
    return ore


class _Writer(WorksheetWriter):
    """Writes the rows of a list as they are, and a formula's result beside it."""

    def write_row(self, xf: Any, row: Iterable[Any], row_idx: int) -> None:
        if type(row) is _Row:
            cells = "".join(
                f'<c r="{letter}{row_idx}"{cell}'
                for letter, cell in zip(_LETTERS, row, strict=False)
                if cell
            )
            xf.write(fromstring(f'<row r="{row_idx}">{cells}</row>'))
            return
        with xf.element("row", {"r": str(row_idx)}):
            for cell in row:
                if cell.data_type == "f":
                    written = Element("c", {"r": cell.coordinate, "s": str(cell.style_id)})
                    formula, result = cell._value
                    SubElement(written, "f").text = formula
                    SubElement(written, "v").text = str(result)
                    xf.write(written)
                elif cell._value is not None or cell.has_style:
                    write_cell(xf, self.ws, cell, cell.has_style)


def _set_formula(cell: Any, formula: Formula, kind: CellKind) -> None:
    """Make a cell one of a formula, for `_Writer`."""
    result = kroner_number(formula.result) if kind is CellKind.AMOUNT else formula.result
    cell._value, cell.data_type = (formula.text, result), "f"


class _Row(tuple[str, ...]):
    """The cells of a row as they are written, without their beginning; '' for one that is empty.

    openpyxl's own cell is checked, typed and written piece by piece: four fifths of the time that
    a workbook took.
    """

    __slots__ = ()


def _cells_of(plain: Cell, values: Iterable[Any], row: int) -> Iterable[Any]:
    """Return the cells of a row; in place of openpyxl's own, which takes each value for no cell."""
    return values if type(values) is _Row else _in_place(plain, values, row)


def _in_place(plain: Cell, values: Iterable[Any], row: int) -> Iterator[Cell]:
    for column, value in enumerate(values, start=1):
        if value is None:
            continue
        if type(value) is not Cell:
            plain.value = value
            value = plain
        value.column, value.row = column, row
        yield value


# A converter turns one column's values into cells as they are written. Styles are made once.


def _text_converter(sheet: _Sheet, column: SheetColumn) -> Converter:
    style = _style(_styled_cell(sheet, "@"))
    of_date = _date_converter(sheet, SheetColumn(column.heading, CellKind.DATE))
    always = column.kind is CellKind.CODE

    def convert(value: Any) -> str:
        if type(value) is date:  # a column of dates where some say why there is none
            return of_date(value)
        text = value if type(value) is str else str(value)
        if not text:
            return ""
        if _ILLEGAL.search(text):
            text = _ILLEGAL.sub(" ", text)
        styled = style if always or text[0] in _RISKY else ""
        space = ' xml:space="preserve"' if text != text.strip() else ""
        text = _escaped(text[:_LONGEST])
        return f'{styled} t="inlineStr"><is><t{space}>{text}</t></is></c>'

    return convert


def _number_converter(sheet: _Sheet, column: SheetColumn) -> Converter:
    def convert(value: Any) -> str:
        if type(value) is Formula:
            return _formula("", value, value.result)
        return f' t="n"><v>{int(value)}</v></c>'

    return convert


def _amount_converter(sheet: _Sheet, column: SheetColumn) -> Converter:
    cell = _styled_cell(sheet, column.kind.number_format)
    cell.alignment = _AMOUNT_ALIGNMENT
    style = _style(cell)

    def convert(value: Any) -> str:
        if type(value) is Formula:
            return _formula(style, value, kroner_number(value.result))
        return f'{style} t="n"><v>{kroner_number(value)}</v></c>'

    return convert


def _date_converter(sheet: _Sheet, column: SheetColumn) -> Converter:
    style = _style(_styled_cell(sheet, column.kind.number_format))
    return lambda value: f'{style} t="n"><v>{value.toordinal() - _DAY_ZERO}</v></c>'


def _style(cell: Any) -> str:
    return f' s="{cell.style_id}"'


def _formula(style: str, formula: Formula, result: object) -> str:
    return f"{style}><f>{_escaped(formula.text)}</f><v>{result}</v></c>"


def _escaped(text: str) -> str:
    if not _MARKUP.search(text):
        return text
    for sign, written in _WRITTEN:
        text = text.replace(sign, written)
    return text


_CONVERTERS: dict[CellKind, Callable[[_Sheet, SheetColumn], Converter]] = {
    CellKind.TEXT: _text_converter,
    CellKind.CODE: _text_converter,
    CellKind.NUMBER: _number_converter,
    CellKind.AMOUNT: _amount_converter,
    CellKind.DATE: _date_converter,
}


def _styled_cell(sheet: _Sheet, number_format: str | None) -> Cell:
    cell = WriteOnlyCell(sheet)
    if number_format:
        cell.number_format = number_format
    return cell


def _label(sheet: _Sheet, text: str, *, bold: bool = False) -> Cell | None:
    return _text_cell(sheet, text, bold=bold) if text else None


def _text_cell(sheet: _Sheet, text: str, *, bold: bool) -> Cell:
    cell = _styled_cell(sheet, "@")
    cell.value = _ILLEGAL.sub(" ", text)
    cell.data_type = "s"
    if bold:
        cell.font = _BOLD
    return cell


def _heading_cell(sheet: _Sheet, column: SheetColumn) -> Cell:
    cell = _text_cell(sheet, column.heading, bold=True)
    cell.fill = PatternFill("solid", fgColor="E7ECEF")
    cell.border = Border(bottom=Side("thin"))
    if column.kind is CellKind.AMOUNT:
        cell.alignment = _AMOUNT_ALIGNMENT
    elif column.kind in {CellKind.NUMBER, CellKind.DATE}:
        cell.alignment = Alignment(horizontal="right")
    return cell


def _totals(
    sheet: _Sheet,
    columns: Sequence[SheetColumn],
    label: str,
    first: int,
    last: int,
    sums: Sequence[int],
) -> list[Cell]:
    """Return the row of totals: live sums over the rows `first` to `last`, with their results."""
    cells, results = [], iter(sums)
    for place, column in enumerate(columns):
        cell = _styled_cell(sheet, column.kind.number_format)
        cell.font = _BOLD
        if column.kind is CellKind.AMOUNT:
            cell.alignment = _AMOUNT_ALIGNMENT
        cell.border = Border(top=Side("thin"), bottom=Side("double"))
        if column.is_summed:
            result = next(results)
            if last < first:
                cell.value = 0
            else:
                _set_formula(cell, Formula(_sum(columns, place, first, last), result), column.kind)
        elif place == 0 or column.total:
            cell.value = label if place == 0 else column.total
        cells.append(cell)
    return cells


def _sum(columns: Sequence[SheetColumn], place: int, first: int, last: int) -> str:
    """Return the formula that sums a column's rows, or those where another column says so."""

    def cells(index: int) -> str:
        letter = get_column_letter(index + 1)
        return f"{letter}{first}:{letter}{last}"

    beside, text = _where(columns, columns[place])
    if beside is None:
        return f"SUM({cells(place)})"
    return f'SUMIF({cells(beside)},"{text}",{cells(place)})'
