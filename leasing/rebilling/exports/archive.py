"""A closed run to be kept elsewhere, with all that is needed to work its digest out without us."""

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from leasing.rebilling.exports import archive_verify

CHUNK = 5_000
# The same run gives the same bytes whenever, and whoever, makes the archive.
MOMENT = (1980, 1, 1, 0, 0, 0)
UNIX, READABLE = 3, 0o644 << 16
# What Excel or LibreOffice begins a formula by, and the sign that is put before it.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
NUMBER = re.compile(r"-?[0-9]+")

README = """\
ARKIV AF EN LÅST KØRSEL

koersel.csv       kørslens egne oplysninger og dens kontrolsum
opgoerelser.csv   en række for hver kvartalsopgørelse
linjer.csv        en række for hver linje
verify.py         regner kontrolsummen efter: python3 verify.py
SHA256SUMS        hver fils egen SHA-256: sha256sum -c SHA256SUMS

Filerne er UTF-8 med semikolon. Beløb er hele øre uden moms, datoer 2026-03-31, tidspunkter UTC.

SÅDAN REGNES KONTROLSUMMEN

Kontrolsummen er SHA-256 af én tekst i UTF-8, skrevet med 64 hexadecimale tegn. Teksten består af
poster med tegnet U+001E mellem sig (intet før den første og intet efter den sidste). En post består
af felter med tegnet U+001F mellem sig. Det, der er tomt, er et tomt felt. Cellerne i CSV-filerne er
felterne, men en tekst, der begynder som en formel eller med en apostrof, har fået en apostrof
foran, så intet regneark regner på den; den hører ikke til feltet. (I ældre arkiver, hvor
koersel.csv ikke har linjen »Apostrof foran«, er cellerne felterne, som de er.)

Udgave 1:
  1. Hovedet: kørsel, den forrige kørsels kontrolsum (tom for den første), låst (UTC), låst af,
     antal linjer, i alt i øre.
  2. En post for hver linje i rækkefølge, med felterne i linjer.csv.

Udgave 2:
  1. Hovedet: et 2-tal og derefter de samme felter som i udgave 1.
  2. En post for hver opgørelse i rækkefølge, med felterne i opgoerelser.csv.
  3. En post for hver linje i rækkefølge, med felterne i linjer.csv.

I udgave 1 er lederens navn på en opgørelse ikke dækket af kontrolsummen, kun af SHA256SUMS.

KÆDEN

Hver kørsel har den forriges kontrolsum i sit hoved. Den kan derfor ikke laves om, uden at alle
senere kontrolsummer bliver andre. Giv flere arkiver i rækkefølge, og kæden mellem dem efterprøves:
python3 verify.py 2026Q1.zip 2026Q2.zip. En kontrolsum, der er gemt et andet sted (mailen ved
låsningen, regnearkets første ark), viser, at arkivet er det rigtige.
"""


def write_archive(
    stream: BinaryIO,
    *,
    facts: Sequence[object],
    invoices: Iterable[Sequence[object]],
    lines: Iterable[Sequence[object]],
) -> None:
    """Write the archive of a closed run.

    Args:
        facts: the values of `archive_verify.FACTS`, in their order.
        invoices: the values of their records, in order.
        lines: likewise.
    """
    checksums = []
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name: str, chunks: Iterable[bytes]) -> None:
            info = zipfile.ZipInfo(name, MOMENT)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system, info.external_attr = UNIX, READABLE
            sha = hashlib.sha256()
            with archive.open(info, "w") as file:
                for chunk in chunks:
                    sha.update(chunk)
                    file.write(chunk)
            checksums.append(f"{sha.hexdigest()}  {name}\n")

        add("LAES-MIG.txt", [README.encode()])
        add("verify.py", [Path(archive_verify.__file__).read_bytes()])
        told = chain(
            zip(archive_verify.FACTS, facts, strict=True), [archive_verify.HAS_APOSTROPHES]
        )
        add(archive_verify.RUN, _csv(["Felt", "Værdi"], told))
        add(archive_verify.INVOICES, _csv(archive_verify.INVOICE_HEADINGS, invoices))
        add(archive_verify.LINES, _csv(archive_verify.LINE_HEADINGS, lines))
        add(archive_verify.SUMS, ["".join(checksums).encode()])


def _csv(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    rows = chain([headings], rows)
    while chunk := list(islice(rows, CHUNK)):
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
        writer.writerows([_as_text(cell) for cell in row] for row in chunk)
        yield text.getvalue().encode()


def _as_text(cell: object) -> object:
    """Return a cell that no spreadsheet takes for a formula; `archive_verify` reads it back."""
    if isinstance(cell, str) and cell.startswith(FORMULA_SIGNS) and not NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell
