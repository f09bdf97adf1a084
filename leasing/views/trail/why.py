from django.contrib.auth.decorators import permission_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.clock import today
from inventory.selectors.scope import units_seen_by
from leasing.models import Lease
from leasing.selectors.trail.why import why


@permission_required("inventory.view_device", raise_exception=True)
def line_why(request, lease, unit, period):
    """Show how an amount is worked out: F at both ends, the dates, and what is billed of it."""
    try:
        quarter = Quarter.parse(period)
    except ValueError as error:
        raise Http404 from error
    found_unit = get_object_or_404(units_seen_by(request.user, today()), pk=unit)
    found = why(
        get_object_or_404(Lease.objects.select_related("device__model"), pk=lease),
        found_unit,
        quarter,
    )
    if not found.parts and not found.lines:
        raise Http404
    return render(request, "leasing/trail/why.html", {"why": found})
