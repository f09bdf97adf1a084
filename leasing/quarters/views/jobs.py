"""Close a quarter as somebody agreed to it, and make its large files: where a worker may do it."""

from functools import partial
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from django.urls import reverse

from albertslund_it.web.lists.pages import EXCEL
from albertslund_it.web.people import name_of
from leasing.billing.services.closing import close_quarter
from leasing.cost_share.services.letters import write_letters
from leasing.jobs.services.kinds import JobAsked, JobOutcome, MadeFile
from leasing.models import BillingRun, Lease
from leasing.rebilling.exports.files import WORKBOOK, archive_run, export_rebilling


def close(asked: JobAsked) -> JobOutcome:
    """Close a run, if its proposal is still the one that was agreed to; then write its letters."""
    lease_count = 0

    def tell(done: int) -> None:
        nonlocal lease_count
        lease_count = lease_count or Lease.objects.count()
        asked.tell("Regner leasingerne ud", done, lease_count)

    asked.tell("Læser leasingerne")
    run = close_quarter(
        code=asked.arguments["code"],
        closed_by=name_of(asked.user),
        today=asked.today,
        now=asked.now,
        progress=tell,
        account=asked.user,
        seen=asked.arguments["seen"],
    )
    return JobOutcome(
        f"{run.label} er godkendt og låst.",
        reverse("quarter-detail", args=[run.code]),
        after=lambda: write_letters(run=run, today=asked.today, now=asked.now),
    )


def make_workbook(asked: JobAsked) -> JobOutcome:
    """Make the workbook of a closed run, and record that it was fetched."""
    run, stream = BillingRun.objects.get(code=asked.arguments["code"]), _file()
    export_rebilling(
        run=run,
        file_kind=WORKBOOK,
        stream=stream,
        actor_name=name_of(asked.user),
        today=asked.today,
        now=asked.now,
        progress=partial(asked.tell, "Skriver regnearket"),
    )
    name = f"viderefakturering-{run.code}.xlsx"
    return _made(f"Regnearket for {run.label} er klar.", name, EXCEL, stream, run)


def make_archive(asked: JobAsked) -> JobOutcome:
    """Make the archive of a closed run."""
    run, stream = BillingRun.objects.get(code=asked.arguments["code"]), _file()
    archive_run(run=run, stream=stream, progress=partial(asked.tell, "Skriver arkivet"))
    name = f"arkiv-{run.code}.zip"
    return _made(f"Arkivet for {run.label} er klar.", name, "application/zip", stream, run)


def _file() -> BinaryIO:
    # It is read when this is done with it, and is gone when nobody holds it any more.
    return cast("BinaryIO", TemporaryFile())


def _made(told: str, name: str, content_type: str, stream: BinaryIO, run: BillingRun) -> JobOutcome:
    file = MadeFile(name, content_type, stream)
    return JobOutcome(told, reverse("quarter-detail", args=[run.code]), file=file)
