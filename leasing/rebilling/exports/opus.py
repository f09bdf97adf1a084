"""The file that Opus' »Opret omposteringsbilag« reads: 25 columns, comma decimals, CRLF."""

import csv
import io
from typing import BinaryIO

from albertslund_it.common.errors import Refused
from albertslund_it.common.money import plain_kroner
from leasing.rebilling.selectors.postings import Posting, postings_of
from leasing.rebilling.selectors.run import Rebilling

HEADING = (
    "Artskonto;Omkostningssted;PSP-element;Profitcenter;Ordre;Debet/kredit;Beløb;Næste agent;Tekst;"
    "Betalingsart;Påligningsår;Betalingsmodtagernr.;Betalingsmodtagernr.kode;Ydelsesmodtagernr.;"
    "Ydelsesmodtagernr.kode;Ydelsesperiode fra;Ydelsesperiode til;Oplysningspligtnr.;"
    "Oplysningspligtmodtagernr.kode;Oplysningspligtkode;Netværk;Operation;Mængde;Mængdeenhed;"
    "Referencenøgle"
)
COLUMNS = HEADING.split(";")
TEXT_LENGTH = 50


# The two files where omkostningssted and PSP-element may not stand in the same voucher.
COST_CENTRES, PSP_ELEMENTS = "omkostningssteder", "psp"


def write_opus_file(
    stream: BinaryIO, rebilling: Rebilling, *, with_bom: bool, part: str = ""
) -> None:
    """Write the postings of a closed run, or those of one kind of cost object.

    Raises:
        Refused: with every unit that cannot be posted to; nothing is written.
    """
    if rebilling.method.splits and not part:
        raise Refused(
            "Omkostningssteder og PSP-elementer må ikke stå i samme bilag, så der er to filer: "
            "en med omkostningssteder og en med PSP-elementer."
        )
    if part and not rebilling.method.splits:
        raise Refused("Der er kun én Opus-fil, med både omkostningssteder og PSP-elementer.")
    postings = postings_in(rebilling, part)
    if part and not postings:
        raise Refused(f"{rebilling.run.label} har ingen posteringer til den fil.")
    if rebilling.uncoded:
        raise Refused(
            f"Opus-filen for {rebilling.run.code} kan ikke laves, før konteringen er på plads:",
            *rebilling.uncoded,
        )
    text = io.TextIOWrapper(
        stream, encoding="utf-8-sig" if with_bom else "utf-8", newline="", write_through=True
    )
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_cells(posting) for posting in postings)
    text.detach()


def postings_in(rebilling: Rebilling, part: str) -> list[Posting]:
    """Return the postings of one of the two files; all of them where there is one."""
    return [
        posting
        for posting in postings_of(rebilling)
        if not part or bool(posting.coding.psp_element) == (part == PSP_ELEMENTS)
    ]


def opus_parts_of(rebilling: Rebilling) -> list[str]:
    """Name the Opus files of a run that have anything in them; '' is the only one."""
    if not rebilling.method.splits:
        return [""]
    return [part for part in (COST_CENTRES, PSP_ELEMENTS) if postings_in(rebilling, part)]


def _cells(posting: Posting) -> list[str]:
    # The invoice number comes first, so a text can be neither a formula nor without it.
    filled = {
        "Artskonto": posting.coding.account,
        "Omkostningssted": posting.coding.cost_centre,
        "PSP-element": posting.coding.psp_element,
        "Debet/kredit": posting.side,
        "Beløb": plain_kroner(posting.amount_ore),
        "Tekst": posting.text[:TEXT_LENGTH].rstrip(),
    }
    return [filled.get(heading, "") for heading in COLUMNS]
