from django.contrib.auth.decorators import permission_required
from django.shortcuts import render

from albertslund_it.web.clock import today
from leasing.selectors.closing.corrections import corrections
from leasing.views.later import is_computed_now


@permission_required("leasing.view_billingrun", raise_exception=True)
def corrections_page(request):
    """Show what the next run will correct in closed quarters, by cause."""
    causes = corrections(today()) if is_computed_now(request) else None
    context = {"causes": causes}
    if causes is not None:
        context["total_ore"] = sum(cause.amount_ore for cause in causes)
        context["line_count"] = sum(cause.line_count for cause in causes)
    return render(request, "leasing/closing/corrections.html", context)
