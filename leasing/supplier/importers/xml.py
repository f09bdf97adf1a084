"""Electronic invoices and credit notes: OIOUBL 2.1 and Peppol BIS 3, which are both UBL 2.1.

TaxExclusiveAmount is not read: it is the net sum in Peppol and the VAT in OIOUBL. A line's net is
its LineExtensionAmount, the invoice's is the same of LegalMonetaryTotal with allowances, charges
and every tax but VAT, which stands apart.

What a line is about is left to the register, with all that the line says of it (`Clues`).
"""

from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.common.quarters import Quarter
from albertslund_it.common.sentences import full_stop
from leasing.supplier.importers.clues import (
    MAX_CLUES,
    TOO_MANY_CLUES,
    attachments_of,
    clues_of,
    party_of,
)
from leasing.supplier.importers.ubl import (
    CREDIT_NOTE,
    NS,
    SAY,
    currency_of,
    parse,
    read_day,
    read_ore,
    text_of,
    texts_of,
)
from leasing.supplier.services.billed import BilledLine, Clues, Header

# Of UNTDID 1001: what asks for nothing, and what gives money back.
PRO_FORMA = {"325", "310", "351"}
CREDITS = {"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"}
MAX_CONTRACTS = 100  # each is looked up for each line
VAT_SCHEMES = {"63", "VAT", "MOMS"}


class QuarterMissing(Refused):
    """An invoice that does not say which days it is for: whoever takes it in must say."""

    def __init__(self, number: str):
        self.number = number
        super().__init__(
            "Fakturaen siger ikke, hvilken periode den er for. Vælg kvartalet på siden Indlæs, "
            "eller skriv det på kommandolinjen, fx --quarter 2026Q3."
        )


def read_document(
    data: bytes, errors: RowErrors, quarter: Quarter | None = None
) -> list[BilledLine]:
    """Read an invoice or a credit note; note the fault of each line.

    `quarter` is what the lines without a period are for.

    Raises:
        QuarterMissing: when there are such lines, and no quarter is said.
        Refused: when the bytes are no such document, or its head cannot be read.
    """
    errors.place = "linje"
    root = parse(data)
    is_credit_note = root.tag == CREDIT_NOTE
    head = _Head(root, is_credit_note)
    lines = root.findall("a:CreditNoteLine" if is_credit_note else "a:InvoiceLine", NS)
    if not lines:
        head.reasons.append("Fakturaen har ingen linjer")
    if head.reasons:
        raise Refused(*map(full_stop, head.reasons), SAY)
    return _Reading(head, errors, quarter).run(lines)


@dataclass(frozen=True, slots=True)
class _Beside:
    """An amount of the invoice that stands on none of its lines."""

    text: str
    amount_ore: int


class _Head:
    """The invoice's own facts, and why it cannot be taken in."""

    def __init__(self, root, is_credit_note: bool):
        self.reasons: list[str] = []
        self.sign = -1 if is_credit_note else 1
        self.currency = text_of(root, "b:DocumentCurrencyCode") or "DKK"
        if self.currency != "DKK":
            self.reasons.append(f"Fakturaen er i {self.currency[:10]} og ikke i danske kroner")
        self._check_type(root, is_credit_note)
        self.number = text_of(root, "b:ID")
        if not self.number:
            self.reasons.append("Fakturanummeret (ID) mangler")
        elif len(self.number) > 60:
            self.reasons.append("Fakturanummeret (ID) er på over 60 tegn")
        self.invoice_date = self._day(root, "b:IssueDate", "Fakturadatoen (IssueDate)")
        self.period = period_of(root)
        contracts = texts_of(root, "a:ContractDocumentReference/b:ID")
        if len(contracts) > MAX_CONTRACTS:
            self.reasons.append(f"Fakturaen nævner over {MAX_CONTRACTS} kontrakter")
        self.contracts = tuple(text[:40] for text in contracts)
        total = root.find("a:LegalMonetaryTotal", NS)
        if total is None:
            self.reasons.append("Fakturaens sum (LegalMonetaryTotal) mangler")
            return
        lines = self._amount(total, "b:LineExtensionAmount", "Summen af linjerne")
        fees = self._charged(root, total, "true") - self._charged(root, total, "false")
        vat, excise = self._taxes(root)
        self.beside = [
            _Beside(text, self.sign * amount)
            for text, amount in (
                ("Gebyrer og rabatter uden for linjerne", fees),
                ("Afgifter uden for linjerne", excise),
            )
            if amount
        ]
        net = self.sign * (lines + fees + excise)
        if is_credit_note and net > 0:
            self.reasons.append(
                "Kreditnotaen er på minus, så den ville blive en opkrævning og ikke en kreditering"
            )
        self._make_header(root, net, None if vat is None else self.sign * vat)

    def _check_type(self, root, is_credit_note: bool) -> None:
        code = text_of(root, "b:InvoiceTypeCode")
        if code in PRO_FORMA:
            self.reasons.append(
                f"Det er en proformafaktura eller et tilbud (type {code}) og ikke noget, der skal "
                "betales"
            )
        elif code in CREDITS and not is_credit_note:
            self.reasons.append(
                f"Den siger, at den er en kreditnota (type {code}), men er skrevet som en faktura, "
                "så det er uvist, hvad der skal betales, og hvad der skal krediteres"
            )

    def _make_header(self, root, net_ore: int, vat_ore: int | None) -> None:
        remarks = []
        is_credit_note = self.sign < 0
        if not is_credit_note and net_ore < 0:
            is_credit_note = True
            remarks.append(f"Faktura {self.number} er på minus og er taget som en kreditnota.")
        attachments, left_out = attachments_of(root)
        self.header = Header(
            net_ore=net_ore,
            vat_ore=vat_ore,
            is_credit_note=is_credit_note,
            credits=text_of(root, "a:BillingReference/a:InvoiceDocumentReference/b:ID")[:60],
            seller=party_of(root, "a:AccountingSupplierParty/a:Party"),
            buyer=party_of(root, "a:AccountingCustomerParty/a:Party"),
            remarks=(*remarks, *left_out),
            attachments=attachments,
        )

    def _charged(self, root, total, indicator: str) -> int:
        """Return the invoice's own charges ('true') or allowances, added up where it does not."""
        path, name = {
            "true": ("b:ChargeTotalAmount", "Gebyrerne"),
            "false": ("b:AllowanceTotalAmount", "Rabatterne"),
        }[indicator]
        if total.find(path, NS) is not None:
            return self._amount(total, path, name)
        return sum(
            self._amount(one, "b:Amount", name)
            for one in root.findall("a:AllowanceCharge", NS)
            if text_of(one, "b:ChargeIndicator") == indicator
        )

    def _taxes(self, root) -> tuple[int | None, int]:
        """Return the VAT, if it is told, and the other taxes: a part of what the thing costs."""
        vat, excise = None, 0
        for tax in root.findall("a:TaxTotal", NS):
            if currency_of(tax.find("b:TaxAmount", NS)) not in ("", self.currency):
                continue  # the same VAT once more, in the seller's own currency
            whole = self._amount(tax, "b:TaxAmount", "Momsen", 0)
            other = sum(
                self._amount(part, "b:TaxAmount", "Afgiften")
                for part in tax.findall("a:TaxSubtotal", NS)
                if not _is_vat(part)
            )
            vat, excise = (vat or 0) + whole - other, excise + other
        return vat, excise

    def _day(self, root, path: str, name: str) -> date:
        try:
            return read_day(text_of(root, path))
        except ValueError as error:
            self.reasons.append(f"{name} {error}")
            return date.min

    def _amount(self, element, path: str, name: str, default: int | None = None) -> int:
        found = element.find(path, NS)
        if found is None and default is not None:
            return default
        try:
            return read_ore(found)
        except ValueError as error:
            self.reasons.append(f"{name} ({path[2:]}) {error}")
            return 0


def _is_vat(subtotal) -> bool:
    scheme = text_of(subtotal, "a:TaxCategory/a:TaxScheme/b:ID").upper()
    name = text_of(subtotal, "a:TaxCategory/a:TaxScheme/b:Name").upper()
    if scheme or name:
        return scheme in VAT_SCHEMES or name in VAT_SCHEMES
    return text_of(subtotal, "a:TaxCategory/b:ID").upper() != "EXCISE"


class _Reading:
    """One document's lines, with the quarter that a person said for those without a period."""

    def __init__(self, head: _Head, errors: RowErrors, quarter: Quarter | None):
        self.head, self.errors, self.quarter = head, errors, quarter
        self.without_period = self.clues = 0

    def run(self, lines) -> list[BilledLine]:
        read = (self._line(line, row) for row, line in enumerate(lines, start=1))
        found = [*filter(None, read), *map(self._beside, self.head.beside)]
        self.errors.refuse()
        if self.without_period and self.quarter is None:
            raise QuarterMissing(self.head.number)
        if self.quarter and not self.without_period:
            raise Refused(
                "Fakturaen siger selv, hvilken periode den er for. Indlæs den uden kvartal."
            )
        return self._with_remark(found, self.quarter) if self.quarter else found

    def _with_remark(self, lines: list[BilledLine], quarter: Quarter) -> list[BilledLine]:
        count = self.without_period
        remark = (
            f"{'1 linje' if count == 1 else f'{count} linjer'} uden periode er lagt i "
            f"{quarter.label.lower()}, som du har valgt."
        )
        header = self.head.header
        header = replace(header, remarks=(*header.remarks, remark))
        return [replace(line, header=header) for line in lines]

    def _line(self, line, row: int) -> BilledLine | None:
        amount = self._amount(line, row)
        try:
            period = self._period(period_of(line) or self.head.period, amount)
        except ValueError as error:
            self.errors.add(row, str(error))
            return None
        clues = clues_of(line, self.head.contracts)
        self.clues += len(clues.serial_numbers) + len(clues.words)
        if self.clues > MAX_CLUES:
            raise Refused(TOO_MANY_CLUES, SAY)
        if too_long := next((s for s in clues.serial_numbers if len(s) > 40), None):
            self.errors.add(row, f"Serienummer »{too_long[:60]}« er på over 40 tegn")
            return None
        texts = chain(texts_of(line, "a:Item/b:Name"), texts_of(line, "a:Item/b:Description"))
        return self._made(amount, period, next(texts, ""), clues, row)

    def _amount(self, line, row: int) -> int:
        found = line.find("b:LineExtensionAmount", NS)
        is_free = text_of(line, "b:FreeOfChargeIndicator") == "true"
        if found is None and is_free:
            return 0
        try:
            return self.head.sign * read_ore(found)
        except ValueError as error:
            self.errors.add(row, f"Beløbet (LineExtensionAmount) {error}")
            return 0

    def _beside(self, one: _Beside) -> BilledLine:
        clues = Clues(references=self.head.contracts, is_beside_lines=True)
        try:
            period = self._period(self.head.period, one.amount_ore)
        except ValueError as error:
            self.errors.add(None, str(error))
            period = (self.head.invoice_date, self.head.invoice_date)
        return self._made(one.amount_ore, period, one.text, clues)

    def _made(self, amount, period, text, clues, row=None) -> BilledLine:
        head = self.head
        return BilledLine(
            number=head.number,
            invoice_date=head.invoice_date,
            starts_on=period[0],
            last_day=period[1],
            amount_ore=amount,
            sub_agreement=head.contracts[0] if head.contracts else "",
            text=text[:200],
            clues=clues,
            header=head.header,
            row=row,
        )

    def _period(self, period: tuple[str, str] | None, amount: int) -> tuple[date, date]:
        """Read a period; what has none is for the quarter that was said."""
        if period:
            try:
                return read_day(period[0]), read_day(period[1])
            except ValueError as error:
                raise ValueError(f"Perioden (InvoicePeriod) {error}") from None
        if amount:
            self.without_period += 1
            if self.quarter:
                return self.quarter.starts_on, self.quarter.last_day
        return self.head.invoice_date, self.head.invoice_date


def period_of(element) -> tuple[str, str] | None:
    """Return the first and last day as they are written; None where one of them is not."""
    first, last = (text_of(element, f"a:InvoicePeriod/b:{name}Date") for name in ("Start", "End"))
    return (first, last) if first and last else None
