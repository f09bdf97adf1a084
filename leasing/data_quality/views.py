from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.shortcuts import render
from django.urls import reverse

from albertslund_it.common.permissions import IMPORT_INVENTORY, VIEW_DEVICE
from albertslund_it.web.clock import today
from leasing.billing.views import is_computed_now
from leasing.data_quality.selectors.faults import Fault, Of, faults_for


@permission_required(VIEW_DEVICE, raise_exception=True)
def data_quality(request):
    """Show the standing rules: what they find, what it costs, and the way to mend it."""
    now = is_computed_now(request)
    faults = linked(faults_for(request.user, today())) if now else []
    context = {
        "is_computed": now,
        "today": today(),
        "faults": [(fault, url) for fault, url in faults if fault.count],
        "in_order": [fault.rule for fault, _ in faults if not fault.count],
        "may_mend_coding": request.user.has_perm(IMPORT_INVENTORY),
    }
    return render(request, "leasing/data_quality/faults.html", context)


def linked(faults: list[Fault]) -> list[tuple[Fault, str]]:
    """Return each fault with the list of what it counts; units are listed on the page itself."""
    return [(fault, fault_url(fault)) for fault in faults]


def fault_url(fault: Fault) -> str:
    """Return the list that holds exactly what a fault counts."""
    if fault.rule.of is Of.UNITS:
        return f"{reverse('data-quality')}#{fault.rule.key}"
    page = "employee-list" if fault.rule.of is Of.PEOPLE else "device-list"
    return f"{reverse(page)}?{urlencode({'waits': fault.rule.key})}"
