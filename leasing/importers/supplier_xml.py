"""Electronic invoices and credit notes: OIOUBL 2.1 and Peppol BIS 3, which are both UBL 2.1.

The bytes come from outside, so nothing in them is followed: no entities, no DTD, no network, and
libxml2's own limits on depth and size hold.

TaxExclusiveAmount is not read: it is the net sum in Peppol and the VAT in OIOUBL. A line's net is
its LineExtensionAmount, the invoice's is the same of LegalMonetaryTotal with allowances and
charges, the VAT is TaxTotal/TaxAmount.

A line's serial number is looked for in this order: Item/ItemInstance/SerialID; an
AdditionalItemProperty whose name is one for it; »Serienr. …« in the note, description or name; and
last SellersItemIdentification, which counts only where it is a number that the register knows,
since it is mostly the number of the article. A line of several items is cut evenly, the odd øre to
the first. The sub-agreement is the contract that the line or else the invoice refers to.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation

from lxml import etree

from albertslund_it.common import money
from albertslund_it.common.cells import check_year
from albertslund_it.common.errors import Refused
from albertslund_it.common.faults import Faults
from leasing.services.supplier.invoices import BilledLine, Header

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
NS = {"a": f"{UBL}CommonAggregateComponents-2", "b": f"{UBL}CommonBasicComponents-2"}
ROOTS = {
    f"{{{UBL}Invoice-2}}Invoice": "a:InvoiceLine",
    f"{{{UBL}CreditNote-2}}CreditNote": "a:CreditNoteLine",
}
MAX_LINES = 200_000
SAY = "Bed leasinggiver sende fakturaen igen, eller indlæs linjerne som regneark."
_SERIAL_NAMES = re.compile(r"serie(nr|nummer)?|serial(no|number|id)?|sn")
_SERIAL_IN_TEXT = re.compile(
    r"\b(?:serie(?:nr|nummer)|serial ?(?:no|number)|s/n)\b[.:\s#]*([A-Z0-9][A-Z0-9._/-]{3,39})",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"[+-]?[0-9]{1,13}(\.[0-9]{1,10})?")


def read_document(data: bytes, faults: Faults) -> list[BilledLine]:
    """Read an invoice or a credit note; note the fault of each line.

    Raises:
        Refused: when the bytes are no such document, or its head cannot be read.
    """
    faults.place = "linje"
    root = _parse(data)
    head = _Head(root)
    lines = root.findall(ROOTS[root.tag], NS)
    if not lines:
        head.reasons.append("Fakturaen har ingen linjer")
    if len(lines) > MAX_LINES:
        head.reasons.append(f"Fakturaen har over {MAX_LINES // 1000}.000 linjer")
    if head.reasons:
        raise Refused(*(f"{reason}." for reason in head.reasons), SAY)
    found = []
    for row, line in enumerate(lines, start=1):
        found += _read_line(line, head, row, faults)
    if head.beside_lines_ore:
        found += _beside_lines(head, faults)
    return found


def _parse(data: bytes):
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        where = f" (linje {error.lineno})" if getattr(error, "lineno", None) else ""
        raise Refused(f"Filen er ikke gyldig XML{where}, eller den er for dyb.", SAY) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Refused("Filen har en DOCTYPE. Den læses ikke, for den kan skjule noget.", SAY)
    if root.tag not in ROOTS:
        name = etree.QName(root).localname[:60]
        raise Refused(
            f"Filen er ikke en elektronisk faktura: den begynder med »{name}«. "
            "Vælg en OIOUBL- eller Peppol-faktura eller -kreditnota."
        )
    return root


class _Head:
    """The invoice's own facts, and why it cannot be taken in."""

    def __init__(self, root):
        self.reasons: list[str] = []
        self.sign = -1 if ROOTS[root.tag] == "a:CreditNoteLine" else 1
        self.currency = _text(root, "b:DocumentCurrencyCode") or "DKK"
        if self.currency != "DKK":
            self.reasons.append(f"Fakturaen er i {self.currency[:10]} og ikke i danske kroner")
        self.number = _text(root, "b:ID")
        if not self.number:
            self.reasons.append("Fakturanummeret (ID) mangler")
        elif len(self.number) > 60:
            self.reasons.append("Fakturanummeret (ID) er på over 60 tegn")
        self.invoice_date = self._day(root, "b:IssueDate", "Fakturadatoen (IssueDate)")
        self.period = _period(root)
        self.sub_agreement = _text(root, "a:ContractDocumentReference/b:ID")[:40]
        self.credits = _text(root, "a:BillingReference/a:InvoiceDocumentReference/b:ID")[:60]
        total = root.find("a:LegalMonetaryTotal", NS)
        if total is None:
            self.reasons.append("Fakturaens sum (LegalMonetaryTotal) mangler")
            return
        lines = self._amount(total, "b:LineExtensionAmount", "Summen af linjerne")
        charges = self._amount(total, "b:ChargeTotalAmount", "Gebyrerne", 0)
        allowances = self._amount(total, "b:AllowanceTotalAmount", "Rabatterne", 0)
        self.beside_lines_ore = self.sign * (charges - allowances)
        vat = sum(
            self._amount(tax, "b:TaxAmount", "Momsen", 0)
            for tax in root.findall("a:TaxTotal", NS)
            if _currency(tax.find("b:TaxAmount", NS)) in ("", self.currency)
        )
        self.header = Header(
            net_ore=self.sign * lines + self.beside_lines_ore,
            vat_ore=self.sign * vat,
            is_credit_note=self.sign < 0,
            credits=self.credits,
        )

    def _day(self, root, path: str, name: str) -> date:
        try:
            return _day(_text(root, path))
        except ValueError as error:
            self.reasons.append(f"{name} {error}")
            return date.min

    def _amount(self, element, path: str, name: str, default: int | None = None) -> int:
        found = element.find(path, NS)
        if found is None and default is not None:
            return default
        try:
            return _ore(found)
        except ValueError as error:
            self.reasons.append(f"{name} ({path[2:]}) {error}")
            return 0


def _read_line(line, head: _Head, row: int, faults: Faults) -> list[BilledLine]:
    """Read a line; one for each serial number on it."""
    amount, period = 0, None
    try:
        amount = head.sign * _ore(line.find("b:LineExtensionAmount", NS))
    except ValueError as error:
        faults.add(row, f"Beløbet (LineExtensionAmount) {error}")
    try:
        period = _read_period(_period(line) or head.period)
    except ValueError as error:
        faults.add(row, str(error))
    serials = _serials(line)
    for serial in serials:
        if len(serial) > 40:
            faults.add(row, f"Serienummer »{serial[:60]}« er på over 40 tegn")
            serials = []
            break
    item = line.find("a:Item", NS)
    text = next((t for t in (_text(item, "b:Name"), _text(item, "b:Description")) if t), "")
    if period is None:
        return []
    shares = _cut(amount, max(1, len(serials)))
    contract = _text(line, "a:DocumentReference/b:ID")[:40] or head.sub_agreement
    return [
        BilledLine(
            number=head.number,
            invoice_date=head.invoice_date,
            starts_on=period[0],
            last_day=period[1],
            amount_ore=share,
            serial_number=serial,
            sub_agreement=contract,
            text=text[:200],
            article="" if serial else _text(item, "a:SellersItemIdentification/b:ID").upper(),
            header=head.header,
            row=row,
        )
        for serial, share in zip(serials or [""], shares, strict=True)
    ]


def _beside_lines(head: _Head, faults: Faults) -> list[BilledLine]:
    """Make a line of the fees and allowances that stand beside the lines."""
    told = money.format_kroner(head.beside_lines_ore)
    if not head.sub_agreement:
        faults.add(
            None,
            f"Fakturaen har gebyrer eller rabatter på {told} uden for linjerne og ingen "
            "underaftale at lægge dem på. Bed leasinggiver sætte dem på en linje",
        )
        return []
    try:
        starts_on, last_day = _read_period(head.period)
    except ValueError:
        starts_on = last_day = head.invoice_date
    return [
        BilledLine(
            number=head.number,
            invoice_date=head.invoice_date,
            starts_on=starts_on,
            last_day=last_day,
            amount_ore=head.beside_lines_ore,
            sub_agreement=head.sub_agreement,
            text="Gebyrer og rabatter uden for linjerne",
            header=head.header,
        )
    ]


def _serials(line) -> list[str]:
    """Give the serial numbers of a line, wherever the lessor writes them."""
    item = line.find("a:Item", NS)
    if item is None:
        return []
    found = [_clean(one.text) for one in item.findall("a:ItemInstance/b:SerialID", NS)]
    if not any(found):
        found = [
            _clean(_text(one, "b:Value"))
            for one in item.findall("a:AdditionalItemProperty", NS)
            if _SERIAL_NAMES.fullmatch(re.sub(r"[\s./_-]", "", _text(one, "b:Name").casefold()))
        ]
    if not any(found):
        texts = (_text(line, "b:Note"), _text(item, "b:Description"), _text(item, "b:Name"))
        match = next(filter(None, map(_SERIAL_IN_TEXT.search, texts)), None)
        found = [match[1].rstrip(".").upper()] if match else []
    return list(dict.fromkeys(filter(None, found)))


def _clean(text: str | None) -> str:
    return re.sub(r"\s", "", _visible(text)).upper()


def _cut(amount: int, parts: int) -> list[int]:
    """Cut an amount evenly; the odd øre go to the first parts."""
    each, odd = divmod(amount, parts)
    return [each + (place < odd) for place in range(parts)]


def _period(element) -> tuple[str, str] | None:
    found = element.find("a:InvoicePeriod", NS)
    if found is None:
        return None
    return _text(found, "b:StartDate"), _text(found, "b:EndDate")


def _read_period(period: tuple[str, str] | None) -> tuple[date, date]:
    if period is None:
        raise ValueError("Perioden (InvoicePeriod) mangler på både linjen og fakturaen")
    try:
        return _day(period[0]), _day(period[1])
    except ValueError as error:
        raise ValueError(f"Perioden (InvoicePeriod) {error}") from None


def _text(element, path: str) -> str:
    found = element.find(path, NS) if element is not None else None
    return _visible(found.text) if found is not None else ""


def _visible(text: str | None) -> str:
    """Give a text on one line; what cannot be seen would make two of what looks like one."""
    line = " ".join(unicodedata.normalize("NFC", text or "").split())
    return "".join(filter(str.isprintable, line))


def _currency(element) -> str:
    return element.get("currencyID", "") if element is not None else ""


def _day(text: str) -> date:
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


def _ore(element) -> int:
    """Read an amount as øre; more than two decimals are refused, unless they are noughts."""
    if element is None or not (element.text or "").strip():
        raise ValueError("mangler")
    text = element.text.strip()
    if _currency(element) not in ("", "DKK"):
        raise ValueError(f"er i {_currency(element)[:10]} og ikke i danske kroner")
    if not _AMOUNT.fullmatch(text):
        raise ValueError(f"»{text[:40]}« er ikke et beløb")
    try:
        return money.ore_from_number(Decimal(text))
    except (ValueError, InvalidOperation) as error:
        raise ValueError(f"»{text[:40]}« kan ikke læses: {error}") from None
