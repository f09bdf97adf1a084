"""UBL 2.1 documents (OIOUBL 2.1, Peppol BIS 3) out of bytes from outside, and their values.

The bytes are hostile until read: nothing in them is followed, no DTD is looked at, and all of it
has bounds. A file may hold a PDF of many megabytes as one text, which libxml2 takes only with its
own limits off; so ours hold instead, and are held while it is read.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation

from lxml import etree

from albertslund_it.common import money
from albertslund_it.common.errors import Refused
from albertslund_it.common.files.cells import check_year

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
NS = {"a": f"{UBL}CommonAggregateComponents-2", "b": f"{UBL}CommonBasicComponents-2"}
INVOICE, CREDIT_NOTE = f"{{{UBL}Invoice-2}}Invoice", f"{{{UBL}CreditNote-2}}CreditNote"
ENVELOPE = (
    "{http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader}"
    "StandardBusinessDocument"
)
BINARY = f"{{{NS['b']}}}EmbeddedDocumentBinaryObject"
SAY = "Bed leasinggiver sende fakturaen igen, eller indlæs linjerne som regneark."

# A file of 20 MB has about 300,000 elements; a real one is some ten deep.
MAX_ELEMENTS = 500_000
MAX_DEPTH = 60
MAX_TEXT = 32_767
_CHUNK = 1 << 12  # too small to be deeper than libxml2 itself goes
_LONG_TAG = re.compile(f"<[^<>]{{{MAX_TEXT}}}")

_DECLARED = re.compile(r"""\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["'][^>]*\?>""")
_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "latin-1",
    "iso-8859-15": "iso-8859-15",
    "windows-1252": "cp1252",
}
_AMOUNT = re.compile(r"[+-]?[0-9]{1,13}(\.[0-9]{1,10})?")


def parse(data: bytes):
    """Return the root of the one invoice or credit note in a file, out of its envelope.

    Raises:
        Refused: when it is none, is above a bound, or has a DOCTYPE.
    """
    text = _decode(data)
    _hold_text(text)
    try:
        root = _read(text.encode())
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        where = f" (linje {line})" if line else ""
        raise Refused(f"Filen er ikke gyldig XML{where}.", SAY) from None
    documents = [root]
    if root.tag == ENVELOPE:
        documents = [inner for inner in root if inner.tag in (INVOICE, CREDIT_NOTE)]
        if len(documents) != 1:
            raise Refused(
                f"Kuverten i filen har {len(documents)} fakturaer og kreditnotaer. "
                "Den skal have netop én. Gem hver faktura i sin egen fil."
            )
    if documents[0].tag not in (INVOICE, CREDIT_NOTE):
        name = etree.QName(root).localname[:60]
        raise Refused(
            f"Filen er ikke en elektronisk faktura: den begynder med »{name}«. "
            "Vælg en OIOUBL- eller Peppol-faktura eller -kreditnota."
        )
    return documents[0]


def _decode(data: bytes) -> str:
    """Return the text without its XML declaration, by its mark of byte order or what it declares.

    The few encodings that invoices have are read here, so that none can hide a DOCTYPE.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif data.startswith((b"<\x00", b"\x00<")):
        encoding = "utf-16-le" if data.startswith(b"<") else "utf-16-be"
    elif data.startswith(b"\xef\xbb\xbf"):
        encoding = "utf-8-sig"
    else:
        found = _DECLARED.match(data[:300].decode("latin-1"))
        name = found[1].lower() if found else "utf-8"
        if name not in _ENCODINGS:
            raise Refused(f"Filen siger, at dens tegnsæt er »{name}«. Det læses ikke.", SAY)
        encoding = _ENCODINGS[name]
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise Refused(
            f"Filen siger, at dens tegnsæt er {encoding}, men den har tegn, der ikke er det.", SAY
        ) from None
    return re.sub(r"\A\s*<\?xml\s[^>]*\?>", "", text, count=1)


def _hold_text(text: str) -> None:
    """Refuse, before anything is built of it, what would take much to build or follow."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Refused("Filen har en DOCTYPE. Den læses ikke, for den kan skjule noget.", SAY)
    if text.count("<") - text.count("</") > MAX_ELEMENTS:
        raise Refused(f"Filen har over {MAX_ELEMENTS // 1000}.000 elementer.", SAY)
    if _LONG_TAG.search(text):
        raise Refused("Filen har et element med alt for mange eller for lange attributter.", SAY)


def _read(data: bytes):
    """Build the tree piece by piece, and stop at the first bound that is passed."""
    parser = etree.XMLPullParser(
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    depth = 0
    for place in range(0, len(data), _CHUNK):
        parser.feed(data[place : place + _CHUNK])
        for event, element in parser.read_events():
            if event == "start":
                depth += 1
                if depth > MAX_DEPTH:
                    raise Refused(f"Filen er over {MAX_DEPTH} elementer dyb.", SAY)
            else:
                depth -= 1
                if len(element.text or "") > MAX_TEXT and element.tag != BINARY:
                    raise Refused(f"Filen har en tekst på over {MAX_TEXT} tegn.", SAY)
    return parser.close()


def text_of(element, path: str) -> str:
    """Return the text of the first that a path leads to, on one line; '' where there is none."""
    found = element.find(path, NS) if element is not None else None
    return visible(found.text) if found is not None else ""


def texts_of(element, path: str) -> list[str]:
    """Return every text that a path leads to, without the empty ones."""
    if element is None:
        return []
    return [text for found in element.findall(path, NS) if (text := visible(found.text))]


def visible(text: str | None) -> str:
    """Return a text on one line; what cannot be seen would make two of what looks like one."""
    line = " ".join(unicodedata.normalize("NFC", text or "").split())
    return "".join(filter(str.isprintable, line))


def currency_of(element) -> str:
    """Return the currency that an amount says it is in; '' where it does not say."""
    return element.get("currencyID", "") if element is not None else ""


def read_day(text: str) -> date:
    """Read a date; ValueError says what is wrong with it."""
    if not text:
        raise ValueError("mangler")
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        raise ValueError(f"»{text[:60]}« er ikke en dato (åååå-mm-dd)") from None
    try:
        check_year(found)
    except ValueError:
        raise ValueError(f"»{text[:60]}« har et år, der ikke kan være rigtigt") from None
    return found


def read_ore(element) -> int:
    """Read an amount as øre; more than two decimals are refused, unless they are noughts."""
    if element is None or not (element.text or "").strip():
        raise ValueError("mangler")
    text = element.text.strip()
    if currency_of(element) not in ("", "DKK"):
        raise ValueError(f"er i {currency_of(element)[:10]} og ikke i danske kroner")
    if not _AMOUNT.fullmatch(text):
        raise ValueError(f"»{text[:40]}« er ikke et beløb")
    try:
        return money.ore_from_number(Decimal(text))
    except (ValueError, InvalidOperation) as error:
        raise ValueError(f"»{text[:40]}« kan ikke læses: {error}") from None
