"""The files of the lessor's invoices: kept once however often they come, in the database."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.kept import CheckedFile, check_file
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor, done_by
from leasing.kept_files.services import forget_unused, keep
from leasing.models import FileOrigin, KeptFile, SupplierInvoice, SupplierInvoiceFile

MAX_BY_HAND = 50


def keep_files(
    invoice: SupplierInvoice,
    files: Iterable[tuple[CheckedFile, FileOrigin]],
    changes: Changes,
    *,
    added_at: datetime,
    added_by: str,
) -> None:
    """Note the files of a new invoice among the changes; the same bytes are kept once."""
    seen = set()
    for file, origin in files:
        if file.sha256 in seen:
            continue
        seen.add(file.sha256)
        changes.create(
            SupplierInvoiceFile(
                invoice=invoice,
                file=keep(file),
                name=file.name,
                origin=origin,
                added_at=added_at,
                added_by=added_by,
            )
        )


@transaction.atomic
def attach_file(
    *, invoice_id: int, name: str, data: bytes, actor: Actor, now: datetime
) -> SupplierInvoiceFile:
    """Attach a file to an invoice by hand.

    Raises:
        Refused: when the invoice is gone, the file is none that is kept, or it is there already.
    """
    try:
        file = check_file(name, data)
    except ValueError as error:
        raise Refused(f"Filen {error}. Vælg en anden fil.") from None
    lock(SupplierInvoice, KeptFile, SupplierInvoiceFile)
    invoice = SupplierInvoice.objects.filter(pk=invoice_id).first()
    if invoice is None:
        raise Refused("Fakturaen er trukket tilbage.")
    there = SupplierInvoiceFile.objects.filter(invoice=invoice)
    if same := there.filter(file__sha256=file.sha256).first():
        raise Refused(f"Filen ligger her allerede som »{same.name}«.")
    if there.count() >= MAX_BY_HAND:
        raise Refused(f"Fakturaen har {MAX_BY_HAND} filer. Fjern en, før du lægger flere ved.")
    changes = Changes((SupplierInvoiceFile,))
    origin = FileOrigin.BY_HAND
    keep_files(invoice, [(file, origin)], changes, added_at=now, added_by=done_by(actor))
    changes.save(actor)
    return there.get(file__sha256=file.sha256)


@transaction.atomic
def remove_file(*, invoice_id: int, file_id: int) -> str:
    """Remove a file that was attached by hand, and return its name; history keeps that it was.

    Raises:
        Refused: when it is gone, or came with the invoice.
    """
    lock(SupplierInvoice, KeptFile, SupplierInvoiceFile)
    found = SupplierInvoiceFile.objects.filter(invoice=invoice_id, pk=file_id).first()
    if found is None:
        raise Refused("Filen er fjernet allerede.")
    if found.origin != FileOrigin.BY_HAND:
        raise Refused("Filen kom med fakturaen og kan ikke fjernes for sig.")
    found.delete()
    forget_unused([found.file_id])
    return found.name
