"""A single row that is typed, and then goes the way of any file of its kind."""

from dataclasses import replace

from django.core.files.uploadedfile import SimpleUploadedFile
from django.shortcuts import render

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.row_errors import FileRefused
from albertslund_it.web.forms import uploads
from leasing.imports.forms import RowForm, Step
from leasing.imports.views.columns import table_in
from leasing.imports.views.files import (
    import_kind,
    importer_for,
    preview_page,
    refused_page,
    take_in,
)
from leasing.imports.views.names import unknown_in
from leasing.imports.views.reports import digest_of_file

NAME = "en række.csv"


def import_row(request, kind):
    """Show a row with what the address fills in, and what it would change once it is complete."""
    if request.method == "POST" and "raekke" not in request.POST:
        return import_kind(request, kind)  # a step of what began here
    importer = importer_for(request, kind)
    form = RowForm(importer, request.POST or None, initial=request.GET.dict())
    if request.method != "POST" or not form.is_valid():
        return _shown(request, form)
    stream = form.as_file()
    step = Step(token="", name=NAME)
    try:
        report = take_in(request, importer, stream, step, dry_run=True)
    except FileRefused as refused:
        stream.seek(0)
        if not unknown_in(importer, table_in(importer, stream, step)):
            return _shown(request, form, refused)
        # A name that nobody knows is asked about as for any file.
        return refused_page(request, importer, stream, _kept(request, stream, step), refused)
    except Refused as refused:
        return _shown(request, form, refused)
    if report.does_something:
        step = _kept(request, stream, step)
    return preview_page(request, importer, report, step, digest_of_file(stream))


def _kept(request, stream, step: Step) -> Step:
    upload = SimpleUploadedFile(NAME, stream.getvalue())
    return replace(step, token=uploads.keep(request.user, upload))


def _shown(request, form: RowForm, refused: Refused | None = None):
    """Show the row, with what was typed and why it cannot be."""
    if refused:
        form.add_error(None, list(refused.reasons))
    status = 422 if form.errors else 200
    context = {"importer": form.importer, "form": form}
    return render(request, "leasing/imports/row.html", context, status=status)
