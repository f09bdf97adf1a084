from django.contrib.auth.decorators import permission_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from albertslund_it.common.permissions import VIEW_DEVICE
from albertslund_it.web.clock import today
from inventory.models import Device, Employee
from leasing.search.presenters.hits import (
    ONLY_ACTIONS,
    HitGroup,
    device_groups,
    hit_groups,
    page_groups,
    person_groups,
    url_of,
)
from leasing.search.selectors.searching import (
    LONGEST,
    Matches,
    devices_of,
    is_in_use,
    only_exact,
    search,
)
from leasing.settings.selectors import modules_off


@permission_required(VIEW_DEVICE, raise_exception=True)
def search_page(request):
    """Show what matches the search box; the one exact hit is opened at once."""
    text = _typed(request)
    found = _found(request.user, text)
    if exact := only_exact(found):
        return redirect(url_of(exact.thing, exact.line))
    groups = _with_actions(request.user, found)
    pages = page_groups(request.user.has_perm, text, modules_off())
    context = {"text": text, "groups": [*groups, *pages]}
    return render(request, "leasing/search/search.html", context)


@require_safe
@permission_required(VIEW_DEVICE, raise_exception=True)
def search_options(request):
    """Return what matches while it is being typed, as options of a list."""
    text = _typed(request)
    groups = _with_actions(request.user, _found(request.user, text))
    pages = page_groups(request.user.has_perm, text, modules_off())
    context = {"text": text, "groups": [*groups, *pages]}
    return render(request, "leasing/search/options.html", context)


def _typed(request) -> str:
    return " ".join(request.GET.get("q", "").split())[:LONGEST]


def _found(user, text: str) -> list[Matches]:
    return [] if text.startswith(ONLY_ACTIONS) else search(user, text, today())


def _with_actions(user, found: list[Matches]) -> list[HitGroup]:
    """Return the groups, and after the first one what can be done with the best of all."""
    groups = hit_groups(found)
    if not found:
        return groups
    best, doing = found[0].first[0].thing, []
    if isinstance(best, Employee):
        doing = person_groups(user.has_perm, best, devices_of(user, best, today()))
    elif isinstance(best, Device) and not found[0].first[0].is_gone:
        doing = device_groups(user.has_perm, best, is_in_use=is_in_use(best, today()))
    return [groups[0], *doing, *groups[1:]]
