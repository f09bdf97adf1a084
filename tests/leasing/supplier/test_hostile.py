"""Files that are made to fill the memory, to take for ever or to reach outside."""

import gzip
import subprocess
import sys
import time
import tracemalloc

import pytest

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.row_errors import RowErrors
from leasing.supplier.importers import ubl as reader
from leasing.supplier.importers.clues import _labelled, clues_of
from leasing.supplier.importers.ubl import MAX_DEPTH, MAX_ELEMENTS, MAX_TEXT, NS, parse
from leasing.supplier.importers.xml import read_document
from tests.leasing.supplier.documents import PERIOD, instance, line, take, ubl

SPACE = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
ROOT = f'<Invoice xmlns="{SPACE}"'


def wrapped(inner, attributes=""):
    return f"{ROOT}{attributes}>{inner}</Invoice>".encode()


def laughs(kind=""):
    """Write entities of ten each of the one before; `kind` '% ' makes them the DTD's own."""
    mark = "%" if kind else "&"
    steps = "".join(
        f'<!ENTITY {kind}{b} "{f"{mark}{a};" * 10}">'
        for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    )
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY {kind}a "ha">{steps}]>{ROOT}>&j;</Invoice>'


FILES = {
    "entities of entities": lambda: laughs().encode(),
    "entities of the DTD": lambda: laughs("% ").encode(),
    "entities in UTF-16": lambda: laughs().encode("utf-16"),
    "entities in UTF-16 without a mark": lambda: laughs().encode("utf-16-le"),
    "an encoding that hides them": lambda: (
        b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE x+AD4-' + wrapped("")
    ),
    "a file outside": lambda: (
        f'<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>{ROOT}>&x;</Invoice>'.encode()
    ),
    "an address outside": lambda: f'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x">{ROOT}/>'.encode(),
    "deep": lambda: wrapped("<a>" * 400_000 + "</a>" * 400_000),
    "a million lines": lambda: wrapped("<a/>\n" * 1_000_000),
    "a long text": lambda: wrapped(f"<a>{'x' * (MAX_TEXT + 1)}</a>"),
    "a huge text": lambda: wrapped(f"<a>{'x' * 19_000_000}</a>"),
    "a huge attribute": lambda: wrapped("", f' a="{"x" * 19_000_000}"'),
    "many attributes": lambda: wrapped("", "".join(f' a{n}="x"' for n in range(500_000))),
    "many namespaces that hide in values": lambda: wrapped(
        "<unended>", "".join(f' xmlns:n{n}="urn:>{n}"' for n in range(300_000))
    ),
    "many namespaces": lambda: wrapped(
        "", "".join(f' xmlns:n{n}="urn:{n}"' for n in range(300_000))
    ),
    "namespaces in namespaces": lambda: wrapped(
        "".join(f'<n{n}:a xmlns:n{n}="urn:{n}">' for n in range(300_000))
    ),
    "a wrong encoding": lambda: (
        b'<?xml version="1.0" encoding="UTF-8"?>'
        + wrapped("<a>\xe6</a>").decode().encode("latin-1")
    ),
    "an unknown encoding": lambda: b'<?xml version="1.0" encoding="IBM037"?>' + wrapped(""),
    "a half of UTF-16": lambda: b"\xff\xfe" + wrapped("").decode().encode("utf-16-le")[:-1],
    "half a file": lambda: wrapped("")[:-5],
    "a comment that never ends": lambda: wrapped("<!-- " * 1_000_000),
}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_at_once(name):
    data = FILES[name]()
    began = time.process_time()
    with pytest.raises(Refused) as refused:
        parse(data)
    assert time.process_time() - began < 5
    assert "root:" not in str(refused.value)


def test_the_bounds_say_what_is_too_much():
    told = {}
    for name in ("deep", "a million lines", "a huge text", "a huge attribute", "many attributes"):
        with pytest.raises(Refused) as refused:
            parse(FILES[name]())
        told[name] = refused.value.reasons[0]
    assert f"over {MAX_DEPTH} elementer dyb" in told["deep"]
    assert f"over {MAX_ELEMENTS // 1000}.000 elementer" in told["a million lines"]
    assert f"over {MAX_TEXT} tegn" in told["a huge text"]
    assert "attributter" in told["a huge attribute"]
    assert "attributter" in told["many attributes"]


LARGEST = """
import os, resource, django
os.environ["DJANGO_SETTINGS_MODULE"] = "albertslund_it.settings"
django.setup()
from leasing.supplier.importers.ubl import MAX_ELEMENTS, UBL, parse
before = resource.getrusage(resource.RUSAGE_SELF)
parse(f'<Invoice xmlns="{UBL}Invoice-2">{"<a/>" * (MAX_ELEMENTS - 1)}</Invoice>'.encode())
after = resource.getrusage(resource.RUSAGE_SELF)
print(after.ru_maxrss - before.ru_maxrss, after.ru_utime - before.ru_utime)
"""


def test_the_largest_file_that_is_read_takes_little_memory_and_time():
    """In a process of its own, which counts all that it ever had."""
    done = subprocess.run(
        [sys.executable, "-c", LARGEST], capture_output=True, text=True, check=True
    )
    kib, seconds = map(float, done.stdout.split())
    assert kib < 150 * 1024
    assert seconds < 5


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_an_honest_file_is_read_in_its_own_encoding(encoding):
    text = ubl(line(1, instance("PF000001")), net="349.41", head=PERIOD).decode()
    declared = encoding.removesuffix("-sig").upper()
    text = text.replace("UTF-8", declared).replace("Lenovo", "Bærbar")
    report = take(text.encode(encoding))
    assert report.row_count == 1


@pytest.mark.django_db
def test_a_packed_file_named_xml_says_so():
    with pytest.raises(Refused, match="pak den ud først"):
        take(gzip.compress(ubl("")))


def test_an_envelope_with_none_or_two_is_refused():
    for count in (0, 2):
        inner = wrapped("").decode() * count
        outer = reader.ENVELOPE.removeprefix("{").split("}")
        data = f'<{outer[1]} xmlns="{outer[0]}">{inner}</{outer[1]}>'.encode()
        with pytest.raises(Refused, match=f"har {count} fakturaer"):
            parse(data)


# --- words and serial numbers


def described(*texts):
    return "".join(f"<cbc:Description>{text}</cbc:Description>" for text in texts)


def words(count, first=0):
    return " ".join(f"{n:07}" for n in range(first, first + count))


def test_each_label_has_the_words_up_to_the_next_one():
    numbers = [f"{n:04}" for n in range(2_000)]

    assert list(_labelled(",".join(f"serie-nr.{n}" for n in numbers))) == numbers
    odd = "serie-nr.x-serie-nr. serienr: PF01, PF02 og S/N PF03"
    assert list(_labelled(odd)) == ["PF01", "PF02", "PF03"]


def test_a_line_of_very_many_words_does_not_fill_the_memory():
    texts = [words(4_000, first=4_000 * n) for n in range(100)]
    element = parse(ubl(line(1, described(*texts)))).find("a:InvoiceLine", NS)

    tracemalloc.start()
    with pytest.raises(Refused, match=r"over 50\.000 ord og serienumre"):
        clues_of(element, ())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 20 * 2**20


@pytest.mark.parametrize("labelled", ["", "Serienr.: "])
def test_the_words_of_all_lines_count_together(labelled):
    lines = "".join(
        line(n, described(labelled + words(2_000, first=2_000 * n).replace(" ", ", ")))
        for n in range(26)
    )

    with pytest.raises(Refused) as refused:
        read_document(ubl(lines, head=PERIOD), RowErrors())

    assert "over 50.000 ord og serienumre" in refused.value.reasons[0]


def test_an_invoice_of_very_many_contracts_is_refused():
    one = "<cac:ContractDocumentReference><cbc:ID>UA-1</cbc:ID></cac:ContractDocumentReference>"

    with pytest.raises(Refused, match="over 100 kontrakter"):
        read_document(ubl(line(1, ""), head=PERIOD + one * 101), RowErrors())
