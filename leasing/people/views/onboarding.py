"""Those who are to begin."""

from django.shortcuts import render

from albertslund_it.web.clock import today
from inventory.organisation.selectors.scope import employees_seen_by
from leasing.people.presenters.onboarding import missing, order_url, when
from leasing.people.selectors.onboarding import beginners, beginning_of
from leasing.people.views.permissions import editor_required

SHOWN = 100


@editor_required
def coming_list(request):
    """Show who is to begin, the first first, and what each lacks."""
    on = today()
    seen = beginners(employees_seen_by(request.user, on), on).select_related("unit")
    people = beginning_of(list(seen.order_by("starts_on", "pk")[:SHOWN]), on)
    rows = [(one, when(one), missing(one), order_url(one)) for one in people if not one.is_done]
    return render(request, "leasing/people/coming_list.html", {"rows": rows})
