from django.http import Http404

from albertslund_it.web.clock import today
from leasing.cost_share.selectors.payers import Bearer, bearers_seen_by


def chosen_bearer(request) -> tuple[list[Bearer], Bearer]:
    """Return those whose costs the user sees, and the one that the address asks for.

    What is out of scope does not exist; without a wish it is the first.
    """
    bearers = bearers_seen_by(request.user, today())
    wanted = request.GET.get("afdeling") or (bearers[0].key if bearers else "")
    for bearer in bearers:
        if bearer.key == wanted:
            return bearers, bearer
    raise Http404
