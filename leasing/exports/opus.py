"""The file that Opus' »Opret omposteringsbilag« reads: 25 columns, comma decimals, CRLF."""

import csv
import io
from typing import BinaryIO

from albertslund_it.common.errors import Refused
from albertslund_it.common.money import plain_kroner
from leasing.exports.postings import Posting, postings_of
from leasing.selectors.rebilling import Rebilling

HEADING = (
    "Artskonto;Omkostningssted;PSP-element;Profitcenter;Ordre;Debet/kredit;Beløb;Næste agent;Tekst;"
    "Betalingsart;Påligningsår;Betalingsmodtagernr.;Betalingsmodtagernr.kode;Ydelsesmodtagernr.;"
    "Ydelsesmodtagernr.kode;Ydelsesperiode fra;Ydelsesperiode til;Oplysningspligtnr.;"
    "Oplysningspligtmodtagernr.kode;Oplysningspligtkode;Netværk;Operation;Mængde;Mængdeenhed;"
    "Referencenøgle"
)
COLUMNS = HEADING.split(";")
TEXT_LENGTH = 50


def write_opus_file(stream: BinaryIO, rebilling: Rebilling, *, with_bom: bool) -> None:
    """Write the postings of a closed run.

    Raises:
        Refused: with every unit that cannot be posted to; nothing is written.
    """
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
    writer.writerows(_cells(posting) for posting in postings_of(rebilling))
    text.detach()


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
