from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.charts import HATCHED, OUTLINED, SOLID, Chart, Series, bar_chart
from albertslund_it.web.clock import today
from leasing.selectors.share.bearers import EVERYBODY, Bearer
from leasing.selectors.share.share import Share, quarters_to_choose, share_of
from leasing.views.share.bearer import chosen_bearer

STYLES = (
    ("closed", "Låst", SOLID),
    ("open", "Ikke låst", HATCHED),
    ("coming", "Kommende, som aftalt i dag", OUTLINED),
)


@permission_required("inventory.view_device", raise_exception=True)
def share(request):
    """Show what a department, or a leader's units, pay and for what."""
    bearers, bearer = chosen_bearer(request)
    quarters = quarters_to_choose(today())
    wanted = request.GET.get("kvartal") or str(Quarter.of(today()))
    quarter = next((q for q in quarters if str(q) == wanted), None)
    if quarter is None:
        raise Http404
    found = share_of(bearer, quarter, today())
    context = {
        "share": found,
        "bearers": bearers,
        "quarters": quarters,
        "chart": quarter_chart(found),
        "lines_url": lines_url(afdeling=bearer.key),
        "payers": [(row, payer_url(bearer, row.key)) for row in found.by_payer],
        "models": [row for row in found.by_model if row.amount_ore or row.items],
        "kinds": [row for row in found.by_kind if row.amount_ore],
        "has_invoices": any(bill.invoice for bill in found.bills),
    }
    return render(request, "leasing/share.html", context)


def lines_url(**query) -> str:
    """Give the list of lines, narrowed to what is asked for."""
    return f"{reverse('lines')}?{urlencode(query)}"


def payer_url(bearer: Bearer, key) -> str:
    """Give the lines of one row of who pays: a department of everybody's, else a unit."""
    if bearer.key == EVERYBODY:
        return lines_url(afdeling=key)
    return lines_url(afdeling=bearer.key, enhed=key)


def quarter_chart(found: Share, ident: str = "kvartaler") -> Chart:
    """Draw what the quarters cost: the closed ones, those that are not, and those to come."""
    costs = found.quarters
    return bar_chart(
        ident=ident,
        title=f"Udgift pr. kvartal, {found.bearer.name}",
        labels=[cost.quarter.short_label for cost in costs],
        series=[
            Series(name, style, _costs(found, state))
            for state, name, style in STYLES
            if any(cost.state == state for cost in costs)
        ],
    )


def _costs(found: Share, state: str) -> list[int]:
    """Give the cost of each quarter that is in a state, nothing for the others."""
    return [cost.cost_ore if cost.state == state else 0 for cost in found.quarters]
