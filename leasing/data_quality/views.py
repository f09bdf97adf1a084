from django.contrib.auth.decorators import permission_required
from django.shortcuts import render

from albertslund_it.common.permissions import IMPORT_INVENTORY, VIEW_DEVICE
from albertslund_it.web.clock import today
from leasing.data_quality.presenters import WORDS, finding_rows
from leasing.data_quality.selectors.rules import findings_for


@permission_required(VIEW_DEVICE, raise_exception=True)
def data_quality(request):
    """Show the standing rules: what they find, what it costs, and what to do about it."""
    findings = findings_for(request.user, today())
    context = {
        "today": today(),
        "findings": finding_rows(one for one in findings if one.count),
        "in_order": [WORDS[one.rule.key].title for one in findings if not one.count],
        "may_mend_coding": request.user.has_perm(IMPORT_INVENTORY),
    }
    return render(request, "leasing/data_quality/findings.html", context)
