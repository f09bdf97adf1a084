"""What an electronic invoice says of its items, of who sells and buys, and the files in it."""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.kept import CheckedFile, check_file
from leasing.supplier.importers.ubl import BINARY, NS, SAY, text_of, texts_of, visible
from leasing.supplier.services.billed import Clues, Party

_SERIAL_NAMES = re.compile(r"serie(nr|nummer)?|serial(no|number|id)?|sn")
_LABEL = re.compile(
    r"\b(?:serie-?\s?(?:nr|nummer|numre)|serial ?(?:no|number)s?|s/n)\b[.:\s#]*", re.I
)
_WORD = re.compile(r"[A-Z0-9][A-Z0-9._/-]*", re.IGNORECASE)
_BETWEEN_LISTED = re.compile(r"\s*(?:[,;&+]|\bog\b|\band\b)\s*", re.IGNORECASE)
# Units of UN/ECE Recommendation 20 that count things; a quantity of months counts none.
_PIECES = {"", "EA", "C62", "H87", "NAR", "NMP", "PCE", "PCB", "SET", "STK", "ZZ"}
_SERIAL_SCHEMES = {"SE", "SN"}
MAX_ATTACHMENTS = 20
# Of all lines of a document: each is looked up in the register.
MAX_CLUES = 50_000
TOO_MANY_CLUES = (
    "Fakturaen har over 50.000 ord og serienumre på sine linjer, flere end der kan slås op."
)


def clues_of(line, contracts: tuple[str, ...]) -> Clues:
    """Return what a line says of the items and the contract that it is about.

    Raises:
        Refused: when it says more than all lines of a document may.
    """
    item = line.find("a:Item", NS)
    references = tuple(texts_of(line, "a:DocumentReference/b:ID"))
    named = _named(line, item)
    texts = [*texts_of(line, "b:Note"), *_texts_under(item), *references]
    words = () if named else (word for text in texts for word in words_in(text))
    return Clues(
        serial_numbers=_distinct(named or (one for text in texts for one in _labelled(text))),
        words=_distinct(words),
        references=references + contracts,
        pieces=_pieces(line),
    )


def _distinct(found: Iterable[str]) -> tuple[str, ...]:
    kept: dict[str, None] = {}
    for one in found:
        kept[one] = None
        if len(kept) > MAX_CLUES:
            raise Refused(TOO_MANY_CLUES, SAY)
    return tuple(kept)


def _named(line, item) -> list[str]:
    """Return the serial numbers that stand in a place of their own."""
    found = [_clean(text) for text in texts_of(item, "a:ItemInstance/b:SerialID")]
    if not found and item is not None:
        found = [
            _clean(text_of(one, "b:Value"))
            for one in item.findall("a:AdditionalItemProperty", NS)
            if _SERIAL_NAMES.fullmatch(re.sub(r"[\s./_-]", "", text_of(one, "b:Name").casefold()))
        ]
    if not any(found):
        found = [
            _clean(visible(one.text))
            for one in line.findall("a:DocumentReference/b:ID", NS)
            if one.get("schemeID", "").upper() in _SERIAL_SCHEMES
        ]
    return list(filter(None, found))


def _texts_under(item) -> list[str]:
    return [] if item is None else [visible(one.text) for one in item.iter() if one.tag != BINARY]


def _labelled(text: str) -> Iterator[str]:
    """Yield the word after each »Serienr.«, and those that a comma or »og« ties to it."""
    labels = [label.span() for label in _LABEL.finditer(text)]
    # No further than the next label: else a list of labels is read once for each of them.
    for (_, place), (end, _) in pairwise([*labels, (len(text), 0)]):
        while word := _WORD.match(text, place, end):
            serial = word[0].rstrip("._/-").upper()
            if len(serial) < 4 or not any(map(str.isdigit, serial)):
                break
            yield serial
            tie = _BETWEEN_LISTED.match(text, word.end(), end)
            if not tie:
                break
            place = tie.end()


def words_in(text: str) -> list[str]:
    """Return the words of a text that could be a number of something, and the parts of each."""
    found = []
    for word in _WORD.findall(text.upper()):
        whole = word.rstrip("._/-")
        found += [whole, *re.split(r"[._/-]", whole)]
    return [w for w in dict.fromkeys(found) if 4 <= len(w) <= 40 and any(map(str.isdigit, w))]


def _clean(text: str) -> str:
    return re.sub(r"\s", "", text).upper()


def _pieces(line) -> int | None:
    """Return a line's quantity where it is a whole number of things."""
    for name in ("InvoicedQuantity", "CreditedQuantity"):
        found = line.find(f"b:{name}", NS)
        if found is not None and found.get("unitCode", "").upper() in _PIECES:
            whole = re.fullmatch(r"-?([0-9]{1,6})(?:\.0*)?", visible(found.text))
            return int(whole[1]) if whole else None
    return None


def party_of(root, path: str) -> Party:
    """Return a seller or buyer with the numbers that it is known by."""
    party = root.find(path, NS)
    if party is None:
        return Party()
    names = texts_of(party, "a:PartyLegalEntity/b:RegistrationName")
    numbers = [
        (one.get("schemeID", ""), visible(one.text))
        for where in (
            "a:PartyLegalEntity/b:CompanyID",
            "a:PartyTaxScheme/b:CompanyID",
            "a:PartyIdentification/b:ID",
            "b:EndpointID",
        )
        for one in party.findall(where, NS)
    ]
    bare = [re.sub(r"\s|^DK:?", "", number.upper()) for _, number in numbers]
    return Party(
        name=next(iter([*texts_of(party, "a:PartyName/b:Name"), *names]), "")[:100],
        cvr=next((number for number in bare if re.fullmatch("[0-9]{8}", number)), ""),
        ean=next((number for number in bare if re.fullmatch("[0-9]{13}", number)), ""),
    )


def attachments_of(root) -> tuple[tuple[CheckedFile, ...], list[str]]:
    """Return the files inside an invoice, and a sentence on each that is not kept."""
    kept: dict[str, CheckedFile] = {}
    left_out = []
    for number, one in enumerate(root.iter(BINARY), start=1):
        if number > MAX_ATTACHMENTS:
            left_out.append(
                f"Fakturaen har over {MAX_ATTACHMENTS} filer i sig. Resten gemmes ikke."
            )
            break
        name = visible(one.get("filename", "")) or f"bilag-{number}"
        try:
            data = base64.b64decode("".join((one.text or "").split()), validate=True)
            file = check_file(name, data)
        except binascii.Error:
            left_out.append(f"Filen »{name[:60]}« i fakturaen er beskadiget og gemmes ikke.")
        except ValueError as error:
            left_out.append(f"Filen »{name[:60]}« i fakturaen {error}, så den gemmes ikke.")
        else:
            kept.setdefault(file.sha256, file)
    return tuple(kept.values()), left_out
