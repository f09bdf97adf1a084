from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from albertslund_it.web.clock import today
from leasing.billing.views import is_computed_now
from leasing.cost_share.selectors.letter import is_at_hand, letter_of
from leasing.cost_share.selectors.payers import EVERYBODY, STOCK, bearers_seen_by
from leasing.cost_share.views.share import chosen_quarter


@permission_required("inventory.view_device", raise_exception=True)
def letter(request):
    """Show a department's letter about a quarter: one page, on screen and on paper."""
    day = today()
    bearers = [
        bearer
        for bearer in bearers_seen_by(request.user, day)
        if bearer.key not in {EVERYBODY, STOCK}
    ]
    wanted = request.GET.get("afdeling") or (bearers[0].key if bearers else "")
    bearer = next((one for one in bearers if one.key == wanted), None)
    if bearer is None:
        raise Http404
    quarters, quarter = chosen_quarter(request)
    asked = {"afdeling": bearer.key, "kvartal": quarter, "vis": "beregning"}
    context = {
        "bearers": bearers,
        "bearer": bearer,
        "quarters": quarters,
        "quarter": quarter,
        "later": f"{reverse('letter')}?{urlencode(asked)}",
        "day": day,
    }
    if is_at_hand(bearer, quarter, day) or is_computed_now(request):
        context["letter"] = letter_of(bearer, quarter, day)
    return render(request, "leasing/cost_share/letter.html", context)
