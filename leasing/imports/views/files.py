"""Take in a file, page by page: its columns, the names that nobody knows, what it changes."""

import io
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.row_errors import FileRefused
from albertslund_it.common.files.spreadsheets import looks_like_xml
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.clock import now, today
from albertslund_it.web.forms import uploads
from albertslund_it.web.forms.agreement import FIELD, NotAsShown
from inventory.imports.importers.reading import ColumnsMissing, Importer
from leasing.imports.exports import write_example, write_faults
from leasing.imports.forms import QuarterForm, Step, upload_form
from leasing.imports.importers.files import import_file
from leasing.imports.importers.good_rows import bad_rows
from leasing.imports.importers.kinds import KINDS
from leasing.imports.importers.reports import ImportReport
from leasing.imports.presenters import rows_that_wait
from leasing.imports.selectors import count_waiting
from leasing.imports.views.columns import columns_page, say_columns, table_in
from leasing.imports.views.jobs import asked_of
from leasing.imports.views.names import learn, unknown_in
from leasing.imports.views.reports import digest_of_file, rows_shown
from leasing.jobs.views.asking import answer_with, ask_or_do
from leasing.supplier.importers.xml import QuarterMissing

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200
GONE = "Filen er ikke gemt her længere. Vælg den igen."
TOO_LARGE = "Filen er for stor. Del den i flere filer, eller slet ark, der ikke bruges."


def kinds_of(user) -> dict[str, Importer]:
    """Return the kinds of files that a user may take in."""
    return {kind: one for kind, one in KINDS.items() if user.has_perms(one.permissions)}


def import_list(request):
    """Show the kinds of files that the user may take in, and what waits of earlier ones."""
    kinds = kinds_of(request.user)
    if not kinds:
        raise PermissionDenied
    waiting = count_waiting(kinds)
    context = {"importers": list(kinds.values()), "waiting": waiting}
    return render(request, "leasing/imports/list.html", context)


def import_kind(request, kind):
    """Take in a file in steps: what its columns are, what it would change, then do it."""
    importer = importer_for(request, kind)
    if request.method != "POST":
        return upload_page(request, importer, upload_form(importer))
    if "token" in request.POST:
        return go_on(request, importer)
    form = upload_form(importer, request.POST, request.FILES)
    if uploads.was_too_large(request):
        form.errors["file"] = form.error_class([TOO_LARGE])
    if not form.is_valid():
        return upload_page(request, importer, form)
    upload = form.cleaned_data["file"]
    token = uploads.keep(request.user, upload)
    upload.seek(0)
    step = replace(Step.posted(request), token=token, name=upload.name)
    return _shown(request, importer, upload, step, is_new=True)


def go_on(request, importer: Importer):
    """Go on with a file that was handed in before, as the page it comes from says."""
    step = Step.posted(request)
    stream = uploads.kept(request.user, step.token)
    if stream is None:
        messages.error(request, GONE)
        return redirect("import-kind", importer.kind)
    with stream:
        if request.POST.get("quarter"):
            form = QuarterForm(request.POST)
            if not form.is_valid():
                return quarter_page(request, importer, form, step)
            step = replace(step, quarter=Quarter.parse(form.cleaned_data["quarter"]))
        elif "quarter" in request.POST and FIELD not in request.POST:
            form = QuarterForm(request.POST)
            form.is_valid()
            return quarter_page(request, importer, form, step)
        if FIELD in request.POST:
            return _agreed(request, importer, stream, step)
        return _answered(request, importer, stream, step)


def _answered(request, importer: Importer, stream, step: Step):
    """Take what was answered, if anything was, and look at the file again."""
    answer = request.POST.get("answer", "")
    try:
        if answer == "ask-columns":
            return columns_page(request, importer, table_in(importer, stream, step), step)
        if answer == "columns":
            if page := say_columns(request, importer, stream, step):
                return page
            step = replace(step, dates_hold=True)
        if answer == "faults":
            return _faults(request, importer, stream, step)
        if answer == "names":
            learn(request)
    except Refused as refused:
        return upload_page(request, importer, upload_form(importer), refused, step.name)
    stream.seek(0)
    return _shown(request, importer, stream, step)


def _shown(request, importer: Importer, stream, step: Step, *, is_new: bool = False):
    """Show what a file would change; what is to be agreed to is kept for that.

    Of a new file whose headings nobody told of yet, ask first what they are.
    """
    try:
        report = take_in(request, importer, stream, step, dry_run=True)
    except QuarterMissing as missing:
        return quarter_page(request, importer, QuarterForm(), step, missing.number)
    except ColumnsMissing:
        stream.seek(0)
        return columns_page(request, importer, table_in(importer, stream, step), step)
    except FileRefused as refused:
        return refused_page(request, importer, stream, step, refused)
    except Refused as refused:
        return upload_page(request, importer, upload_form(importer), refused, step.name)
    if is_new and report.asks_columns:
        stream.seek(0)
        table = table_in(importer, stream, step)
        return columns_page(request, importer, table, step, is_new=True)
    if not report.does_something:
        uploads.forget(request.user, step.token)
        step = replace(step, token="")
    return preview_page(request, importer, report, step, digest_of_file(stream))


def _agreed(request, importer: Importer, stream, step: Step):
    """Take in a file as its preview showed it."""
    try:
        job = ask_or_do(
            request,
            kind="import",
            title=f"Indlæsning: {importer.label} ({step.name})",
            arguments=asked_of(importer, step, request.POST[FIELD]),
            permissions=importer.permissions,
            data=stream.read(),
        )
    except NotAsShown as changed:
        for reason in changed.reasons:
            messages.warning(request, reason)
        stream.seek(0)
        return _shown(request, importer, stream, step)
    except FileRefused as refused:
        return refused_page(request, importer, stream, step, refused)
    except Refused as refused:
        return upload_page(request, importer, upload_form(importer), refused, step.name)
    uploads.forget(request.user, step.token)
    return answer_with(request, job)


def _faults(request, importer: Importer, stream, step: Step):
    """Return the rows with faults as a file to mend, with what is wrong beside them."""
    try:
        take_in(request, importer, stream, replace(step, good_rows=False), dry_run=True)
    except FileRefused as refused:
        stream.seek(0)
        table = table_in(importer, stream, step)
        rows = bad_rows(table, refused.errors)
        answer = io.BytesIO()
        write_faults(answer, table.headings, [(row.cells, row.reason, "") for row in rows])
        return as_workbook(answer, f"fejl-{importer.kind}.xlsx")
    stream.seek(0)
    return _shown(request, importer, stream, step)


def as_workbook(stream: io.BytesIO, name: str) -> HttpResponse:
    """Return a workbook to be saved."""
    response = HttpResponse(stream.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{quote(name)}"'
    return response


def import_example(request, kind):
    """Return a workbook with the headings of a kind of file and rows that show how."""
    importer = importer_for(request, kind)
    headings = [column.name for column in importer.columns]
    stream = io.BytesIO()
    write_example(stream, title=importer.label, headings=headings, rows=importer.examples)
    return as_workbook(stream, f"eksempel-{importer.kind}.xlsx")


def importer_for(request, kind: str) -> Importer:
    """Return the importer of a kind of file that the user may take in."""
    importer = KINDS.get(kind)
    if importer is None:
        raise Http404
    if not request.user.has_perms(importer.permissions):
        raise PermissionDenied
    return importer


def take_in(request, importer: Importer, stream, step: Step, **options) -> ImportReport:
    """Take in a file as the user who asks."""
    return import_file(
        kind=importer.kind,
        stream=stream,
        filename=step.name,
        actor=request.user,
        today=today(),
        now=now(),
        quarter=step.quarter,
        sheet=step.sheet,
        good_rows=step.good_rows,
        dates_hold=step.dates_hold,
        **options,
    )


def upload_page(request, importer: Importer, form, refused: Refused | None = None, name: str = ""):
    """Show the form, how the file must look and, above them, why the last one was refused."""
    context = {
        "importer": importer,
        "form": form,
        "name": name,
        "reasons": refused.reasons if refused else [],
    }
    status = 422 if refused or form.errors else 200
    return render(request, "leasing/imports/kind.html", context, status=status)


def refused_page(request, importer: Importer, stream, step: Step, refused: FileRefused):
    """Show every fault, the names to be asked about, and how to go on without the bad rows."""
    is_of_rows = any(fault.row is not None for fault in refused.errors)
    unknown: Sequence[object] = ()
    sheets: tuple[str, ...] = ()
    has_good = False
    stream.seek(0)
    is_table = not (importer.read_document and looks_like_xml(stream))
    if is_table:
        table = table_in(importer, stream, step)
        unknown, sheets = unknown_in(importer, table), table.sheets
        bad = {fault.row for fault in refused.errors}
        has_good = not step.good_rows and any(number not in bad for number, _ in table.rows)
    context = {
        "importer": importer,
        "form": upload_form(importer),
        "step": step,
        "name": step.name,
        "row_errors": refused.errors[:SHOWN],
        "fault_count": len(refused.errors),
        "more": max(0, len(refused.errors) - SHOWN),
        "unknown": unknown,
        "sheets": sheets,
        "may_go_on": is_of_rows and is_table,
        "has_good": has_good,
    }
    return render(request, "leasing/imports/kind.html", context, status=422)


def preview_page(request, importer: Importer, report: ImportReport, step: Step, digest: str):
    """Show what a file would change, and ask whether to do it."""
    context = {
        "importer": importer,
        "report": report,
        "step": step,
        "token": step.token,
        "rows": rows_shown(report, digest, step),
        "sheets": report.sheets,
        "differences": report.differences[:SHOWN],
        "more": max(0, len(report.differences) - SHOWN),
        "left_out": report.left_out[:SHOWN],
        "more_left_out": max(0, len(report.left_out) - SHOWN),
        "noted": report.noted[:SHOWN],
        "more_noted": max(0, len(report.noted) - SHOWN),
        "waiting": rows_that_wait(report.headings, report.waiting[:SHOWN]),
        "more_waiting": max(0, len(report.waiting) - SHOWN),
    }
    return render(request, "leasing/imports/preview.html", context)


def quarter_page(request, importer: Importer, form, step: Step, number: str = ""):
    """Ask which quarter a document is for that does not say it."""
    context = {"importer": importer, "form": form, "step": step, "number": number}
    status = 422 if form.errors else 200
    return render(request, "leasing/imports/quarter.html", context, status=status)
