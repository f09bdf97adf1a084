"""Where a person stands in the files that were taken in: they are kept as they came."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from zipfile import BadZipFile, ZipFile

from django.conf import settings

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.kinds import kind_of
from albertslund_it.common.files.spreadsheets import read_table
from leasing.models import ImportBatch

USE_OF_DEVICES = "intune"  # who used which device, and when it was seen


@dataclass(frozen=True)
class FileRow:
    """A row of a file that names the person, with the headings it stands below."""

    batch: int
    name: str
    made_at: datetime
    number: int
    cells: tuple[tuple[str, str], ...]


def rows_naming(called: set[str], *, with_last_seen: bool) -> Iterator[FileRow]:
    """Yield the rows with a cell that is one of the names, in small letters; oldest file first."""
    batches = ImportBatch.objects.exclude(file=None).select_related("file").order_by("id")
    if not with_last_seen:
        batches = batches.exclude(kind=USE_OF_DEVICES)
    for batch in batches.iterator(chunk_size=1):
        data = bytes(batch.file.data) if batch.file else b""
        if _might_name(data, called):
            yield from _rows_of(batch, data, called)


def _rows_of(batch: ImportBatch, data: bytes, called: set[str]) -> Iterator[FileRow]:
    try:
        table = read_table(
            io.BytesIO(data), batch.name, settings.IMPORT_MAX_BYTES, sheet=batch.sheet
        )
    except Refused:  # no table, but an electronic invoice: it names nobody of ours
        return
    for number, cells in table.rows:
        texts = [_shown(cell) for cell in cells]
        if called.isdisjoint(text.casefold() for text in texts):
            continue
        pairs = zip_longest(map(_shown, table.headings), texts, fillvalue="")
        told = tuple(pair for pair in pairs if pair[1])
        yield FileRow(batch.pk, batch.name, batch.made_at, number, told)


def _shown(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _might_name(data: bytes, called: set[str]) -> bool:
    """Return whether a name is in the bytes at all: most files need not be read as tables then.

    A name with a letter that XML writes otherwise (»&«) cannot be told so.
    """
    plain = {name for name in called if name and not set(name) & set("&<>\"'")}
    if len(plain) < len(called):
        return True
    texts = [data]
    if kind_of(data) == "xlsx":
        try:
            with ZipFile(io.BytesIO(data)) as parts:
                texts = [parts.read(one) for one in parts.namelist() if one.endswith(".xml")]
        except BadZipFile:
            return True
    for text in texts:
        for encoding in ("utf-8", "cp1252", "utf-16"):
            said = text.decode(encoding, errors="ignore").casefold()
            if any(name in said for name in plain):
                return True
    return False
