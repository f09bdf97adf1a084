from django.contrib.auth.decorators import permission_required
from django.shortcuts import redirect, render

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import VIEW_BILLINGRUN
from albertslund_it.web.clock import today
from albertslund_it.web.refusals import tell_refusal
from leasing.billing.presenters.runs import label_in_sentence
from leasing.billing.selectors.window import window_for
from leasing.quarters.presenters.corrections import shown_causes
from leasing.quarters.selectors.corrections import corrections


@permission_required(VIEW_BILLINGRUN, raise_exception=True)
def corrections_page(request):
    """Show what the next run will correct in closed quarters, by cause."""
    run, code = None, request.GET.get("koersel", "")
    if code:
        try:
            run = window_for(code, today())
        except Refused as refused:
            tell_refusal(request, refused)
            return redirect("corrections")
    causes = corrections(today(), run)
    context: dict[str, object] = {
        "run_label": label_in_sentence(run.code) if run else "",
        "causes": shown_causes(causes),
        "total_ore": sum(cause.amount_ore for cause in causes),
        "line_count": sum(cause.line_count for cause in causes),
    }
    return render(request, "leasing/quarters/corrections.html", context)
