from io import BytesIO
from tempfile import TemporaryFile

from django.contrib.auth.decorators import permission_required
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import EXPORT_REBILLING, VIEW_BILLINGRUN, VIEW_DEVICE
from albertslund_it.web.clock import now, today
from albertslund_it.web.lists.pages import EXCEL
from albertslund_it.web.people import actor_name
from albertslund_it.web.refusals import tell_refusal
from leasing.cost_share.selectors.payers import payers_seen_by
from leasing.cost_share.selectors.pending_lines import UP_TO
from leasing.cost_share.tables.lines import lines_url
from leasing.jobs.selectors import made_as_job
from leasing.jobs.views.asking import ask_or_do
from leasing.models import KIND_NAMES, BillingRun, Kind, QuarterlyInvoice
from leasing.quarters.presenters.labels import items_asked, named_kinds
from leasing.quarters.selectors.coding import uncoded_units
from leasing.quarters.selectors.invoice import invoice_page
from leasing.rebilling.exports.files import OPUS, WORKBOOK, archive_run, export_rebilling
from leasing.rebilling.selectors.run import rebilling_of
from leasing.rebilling.services import PostedMeanwhile

CSV = "text/csv; charset=utf-8"
# What each file is called and is.
FILES = {
    WORKBOOK: ("viderefakturering", EXCEL),
    OPUS: ("opus", CSV),
    "csvo": ("opus-omkostningssteder", CSV),
    "csvp": ("opus-psp", CSV),
}


@require_POST
@permission_required(EXPORT_REBILLING, raise_exception=True)
def quarter_file(request, code, file_kind):
    """Return a closed run's file, and record that it was taken; or say what it waits for."""
    run = get_object_or_404(BillingRun, code=code)
    if file_kind not in FILES:
        raise Http404
    stream = BytesIO()
    try:
        if file_kind == WORKBOOK and made_as_job(run.line_count):
            title = f"Regneark: {run.label}"
            return _asked(request, run, "quarter_file", title, EXPORT_REBILLING)
        export_rebilling(
            run=run,
            file_kind=file_kind,
            stream=stream,
            actor_name=actor_name(request),
            today=today(),
            now=now(),
        )
    except PostedMeanwhile as refused:
        tell_refusal(request, refused)
        return redirect("quarter-detail", code)
    except Refused as refused:
        rebilling = rebilling_of(run)
        context = {
            "run": run,
            "reasons": refused.reasons,
            "units": uncoded_units(rebilling),
            "settings_faults": [
                fault for fault in rebilling.settings_faults if fault in refused.reasons
            ],
        }
        return render(request, "leasing/quarters/refused.html", context, status=409)
    stream.seek(0)
    name, content_type = FILES[file_kind]
    return FileResponse(
        stream,
        as_attachment=True,
        filename=f"{name}-{run.code}.{file_kind[:4] if file_kind == WORKBOOK else OPUS}",
        content_type=content_type,
    )


def _asked(request, run: BillingRun, kind: str, title: str, permission: str):
    """Ask for a file of a closed run, and lead to where it is followed."""
    back = reverse("quarter-detail", args=[run.code])
    arguments = {"code": run.code, "back": back}
    job = ask_or_do(request, kind=kind, title=title, arguments=arguments, permissions=[permission])
    return redirect("job", job.pk)


@permission_required(VIEW_BILLINGRUN, raise_exception=True)
def quarter_archive(request, code):
    """Return all of a closed run as an archive that can be checked without the system."""
    run = get_object_or_404(BillingRun.objects.exclude(digest=""), code=code)
    if request.method == "POST":
        return _asked(request, run, "quarter_archive", f"Arkiv: {run.label}", VIEW_BILLINGRUN)
    stream = TemporaryFile()  # noqa: SIM115 - the response closes it
    archive_run(run=run, stream=stream)
    stream.seek(0)
    return FileResponse(
        stream,
        as_attachment=True,
        filename=f"arkiv-{run.code}.zip",
        content_type="application/zip",
    )


@permission_required(VIEW_DEVICE, raise_exception=True)
def invoice(request, code, number):
    """Show a department's quarterly invoice; out of scope it does not exist."""
    found = get_object_or_404(
        QuarterlyInvoice.objects.select_related("run", "department"), run__code=code, number=number
    )
    payers = payers_seen_by(request.user, today())
    owner = next((b for b in payers if b.has_invoice_for(found.department_id)), None)
    if owner is None:
        raise Http404
    page = invoice_page(found)
    context = {
        "page": page,
        "kinds": named_kinds(page.kinds),
        "lines": [(KIND_NAMES[Kind(line.kind)], line) for line in page.lines],
        "lines_url": lines_url(afdeling=owner.key, koersel=found.run.code),
        "items_url": lines_url(afdeling=owner.key, **items_asked(code)),
        "cost_url": lines_url(afdeling=owner.key, koersel=f"{UP_TO}{found.run.code}"),
    }
    return render(request, "leasing/quarters/invoice.html", context)
