from django.contrib.auth.decorators import permission_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render

from albertslund_it.common.permissions import VIEW_DEVICE
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.clock import today
from inventory.organisation.selectors.scope import units_seen_by
from leasing.audit_trail.selectors.why import why
from leasing.cost_share.selectors.payers import payers_seen_by
from leasing.models import Lease


@permission_required(VIEW_DEVICE, raise_exception=True)
def line_why(request, lease, unit, period):
    """Show how an amount is worked out: F at both ends, the dates, and what is billed of it."""
    try:
        quarter = Quarter.parse(period)
    except ValueError as error:
        raise Http404 from error
    day = today()
    found_unit = get_object_or_404(units_seen_by(request.user, day), pk=unit)
    payers = payers_seen_by(request.user, day)
    payer = next((p for p in payers if p.unit_ids is None or unit in p.unit_ids), None)
    if payer is None:
        raise Http404
    found = why(
        get_object_or_404(Lease.objects.select_related("device__model"), pk=lease),
        found_unit,
        quarter,
        payer.billed,
    )
    if not found.stays and not found.lines and not found.elsewhere_ore:
        raise Http404
    return render(request, "leasing/audit_trail/why.html", {"why": found})
