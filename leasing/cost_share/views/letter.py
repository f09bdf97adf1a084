from django.contrib.auth.decorators import permission_required
from django.http import Http404
from django.shortcuts import render

from albertslund_it.common.permissions import VIEW_DEVICE
from albertslund_it.web.clock import today
from leasing.cost_share.presenters.letter import letter_words
from leasing.cost_share.selectors.letter import letter_of
from leasing.cost_share.selectors.payers import payers_seen_by
from leasing.cost_share.views.share import chosen_quarter
from leasing.lease_end.presenters import what_happens


@permission_required(VIEW_DEVICE, raise_exception=True)
def letter(request):
    """Show a department's letter about a quarter: one page, on screen and on paper."""
    day = today()
    payers = [payer for payer in payers_seen_by(request.user, day) if payer.has_leader]
    wanted = request.GET.get("afdeling") or (payers[0].key if payers else "")
    payer = next((one for one in payers if one.key == wanted), None)
    if payer is None:
        raise Http404
    quarters, quarter = chosen_quarter(request)
    found = letter_of(payer, quarter, day)
    context = {
        "payers": payers,
        "payer": payer,
        "quarters": quarters,
        "quarter": quarter,
        "day": day,
        "letter": found,
        "endings": [(one, what_happens(one.end, day)) for one in found.endings if one.end],
        "words": letter_words(found),
    }
    return render(request, "leasing/cost_share/letter.html", context)
