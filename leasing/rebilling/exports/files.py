"""The files of a closed run: written whole, recorded, and only then handed out."""

import hashlib
import shutil
from datetime import date, datetime
from tempfile import TemporaryFile
from typing import BinaryIO

from django.db import transaction

from albertslund_it.common.progress import Progress, told
from albertslund_it.web.database.replica import beside_the_primary
from leasing.billing.selectors.window import quarters_held_against
from leasing.cost_table.moment import snapshot
from leasing.domain.digest import in_utc
from leasing.models import BillingRun, RebillingExport
from leasing.rebilling.exports.archive import write_archive
from leasing.rebilling.exports.opus import COST_CENTRES, PSP_ELEMENTS, write_opus_file
from leasing.rebilling.exports.workbook import write_rebilling_workbook
from leasing.rebilling.selectors.run import (
    Rebilling,
    opus_has_bom,
    rebilling_of,
    sealed_invoices,
    sealed_lines,
    specified_lines,
)
from leasing.rebilling.services import record_export
from leasing.supplier.selectors.expected import expected_of_lessor
from leasing.supplier.selectors.waiting import supplier_sums

WORKBOOK, OPUS = "xlsx", "csv"
# The Opus file, or its two parts where omkostningssted and PSP-element may not be mixed.
OPUS_PARTS = {OPUS: "", "csvo": COST_CENTRES, "csvp": PSP_ELEMENTS}


def export_rebilling(
    *,
    run: BillingRun,
    file_kind: str,
    stream: BinaryIO,
    actor_name: str,
    today: date,
    now: datetime,
    progress: Progress | None = None,
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
        with snapshot():
            rebilling = rebilling_of(run)
            _write(file, file_kind, rebilling, today, progress or _to_nobody)
        file.seek(0)
        checksum = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        with transaction.atomic():
            export = record_export(
                run=run,
                file_kind=file_kind,
                checksum=checksum,
                coding=rebilling.coding,
                actor_name=actor_name,
                now=now,
            )
            shutil.copyfileobj(file, stream)
    return export


def _to_nobody(done: int, total: int) -> None:
    pass


def _write(
    file: BinaryIO, file_kind: str, rebilling: Rebilling, today: date, progress: Progress
) -> None:
    run = rebilling.run
    if file_kind in OPUS_PARTS:
        part = OPUS_PARTS[file_kind]
        write_opus_file(file, rebilling, with_bom=opus_has_bom(), part=part)
    elif file_kind == WORKBOOK:
        quarters = quarters_held_against(run)
        write_rebilling_workbook(
            file,
            rebilling,
            lines=told(specified_lines(run), run.line_count, progress),
            expected_ore=expected_of_lessor(quarters[0].starts_on, quarters[-1].ends_before),
            today=today,
            quarters=quarters,
            reconciled=supplier_sums(quarters),
        )
    else:
        raise ValueError(file_kind)


def archive_run(*, run: BillingRun, stream: BinaryIO, progress: Progress | None = None) -> None:
    """Write all of a closed run, and what works its digest out; nothing is recorded of it."""
    with beside_the_primary(), snapshot():
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
            invoices=sealed_invoices(run),
            lines=told(sealed_lines(run), run.line_count, progress or _to_nobody),
        )
