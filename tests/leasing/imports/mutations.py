"""Files as people and systems make them, broken in one to three ways, the same ways each time."""

import csv
import io
import re
import zipfile
from random import Random

import openpyxl

LONG = "æ" * 40_000
CELLS = [
    *("", " ", "-", "0", "-1", "+", "1E+400", "nan", "9" * 400, str(2**63), "1.234.567,891", "1,5,5"),
    *("31-02-2026", "2026-13-01", "00-00-0000", "1. april", "01/02/03", "45992", "45992,5", "-693594"),
    *("9999-12-31", "31.12.9999", "2026-03-29T02:30:00+01:00", "2026-07-09 06:12:33Z", "Q1 2026"),
    *("=1+1", "=HYPERLINK(\"http://x\";\"y\")", "=cmd|' /C calc'!A0", "#REF!", "#N/A", "@SUM(A1)"),
    *("0000123456", "1.23457E+11", "PF0A1B2C ", "pf0a1b2c", "PFOA1B2C", "'PF0A1B2C", "DEFAULT-STRING"),
    *("\u202eGNP.exe", "\u200b\ufeff", "a\x07b\x1b[31m", "\u2066x\u2069", "e\u0301" * 50, "💻" * 300),
    *("<b>&amp;</b>", "&xxe;", "../../etc/passwd", "{{7*7}}%s%d", "' OR 1=1 --", "ja\r\nnej", LONG),
    *("a\x00b", "_x0000_", "PF0_x0007_A1B2C", "\x00"),
    *("sand", "TRUE", "ja", "nej", "Nej tak", "T14", "ukendt model", "9911", "9912", "ANBE", "NULL"),
]  # fmt: skip
XML_CELLS = [
    '<c t="s"><v>99999999</v></c>', '<c t="s"><v>-1</v></c>', '<c t="s"><v>x</v></c>',
    '<c t="e"><v>#DIV/0!</v></c>', '<c t="b"><v>7</v></c>', '<c t="d"><v>2026-99-99</v></c>',
    '<c><f>SUM(A1:A9)</f></c>', '<c t="str"><f>A1&amp;"x"</f><v>PF0A1B2C</v></c>',
    '<c s="9999"><v>45992</v></c>', '<c s="1"><v>-5</v></c>', '<c s="1"><v>1e300</v></c>',
    '<c r="XFD1048576"><v>1</v></c>', '<c r="A0"><v>1</v></c>', '<c r=""><v>1</v></c>',
    '<c t="inlineStr"><is><r><t>PF0</t></r><r><t>A1B2C</t></r></is></c>', "<c/>", "<c><v/></c>",
    '<c t="n"><v>0x10</v></c>', "<c><v>1<v>2</v></v></c>", '<c t="?"><v>1</v></c>',
]  # fmt: skip
XML_PARTS = [
    ("<sheetData>", "<sheetData/><sheetData>"),
    ("</sheetData>", "</sheetData><mergeCells><mergeCell ref='A1:B2'/><mergeCell ref='?'/></mergeCells>"),
    ("</sheetData>", ""),
    ("<row", "<row hidden='1'"),
    ("<row", "<row r='0'/><row r='99999999999'/><row"),
    ("<worksheet", "<!DOCTYPE x [<!ENTITY xxe SYSTEM 'file:///etc/passwd'>]><worksheet"),
    ("<worksheet", "<?xml-stylesheet href='http://x'?><worksheet"),
    ("</row>", "</row>" + "<row/>" * 500),
    ("</c>", ""),
    ("UTF-8", "UTF-7"),
    ("utf-8", "klingon"),
]  # fmt: skip
EXTRA_PARTS = {
    "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0",
    "xl/externalLinks/externalLink1.xml": b"<externalLink><a r:id='rId1'/></externalLink>",
    "xl/worksheets/../../../evil.xml": b"<x/>",
    "xl/drawings/drawing1.xml": b"<broken",
    "docProps/core.xml": b"\xff\xfe\x00",
}
Rows = list[list[str]]


def broken(rows: Rows, chance: Random) -> tuple[str, bytes]:
    """Return a file made of some rows, heading first, and broken somewhere: its name and bytes."""
    table = [list(map(str, row)) for row in rows]
    for _ in range(chance.choice((0, 1, 1, 2, 3))):
        chance.choice(TABLE_BREAKS)(table, chance)
        table[0] or table[0].append("")
    if chance.random() < 0.6:
        return "fil.csv", _as_csv(table, chance)
    return chance.choice(("fil.xlsx", "fil.xlsx", "fil.xlsm", "fil.csv")), _as_workbook(
        table, chance
    )


def _as_csv(table: Rows, chance: Random) -> bytes:
    out = io.StringIO()
    delimiter = chance.choice(";;;;,\t|")
    end = chance.choice(("\r\n", "\r\n", "\n", "\r"))
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(table)
    code = chance.choice(
        ("utf-8-sig", "utf-8", "utf-8", "utf-8", "cp1252", "utf-16", "utf-16-be", "cp437")
    )
    data = out.getvalue().encode(code, "replace")
    if chance.random() < 0.25:
        data = chance.choice(BYTE_BREAKS)(data, chance)
    return data


def _as_workbook(table: Rows, chance: Random) -> bytes:
    parts = dict(_BOOK)
    body = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in table)
    sheet = f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{_SPACE}"><sheetData>{body}'
    sheet += "</sheetData></worksheet>"
    for _ in range(chance.choice((0, 1, 1, 2))):
        if chance.random() < 0.6:
            cells = list(re.finditer(r"<c .*?</c>", sheet)) or [re.match("", sheet)]
            found = chance.choice(cells)
            sheet = sheet[: found.start()] + chance.choice(XML_CELLS) + sheet[found.end() :]
        else:
            sheet = sheet.replace(*chance.choice(XML_PARTS), 1)
    parts[_SHEET] = sheet.encode("utf-8", "replace")
    if chance.random() < 0.1:
        name = chance.choice(list(EXTRA_PARTS))
        parts[name] = EXTRA_PARTS[name]
    if chance.random() < 0.1:
        parts.pop(chance.choice(list(parts)))
    if chance.random() < 0.1:
        name = chance.choice(list(parts))
        parts[name] = chance.choice(BYTE_BREAKS)(parts[name], chance)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    data = out.getvalue()
    return chance.choice(BYTE_BREAKS)(data, chance) if chance.random() < 0.1 else data


def _cell(value: str) -> str:
    if re.fullmatch(r"-?\d{1,9}(\.\d{1,4})?", value) and not value.startswith("0"):
        return f"<c ><v>{value}</v></c>"
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", value)
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


# --- what goes wrong with a table


def _swap_columns(table, chance):
    one, other = chance.randrange(len(table[0])), chance.randrange(len(table[0]))
    for row in table[chance.choice((0, 0, 1)) :]:  # with their headings, or without
        if max(one, other) < len(row):
            row[one], row[other] = row[other], row[one]


def _drop_column(table, chance):
    at = chance.randrange(len(table[0]))
    for row in table:
        del row[at : at + 1]


def _double_column(table, chance):
    at = chance.randrange(len(table[0]))
    for row in table:
        row[at:at] = row[at : at + 1]


def _rename(table, chance):
    table[0][chance.randrange(len(table[0]))] = chance.choice(
        (
            "",
            "Serial",
            "serienr.",
            "ENHEDSNR",
            "Price",
            "x" * 300,
            "Beløb",
            "\u202eNavn",
            "Model",
            "Navn_x0000_",
            "x\x00",
        )
    )


def _change_cells(table, chance):
    for _ in range(chance.choice((1, 1, 2, 5))):
        row = chance.choice(table[1:] or table)
        if row:
            row[chance.randrange(len(row))] = chance.choice(CELLS)


def _repeat(table, chance):
    table[1:] = table[1:] * chance.choice((2, 3, 20))


def _lose_rows(table, chance):
    del table[chance.randrange(len(table)) :]
    table or table.append([""])


def _ragged(table, chance):
    row = chance.choice(table)
    row[:] = row[: chance.randrange(len(row) + 1)] if chance.random() < 0.5 else [*row, "x", "y"]


def _above(table, chance):
    lines = chance.choice(([[""]] * 3, [["Udtræk fra systemet"], []], [["a", "b"]] * 30))
    table[0:0] = [list(line) for line in lines]


def _shuffle(table, chance):
    body = table[1:]
    chance.shuffle(body)
    table[1:] = body


def _twist(table, chance):
    row = chance.choice(table)
    if row:
        at = chance.randrange(len(row))
        text = row[at]
        row[at] = chance.choice((text[::-1], text.upper(), f" {text}\u00a0", text * 50, f"'{text}"))


TABLE_BREAKS = (
    *(_change_cells, _change_cells, _change_cells, _twist, _twist, _swap_columns, _drop_column),
    *(_double_column, _rename, _repeat, _lose_rows, _ragged, _above, _shuffle),
)


# --- what goes wrong with bytes


def _cut(data, chance):
    return data[: chance.randrange(len(data) + 1)]


def _flip(data, chance):
    out = bytearray(data)
    for _ in range(chance.choice((1, 3, 30))):
        if out:
            out[chance.randrange(len(out))] = chance.randrange(256)
    return bytes(out)


def _insert(data, chance):
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice((b"\x00", b'"', b'"""', b"\xff\xfe", b";" * 300)) + data[at:]


def _glue(data, chance):
    return (
        chance.choice((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF-", b"<?xml ?>", b"<html>")) + data
    )


BYTE_BREAKS = (_cut, _flip, _insert, _glue)

_SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SHEET = "xl/worksheets/sheet1.xml"


def _parts_of_a_workbook() -> dict[str, bytes]:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["A"])
    book.save(out)
    with zipfile.ZipFile(out) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


_BOOK = _parts_of_a_workbook()
