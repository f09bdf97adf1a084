"""A single row that is typed, and then goes the way of any file of its kind."""

from collections.abc import Sequence
from dataclasses import replace

from django.core.files.uploadedfile import SimpleUploadedFile
from django.shortcuts import render

from albertslund_it.web.forms import uploads
from albertslund_it.web.query import page_before
from leasing.imports.forms import RowForm, Step
from leasing.imports.views.files import import_kind, importer_for, show
from leasing.imports.views.looking import REFUSED, UNREADABLE, how_asked, look

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
    step = Step(token="", name=NAME, back=page_before(request, ""))
    looked = look(importer, stream, step, how_asked(request))
    # A name that nobody knows is asked about as for any file.
    if looked.page == REFUSED and not looked.shown["unknown"]:
        return _shown(request, form, [one["told"] for one in looked.shown["row_errors"]])
    if looked.page == UNREADABLE:
        return _shown(request, form, looked.shown["reasons"])
    if looked.goes_on:
        step = _kept(request, stream, step)
    return show(request, importer, stream, step, looked)


def _kept(request, stream, step: Step) -> Step:
    upload = SimpleUploadedFile(NAME, stream.getvalue())
    return replace(step, token=uploads.keep(request.user, upload))


def _shown(request, form: RowForm, reasons: Sequence[str] = ()):
    """Show the row, with what was typed and why it cannot be."""
    if reasons:
        form.add_error(None, list(reasons))
    status = 422 if form.errors else 200
    context = {"importer": form.importer, "form": form}
    return render(request, "leasing/imports/row.html", context, status=status)
