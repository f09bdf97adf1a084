import hashlib
import io

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.row_errors import FileRefused
from albertslund_it.common.quarters import Quarter, quarters_between
from albertslund_it.web.clock import now, today
from albertslund_it.web.forms import uploads
from albertslund_it.web.forms.agreement import FIELD, NotAsShown, refuse_unless_seen
from albertslund_it.web.forms.fields import PlainForm, PlainSelect
from inventory.imports.importers.reading import Importer
from leasing.cost_table.facts import billing_start
from leasing.imports.exports import write_example
from leasing.imports.importers.files import ImportReport, import_file
from leasing.imports.importers.kinds import KINDS
from leasing.supplier.importers.xml import QuarterMissing
from leasing.supplier.views.invoices import landing_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200
GONE = "Filen er ikke gemt her længere. Vælg den igen."
TOO_LARGE = "Filen er for stor. Del den i flere filer, eller slet ark, der ikke bruges."
# Where to go on after a kind of file was taken in; others begin anew.
LANDINGS = {"supplier_invoice": landing_of}


class UploadForm(PlainForm, forms.Form):
    """The file to take in."""

    file = forms.FileField(
        label="Fil",
        allow_empty_file=True,  # the reader says it better
        help_text="Excel (.xlsx) eller CSV, højst 20 MB. Det første synlige ark læses.",
        error_messages={"required": "Vælg den fil, du vil indlæse."},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )


def upload_form(importer: Importer, *data) -> UploadForm:
    """Return the form of a kind of file, which says what it may be."""
    form = UploadForm(*data)
    if importer.read_document:
        field = form.fields["file"]
        field.help_text = f"{field.help_text} Eller en elektronisk faktura (.xml)."
        field.widget.attrs["accept"] += ",.xml"
    return form


class QuarterForm(PlainForm, forms.Form):
    """The quarter that a document is for which does not say it; nothing is guessed."""

    quarter = forms.ChoiceField(
        label="Kvartal",
        widget=PlainSelect,
        error_messages={"required": "Vælg det kvartal, fakturaen er for."},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        last = Quarter.of(today()).next()
        quarters = reversed(list(quarters_between(Quarter.of(billing_start()), last)))
        choices = [(str(quarter), quarter.label) for quarter in quarters]
        self.offer("quarter", [("", "Vælg kvartal"), *choices])


def import_list(request):
    """Show the kinds of files that the user may take in."""
    importers = [one for one in KINDS.values() if request.user.has_perms(one.permissions)]
    if not importers:
        raise PermissionDenied
    return render(request, "leasing/imports/list.html", {"importers": importers})


def import_kind(request, kind):
    """Take in a file in two steps: show what it would change, then do it."""
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
    return _shown(request, importer, upload, upload.name)


def _shown(request, importer: Importer, stream, name: str, token="", quarter=None):
    """Show what a file would change; what is to be agreed to is kept for that."""
    try:
        report = take_in(request, importer, stream, name, quarter=quarter, dry_run=True)
    except QuarterMissing as missing:
        token = token or uploads.keep(request.user, stream)
        return quarter_page(request, importer, QuarterForm(), token, name, missing.number)
    except Refused as refused:
        return upload_page(request, importer, upload_form(importer), refused, name)
    if report.change_count and not token:
        token = uploads.keep(request.user, stream)
    return preview_page(request, importer, report, token, name, _digest_of(stream), quarter)


def _digest_of(stream) -> str:
    """Return the digest of a file's bytes, and wind it back."""
    stream.seek(0)
    digest = hashlib.file_digest(stream, "sha256").hexdigest()
    stream.seek(0)
    return digest


def rows_shown(report: ImportReport, digest: str, quarter=None) -> list[tuple[str, str]]:
    """Return what the preview shows, for whoever agrees to it: the file, and what it changes."""
    return [("Filen", digest), ("Kvartalet", str(quarter or "")), *report.told]


def go_on(request, importer: Importer):
    """Go on with a file that was handed in before: choose its quarter, look at it, take it in."""
    token, name = request.POST["token"], request.POST.get("name", "")[:200] or "Filen"
    stream = uploads.kept(request.user, token)
    if stream is None:
        messages.error(request, GONE)
        return redirect("import-kind", importer.kind)
    quarter = None
    with stream:
        if "quarter" in request.POST:
            form = QuarterForm(request.POST)
            if not form.is_valid():
                return quarter_page(request, importer, form, token, name)
            quarter = Quarter.parse(form.cleaned_data["quarter"])
        if FIELD not in request.POST:
            return _shown(request, importer, stream, name, token, quarter)
        digest = _digest_of(stream)

        def agree(report: ImportReport) -> None:
            refuse_unless_seen(request.POST[FIELD], rows_shown(report, digest, quarter))

        try:
            report = take_in(request, importer, stream, name, quarter=quarter, agree=agree)
        except NotAsShown as changed:
            for reason in changed.reasons:
                messages.warning(request, reason)
            stream.seek(0)
            return _shown(request, importer, stream, name, token, quarter)
        except Refused as refused:
            return upload_page(request, importer, upload_form(importer), refused)
    uploads.forget(request.user, token)
    messages.success(request, f"{importer.label}: {what_was_done(report)}")
    landing = LANDINGS.get(importer.kind)
    if landing and report.made:
        return redirect(landing([row.pk for row in report.made]))
    return redirect(request.path)


def import_example(request, kind):
    """Return a workbook with the headings of a kind of file and one row that shows how."""
    importer = importer_for(request, kind)
    columns = [(column.name, column.example) for column in importer.columns]
    stream = io.BytesIO()
    write_example(stream, title=importer.label, columns=columns)
    response = HttpResponse(stream.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="eksempel-{importer.kind}.xlsx"'
    return response


def importer_for(request, kind: str) -> Importer:
    """Return the importer of a kind of file that the user may take in."""
    importer = KINDS.get(kind)
    if importer is None:
        raise Http404
    if not request.user.has_perms(importer.permissions):
        raise PermissionDenied
    return importer


def take_in(request, importer: Importer, stream, name: str, **options) -> ImportReport:
    """Take in a file as the user who asks."""
    return import_file(
        kind=importer.kind,
        stream=stream,
        filename=name,
        actor=request.user,
        today=today(),
        now=now(),
        **options,
    )


def what_was_done(report: ImportReport) -> str:
    """Say in one line what a file did."""
    if not report.change_count:
        return "alt stod der i forvejen, så intet er ændret."
    done = [
        ", ".join(
            f"{count} {word}"
            for count, word in ((kind.created, "oprettet"), (kind.changed, "ændret"))
            if count
        )
        + f" ({name})"
        for name, kind in report.counts.items()
        if kind.created or kind.changed
    ]
    return "; ".join(done) + "."


def upload_page(request, importer: Importer, form, refused: Refused | None = None, name: str = ""):
    """Show the form, how the file must look and, above them, why the last one was refused."""
    row_errors = refused.errors if isinstance(refused, FileRefused) else []
    context = {
        "importer": importer,
        "form": form,
        "name": name,
        "reasons": refused.reasons if refused and not row_errors else [],
        "row_errors": row_errors[:SHOWN],
        "fault_count": len(row_errors),
        "more": max(0, len(row_errors) - SHOWN),
    }
    status = 422 if refused or form.errors else 200
    return render(request, "leasing/imports/kind.html", context, status=status)


def preview_page(
    request, importer: Importer, report: ImportReport, token: str, name: str, digest: str, quarter
):
    """Show what a file would change, and ask whether to do it."""
    context = {
        "importer": importer,
        "report": report,
        "token": token,
        "name": name,
        "quarter": quarter or "",
        "rows": rows_shown(report, digest, quarter),
        "differences": report.differences[:SHOWN],
        "more": max(0, len(report.differences) - SHOWN),
    }
    return render(request, "leasing/imports/preview.html", context)


def quarter_page(request, importer: Importer, form, token: str, name: str, number: str = ""):
    """Ask which quarter a document is for that does not say it."""
    context = {"importer": importer, "form": form, "token": token, "name": name, "number": number}
    status = 422 if form.errors else 200
    return render(request, "leasing/imports/quarter.html", context, status=status)
