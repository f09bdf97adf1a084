"""The files of the lessor's invoices: handed out as downloads, attached and removed by hand."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import RECONCILE, VIEW_SUPPLIERINVOICE
from albertslund_it.web.clock import now
from albertslund_it.web.forms import uploads
from albertslund_it.web.refusals import tell_refusal
from leasing.kept_files.views import DAMAGED, as_download
from leasing.models import SupplierInvoiceFile
from leasing.supplier.selectors.invoices import invoices_seen_by
from leasing.supplier.services.files import attach_file, remove_file

TOO_LARGE = "Filen er for stor: den må højst fylde 20 MB. Intet er gemt."


@require_GET
@permission_required(VIEW_SUPPLIERINVOICE, raise_exception=True)
def supplier_invoice_file(request, pk, file):
    """Hand out a file as it came: to be saved, and never to be run or shown as a page of ours."""
    invoice = get_object_or_404(invoices_seen_by(request.user), pk=pk)
    found = get_object_or_404(
        SupplierInvoiceFile.objects.select_related("file"), invoice=invoice, pk=file
    )
    if answer := as_download(found.name, found.file):
        return answer
    messages.error(request, DAMAGED)
    return redirect("supplier-invoice-detail", pk)


@require_POST
@permission_required(RECONCILE, raise_exception=True)
def supplier_invoice_attach(request, pk):
    """Attach a file to an invoice by hand, one that was typed in too."""
    get_object_or_404(invoices_seen_by(request.user), pk=pk)
    upload = request.FILES.get("file")
    try:
        if uploads.was_too_large(request):
            raise Refused(TOO_LARGE)
        if upload is None:
            raise Refused("Vælg den fil, du vil lægge ved.")
        kept = attach_file(
            invoice_id=pk, name=upload.name, data=upload.read(), actor=request.user, now=now()
        )
    except Refused as refused:
        tell_refusal(request, refused)
    else:
        messages.success(request, f"»{kept.name}« er lagt ved.")
    return redirect("supplier-invoice-detail", pk)


@require_POST
@permission_required(RECONCILE, raise_exception=True)
def supplier_invoice_remove_file(request, pk, file):
    """Remove a file that was attached by hand."""
    if not invoices_seen_by(request.user).filter(pk=pk).exists():
        raise Http404
    try:
        name = remove_file(invoice_id=pk, file_id=file)
    except Refused as refused:
        tell_refusal(request, refused)
    else:
        messages.success(request, f"»{name}« er fjernet.")
    return redirect("supplier-invoice-detail", pk)
