"""The scan field: a serial number, initials or an order's number, and what can be done with it."""

from django.contrib.auth.decorators import permission_required
from django.shortcuts import render

from albertslund_it.common.permissions import HANDLE_ORDERS
from albertslund_it.web.clock import today
from leasing.devices.selectors.device_page import ReaderScope
from leasing.front.presenters.scan import thing_of
from leasing.front.selectors.scan import LONGEST, scanned
from leasing.people.selectors.employee_page import employee_page


@permission_required(HANDLE_ORDERS, raise_exception=True)
def scan(request):
    """Show what was scanned, with what can be done with it."""
    text, on = request.GET.get("q", "").strip()[:LONGEST], today()
    context = {"text": text}
    try:
        found = scanned(request.user, text, on)
    except ValueError as too_many:
        return render(request, "leasing/front/scan.html", {**context, "fault": str(too_many)})
    reader = ReaderScope(request.user, on)
    page = employee_page(found.employee, reader, on) if found.employee else None
    context |= {
        "thing": thing_of(found, page, on),
        "unknown": found.unknown,
        "guesses": [one for one in found.unknown if str(one) != one.typed],
    }
    return render(request, "leasing/front/scan.html", context)
