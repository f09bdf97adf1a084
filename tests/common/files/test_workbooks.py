from datetime import date
from decimal import Decimal
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

import openpyxl
import pytest

from albertslund_it.common.files.workbooks import (
    CellKind,
    Formula,
    SheetColumn,
    Workbook,
    write_table,
)
from tests.libreoffice import recalculated

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
COLUMNS = [
    SheetColumn("Enhed"),
    SheetColumn("EAN", CellKind.CODE),
    SheetColumn("Antal", CellKind.NUMBER, is_summed=True),
    SheetColumn("Beløb", CellKind.AMOUNT, is_summed=True),
    SheetColumn("Fra", CellKind.DATE),
]
ROWS = [
    ("Ærtebjerg Skole", "5790001330552", 3, 34942, date(2026, 1, 1)),
    ("Brøndlunden", "0790001330552", -1, -5, None),
]


def saved(columns=COLUMNS, rows=ROWS, **options) -> BytesIO:
    stream = BytesIO()
    book = Workbook(title="Prøve")
    book.add_sheet("Ark", columns, rows, **options)
    book.save(stream)
    stream.seek(0)
    return stream


def sheet_of(stream):
    return openpyxl.load_workbook(stream)["Ark"]


def text_cell(value, kind=CellKind.TEXT):
    return sheet_of(saved([SheetColumn("Tekst", kind)], [(value,)]))["A2"]


def test_values_are_numbers_and_dates_with_formats_and_amounts_are_exact_kroner():
    sheet = sheet_of(saved())

    assert [cell.value for cell in sheet[1]] == ["Enhed", "EAN", "Antal", "Beløb", "Fra"]
    assert (sheet["D2"].value, sheet["D2"].number_format) == (349.42, "#,##0.00")
    assert sheet["D3"].value == -0.05
    assert (sheet["E2"].value.date(), sheet["E2"].number_format) == (
        date(2026, 1, 1),
        "dd-mm-yyyy",
    )
    assert (sheet["C2"].value, sheet["C2"].data_type) == (3, "n")
    assert sheet["E3"].value is None


@pytest.mark.parametrize("ore", [1, 10, -1, 0, 10**13, 123456789012345 // 100 + 1])
def test_an_amount_is_written_without_a_detour_through_binary_fractions(ore):
    with ZipFile(saved([SheetColumn("Beløb", CellKind.AMOUNT)], [(ore,)])) as archive:
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    written = [v.text for v in sheet.iter() if v.tag.endswith("}v")][-1]

    assert Decimal(written) * 100 == ore
    assert "E" not in written


@pytest.mark.parametrize("kind", [CellKind.TEXT, CellKind.CODE])
@pytest.mark.parametrize(
    "text", ["=1+1", "+4570101010", "-5", "@SUM(A1)", "#N/A", '=HYPERLINK("x")', "0012", "1e5"]
)
def test_text_stays_text(text, kind):
    cell = text_cell(text, kind)

    assert (cell.value, cell.data_type) == (text, "s")


def test_a_text_that_looks_like_a_formula_and_a_code_stay_text_when_a_person_edits_them():
    assert text_cell("=1+1").number_format == "@"
    assert text_cell("5790001330552", CellKind.CODE).number_format == "@"
    assert text_cell("Skole").number_format == "General"


@pytest.mark.parametrize("bad", ["\x00", "\x0b", "\x1f", "\ud800", "\uffff"])
def test_a_character_that_a_workbook_cannot_hold_becomes_a_space(bad):
    assert text_cell(f"a{bad}b").value == "a b"


@pytest.mark.parametrize("text", ["<b>&amp;</b>", "a < b & c > d", "en\rto", "]]>", "x" * 40_000])
def test_what_means_something_in_a_file_is_text_like_any_other(text):
    assert text_cell(text).value == text[:32_767]


def test_line_breaks_and_outer_spaces_survive():
    assert text_cell("  to\nlinjer ").value == "  to\nlinjer "


def test_an_empty_text_is_an_empty_cell():
    assert text_cell("").value is None


def test_notes_stand_over_the_headings_and_are_not_frozen_away_from_them():
    sheet = sheet_of(saved(above=[("Overskrift",), ("Kørsel", "2026Q1"), ("=1+1",)]))

    assert [sheet.cell(row, 1).value for row in range(1, 6)] == [
        "Overskrift",
        "Kørsel",
        "=1+1",
        None,
        "Enhed",
    ]
    assert sheet["A3"].data_type == "s"
    assert sheet.freeze_panes == "A6"
    assert sheet.auto_filter.ref == "A5:E7"


def test_a_sheet_is_ready_to_print():
    sheet = sheet_of(saved(above=[("Overskrift",)]))

    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.paperSize == 9
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$3:$3"
    assert sheet.column_dimensions["D"].width == 15


def raw_cells(stream):
    """Return each cell that has a formula as (formula, stored value) of the sheet's XML."""
    with ZipFile(stream) as archive:
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    found = {}
    for cell in sheet.iter(f"{MAIN}c"):
        formula = cell.find(f"{MAIN}f")
        if formula is not None:
            assert "t" not in cell.attrib  # a number
            found[cell.get("r")] = (formula.text, cell.find(f"{MAIN}v").text)
    return found


def test_totals_are_live_sums_that_carry_their_results():
    stream = saved(total_label="I alt")
    sheet = sheet_of(stream)
    stored = openpyxl.load_workbook(stream, data_only=True)["Ark"]

    assert [cell.value for cell in sheet[4]] == ["I alt", None, "=SUM(C2:C3)", "=SUM(D2:D3)", None]
    assert [cell.value for cell in stored[4]] == ["I alt", None, 2, 349.37, None]
    assert raw_cells(stream) == {"C4": ("SUM(C2:C3)", "2"), "D4": ("SUM(D2:D3)", "349.37")}
    assert (sheet["D4"].number_format, sheet["D4"].font.bold) == ("#,##0.00", True)


def test_a_formula_carries_its_result_and_is_summed_by_it():
    rows = [*ROWS, ("x", "1", Formula("C2*2", 6), Formula("D2*2", 69884), None)]
    stream = saved(rows=rows, total_label="I alt")

    assert raw_cells(stream)["D4"] == ("D2*2", "698.84")
    assert raw_cells(stream)["C5"] == ("SUM(C2:C4)", "8")
    assert raw_cells(stream)["D5"] == ("SUM(D2:D4)", "1048.21")


def test_what_is_not_known_is_left_out_of_the_sum():
    rows = [("x", "1", None, None, None), *ROWS]
    assert raw_cells(saved(rows=rows, total_label="I alt"))["D5"] == ("SUM(D2:D4)", "349.37")


def test_a_total_of_some_of_the_rows():
    columns = [
        SheetColumn("Enhed"),
        SheetColumn("Side", total="Hver side"),
        SheetColumn("Beløb", CellKind.AMOUNT, is_summed=True, summed_where=("Side", "Debet")),
    ]
    rows = [("a", "Debet", 500), ("b", "Kredit", 700), ("c", "Debet", 200)]
    stream = saved(columns, rows, total_label="I alt")

    assert raw_cells(stream) == {"C5": ('SUMIF(B2:B4,"Debet",C2:C4)', "7.00")}
    assert [cell.value for cell in sheet_of(stream)[5]][:2] == ["I alt", "Hver side"]


def test_the_total_of_nothing_is_nought():
    assert sheet_of(saved(rows=[], total_label="I alt"))["D2"].value == 0


def test_the_filter_leaves_the_totals_out():
    assert sheet_of(saved(total_label="I alt", below=[("Note",)])).auto_filter.ref == "A1:E3"


def test_write_table_makes_a_workbook_of_one_sheet_with_metadata():
    stream = BytesIO()
    write_table(
        stream,
        title="Udstyr i Miljø & Teknik med et navn over 31 tegn",
        columns=COLUMNS,
        rows=iter(ROWS),
        notes=["Beløb er uden moms."],
    )
    stream.seek(0)
    book = openpyxl.load_workbook(stream)

    assert book.properties.title == "Udstyr i Miljø & Teknik med et navn over 31 tegn"
    assert book.properties.creator == "Albertslund Kommune, pc-leasing"
    assert len(book.sheetnames) == 1
    assert book.active["A1"].value == "Beløb er uden moms."
    assert book.active["A3"].value == "Enhed"
    assert [cell.value for cell in book.active[6]][:3] == ["I alt", None, "=SUM(C4:C5)"]


def test_a_row_of_the_wrong_length_is_a_mistake():
    with pytest.raises(ValueError, match="zip"):
        saved(rows=[("Skole", "1")])


def test_the_same_rows_give_the_same_cells():
    def parts(stream):
        with ZipFile(stream) as archive:
            return {n: archive.read(n) for n in archive.namelist() if n != "docProps/core.xml"}

    assert parts(saved(total_label="I alt")) == parts(saved(total_label="I alt"))


def test_libreoffice_opens_it_and_works_the_formulas_out(tmp_path):
    path = tmp_path / "prøve.xlsx"
    # The results that stand in the file are wrong: they are worked out again.
    rows = [*ROWS, ("=1+1", "0012", 7, Formula("D2*2", 12345), None)]
    path.write_bytes(
        saved(rows=rows, above=[("Overskrift",)], total_label="I alt", below=[("Note",)]).getvalue()
    )
    # Moved down by the two lines above the headings, so that D2 is an empty row: 0.
    sheet = recalculated(path, tmp_path)["Ark"]

    assert sheet["C7"].value == 9
    assert sheet["D7"].value == pytest.approx(349.37, abs=0.001)
    assert (sheet["A6"].value, sheet["B6"].value) == ("=1+1", "0012")
    assert sheet["A6"].data_type == "s"
    assert sheet.auto_filter.ref == "A3:E6"
    assert sheet.print_title_rows == "$3:$3"


@pytest.mark.parametrize(("length", "width"), [(5, 28), (60, 62), (300, 102)])
def test_a_column_is_as_wide_as_its_longest_text(length, width):
    sheet = sheet_of(
        saved([SheetColumn("Enhed"), SheetColumn("Beløb", CellKind.AMOUNT)], [("x" * length, 1)])
    )
    assert sheet.column_dimensions["A"].width == width
    assert sheet.column_dimensions["B"].width == 15


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Skole/SFO: hvad? [1*2]", "Skole SFO  hvad   1 2"),
        ("'Havens børn'", "Havens børn"),
        ("Ny\x01 enhed", "Ny  enhed"),
        ("???", "Ark"),
    ],
)
def test_a_sheet_gets_a_name_that_excel_allows_whatever_a_unit_is_called(title, name):
    stream = BytesIO()
    write_table(stream, title=title, columns=[SheetColumn("Enhed")], rows=[("x",)])
    assert openpyxl.load_workbook(stream).sheetnames == [name]
