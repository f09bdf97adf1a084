"""Workbooks as other programs write them, and what people hide in theirs."""

import io
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest
from openpyxl.styles import Protection

from albertslund_it.common.errors import Refused
from albertslund_it.common.files import cells, number_formats, xlsx_parts
from albertslund_it.common.files.spreadsheets import heading_key, read_table
from tests.common.files.test_spreadsheets import archive, changed_part, read, refusal
from tests.files import workbook

MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = b"http://purl.oclc.org/ooxml/"
ROWS = [["Serienummer", "Fra"], ["PF01", date(2026, 1, 1)]]
READ = [(2, ("PF01", datetime.combine(date(2026, 1, 1), time())))]


def saved(book) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def book_of(rows) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return book


def renamed(data: bytes, old: str, new: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as whole:
        return archive({new if n == old else n: whole.read(n) for n in whole.namelist()})


# --- which sheet


def test_the_first_visible_sheet_is_read_and_the_others_named():
    book = book_of([["Gammelt"], ["ark"]])
    book.active.title, book.active.sheet_state = "Gammel", "hidden"
    for name, state in (("Leverance", "visible"), ("Noter", "visible"), ("Dybt", "veryHidden")):
        sheet = book.create_sheet(name)
        sheet.sheet_state = state
        sheet.append(["Serienummer"])
        sheet.append([name])

    table = read(saved(book))

    assert table.rows == [(2, ("Leverance",))]
    assert table.source == (
        "Arket »Leverance« er læst. Ikke læst: »Gammel (skjult)«, »Noter«, »Dybt (skjult)«."
    )


def test_a_sheet_with_a_chart_alone_is_no_table():
    book = openpyxl.Workbook()
    book.create_chartsheet("Diagram", 0)
    book.active = 0
    sheet = book["Sheet"]
    sheet.append(["Serienummer"])
    sheet.append(["PF01"])

    table = read(saved(book))

    assert (table.rows, table.source) == (
        [(2, ("PF01",))],
        "Arket »Sheet« er læst. Ikke læst: »Diagram«.",
    )


def test_a_workbook_whose_sheets_are_all_hidden():
    data = changed_part(
        workbook(*ROWS),
        "xl/workbook.xml",
        lambda xml: xml.replace(b'state="visible"', b'state="hidden"'),
    )

    assert "intet synligt ark" in refusal(data)


# --- what is hidden in it


def test_hidden_rows_are_counted_and_named():
    book = book_of([["Serienummer"], ["PF02"], ["PF03"], [None], ["PF05"]])
    for number in (2, 4, 5):
        book.active.row_dimensions[number].hidden = True

    table = read(saved(book))

    assert len(table.rows) == 3
    assert table.warnings == (
        "2 skjulte rækker er også læst: række 2, 5. Skal noget ikke med, så slet det i "
        "regnearket; et filter er ikke nok.",
    )


def test_hidden_columns_are_named():
    book = book_of([["Serienummer", "Model", "Leasingpris"], ["PF01", "T14", 1]])
    book.active.column_dimensions["C"].hidden = True

    assert read(saved(book)).warnings == ("Skjulte kolonner er også læst: Leasingpris.",)


# --- how a number is shown


def test_a_format_is_taken_apart_once_however_many_cells_have_it(monkeypatch):
    taken_apart = []

    class Pieces:
        def finditer(self, code, pattern=number_formats._PIECE):
            taken_apart.append(code)
            return pattern.finditer(code)

    monkeypatch.setattr(number_formats, "_PIECE", Pieces())
    book = book_of([["Serienummer"], *([number] for number in range(1, 301))])
    for number in range(2, 302):
        book.active.cell(number, 1).number_format = "0" * 10 + '" stk"' if number % 2 else "0000"
        book.active.cell(number, 1).protection = Protection(hidden=number % 3 == 0)

    rows = read(saved(book)).rows

    assert len(taken_apart) == 2
    assert [str(cell) for _, (cell,) in rows[:2]] == ["0001", "0000000002 stk"]


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [(123456, "0000000000", "0000123456"), (5e10, "0.00E+00", "5,00E+10")],
)
def test_a_number_carries_how_it_is_shown(number, code, shown):
    book = book_of([["Serienummer"], [number]])
    book.active["A2"].number_format = code

    ((_, (cell,)),) = read(saved(book)).rows

    assert (cell, str(cell)) == (number, shown)
    with pytest.raises(ValueError, match="gør kolonnen til tekst"):
        cells.capitals(cell)


def test_a_number_that_was_typed_as_it_is_stays_a_number():
    assert read(workbook(["EAN"], [5798009811578])).rows == [(2, (5798009811578,))]


# --- signs that XML cannot hold


def test_escaped_signs_stand_for_themselves():
    book = book_of(
        [["Navn"], ["Anna Berg_x000D_\nProjekt"], ["A_x005F_x000D_"], ["_xD83D__xDE00_"]]
    )

    rows = read(saved(book)).rows

    assert [row[0] for _, row in rows] == ["Anna Berg\r\nProjekt", "A_x000D_", "😀"]
    assert cells.text(rows[0][1][0]) == "Anna Berg Projekt"


def test_half_a_sign_does_not_stop_a_page():
    assert "»Anna\ufffd«" in refusal(saved(book_of([["Navn"], ["Anna_xD83D_"]])))


# --- other programs


def strict(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    return archive(
        {
            name: xml.replace(MAIN, STRICT + b"spreadsheetml/main").replace(
                OFFICE, STRICT + b"officeDocument/relationships"
            )
            for name, xml in parts.items()
        }
    )


def test_strict_open_xml_is_read():
    assert read(strict(workbook(*ROWS))).rows == READ


def test_a_date_as_strict_open_xml_writes_it():
    data = changed_part(
        workbook(*ROWS),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b't="n"', b't="d"').replace(b"46023", b"2026-01-01T00:00:00"),
    )
    assert b"<v>2026-01-01T00:00:00</v>" in zipfile.ZipFile(io.BytesIO(data)).read(
        "xl/worksheets/sheet1.xml"
    )

    assert read(data).rows == READ


@pytest.mark.parametrize(
    "target", ["/xl/Workbook.xml", "xl/Workbook.xml", "./xl/../xl/Workbook.xml"]
)
def test_parts_with_odd_names(target):
    data = renamed(workbook(*ROWS), "xl/workbook.xml", "xl/Workbook.xml")
    data = renamed(data, "xl/_rels/workbook.xml.rels", "xl/_rels/Workbook.xml.rels")
    data = renamed(data, "xl/worksheets/sheet1.xml", "xl\\worksheets\\SHEET1.xml")
    data = changed_part(
        data,
        "_rels/.rels",
        lambda xml: xml.replace(b"xl/workbook.xml", target.encode()).replace(b"//", b"/"),
    )

    assert read(data).rows == READ


def test_a_workbook_in_a_folder_of_another_name():
    with zipfile.ZipFile(io.BytesIO(workbook(*ROWS))) as whole:
        parts = {n.replace("xl/", "book/"): whole.read(n) for n in whole.namelist()}
    parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"xl/", b"book/")
    parts["book/_rels/workbook.xml.rels"] = parts["book/_rels/workbook.xml.rels"].replace(
        b'"/xl/', b'"'
    )

    assert read(archive(parts)).rows == READ


def test_shared_texts_in_runs_without_how_they_are_spoken():
    data = shared(
        b"<si><r><t>PF</t></r><r><rPr><b/></rPr><t>01</t></r><rPh><t>x</t></rPh></si>", b"0"
    )

    assert read(data).rows == [(2, ("PF01",))]


@pytest.mark.parametrize("place", [b"7", b"-1", b"x"])
def test_a_text_that_is_not_there(place):
    assert refusal(shared(b"<si><t>PF01</t></si>", place)) == xlsx_parts.DAMAGED


def test_the_shared_texts_are_missing():
    with zipfile.ZipFile(io.BytesIO(shared(b"<si><t>PF01</t></si>", b"0"))) as whole:
        parts = {n: whole.read(n) for n in whole.namelist() if "haredStrings" not in n}

    assert refusal(archive(parts)) == xlsx_parts.DAMAGED


def shared(texts: bytes, place: bytes) -> bytes:
    """Make a workbook whose second row refers to a shared text."""
    rows = b'<row r="1"><c r="A1" t="inlineStr"><is><t>A</t></is></c></row>'
    rows += b'<row r="2"><c r="A2" t="s"><v>' + place + b"</v></c></row>"
    sheet = b'<worksheet xmlns="' + MAIN + b'"><sheetData>' + rows + b"</sheetData></worksheet>"
    table = b'<sst xmlns="' + MAIN + b'">' + texts + b"</sst>"
    data = changed_part(workbook(*ROWS), "xl/worksheets/sheet1.xml", lambda _: sheet)
    return changed_part(data, "xl/sharedStrings.xml", lambda _: table)


def test_years_counted_from_1904():
    book = book_of([["Fra"], [date(2026, 1, 1)]])
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904

    assert read(saved(book)).rows == [(2, (READ[0][1][1],))]


def test_a_formula_that_gives_no_text_is_blank():
    data = changed_part(
        workbook(["A", "B"], [1, '=""']),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b'<c r="B2">', b'<c r="B2" t="str">').replace(b"<v/>", b"<v></v>"),
    )

    assert read(data).rows == [(2, (1,))]


def test_rows_and_cells_without_their_places():
    sheet = b"<worksheet><sheetData><row><c><v>1</v></c><c/><c><v>3</v></c></row><row/><row><c>"
    sheet += b"<v>4</v></c></row></sheetData></worksheet>"
    table = read(changed_part(workbook(*ROWS), "xl/worksheets/sheet1.xml", lambda _: sheet))

    assert (table.headings, table.rows) == ((1, None, 3), [(3, (4,))])


@pytest.mark.parametrize(
    "rows",
    [
        b'<row r="2"/><row r="1"/>',
        b'<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>',
        b'<row r="1"><c r="A1"><v>NaN</v></c></row>',
        b'<row r="1"><c r="??"><v>1</v></c></row>',
        b'<row r="0"/>',
    ],
)
def test_rows_as_no_program_writes_them(rows):
    sheet = b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>"
    data = changed_part(workbook(*ROWS), "xl/worksheets/sheet1.xml", lambda _: sheet)

    assert refusal(data) == xlsx_parts.DAMAGED


# --- text


def test_the_sign_that_finds_known_headings_wins():
    text = (
        "Serienummer;Model;Bemærkning (pris, fragt, gebyr, moms, andet, mere, slut)\n"
        'ZZ01;T14;"a; b"\n'
    )
    known = {heading_key(name) for name in ("Serienummer", "Model")}

    table = read_table(io.BytesIO(text.encode()), "fil.csv", 10**6, known)

    assert table.rows == [(2, ("ZZ01", "T14", "a; b"))]


def test_text_that_is_named_as_a_workbook_is_read_and_that_is_said():
    table = read(b"A;B\n1;2\n", name="liste.xlsx")

    assert table.rows == [(2, ("1", "2"))]
    assert table.warnings == (
        "»liste.xlsx« er tekst (CSV), skønt den hedder noget andet. Læst som CSV.",
    )


def test_no_warning_where_there_is_nothing_to_say():
    for data in (b"A;B\n1;2\n", workbook(*ROWS)):
        assert read(data).warnings == ()
    with pytest.raises(Refused):
        read(workbook())
