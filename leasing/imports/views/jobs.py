"""Take in a file as its preview showed it: done while one waits, or by the worker."""

import io

from django.core.exceptions import PermissionDenied
from django.urls import reverse

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.forms.agreement import refuse_unless_seen
from albertslund_it.web.undisturbed import undisturbed
from inventory.acts.selectors.written import rows_of
from inventory.imports.importers.reading import Importer
from inventory.models import SourceKind
from leasing.imports.forms import Step
from leasing.imports.importers.kinds import KINDS
from leasing.imports.importers.reports import ImportReport
from leasing.imports.presenters import SHOWN, undoing_agreed
from leasing.imports.selectors import batches_of, taken_in_as, what_goes_back
from leasing.imports.services.undoing import undo_batch
from leasing.imports.views.looking import how_of, import_step
from leasing.imports.views.reports import digest_of_file, rows_shown, what_was_done
from leasing.jobs.services.kinds import JobAsked, JobOutcome
from leasing.supplier.views.invoices import landing_of
from leasing.undo.presenters import waiting_in_words
from leasing.undo.selectors.acts import waiting_back

# Where to go on after a kind of file was taken in; others show what came of it.
LANDINGS = {
    "supplier_invoice": landing_of,
    **dict.fromkeys(SourceKind.values, lambda made: reverse("sources")),
}


def asked_of(importer: Importer, step: Step, agreed: str) -> dict[str, object]:
    """Return what the job is asked with: the file's kind, what was chosen, what was agreed to."""
    return {
        "kind": importer.kind,
        "name": step.name,
        "sheet": step.sheet,
        "good_rows": step.good_rows,
        "dates_hold": step.dates_hold,
        "quarter": str(step.quarter or ""),
        "agreed": agreed,
        "onwards": step.back,
        "back": reverse("import-kind", args=[importer.kind]),
    }


@undisturbed()  # until the report is let go of: else all of it is looked through
def take_in_file(asked: JobAsked) -> JobOutcome:
    """Take in a file, if it still does what the person saw."""
    said = asked.arguments
    importer = KINDS[said["kind"]]
    if not asked.user.has_perms(importer.permissions):
        raise PermissionDenied
    step = Step(
        token="",
        name=said["name"],
        sheet=said["sheet"],
        good_rows=said["good_rows"],
        dates_hold=said["dates_hold"],
        quarter=Quarter.parse(said["quarter"]) if said["quarter"] else None,
        back=said.get("onwards", ""),
    )
    stream = io.BytesIO(asked.data)
    digest = digest_of_file(stream)

    def agree(report: ImportReport) -> None:
        refuse_unless_seen(said["agreed"], rows_shown(report, digest, step))

    report = import_step(importer, stream, step, how_of(asked), agree=agree)
    return _outcome(importer, report, step, digest)


def undo_file(asked: JobAsked) -> JobOutcome:
    """Undo a file that was taken in, if it still does what the person saw."""
    said = asked.arguments
    found = batches_of(KINDS).get(pk=said["batch"])
    asked.tell("Sætter alt tilbage, som det var")

    def agree() -> None:
        act = found.act
        undoing = what_goes_back(rows_of(act) if act else [], SHOWN)
        waiting = waiting_in_words(waiting_back(act)) if act else []
        refuse_unless_seen(said["agreed"], undoing_agreed(undoing, waiting))

    batch = undo_batch(number=found.pk, actor=asked.user, now=asked.now, agree=agree)
    return JobOutcome(f"{batch} er fortrudt.", reverse("import-batch", args=[batch.pk]))


def _outcome(importer: Importer, report: ImportReport, step: Step, digest: str) -> JobOutcome:
    """Say what a file did, and lead to where it can be seen and undone."""
    landing = LANDINGS.get(importer.kind)
    made = [row.pk for row in report.made]
    goes_on = step.back or (landing(made) if landing and made else "")
    page = reverse("import-batch", args=[report.batch.pk]) if report.batch else ""
    if page and not goes_on:
        return JobOutcome(f"{step.name} er indlæst.", page)  # its page says the rest
    if not page and (earlier := taken_in_as(importer.kind, digest)):
        told = f"{step.name} er taget ind allerede, som nr. {earlier.pk}."
        return JobOutcome(told, reverse("import-batch", args=[earlier.pk]), is_news=False)
    return JobOutcome(
        f"{importer.label}: {what_was_done(report)}",
        goes_on or reverse("import-kind", args=[importer.kind]),
        more=(f"Se eller fortryd {str(report.batch).lower()}", page) if page else None,
    )
