"""The lessor's invoices: taken in whole, never twice, and withdrawn while nothing rests on them."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.timezone import make_aware

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.kept import CheckedFile
from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.common.money import format_kroner
from albertslund_it.web.database.bulk import Changes, ValueChange
from albertslund_it.web.database.rows import among, insert, lock
from albertslund_it.web.people import Actor, done_by
from leasing.kept_files.services import forget_unused
from leasing.models import (
    DifferenceOutcome,
    FileOrigin,
    KeptFile,
    SupplierInvoice,
    SupplierInvoiceFile,
    SupplierInvoiceLine,
)
from leasing.supplier.selectors.invoices import decisions_on
from leasing.supplier.services.billed import BilledLine, Header
from leasing.supplier.services.claims import settle_claims
from leasing.supplier.services.files import keep_files
from leasing.supplier.services.remarks import Parties, facts_of, warnings_of
from leasing.supplier.services.subjects import Register

ONE_DAY = timedelta(days=1)


@transaction.atomic
def save_invoices(
    *,
    rows: Sequence[BilledLine],
    actor: Actor,
    today: date,
    errors: RowErrors | None = None,
    source: CheckedFile | None = None,
) -> Changes:
    """Take in invoices and credit notes that are not there yet; the same again changes nothing.

    A credit note settles the claims that its lines match. `source` is the file they were read
    from: it is kept, and what it says is told.

    Raises:
        FileRefused: with every fault, one of them that an invoice is there with other content.
    """
    # Two people with the same file: one after the other.
    lock(SupplierInvoice, DifferenceOutcome, KeptFile)
    saving = _Saving(rows, errors or RowErrors(), actor, today, source)
    saving.save()
    return saving.changes


Made = tuple[SupplierInvoice, list[SupplierInvoiceLine], Header]


class _Saving:
    def __init__(
        self,
        rows: Sequence[BilledLine],
        errors: RowErrors,
        actor: Actor,
        today: date,
        source: CheckedFile | None,
    ):
        self.errors, self.actor, self.source = errors, actor, source
        self.entered_at = make_aware(datetime.combine(today, time(12)))
        self.changes = Changes((SupplierInvoice, SupplierInvoiceFile, DifferenceOutcome))
        self.register = Register(rows)
        self.by_number: dict[str, list[BilledLine]] = {}
        for row in self.register.settle(rows):
            self.by_number.setdefault(row.number, []).append(row)
        known = SupplierInvoice.objects.filter(number__in=among(self.by_number))
        self.known = {invoice.number: invoice for invoice in known}

    def save(self) -> None:
        made: list[Made] = []
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
            self.changes.create(invoice, ValueChange(f"Faktura {number}", told))
            made.append((invoice, lines, rows[0].header or Header()))
        self.errors.refuse()
        self._tell(made)
        settled = settle_claims([(invoice, lines) for invoice, lines, _ in made], self.changes)
        self._keep_files(made)
        self.changes.save(self.actor)
        for invoice, lines, _ in made:
            for line in lines:
                line.invoice = invoice
            insert(SupplierInvoiceLine, lines)
        self.changes.differences += settled

    def _lines(self, rows: list[BilledLine]) -> list[SupplierInvoiceLine]:
        lines = []
        for place, row in enumerate(rows, start=1):
            if row.last_day < row.starts_on:
                self.errors.add(
                    row.row,
                    f"Til er {row.last_day:%d-%m-%Y}, som er før Fra {row.starts_on:%d-%m-%Y}",
                )
            # A document's line may be about nothing; a row of a table can be filled in.
            if not (row.serial_number or row.sub_agreement or row.clues or not row.amount_ore):
                self.errors.add(row.row, "Linjen har hverken serienummer eller underaftale")
            lines.append(
                SupplierInvoiceLine(
                    number=place,
                    serial_number=row.serial_number,
                    sub_agreement=row.sub_agreement,
                    starts_on=row.starts_on,
                    ends_before=row.last_day + ONE_DAY,
                    amount_ore=row.amount_ore,
                    text=row.text,
                )
            )
        return lines

    def _tell(self, made: list[Made]) -> None:
        """Tell what is odd in what comes in and, of a file, what it says."""
        warnings = self.changes.warnings
        warnings += self.register.warnings if made else []
        warnings += warnings_of([line for _, lines, _ in made for line in lines], self.register)
        if self.source is None:
            return
        parties = Parties()
        if made and not any(
            line.serial_number in self.register.devices for _, lines, _ in made for line in lines
        ):
            warnings.append("Ingen af linjerne har et serienummer, vi kender.")
        for invoice, lines, header in made:
            self.changes.differences += facts_of(invoice, lines, header, self.register, parties)
            warnings += header.remarks
            if header.net_ore is not None:  # a table names no seller
                warnings += parties.warnings(header)

    def _keep_files(self, made: list[Made]) -> None:
        for invoice, _, header in made:
            files = [(file, FileOrigin.EMBEDDED) for file in header.attachments]
            if self.source:
                files.insert(0, (self.source, FileOrigin.SOURCE))
            keep_files(
                invoice,
                files,
                self.changes,
                added_at=self.entered_at,
                added_by=done_by(self.actor),
            )

    def _invoice(
        self, number: str, rows: list[BilledLine], lines: list[SupplierInvoiceLine]
    ) -> SupplierInvoice:
        first = rows[0]
        header = first.header or Header()
        net = sum(line.amount_ore for line in lines)
        for row in rows:
            if row.invoice_date != first.invoice_date:
                self.errors.add(
                    row.row,
                    f"Fakturadato er {row.invoice_date:%d-%m-%Y}, men faktura {number} har "
                    f"{first.invoice_date:%d-%m-%Y} i en tidligere række. Skriv den samme",
                )
        if header.net_ore is not None and header.net_ore != net:
            self.errors.add_whole(
                f"Linjerne på {number} giver {format_kroner(net)} uden moms, men fakturaen siger "
                f"{format_kroner(header.net_ore)} Forskellen er "
                f"{format_kroner(header.net_ore - net)} Bed leasinggiver om en rettet faktura"
            )
        return SupplierInvoice(
            number=number,
            invoice_date=first.invoice_date,
            is_credit_note=header.is_credit_note or (first.header is None and net < 0),
            credits=header.credits,
            net_ore=net,
            vat_ore=header.vat_ore,
            content_digest=content_digest(number, first.invoice_date, lines),
            entered_at=self.entered_at,
            entered_by=done_by(self.actor),
        )

    def _again(
        self, found: SupplierInvoice, invoice: SupplierInvoice, rows: list[BilledLine]
    ) -> None:
        """Pass over the same invoice; another one under its number is an error."""
        told_vat = bool(rows[0].header and rows[0].header.vat_ore is not None)
        other_vat = told_vat and found.vat_ore not in (None, invoice.vat_ore)
        is_same_file = (
            self.source
            and found.files.filter(
                origin=FileOrigin.SOURCE, file__sha256=self.source.sha256
            ).exists()
        )
        if is_same_file:
            # What the register knows may have grown since, so that it would be read otherwise now.
            self.changes.update(found, f"Faktura {found.number}")
            return
        if found.content_digest != invoice.content_digest or other_vat:
            self.errors.add(
                rows[0].row,
                f"Fakturanr »{found.number}« er indlæst den "
                f"{found.entered_at:%d-%m-%Y} med andet indhold: {format_kroner(found.net_ore)} "
                f"uden moms mod {format_kroner(invoice.net_ore)} her. Er den gamle forkert, så "
                "træk den tilbage på dens side, og indlæs igen",
            )
            return
        values = {"vat_ore": invoice.vat_ore} if told_vat else {}
        self.changes.update(found, f"Faktura {found.number}", **values)


def content_digest(number: str, invoice_date: date, lines: Sequence[SupplierInvoiceLine]) -> str:
    """Return the checksum of what an invoice bills, whatever its file and the order of lines."""
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
def record_supplier_voucher(
    *, invoice_id: int, voucher_number: str, actor: Actor
) -> SupplierInvoice:
    """Note the voucher in Opus that an invoice of the lessor's was posted with; '' clears it."""
    invoice = SupplierInvoice.objects.select_for_update().get(pk=invoice_id)
    changes = Changes((SupplierInvoice,))
    changes.update(invoice, invoice.number, voucher_number=voucher_number)
    changes.save(actor)
    return invoice


@transaction.atomic
def withdraw_invoice(*, invoice_id: int) -> str:
    """Delete an invoice that was entered wrongly, with its lines, and return its number.

    Raises:
        Refused: when a decision rests on it, or it is gone.
    """
    lock(SupplierInvoice, DifferenceOutcome, KeptFile)
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
    files = list(invoice.files.values_list("file", flat=True))
    invoice.delete()  # auditlog keeps what it was; the lines, files and notes go with it
    forget_unused(files)
    return invoice.number
