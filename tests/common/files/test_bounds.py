"""Small files that would fill the memory: each is refused by a count, within bounds of memory.

Each is read in a process of its own, whose peak memory is measured.
"""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from albertslund_it.common.files import spreadsheets, xlsx, xlsx_parts
from tests.common.files.test_spreadsheets import archive, read, refusal
from tests.files import workbook

MEGABYTE = 2**20
# It imports once, and has a child of its own for each path it is told. The peak is of that child
# alone: getrusage would count the process that started it too.
READER = """
import os, re, sys
from albertslund_it.common.errors import Refused
from albertslund_it.common.files.spreadsheets import read_table

def read(path):
    try:
        table = read_table(open(path, "rb"), "fil", 20 * 2**20)
        said = f"{len(table.rows)} rows"
    except Refused as refused:
        said = str(refused)
    peak = re.search(r"VmHWM:\\s+([0-9]+)", open("/proc/self/status").read())
    print(int(peak[1]) // 1024, said.replace("\\n", " "), flush=True)

for path in iter(sys.stdin.readline, ""):
    if child := os.fork():
        if os.waitpid(child, 0)[1]:
            print("0 died", flush=True)
    else:
        try:
            read(path.strip())
            os._exit(0)
        finally:
            os._exit(1)
"""
only_on_linux = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="only Linux tells the peak"
)
COLUMNS = b"x;" * 150 + b"x\n"


def sheet(content: bytes = b"<row/>", before: bytes = b"", after: bytes = b"") -> dict[str, bytes]:
    data = b"<worksheet>" + before + b"<sheetData>" + content + b"</sheetData>" + after
    return {"xl/worksheets/sheet1.xml": data + b"</worksheet>"}


def hostile(parts: dict[str, bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(workbook(["A"], [1]))) as whole:
        return archive({name: whole.read(name) for name in whole.namelist()} | parts)


def texts(content: bytes) -> dict[str, bytes]:
    return {"xl/sharedStrings.xml": b"<sst>" + content + b"</sst>"}


def million_rows() -> bytes:
    return b"".join(b'<row r="%d" ht="15"/>' % n for n in range(1, 1_000_001))


def many_entries() -> bytes:
    """Make a zip file whose directory alone has more entries than a workbook would."""
    return b"PK\x03\x04" + b"PK\x01\x02" * 300_000


FILES = {
    "a row that is too wide": lambda: hostile(
        sheet(b'<row><c r="XFD1"><v>1</v></c></row>' * 200_000)
    ),
    "thirty million unknown elements": lambda: hostile(sheet(before=b"<a/>" * 30_000_000)),
    "unknown elements in the rows": lambda: hostile(sheet(b"<row>" + b"<a/>" * 300_000)),
    "styles of five million elements": lambda: hostile(
        {"xl/styles.xml": b"<styleSheet>" + b"<a/>" * 4_900_000 + b"</styleSheet>"}
    ),
    "one huge shared text": lambda: hostile(texts(b"<si><t>" + b"A" * 10**6 + b"</t></si>")),
    "a huge text in a cell": lambda: hostile(
        sheet(b'<row><c t="inlineStr"><is><t>' + b"A" * 10**6 + b"</t></is></c></row>")
    ),
    "many long shared texts": lambda: hostile(
        texts((b"<si><t>" + b"A" * 32_000 + b"</t></si>") * 2_000)
    ),
    "deep nesting": lambda: hostile(sheet(b"<row>" + b"<a>" * 100_000)),
    "huge merged ranges": lambda: hostile(
        sheet(after=b"<mergeCells>" + b'<mergeCell ref="A1:XFD1048576"/>' * 300_000)
    ),
    "entities within entities": lambda: hostile(
        {"xl/workbook.xml": b'<!DOCTYPE x [<!ENTITY a "aaaa">]><workbook>&a;</workbook>'}
    ),
    "many small parts": lambda: hostile({f"xl/media/{n}.xml": b"<a/>" * 9 for n in range(2_000)}),
    "a directory of many entries": many_entries,
    "a million empty rows": lambda: hostile(sheet(million_rows())),
    "an attribute without end": lambda: hostile(sheet(before=b'<a b="' + b"x" * 50_000_000)),
    "a comment without end": lambda: hostile(sheet(before=b"<!--" + b"x" * 50_000_000)),
    "a very long line": lambda: b"A;B\n" + b";" * 19_000_000,
    "a row of very many lines": lambda: b"A;B\n" + b'"x\n";' * 3_000_000,
    "a huge cell of text": lambda: b"A;B\n1;" + b"x" * 400_000 + b"\n",
    "too many cells": lambda: COLUMNS * 25_000,
}
REFUSALS = {
    "a row that is too wide": "over 200 kolonner",
    "a million empty rows": "Arket er tomt",
    "entities within entities": xlsx_parts.HAS_DOCTYPE,
    "many small parts": xlsx_parts.TOO_MUCH,
    "a directory of many entries": xlsx_parts.TOO_MUCH,
    "an attribute without end": xlsx_parts.TOO_MUCH,
    "a comment without end": xlsx_parts.TOO_MUCH,
    "one huge shared text": "over 32.767 tegn",
    "a huge text in a cell": "over 32.767 tegn",
    "many long shared texts": "for meget tekst",
    "a huge cell of text": "over 32.767 tegn",
    "a very long line": "1 million tegn",
    "a row of very many lines": "1 million tegn",
    "too many cells": "over 3 millioner celler",
}


HIDDEN = {
    "a column far below the first": b'<col min="-2000000000" max="5" hidden="1"/>',
    "the same columns many times": b'<col min="1" max="200" hidden="1"/>' * 240_000,
}


@pytest.fixture(scope="module")
def reader():
    command = [sys.executable, "-c", READER]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.stdin.close()


def read_alone(reader, data: bytes, path: Path) -> tuple[int, str]:
    """Return the peak in megabytes of a process that reads a file, and what it says of it."""
    path.write_bytes(data)
    assert len(data) < 20 * MEGABYTE
    print(path, file=reader.stdin, flush=True)
    peak, _, said = reader.stdout.readline().strip().partition(" ")
    return int(peak), said


@only_on_linux
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_would_fill_the_memory_is_refused(name, reader, tmp_path):
    peak, said = read_alone(reader, FILES[name](), tmp_path / "fil")

    assert REFUSALS.get(name, xlsx_parts.TOO_MANY_ELEMENTS) in said
    assert peak < (100 if name == "a row that is too wide" else 150)


@only_on_linux
@pytest.mark.parametrize("name", HIDDEN)
def test_hidden_columns_are_kept_once_each(name, reader, tmp_path):
    row = b'<row><c t="str"><v>A</v></c></row>'
    data = hostile(sheet(row * 2, before=b"<cols>" + HIDDEN[name] + b"</cols>"))

    peak, said = read_alone(reader, data, tmp_path / "fil")

    assert said == "1 rows"
    assert peak < 100


@pytest.mark.parametrize("way", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_way_of_packing_that_takes_what_memory_it_asks_for(way):
    stream = io.BytesIO()
    whole = zipfile.ZipFile(io.BytesIO(workbook(["A"], [1])))
    with zipfile.ZipFile(stream, "w", way) as made:
        for name in whole.namelist():
            made.writestr(name, whole.read(name))

    assert refusal(stream.getvalue()) == xlsx_parts.DAMAGED


def test_the_elements_of_all_parts_count_together(monkeypatch):
    monkeypatch.setattr(xlsx_parts, "MAX_ELEMENTS", 100)

    assert refusal(workbook(["A"], [1])) == xlsx_parts.TOO_MUCH


def test_characters_count_together(monkeypatch):
    monkeypatch.setattr(spreadsheets, "MAX_CHARACTERS", 10)

    assert "for meget tekst" in refusal(b"A;B\nabcdef;abcdef\n")
    assert "for meget tekst" in refusal(workbook(["A", "B"], ["abcdef", "abcdef"]))


def test_what_people_have_is_far_within_the_bounds():
    rows = [[f"PF{n:06}", "T14", "UA-1", "01-01-2026", 16, 5590.66] for n in range(2_000)]

    assert len(read(workbook(["A", "B", "C", "D", "E", "F"], *rows)).rows) == 2_000
    assert xlsx.MAX_UNPACKED > 100 * MEGABYTE
