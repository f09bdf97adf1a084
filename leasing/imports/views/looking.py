"""Look at what a file would change: at once, or of a large one by a job that says how far it is.

What came of it is kept in plain values, so that whoever asked sees it when they come back.
"""

import io
import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import reverse

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.row_errors import FileRefused
from albertslund_it.common.files.spreadsheets import looks_like_xml
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.clock import now, today
from albertslund_it.web.forms import uploads
from albertslund_it.web.forms.agreement import value_of
from albertslund_it.web.lists.pages import EXCEL
from albertslund_it.web.undisturbed import undisturbed
from inventory.imports.importers.reading import ColumnsMissing, Importer
from leasing.imports.exports import write_faults
from leasing.imports.forms import Step
from leasing.imports.importers import names
from leasing.imports.importers.files import import_file
from leasing.imports.importers.good_rows import bad_rows
from leasing.imports.importers.kinds import KINDS
from leasing.imports.importers.reports import ImportReport
from leasing.imports.views.columns import table_in
from leasing.imports.views.reports import digest_of_file, preview_shown, rows_shown
from leasing.jobs.selectors import file_of
from leasing.jobs.services.kinds import JobAsked, JobOutcome, MadeFile
from leasing.models import Job
from leasing.supplier.importers.xml import QuarterMissing

# Of so many bytes ten thousand rows or so are compared with the register in two seconds.
LARGE = 200_000
SHOWN = 200
GONE = "Filen er ikke gemt her længere. Vælg den igen."
# What says what came of it.
PREVIEW, REFUSED, UNREADABLE, COLUMNS, QUARTER = (
    "preview",
    "refused",
    "unreadable",
    "columns",
    "quarter",
)


@dataclass(frozen=True)
class Looked:
    """What came of looking at a file: which page says it, and what it says, in plain values."""

    page: str
    shown: dict[str, Any]

    @property
    def goes_on(self) -> bool:
        """Return whether the file is needed for what the page leads to."""
        return self.page != UNREADABLE and bool(self.shown.get("does_something", True))

    @property
    def told(self) -> str:
        """Say in a sentence what came of it."""
        if self.page == PREVIEW and not self.goes_on:
            return "Filen ændrer ikke noget."
        if self.page == PREVIEW:
            return "Se, hvad filen ændrer. Intet er gemt endnu."
        if self.page in (REFUSED, UNREADABLE):
            return "Filen har fejl. Intet er gemt."
        return "Der er noget at svare på, før filen kan læses. Intet er gemt."


def is_large(stream) -> bool:
    """Return whether looking at a file takes longer than a page may, and wind it back."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    return size >= LARGE


@undisturbed()  # until the report is let go of: else all of it is looked through
def look(
    importer: Importer, stream, step: Step, how: dict[str, Any], *, is_new: bool = False
) -> Looked:
    """Return what a file would change, or what stands in its way.

    Of a new file whose headings nobody told of yet, it is first asked what they are.
    """
    try:
        report = import_step(importer, stream, step, how, dry_run=True)
    except QuarterMissing as missing:
        return Looked(QUARTER, {"number": missing.number})
    except ColumnsMissing:
        return Looked(COLUMNS, {"is_new": False})
    except FileRefused as refused:
        refused.let_go()  # of the table, which is read once more
        return Looked(REFUSED, refused_shown(importer, stream, step, refused))
    except Refused as refused:
        return Looked(UNREADABLE, {"reasons": refused.reasons})
    if is_new and report.asks_columns:
        return Looked(COLUMNS, {"is_new": True})
    agreed = value_of(rows_shown(report, digest_of_file(stream), step))
    return Looked(PREVIEW, preview_shown(report, agreed))


def faults_in(importer: Importer, stream, step: Step, how: dict[str, Any]) -> io.BytesIO | None:
    """Return the rows of a file that have faults as a file; None where there are none any more."""
    try:
        import_step(importer, stream, replace(step, good_rows=False), how, dry_run=True)
    except FileRefused as refused:
        stream.seek(0)
        table = table_in(importer, stream, step)
        rows = bad_rows(table, refused.errors)
        answer = io.BytesIO()
        write_faults(answer, table.headings, [(row.cells, row.reason, "") for row in rows])
        return answer
    return None


def how_asked(request) -> dict[str, Any]:
    """Return by whom and when a file is taken in, of who waits for its page."""
    return {"actor": request.user, "today": today(), "now": now()}


def how_of(asked: JobAsked) -> dict[str, Any]:
    """Return by whom and when a job takes a file in, and whom it tells how far it is."""
    return {
        "actor": asked.user,
        "today": asked.today,
        "now": asked.now,
        "progress": asked.tell,
    }


def import_step(
    importer: Importer, stream, step: Step, how: dict[str, Any], **options: Any
) -> ImportReport:
    """Take a file in as was chosen for it; `how` and `options` are those of `Taking`."""
    return import_file(
        kind=importer.kind,
        stream=stream,
        filename=step.name,
        quarter=step.quarter,
        sheet=step.sheet,
        good_rows=step.good_rows,
        dates_hold=step.dates_hold,
        **how,
        **options,
    )


def refused_shown(importer: Importer, stream, step: Step, refused: FileRefused) -> dict[str, Any]:
    """Return what is said of a file with faults, in plain values."""
    stream.seek(0)
    is_table = not (importer.read_document and looks_like_xml(stream))
    table = table_in(importer, stream, step) if is_table else None
    rows = table.rows if table else []
    # Of two rows that contradict each other none is good, though only the second is told of.
    bad = {row for fault in refused.errors for row in (fault.row, fault.other)}
    has_good = None not in bad and any(number not in bad for number, _ in rows)
    return {
        "row_errors": [
            {"told": str(one), "row": one.row, "place": one.place, "sentence": one.sentence}
            for one in refused.errors[:SHOWN]
        ],
        "fault_count": len(refused.errors),
        "more": max(0, len(refused.errors) - SHOWN),
        "unknown": [asdict(one) for one in names.unknown_in(importer, table)] if table else [],
        "sheets": list(table.sheets) if table else [],
        "may_go_on": is_table and any(row is not None for row in bad),
        "has_good": not step.good_rows and has_good,
    }


def looking_asked_of(importer: Importer, step: Step, *, is_new: bool = False) -> dict[str, Any]:
    """Return what the job is asked with: the file that is kept, and what was chosen for it."""
    return {
        "kind": importer.kind,
        "step": asdict(step) | {"quarter": str(step.quarter or "")},
        "is_new": is_new,
        "back": reverse("import-kind", args=[importer.kind]),
    }


def step_of(arguments: dict[str, Any]) -> Step:
    """Return what was chosen for the file that a job was asked with."""
    step = dict(arguments["step"])
    quarter = step.pop("quarter")
    return Step(**step, quarter=Quarter.parse(quarter) if quarter else None)


def looked_in(job: Job) -> Looked:
    """Return what a job saw."""
    return Looked(**json.loads(b"".join(file_of(job, is_made=True))))


def look_at_file(asked: JobAsked) -> JobOutcome:
    """Look at a file, and keep what there is to see."""
    importer, stream, step = _file_of(asked)
    looked = look(importer, stream, step, how_of(asked), is_new=asked.arguments["is_new"])
    made = io.BytesIO(json.dumps(asdict(looked)).encode())
    return JobOutcome(
        looked.told,
        reverse("import-looked", args=[importer.kind, asked.number]),
        file=MadeFile("", "application/json", made),
    )


def make_faults(asked: JobAsked) -> JobOutcome:
    """Make the file of the rows that have faults."""
    importer, stream, step = _file_of(asked)
    found = faults_in(importer, stream, step, how_of(asked))
    if found is None:
        raise Refused("Filen har ingen fejl længere. Vælg den igen, og se, hvad den ændrer.")
    file = MadeFile(f"fejl-{importer.kind}.xlsx", EXCEL, found)
    return JobOutcome("Rækkerne med fejl er klar som Excel.", file=file)


def _file_of(asked: JobAsked) -> tuple[Importer, io.BytesIO, Step]:
    importer, step = KINDS[asked.arguments["kind"]], step_of(asked.arguments)
    if not asked.user.has_perms(importer.permissions):
        raise PermissionDenied
    stream = uploads.kept(asked.user, step.token)
    if stream is None:
        raise Refused(GONE)
    return importer, io.BytesIO(stream.read()), step
