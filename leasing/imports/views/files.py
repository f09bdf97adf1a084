"""Take in a file, page by page: its columns, the names that nobody knows, what it changes."""

import io
from dataclasses import replace
from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.row_errors import FileRefused
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.forms import uploads
from albertslund_it.web.forms.agreement import FIELD, NotAsShown
from albertslund_it.web.query import returning_to
from inventory.imports.importers.reading import Importer
from leasing.imports.exports import write_example
from leasing.imports.forms import QuarterForm, Step, upload_form
from leasing.imports.importers.kinds import KINDS
from leasing.imports.selectors import count_waiting, names_to_choose_from
from leasing.imports.views.columns import columns_page, say_columns, table_in
from leasing.imports.views.jobs import asked_of
from leasing.imports.views.looking import (
    COLUMNS,
    GONE,
    QUARTER,
    REFUSED,
    UNREADABLE,
    Looked,
    faults_in,
    how_asked,
    is_large,
    look,
    looked_in,
    looking_asked_of,
    refused_shown,
    step_of,
)
from leasing.imports.views.names import learn
from leasing.jobs.selectors import jobs_of
from leasing.jobs.views.asking import answer_with, ask_or_do
from leasing.models import Job

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TOO_LARGE = "Filen er for stor. Del den i flere filer, eller slet ark, der ikke bruges."

# What a name can be of, and the file that makes a new one.
NEW_ONES = {"model": "prices", "unit": "units"}


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
        return _gone(request, importer, step)
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


def _gone(request, importer: Importer, step: Step):
    """Ask for a file again that is not kept any longer."""
    messages.error(request, GONE)
    return redirect(returning_to(reverse("import-kind", args=[importer.kind]), step.back))


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
    """Show what a file would change: at once, or of a large one by a job, which says how far."""
    if is_large(stream):
        asked = looking_asked_of(importer, step, is_new=is_new)
        return _asked_of_file(request, importer, step, "preview", "Kontrol", asked)
    looked = look(importer, stream, step, how_asked(request), is_new=is_new)
    return show(request, importer, stream, step, looked)


def show(request, importer: Importer, stream, step: Step, looked: Looked):
    """Show what came of looking at a file; what is to be agreed to is kept for that."""
    shown = looked.shown
    if looked.page == QUARTER:
        return quarter_page(request, importer, QuarterForm(), step, shown["number"])
    if looked.page == COLUMNS:
        stream.seek(0)
        table = table_in(importer, stream, step)
        return columns_page(request, importer, table, step, is_new=shown["is_new"])
    if looked.page == REFUSED:
        return refused_page(request, importer, step, shown)
    if looked.page == UNREADABLE:
        form = upload_form(importer)
        return upload_page(request, importer, form, Refused(*shown["reasons"]), step.name)
    if not shown["does_something"]:
        uploads.forget(request.user, step.token)
        step = replace(step, token="")
    context = {"importer": importer, "report": shown, "step": step, "token": step.token}
    return render(request, "leasing/imports/preview.html", context)


def import_looked(request, kind, pk):
    """Show what came of looking at a large file; go on from there as from any page of it."""
    if request.method == "POST":
        return import_kind(request, kind)
    importer = importer_for(request, kind)
    job = get_object_or_404(jobs_of(request.user), pk=pk, kind="preview", state=Job.State.DONE)
    if job.arguments["kind"] != kind:
        raise Http404
    looked, step = looked_in(job), step_of(job.arguments)
    stream = uploads.kept(request.user, step.token)
    if stream is None and looked.goes_on:
        return _gone(request, importer, step)
    return show(request, importer, stream, step, looked)


def _asked_of_file(request, importer: Importer, step: Step, kind: str, what: str, asked: dict):
    """Ask for something about a file that is kept, and lead to where it is followed."""
    try:
        job = ask_or_do(
            request,
            kind=kind,
            title=f"{what}: {importer.label} ({step.name})",
            arguments=asked,
            permissions=importer.permissions,
        )
    except Refused as refused:
        return upload_page(request, importer, upload_form(importer), refused, step.name)
    is_page = job.state == Job.State.DONE and kind == "preview"
    return redirect(job.result["url"]) if is_page else redirect("job", job.pk)


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
        shown = refused_shown(importer, stream, step, refused)
        return refused_page(request, importer, step, shown)
    except Refused as refused:
        return upload_page(request, importer, upload_form(importer), refused, step.name)
    uploads.forget(request.user, step.token)
    return answer_with(request, job)


def _faults(request, importer: Importer, stream, step: Step):
    """Return the rows with faults as a file to mend, with what is wrong beside them."""
    if is_large(stream):
        asked = looking_asked_of(importer, step)
        return _asked_of_file(request, importer, step, "faults", "Rækker med fejl", asked)
    answer = faults_in(importer, stream, step, how_asked(request))
    if answer is None:
        stream.seek(0)
        return _shown(request, importer, stream, step)
    return as_workbook(answer, f"fejl-{importer.kind}.xlsx")


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


def refused_page(request, importer: Importer, step: Step, shown: dict):
    """Show every fault, the names to be asked about, and how to go on without the bad rows."""
    choices = names_to_choose_from() if shown["unknown"] else {}
    may = kinds_of(request.user)
    context = shown | {
        "importer": importer,
        "form": upload_form(importer),
        "step": step,
        "name": step.name,
        "unknown": [(one, choices[one["kind"]]) for one in shown["unknown"]],
        "new_ones": [
            (which, KINDS[NEW_ONES[which]], NEW_ONES[which] in may)
            for which in sorted({one["kind"] for one in shown["unknown"]})
        ],
    }
    return render(request, "leasing/imports/kind.html", context, status=422)


def quarter_page(request, importer: Importer, form, step: Step, number: str = ""):
    """Ask which quarter a document is for that does not say it."""
    context = {"importer": importer, "form": form, "step": step, "number": number}
    status = 422 if form.errors else 200
    return render(request, "leasing/imports/quarter.html", context, status=status)
