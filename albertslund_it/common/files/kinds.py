"""What a file is by its bytes, said by its name where it cannot be read."""

import re

from albertslund_it.common.errors import Refused

SAVE_AS = "Gem den som Excel-projektmappe (.xlsx) eller CSV UTF-8, og indlæs den igen."
NOT_A_SPREADSHEET = f"Filen er ikke et regneark. {SAVE_AS}"
LOCKED = "Filen er beskyttet med adgangskode. Fjern den i Excel, gem som .xlsx, og indlæs igen."

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_HEAD = 2000
MAX_PARTS = 2_000  # of a workbook; zipfile would read the directory of any number of them
_DIRECTORY_ENTRY = b"PK\x01\x02"
# What begins a text that is no table, the first that fits.
_TEXTS = (
    (
        re.compile(rb"<\?xml.*(?:excel\.sheet|office:spreadsheet)", re.S),
        "Filen er et XML-regneark (Excel 2003).",
    ),
    (re.compile(rb"<\?xml.*<office:document", re.S), "Filen er et OpenDocument-regneark (.fods)."),
    (
        re.compile(rb"<!doctype html|<(?:html|table|meta|head|body|div)\b|<\?xml.*<html", re.S),
        "Filen er en webside (HTML), også hvis den hedder .xls. Åbn den i Excel.",
    ),
    (re.compile(rb"mime-version:", re.S), "Filen er en webside (.mht). Åbn den i Excel."),
    (re.compile(rb"%pdf"), "Filen er en PDF."),
    (re.compile(rb"\{\\rtf"), "Filen er et tekstdokument (.rtf)."),
    (re.compile(rb"id;p"), "Filen er i formatet SYLK (.slk)."),
    (re.compile(rb"<"), "Filen er ikke et regneark."),
)


def kind_of(data: bytes) -> str:
    """Return »xlsx« or »csv«; refuse anything else by its name, with what to do.

    Raises:
        Refused: when the bytes are neither a zip file nor a text.
    """
    if data.startswith(_ZIP):
        return "xlsx"
    if data.startswith(_OLE):
        raise Refused(_old_office(data))
    if data.startswith(_UTF_16):
        raise Refused("Filen er gemt som »Unicode-tekst«. Gem den som CSV UTF-8, og indlæs igen.")
    head = data[:_HEAD].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    for pattern, said in _TEXTS:
        if pattern.match(head):
            raise Refused(f"{said} {SAVE_AS}")
    if _NOT_TEXT.search(data):
        raise Refused(NOT_A_SPREADSHEET)
    return "csv"


def has_too_many_parts(data: bytes) -> bool:
    """Return whether a zip file has more parts than a workbook would, before it is opened."""
    return data.count(_DIRECTORY_ENTRY) > MAX_PARTS


def _old_office(data: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return LOCKED
    if "WordDocument".encode("utf-16-le") in data:
        return f"Filen er et gammelt Word-dokument (.doc). {SAVE_AS}"
    return f"Filen er i Excels gamle format (.xls). {SAVE_AS}"
