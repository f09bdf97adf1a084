"""Files of a closed run, and the voucher it was posted with."""

import hashlib
import shutil
from datetime import date, datetime
from tempfile import TemporaryFile
from typing import BinaryIO

from django.db import transaction

from albertslund_it.common.account_codes import check_voucher_number
from albertslund_it.common.errors import Refused
from albertslund_it.web.bulk import Changes
from leasing.domain.digest import INVOICE_FIELDS, LINE_FIELDS, in_utc
from leasing.exports.archive import write_archive
from leasing.exports.opus import COST_CENTRES, PSP_ELEMENTS, write_opus_file
from leasing.exports.rebilling_workbook import write_rebilling_workbook
from leasing.models import BillingRun, InvoiceLine, RebillingExport, Settings, Voucher
from leasing.selectors.facts import one_moment
from leasing.selectors.rebilling import (
    Rebilling,
    expected_of_lessor,
    lines_of,
    rebilling_of,
    uncoded_in,
)
from leasing.selectors.supplier.waiting import supplier_sums
from leasing.selectors.window import quarters_of

WORKBOOK, OPUS = "xlsx", "csv"
# The Opus file, or its two parts where omkostningssted and PSP-element may not be mixed.
OPUS_PARTS = {OPUS: "", "csvo": COST_CENTRES, "csvp": PSP_ELEMENTS}


class PostedMeanwhile(Refused):
    """Refused because a voucher froze another coding while the file was made."""


def export_rebilling(
    *,
    run: BillingRun,
    file_kind: str,
    stream: BinaryIO,
    actor_name: str,
    today: date,
    now: datetime,
) -> RebillingExport:
    """Write a closed run's workbook ('xlsx') or Opus file ('csv'), and record that it was made.

    'csvo' and 'csvp' are the two Opus files where the kinds of cost objects may not be mixed.

    Raises:
        PostedMeanwhile: when a voucher has frozen another coding; nothing is written or recorded.
        Refused: when a unit lacks coding that the Opus file needs; the same.
    """
    # The whole file is there before anything reaches the stream, and the database is not locked
    # while it is made.
    with TemporaryFile() as file:
        with one_moment():
            rebilling = rebilling_of(run)
            _write(file, file_kind, rebilling, today)
        file.seek(0)
        checksum = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        with transaction.atomic():
            _refuse_another_coding(run, rebilling)
            export = RebillingExport.objects.create(
                run=run,
                file_kind=file_kind,
                checksum=checksum,
                coding=rebilling.coding,
                exported_at=now,
                exported_by=actor_name,
            )
            shutil.copyfileobj(file, stream)
    return export


def _refuse_another_coding(run: BillingRun, rebilling: Rebilling) -> None:
    """Refuse a file that was made while a voucher froze another coding than it carries."""
    BillingRun.objects.select_for_update().get(id=run.id)  # a voucher is entered before or after
    voucher = Voucher.objects.select_related("export").filter(run=run).first()
    if voucher and voucher.export.coding != rebilling.coding:
        raise PostedMeanwhile(f"{run.label} er bogført imens. Hent filen igen.")


def _write(file: BinaryIO, file_kind: str, rebilling: Rebilling, today: date) -> None:
    run = rebilling.run
    if file_kind in OPUS_PARTS:
        settings = Settings.objects.get(id=1)
        part = OPUS_PARTS[file_kind]
        write_opus_file(file, rebilling, with_bom=settings.opus_bom, part=part)
    elif file_kind == WORKBOOK:
        quarters = quarters_of(run)
        write_rebilling_workbook(
            file,
            rebilling,
            lines=lines_of(run),
            expected_ore=expected_of_lessor(quarters[0].starts_on, quarters[-1].ends_before),
            today=today,
            quarters=quarters,
            reconciled=supplier_sums(quarters),
        )
    else:
        raise ValueError(file_kind)


def archive_run(*, run: BillingRun, stream: BinaryIO) -> None:
    """Write all of a closed run, and what works its digest out; nothing is recorded of it."""
    lines = InvoiceLine.objects.filter(invoice__run=run).order_by("number")
    with one_moment():
        write_archive(
            stream,
            facts=(
                run.seal_version,
                run.code,
                run.previous_digest,
                in_utc(run.closed_at),
                run.closed_by,
                run.line_count,
                run.total_ore,
                run.digest,
            ),
            invoices=run.invoices.order_by("id").values_list(*INVOICE_FIELDS),
            lines=lines.values_list(*LINE_FIELDS).iterator(chunk_size=5_000),
        )


def check_voucher(*, run: BillingRun, number: str, posted_on: date) -> RebillingExport:
    """Return the file whose coding a voucher would freeze.

    Raises:
        Refused: when the run is posted already, or no file with all its coding was made of it.
    """
    if voucher := Voucher.objects.filter(run=run).first():
        raise Refused(
            f"{run.label} er allerede bogført med bilagsnr. {voucher.number} "
            f"den {voucher.posted_on:%d-%m-%Y}. Er det forkert, så ret det på kvartalets side."
        )
    export = RebillingExport.objects.filter(run=run).order_by("-id").first()
    reasons = [*_faults_of_voucher(run, number, posted_on), *_faults_of_export(run, export)]
    if reasons:
        raise Refused(*reasons)
    return export


@transaction.atomic
def record_voucher(
    *,
    run: BillingRun,
    number: str,
    posted_on: date,
    actor_name: str,
    seen_export: int | None = None,
) -> Voucher:
    """Record the voucher a run was posted with; the coding exported last is then frozen.

    `seen_export` is the file whose coding the person saw, if they saw one.

    Raises:
        Refused: when `check_voucher` refuses it, or a file was made since.
    """
    BillingRun.objects.select_for_update().get(id=run.id)  # two people: one after the other
    number = number.strip()
    export = check_voucher(run=run, number=number, posted_on=posted_on)
    if seen_export is not None and seen_export != export.pk:
        raise Refused(
            f"{export.exported_by} har hentet en ny fil, siden du så, hvad der ligger fast. "
            "Se det igen, og gem."
        )
    return Voucher.objects.create(
        run=run,
        export=export,
        number=number,
        posted_on=posted_on,
        entered_by=actor_name,
    )


@transaction.atomic
def correct_voucher(
    *,
    run: BillingRun,
    number: str,
    posted_on: date,
    reason: str,
    seen: tuple[str, date],
    actor,
) -> Voucher:
    """Correct the number or the posting date of a voucher; what it freezes stays frozen.

    `seen` is what stood there when the person corrected it. What was stays in history, where the
    trail finds it.

    Raises:
        Refused: when nothing differs, no reason is given, or somebody else was first.
    """
    voucher = Voucher.objects.select_for_update().get(run=run)
    if seen != (voucher.number, voucher.posted_on):
        raise Refused(
            f"En anden har imens rettet bilaget til {voucher.number} den "
            f"{voucher.posted_on:%d-%m-%Y}. Se det igen."
        )
    number, reason = number.strip(), reason.strip()
    reasons = _faults_of_voucher(run, number, posted_on)
    if seen == (number, posted_on):
        reasons.append("Der er intet at rette: nummer og dato er de samme som før.")
    if not reason:
        reasons.append("Skriv, hvorfor bilaget rettes. Revisionen kan se det.")
    elif len(reason) > Voucher._meta.get_field("corrected_because").max_length:
        reasons.append("Begrundelsen må højst være 200 tegn.")
    if reasons:
        raise Refused(*reasons)
    changes = Changes((Voucher,))
    changes.update(voucher, number, number=number, posted_on=posted_on, corrected_because=reason)
    changes.save(actor)
    return voucher


def _faults_of_voucher(run: BillingRun, number: str, posted_on: date) -> list[str]:
    faults = []
    if not number:
        faults.append("Skriv det bilagsnummer, som Opus gav bilaget.")
    else:
        try:
            check_voucher_number(number)
        except ValueError as fault:
            faults.append(f"{fault}. Du har skrevet »{number}«.")
    # A quarter closed late is posted in the next year, when its own is over.
    year = run.last_quarter.year
    earliest = date(year, 1, 1) if run.is_supplementary else run.last_quarter.starts_on
    latest = date(year + 1, 12, 31)
    if not earliest <= posted_on <= latest:
        faults.append(
            f"Bogføringsdatoen for {run.label} skal ligge mellem den {earliest:%d-%m-%Y} "
            f"og den {latest:%d-%m-%Y}."
        )
    return faults


def _faults_of_export(run: BillingRun, export: RebillingExport | None) -> list[str]:
    if export is None:
        return [
            f"Der er ikke hentet en fil for {run.label} endnu. Hent den, og bogfør den i Opus, "
            "før du skriver bilagsnummeret."
        ]
    if uncoded := uncoded_in(export):
        return [
            "Den fil, der blev hentet sidst, mangler kontering. Udfyld den, og hent filen igen:",
            *uncoded,
        ]
    return []
