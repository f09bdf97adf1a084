from django.contrib.auth.decorators import permission_required
from django.http import Http404
from django.shortcuts import render

from albertslund_it.common.permissions import VIEW_BILLINGRUN
from albertslund_it.web.clock import today
from leasing.cost_table.facts import billing_start
from leasing.quarters.presenters.labels import days_left
from leasing.quarters.selectors.arrears import year_end


@permission_required(VIEW_BILLINGRUN, raise_exception=True)
def year_end_page(request, year):
    """Show what is left of a fiscal year, the deadline, and its supplementary runs."""
    day = today()
    if not billing_start().year <= year <= day.year:
        raise Http404
    found = year_end(year, day)
    context = {"year": year, "found": found, "left": days_left(found.deadline, day)}
    return render(request, "leasing/quarters/year_end.html", context)
