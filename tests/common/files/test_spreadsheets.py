"""Files as they come: in every form that is read, and in every form that is refused."""

import contextlib
import io
import re
import tracemalloc
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from albertslund_it.common.errors import Refused
from albertslund_it.common.files import kinds as file_kinds
from albertslund_it.common.files import spreadsheets, xlsx, xlsx_parts
from albertslund_it.common.files.cells import UNCALCULATED
from albertslund_it.common.files.spreadsheets import FileTable, read_table
from tests.files import workbook

MEGABYTE = 2**20
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
DANISH = "Afdeling;Enhedsnr\nÆldre, Sundhed & Social;1010\nBørn & Familie;2020 Å\n"
ROWS = [(2, ("Ældre, Sundhed & Social", "1010")), (3, ("Børn & Familie", "2020 Å"))]


def read(data: bytes, name="enheder.csv", max_bytes=20 * MEGABYTE) -> FileTable:
    return read_table(io.BytesIO(data), name, max_bytes)


def refusal(data: bytes, **options) -> str:
    with pytest.raises(Refused) as refused:
        read(data, **options)
    assert len(refused.value.reasons) == 1
    return refused.value.reasons[0]


def test_the_row_of_totals_that_our_own_workbooks_end_with_is_no_row():
    table = read(workbook(["Enhed", "Beløb"], ["Skole", 5], ["I alt", 5]), "x.xlsx")

    assert table.rows == [(2, ("Skole", 5))]
    assert "Række 3 »I alt« er en sum. Den er ikke læst." in table.warnings
    assert len(read(workbook(["Enhed", "Beløb"], ["I alt", 5], ["Skole", 5])).rows) == 2


# --- text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_text_in_each_encoding(encoding, line_end):
    table = read(DANISH.replace("\n", line_end).encode(encoding))

    assert table == FileTable(("Afdeling", "Enhedsnr"), ROWS)


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_text_with_each_delimiter(delimiter):
    text = f'"Beløb, kr."{delimiter}Tekst\n"5.590,66"{delimiter}"a;b,c\td"\n'

    assert read(text.encode()).rows == [(2, ("5.590,66", "a;b,c\td"))]


def test_rows_are_numbered_as_excel_shows_them():
    text = '\n;;\nA;B\n1;"to\nlinjer"\n\n;\n2;x\n'

    table = read(text.encode())

    assert (table.heading_row, table.rows) == (3, [(4, ("1", "to\nlinjer")), (7, ("2", "x"))])


def test_the_hint_to_excel_is_not_a_row():
    table = read(b"sep=,\r\nA,B\r\n1,2\r\n")

    assert (table.headings, table.rows) == (("A", "B"), [(2, ("1", "2"))])


def test_text_in_no_encoding_names_the_line():
    assert "Linje 2" in refusal("A;B\nBøge\x81n;1".encode("latin-1"))


@pytest.mark.parametrize(
    "spoilt",
    [
        DANISH.encode().decode("cp1252").encode(),  # UTF-8 taken for Windows-1252, saved again
        DANISH.encode("cp850"),  # Excel's »CSV (MS-DOS)«
        "Afdeling;Enhedsnr\nB\ufffdrn;1010\n".encode(),
    ],
)
def test_letters_spoilt_on_the_way_are_not_taken_in(spoilt):
    message = refusal(spoilt)

    assert message.startswith(("række 2", "Linje 3"))
    assert "CSV UTF-8" in message


def test_a_quote_that_is_never_closed():
    assert "Linje" in refusal(b'A;B\n"1;2\n3;4\n')


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="cp1252", categories=["L", "N", "P"]), min_size=1)),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from(";,\t"),
)
def test_what_is_written_as_text_is_read_back(rows, delimiter):
    rows = [["A", "B", "C"], *[(row + ["x"] * 3)[:3] for row in rows]]
    quoted = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in rows]
    text = "\n".join(delimiter.join(row) for row in quoted)
    if spreadsheets._SPOILT.search(text):
        return

    assert [list(cells) for _, cells in read(text.encode()).rows] == rows[1:]


# --- workbooks


def test_the_first_sheet_of_a_workbook():
    data = workbook(
        [None, None],
        ["Serienummer", "Fra", "Beløb", "EAN"],
        ["PF01", date(2026, 1, 1), 5590.66, 5798009811578],
        [],
        ["PF02", date(2026, 2, 1), 12, None],
        andet=[["Helt", "andet"]],
    )

    table = read(data, "leverance.csv")  # the bytes decide, not the name

    assert (table.headings, table.heading_row) == (("Serienummer", "Fra", "Beløb", "EAN"), 2)
    assert table.rows == [
        (3, ("PF01", midnight(2026, 1, 1), 5590.66, 5798009811578)),
        (5, ("PF02", midnight(2026, 2, 1), 12)),
    ]


def test_a_formula_gives_its_result_and_one_without_is_not_taken_for_blank():
    data = workbook(["A", "B"], ["=1+1", "=2+2"], ["x", None])
    data = changed_part(
        data,
        "xl/worksheets/sheet1.xml",
        lambda xml: re.sub(rb"<v ?/>|<v></v>", b"<v>2</v>", xml, count=1),
    )

    assert read(data).rows == [(2, (2, UNCALCULATED)), (3, ("x",))]


@pytest.mark.parametrize("dimension", [b"A1:A1", b"A1:XFD1048576", b"B2:B2"])
def test_the_size_that_a_sheet_states_is_not_believed(dimension):
    data = workbook(["A", "B"], [1, 2], [3, 4])
    data = changed_part(
        data,
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b'ref="A1:B3"', b'ref="%b"' % dimension),
    )
    assert dimension in zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")

    assert read(data).rows == [(2, (1, 2)), (3, (3, 4))]


@pytest.mark.parametrize("row", [b"1048577", b"99999999999999"])
def test_a_row_below_the_last_one_that_excel_has(row):
    data = changed_part(
        workbook(["A"], [1]),
        "xl/worksheets/sheet1.xml",
        lambda xml: re.sub(rb'r="A?2"', lambda m: m[0].replace(b"2", row), xml),
    )

    assert refusal(data) == xlsx_parts.DAMAGED


def test_too_many_rows_and_columns(monkeypatch):
    monkeypatch.setattr(spreadsheets, "MAX_ROWS", 3000)
    text = "A;B\n" + "1;2\n" * 3000

    assert len(read(text.encode()).rows) == 3000
    assert "over 3.000 rækker" in refusal((text + "1;2\n").encode())
    assert "over 200 kolonner" in refusal(workbook(["A"] * 201))
    assert "over 200 kolonner" in refusal(workbook(["A"], [1] * 201))
    assert len(read(workbook(["A"] * 200)).headings) == 200


def test_sixty_thousand_rows_are_read():
    data = "Serienummer;Model\n" + "".join(f"PF{n};T14\n" for n in range(60_000))

    assert read(data.encode()).rows[-1] == (60_001, ("PF59999", "T14"))


# --- not a spreadsheet


def test_an_empty_file_and_an_empty_sheet():
    assert "er tom" in refusal(b"")
    assert "er tom" in refusal(b" \r\n\r\n")
    assert "Arket er tomt" in refusal(workbook())
    assert "Arket er tomt" in refusal(b";;;\n;;\n")


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n\x00\x00", b"Serienummer;Model\x00\n", bytes(range(256))]
)
def test_what_is_not_a_spreadsheet(data):
    assert refusal(data) == file_kinds.NOT_A_SPREADSHEET


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (OLE + b"Workbook", "Excels gamle format (.xls)"),
        (OLE + "WordDocument".encode("utf-16-le"), "gammelt Word-dokument (.doc)"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "beskyttet med adgangskode"),
        ("Serienummer;Model".encode("utf-16"), "»Unicode-tekst«"),
        (b"%PDF-1.7 en faktura", "en PDF"),
        (b"{\\rtf1 Serienummer}", "tekstdokument (.rtf)"),
        (b"ID;PWXL;N;E\n", "SYLK"),
        (b"<!DOCTYPE html><table><tr><td>Serienummer</td></tr></table>", "webside (HTML)"),
        (b'<html xmlns:o="x"><table><tr><td>1</td></tr></table></html>', "webside (HTML)"),
        (b"\xef\xbb\xbf <table><tr><td>Serienummer</td></tr></table>", "webside (HTML)"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related\n", "webside (.mht)"),
        (
            b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook/>',
            "XML-regneark",
        ),
        (b'<?xml version="1.0"?><office:document office:version="1.3"/>', "OpenDocument"),
    ],
)
def test_another_format_is_said_by_its_name_with_what_to_do(data, name):
    message = refusal(data, name="liste.xls")

    assert name in message
    assert ".xlsx" in message or "CSV UTF-8" in message


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        ({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}, "(.ods)"),
        ({"mimetype": b"application/vnd.oasis.opendocument.text"}, "OpenDocument-dokument"),
        ({"xl/workbook.bin": b"\x00"}, "(.xlsb)"),
        ({"Index/Document.iwa": b"\x00"}, "Numbers (.numbers)"),
        ({"word/document.xml": b"<w/>"}, "Word-dokument (.docx)"),
        ({"ppt/presentation.xml": b"<p/>"}, "PowerPoint"),
        ({"liste.xlsx": b"x"}, "Pak det ud først"),
        ({"noget.andet": b"x"}, "arkiv (zip)"),
    ],
)
def test_another_zip_file_is_said_by_its_name_with_what_to_do(parts, name):
    message = refusal(archive(parts))

    assert name in message
    assert ".xlsx" in message


def test_a_damaged_workbook():
    whole = workbook(["A"], [1])

    assert refusal(b"PK\x03\x04" + b"x" * 100) == xlsx_parts.DAMAGED
    assert refusal(whole[: len(whole) // 2]) == xlsx_parts.DAMAGED
    assert refusal(archive({"xl/workbook.xml": b"<workbook/>"})) == xlsx_parts.DAMAGED
    for part in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "_rels/.rels"):
        assert refusal(changed_part(whole, part, lambda xml: xml[:-20])) == xlsx_parts.DAMAGED


def test_a_file_that_is_too_large_is_not_read():
    class Huge(io.BytesIO):
        def tell(self):
            return 100 * MEGABYTE

        def read(self, *size):
            raise AssertionError("read all the same")

    with pytest.raises(Refused, match="højst fylde 20 MB"):
        read_table(Huge(), "stor.xlsx", 20 * MEGABYTE)


def test_a_stream_without_a_size_is_read_no_further_than_the_limit():
    class Pipe(io.BytesIO):
        def seekable(self):
            return False

    pipe = Pipe(b"A;B\n" * MEGABYTE)
    with pytest.raises(Refused, match="højst fylde 1 MB"):
        read_table(pipe, "-", MEGABYTE)
    assert pipe.tell() == MEGABYTE + 1


# --- hostile


def test_a_zip_bomb_is_not_unpacked():
    sheet = b"<worksheet><sheetData>" + b" " * (xlsx.MAX_UNPACKED + 1)
    bomb = with_part(workbook(["A"], [1]), "xl/worksheets/sheet1.xml", sheet)
    assert len(bomb) < MEGABYTE

    tracemalloc.start()
    message = refusal(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert message == xlsx_parts.TOO_MUCH
    assert peak < 10 * MEGABYTE


def test_a_small_part_that_should_be_small_may_not_be_large():
    bomb = with_part(workbook(["A"]), "xl/styles.xml", b" " * (xlsx.MAX_PART + 1))

    assert refusal(bomb) == xlsx_parts.TOO_MUCH


def test_many_parts():
    parts = {f"xl/media/{n}": b"" for n in range(file_kinds.MAX_PARTS)} | {
        "xl/workbook.xml": b"<w/>"
    }

    assert refusal(archive(parts)) == xlsx_parts.TOO_MUCH


def test_a_zip_bomb_that_lies_about_its_size():
    content = b"<worksheet>" + b" " * (xlsx.MAX_UNPACKED + 1)
    bomb = bytearray(with_part(workbook(["A"], [1]), "xl/worksheets/sheet1.xml", content))
    honest, lie = (size.to_bytes(4, "little") for size in (len(content), 500))
    assert bomb.count(honest) == 2  # before the part itself, and in the directory
    bomb = bomb.replace(honest, lie)

    tracemalloc.start()
    message = refusal(bytes(bomb))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert message == xlsx_parts.DAMAGED
    assert peak < 10 * MEGABYTE


LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE sst [<!ENTITY a "ha">%s]>
<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&z;</t></si></sst>
""" % b"".join(
    b'<!ENTITY %c "%b">' % (letter, b"&%c;" % (letter - 1) * 20) for letter in range(ord("b"), 123)
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "part", ["xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"]
)
def test_a_billion_laughs(part, encoding):
    xml = LAUGHS.decode().replace("?>", f' encoding="{encoding}"?>', 1).encode(encoding)

    assert refusal(with_part(workbook(["A"], ["x"]), part, xml)) == xlsx_parts.HAS_DOCTYPE


def test_an_entity_that_names_a_file():
    xml = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet>&e;</worksheet>'

    assert (
        refusal(with_part(workbook(["A"]), "xl/worksheets/sheet1.xml", xml))
        == xlsx_parts.HAS_DOCTYPE
    )


def test_a_doctype_across_the_border_of_two_chunks():
    xml = b"<!--" + b" " * (MEGABYTE - 12) + b"--><!DOCTYPE x><worksheet/>"

    assert (
        refusal(with_part(workbook(["A"]), "xl/worksheets/sheet1.xml", xml))
        == xlsx_parts.HAS_DOCTYPE
    )


def test_an_encrypted_part():
    data = bytearray(workbook(["A"], [1]))
    for place in [m.start() for m in re.finditer(rb"PK\x01\x02", bytes(data))]:
        data[place + 8] |= 1

    assert "adgangskode" in refusal(bytes(data))


@given(st.binary(max_size=400))
def test_no_bytes_make_anything_but_a_table_or_a_refusal(data):
    for lead in (b"", b"PK\x03\x04", b"A;B\n"):
        try:
            assert isinstance(read(lead + data), FileTable)
        except Refused:
            continue


@given(st.integers(0, 5_000), st.integers(0, 255))
def test_a_workbook_with_one_wrong_byte_makes_a_table_or_a_refusal(place, byte):
    data = bytearray(WORKBOOK)
    data[place % len(data)] = byte
    with contextlib.suppress(Refused):
        assert isinstance(read(bytes(data)), FileTable)


def midnight(*day) -> datetime:
    return datetime.combine(date(*day), time())


WORKBOOK = workbook(["Serienummer", "Fra"], ["PF01", date(2026, 1, 1)])


def archive(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return stream.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    return changed_part(data, name, lambda _: content)


def changed_part(data: bytes, name: str, change) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        parts = {part: old.read(part) for part in old.namelist()}
    return archive(parts | {name: change(parts.get(name, b""))})


def test_workbooks_of_these_tests_open():
    assert openpyxl.load_workbook(io.BytesIO(WORKBOOK)).active["A2"].value == "PF01"
