"""What fits under a field of a form, while one types: asked for by every form, of one place."""

from django.contrib.auth.decorators import permission_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from albertslund_it.common.permissions import VIEW_DEVICE, VIEW_EMPLOYEE
from albertslund_it.web.clock import today
from inventory.organisation.selectors.scope import reads_names
from leasing.search.presenters.suggestions import NO_DEVICE, NO_PERSON, of_devices, of_people
from leasing.search.selectors.suggesting import devices_fitting, people_fitting

STOCK, INITIALS = "lager", "initialer"


@require_safe
@permission_required(VIEW_EMPLOYEE, raise_exception=True)
def people(request):
    """Return the people who fit what is typed."""
    found = people_fitting(request.user, request.GET.get("q", ""), today())
    only_initials = request.GET.get("skriv") == INITIALS
    return _options(request, of_people(found, only_initials=only_initials), NO_PERSON)


@require_safe
@permission_required(VIEW_DEVICE, raise_exception=True)
def devices(request):
    """Return the devices that fit what is typed; with `foerst=lager` those in stock first."""
    asked, names = request.GET, reads_names(request.user)
    stock_first = asked.get("foerst") == STOCK
    found = devices_fitting(request.user, asked.get("q", ""), today(), stock_first=stock_first)
    return _options(request, of_devices(found, names=names), NO_DEVICE)


def _options(request, suggestions, none: str):
    context = {"suggestions": suggestions, "none": none, "typed": request.GET.get("q", "").strip()}
    return render(request, "leasing/search/suggestions.html", context)
