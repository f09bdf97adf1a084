from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, render

from albertslund_it.common.permissions import VIEW_BILLINGRUN
from albertslund_it.web.query import number_in
from leasing.audit_trail.selectors.trail import find_vouchers, trail_of
from leasing.models import QuarterlyInvoice
from leasing.rebilling.selectors.postings import Posting, postings_of
from leasing.rebilling.selectors.run import rebilling_of


@permission_required(VIEW_BILLINGRUN, raise_exception=True)
def trail_search(request):
    """Look for a voucher or an invoice, ours or the lessor's."""
    text = request.GET.get("q", "").strip()
    return render(
        request, "leasing/audit_trail/search.html", {"q": text, "found": find_vouchers(text)}
    )


@permission_required(VIEW_BILLINGRUN, raise_exception=True)
def trail(request, number):
    """Show the trail of a quarterly invoice."""
    invoice = get_object_or_404(QuarterlyInvoice.objects.select_related("run"), number=number)
    page, unit = request.GET.get("side", "1"), request.GET.get("enhed", "")[:20]
    found = trail_of(invoice, number_in(page) or 1, unit)
    context = {"trail": found, "postings": postings_on(invoice, unit)}
    return render(request, "leasing/audit_trail/trail.html", context)


def postings_on(invoice: QuarterlyInvoice, unit: str) -> list[Posting]:
    """Return the rows of the voucher that an invoice stands behind; all of them or a unit's."""
    return [
        posting
        for posting in postings_of(rebilling_of(invoice.run))
        if f"{posting.text} ".startswith(f"{invoice.number} ")
        and (not unit or posting.unit_number == unit)
    ]
