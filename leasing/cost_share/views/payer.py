from django.http import Http404

from albertslund_it.web.clock import today
from leasing.cost_share.selectors.payers import Payer, payers_seen_by


def chosen_payer(request) -> tuple[list[Payer], Payer]:
    """Return those whose costs the user sees, and the one that the address asks for.

    What is out of scope does not exist; without a wish it is the first.
    """
    payers = payers_seen_by(request.user, today())
    wanted = request.GET.get("afdeling") or (payers[0].key if payers else "")
    for payer in payers:
        if payer.key == wanted:
            return payers, payer
    raise Http404
