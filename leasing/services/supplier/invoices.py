"""The lessor's invoices: taken in whole, never twice, and withdrawn while nothing rests on them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.timezone import make_aware

from albertslund_it.common.errors import Refused
from albertslund_it.common.faults import Faults
from albertslund_it.common.money import format_kroner
from albertslund_it.web.bulk import Changes, Difference
from albertslund_it.web.people import done_by
from albertslund_it.web.rows import among, insert, lock
from inventory.models import FormerSerialNumber
from inventory.selectors.lookups import devices_by_serial_number
from leasing.models import DifferenceOutcome, SupplierInvoice, SupplierInvoiceLine
from leasing.selectors.supplier.reconciliation import quarter_of_line
from leasing.selectors.window import billing_start
from leasing.services.supplier.claims import settle_claims

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Header:
    """What a document says beside its lines, in øre; `net_ore` is its own sum of them.

    `vat_ore` is None where the file does not tell it.
    """

    net_ore: int | None = None
    vat_ore: int | None = None
    is_credit_note: bool = False
    credits: str = ""


@dataclass(frozen=True, slots=True)
class BilledLine:
    """One line of an invoice; `last_day` is the last one paid for.

    `article` is the seller's number of the item: the serial number, where it is one we know.
    """

    number: str
    invoice_date: date
    starts_on: date
    last_day: date
    amount_ore: int
    serial_number: str = ""
    sub_agreement: str = ""
    text: str = ""
    article: str = ""
    header: Header | None = None
    row: int | None = None


@transaction.atomic
def save_invoices(
    *,
    rows: Sequence[BilledLine],
    actor,
    today: date,
    faults: Faults | None = None,
) -> Changes:
    """Take in invoices and credit notes that are not there yet; the same again changes nothing.

    A credit note settles the claims that its lines match.

    Raises:
        FileRefused: with every fault, one of them that an invoice is there with other content.
    """
    lock(SupplierInvoice, DifferenceOutcome)  # two people with the same file: one after the other
    saving = _Saving(rows, faults or Faults(), actor, today)
    saving.save()
    return saving.changes


class _Saving:
    def __init__(self, rows, faults, actor, today):
        self.faults, self.actor = faults, actor
        self.entered_at = make_aware(datetime.combine(today, time(12)))
        self.changes = Changes((SupplierInvoice, DifferenceOutcome))
        self.devices = devices_by_serial_number(
            {row.serial_number or row.article for row in rows} - {""}
        )
        self.by_number: dict[str, list[BilledLine]] = {}
        for row in rows:
            self.by_number.setdefault(row.number, []).append(row)
        known = SupplierInvoice.objects.filter(number__in=among(self.by_number))
        self.known = {invoice.number: invoice for invoice in known}

    def save(self) -> None:
        made: list[tuple[SupplierInvoice, list[SupplierInvoiceLine]]] = []
        unknown = set()
        for number, rows in self.by_number.items():
            lines = self._lines(rows)
            invoice = self._invoice(number, rows, lines)
            if found := self.known.get(number):
                self._again(found, invoice, rows)
                continue
            told = (
                f"ny {'kreditnota' if invoice.is_credit_note else 'leverandørfaktura'}: "
                f"{len(lines)} linje{'r' if len(lines) != 1 else ''}, "
                f"{format_kroner(invoice.net_ore)} uden moms"
            )
            self.changes.create(invoice, Difference(f"Faktura {number}", told))
            made.append((invoice, lines))
            unknown |= {line.serial_number for line in lines} - self.devices.keys() - {""}
        self.faults.refuse()
        self._warn(unknown)
        settled = settle_claims(made, self.changes)
        self.changes.save(self.actor)
        for invoice, lines in made:
            for line in lines:
                line.invoice = invoice
            insert(SupplierInvoiceLine, lines)
        for outcome in settled:
            self.changes.differences.append(outcome)

    def _lines(self, rows: list[BilledLine]) -> list[SupplierInvoiceLine]:
        lines = []
        for place, row in enumerate(rows, start=1):
            if row.last_day < row.starts_on:
                self.faults.add(
                    row.row,
                    f"Til er {row.last_day:%d-%m-%Y}, som er før Fra {row.starts_on:%d-%m-%Y}",
                )
            serial = row.serial_number
            if not serial and row.article in self.devices:
                serial = row.article
            if not serial and not row.sub_agreement:
                self.faults.add(row.row, "Linjen har hverken serienummer eller underaftale")
            lines.append(
                SupplierInvoiceLine(
                    number=place,
                    serial_number=serial,
                    sub_agreement=row.sub_agreement,
                    starts_on=row.starts_on,
                    ends_before=row.last_day + ONE_DAY,
                    amount_ore=row.amount_ore,
                    text=row.text,
                )
            )
        return lines

    def _invoice(self, number, rows: list[BilledLine], lines) -> SupplierInvoice:
        first = rows[0]
        header = first.header or Header()
        net = sum(line.amount_ore for line in lines)
        for row in rows:
            if row.invoice_date != first.invoice_date:
                self.faults.add(
                    row.row,
                    f"Fakturadato er {row.invoice_date:%d-%m-%Y}, men faktura {number} har "
                    f"{first.invoice_date:%d-%m-%Y} i en tidligere række. Skriv den samme",
                )
        if header.net_ore is not None and header.net_ore != net:
            self.faults.add_whole(
                f"Linjerne på {number} giver {format_kroner(net)} uden moms, men fakturaen siger "
                f"{format_kroner(header.net_ore)}. Forskellen er "
                f"{format_kroner(header.net_ore - net)}. Bed leasinggiver om en rettet faktura"
            )
        return SupplierInvoice(
            number=number,
            invoice_date=first.invoice_date,
            is_credit_note=header.is_credit_note or (first.header is None and net < 0),
            credits=header.credits,
            net_ore=net,
            vat_ore=header.vat_ore or 0,
            content_digest=digest_of(number, first.invoice_date, lines),
            entered_at=self.entered_at,
            entered_by=done_by(self.actor),
        )

    def _again(self, found: SupplierInvoice, invoice: SupplierInvoice, rows) -> None:
        """Take the same invoice again for no news, and another one under its number for a fault."""
        told_vat = bool(rows[0].header and rows[0].header.vat_ore is not None)
        other_vat = told_vat and found.vat_ore not in (0, invoice.vat_ore)
        if found.content_digest != invoice.content_digest or other_vat:
            self.faults.add(
                rows[0].row,
                f"Fakturanr »{found.number}« er indlæst den "
                f"{found.entered_at:%d-%m-%Y} med andet indhold: {format_kroner(found.net_ore)} "
                f"uden moms mod {format_kroner(invoice.net_ore)} her. Er den gamle forkert, så "
                "træk den tilbage på dens side, og indlæs igen",
            )
            return
        values = {"vat_ore": invoice.vat_ore} if told_vat else {}
        self.changes.update(found, f"Faktura {found.number}", **values)

    def _warn(self, unknown: set[str]) -> None:
        if unknown:
            some = ", ".join(sorted(unknown)[:5]) + (" …" if len(unknown) > 5 else "")
            self.changes.warnings.append(
                f"Serienumre, vi ikke kender ({len(unknown)}): {some}. Beløbene kommer i bunken "
                "»Faktureret, men ikke vores«."
            )


def digest_of(number: str, invoice_date: date, lines: Sequence[SupplierInvoiceLine]) -> str:
    """Give the checksum of what an invoice bills, whatever the file and the order of its lines."""
    records = sorted(
        "\x1f".join(
            (
                line.serial_number,
                line.sub_agreement,
                line.starts_on.isoformat(),
                line.ends_before.isoformat(),
                str(line.amount_ore),
            )
        )
        for line in lines
    )
    text = "\x1e".join([f"{number}\x1f{invoice_date.isoformat()}", *records])
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def record_supplier_voucher(*, invoice_id: int, voucher_number: str, actor) -> SupplierInvoice:
    """Note the voucher in Opus that an invoice of the lessor's was posted with; '' clears it."""
    invoice = SupplierInvoice.objects.select_for_update().get(pk=invoice_id)
    changes = Changes((SupplierInvoice,))
    changes.update(invoice, invoice.number, voucher_number=voucher_number)
    changes.save(actor)
    return invoice


@transaction.atomic
def withdraw_invoice(*, invoice_id: int) -> str:
    """Delete an invoice that was entered wrongly, with its lines; gives its number.

    Raises:
        Refused: when a decision rests on it, or it is gone.
    """
    lock(SupplierInvoice, DifferenceOutcome)
    invoice = SupplierInvoice.objects.filter(pk=invoice_id).first()
    if invoice is None:
        raise Refused("Fakturaen er allerede trukket tilbage.")
    if decided := decisions_on(invoice):
        shown = ", ".join(sorted({str(one) for one in decided})[:3])
        raise Refused(
            f"Fakturaen kan ikke trækkes tilbage: der er truffet {len(decided)} "
            f"afgørelse{'r' if len(decided) != 1 else ''} om dens linjer ({shown}). "
            "Bed leasinggiver om en kreditnota, og indlæs den."
        )
    invoice.delete()  # auditlog keeps what it was; the lines go with it
    return invoice.number


def decisions_on(invoice: SupplierInvoice) -> list[DifferenceOutcome]:
    """Give the decisions that rest on an invoice: about what its lines are about, or settled."""
    lines = invoice.lines.order_by()
    # From the decisions to the lines: an invoice may have a line for every device there is.
    decided = list(
        DifferenceOutcome.objects.filter(quarter__in=_quarters_of(invoice)).exclude(
            pile="not_invoiced"
        )
    )
    serials = {o.serial_number for o in decided} - {""}
    totals = {o.sub_agreement for o in decided if not o.serial_number}
    # What a device was called before counts as the device.
    former = FormerSerialNumber.objects.filter(device__serial_number__in=among(serials))
    names = {serial: serial for serial in serials}
    for name, serial in former.values_list("serial_number", "device__serial_number"):
        names.setdefault(name, serial)
    on_lines = lines.filter(serial_number__in=among(names))
    billed = set(on_lines.values_list("serial_number", flat=True))
    about = billed | {names[name] for name in billed}
    alone = lines.filter(serial_number="", sub_agreement__in=among(totals))
    about_totals = set(alone.values_list("sub_agreement", flat=True))
    found = {
        o.id: o
        for o in decided
        if (o.serial_number in about if o.serial_number else o.sub_agreement in about_totals)
    }
    return list((found | {o.id: o for o in invoice.settles.all()}).values())


def _quarters_of(invoice: SupplierInvoice) -> set[str]:
    start = billing_start()
    days = invoice.lines.order_by().values_list("starts_on", flat=True).distinct()
    return {str(quarter_of_line(day, start)) for day in days}
