"""Files that are kept as they came: their bytes say what they are, and their names are cleaned."""

import hashlib
import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from functools import cached_property

from albertslund_it.common.files.kinds import has_too_many_parts

PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV, XML = "text/csv", "application/xml"
ENDINGS = {PDF: ".pdf", PNG: ".png", JPEG: ".jpg", XLSX: ".xlsx", CSV: ".csv", XML: ".xml"}
MAX_BYTES = 20 * 1024 * 1024
LONGEST_NAME = 100
KINDS = "PDF, PNG, JPEG, Excel (.xlsx) eller CSV"

_MAGIC = ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG))
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NOT_IN_NAMES = re.compile(r'[<>:"|?*;%\\/]')


@dataclass(frozen=True)
class CheckedFile:
    """A file whose type was found in its bytes, under a name that is safe to hand on."""

    name: str
    content_type: str
    data: bytes

    @cached_property
    def sha256(self) -> str:
        """Return the checksum of the bytes."""
        return hashlib.sha256(self.data).hexdigest()


def check_file(name: str, data: bytes) -> CheckedFile:
    """Check a file that somebody wants kept.

    Raises:
        ValueError: with why it is not, in Danish and without its full stop.
    """
    if not data:
        raise ValueError("er tom")
    if len(data) > MAX_BYTES:
        raise ValueError(f"fylder over {MAX_BYTES // 2**20} MB")
    content_type = _type_of(name, data)
    if content_type is None:
        raise ValueError(f"er hverken {KINDS}")
    return CheckedFile(clean_name(name, ENDINGS[content_type]), content_type, data)


def kept_as(name: str, data: bytes, *, is_xml: bool) -> CheckedFile:
    """Return a file that was read already, as it is to be kept."""
    is_workbook = data.startswith(b"PK")
    content_type = XML if is_xml else XLSX if is_workbook else CSV
    return CheckedFile(clean_name(name, ENDINGS[content_type]), content_type, data)


def clean_name(name: str, ending: str) -> str:
    """Return a name without folders, unseen signs or what a system reads as more than a name."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(filter(str.isprintable, last))
    bare = re.sub(r"\s+", " ", _NOT_IN_NAMES.sub("", shown)).strip(" .")
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}\Z", "", bare).strip(" .") or "fil"
    return stem[: LONGEST_NAME - len(ending)] + ending


def _type_of(name: str, data: bytes) -> str | None:
    for magic, content_type in _MAGIC:
        if data.startswith(magic):
            return content_type
    if data.startswith(b"PK\x03\x04"):
        return XLSX if _is_workbook(data) else None
    is_named_text = name.lower().endswith((".csv", ".txt"))
    return CSV if is_named_text and _is_plain_text(data) else None


def _is_workbook(data: bytes) -> bool:
    """Return whether a zip file is a workbook without macros; nothing of it is unpacked."""
    if has_too_many_parts(data):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    has_macros = any("vbaproject" in name.lower() for name in names)
    return {"[Content_Types].xml", "xl/workbook.xml"} <= names and not has_macros


def _is_plain_text(data: bytes) -> bool:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            return False
    return not _NOT_TEXT.search(text) and not text.lstrip().startswith("<")
