from django.contrib.auth.decorators import permission_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from albertslund_it.common.permissions import HANDLE_ORDERS, VIEW_DEVICE
from albertslund_it.web.clock import today
from inventory.models import Device, Employee
from leasing.search.presenters.hits import (
    ONLY_ACTIONS,
    HitGroup,
    acts_fitting,
    device_groups,
    hit_groups,
    page_groups,
    person_groups,
    url_of,
)
from leasing.search.selectors.searching import (
    LONGEST,
    Match,
    Matches,
    devices_of,
    is_in_use,
    only_exact,
    person_or_device,
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
    return render(request, "leasing/search/search.html", _groups(request.user, text, found))


@require_safe
@permission_required(VIEW_DEVICE, raise_exception=True)
def search_options(request):
    """Return what matches while it is being typed, as options of a list."""
    text = _typed(request)
    found = _found(request.user, text)
    return render(request, "leasing/search/options.html", _groups(request.user, text, found))


def _groups(user, text: str, found: list[Matches]) -> dict[str, object]:
    """Return what is shown of a text: things, what is done with them, and pages."""
    groups = _with_actions(user, found) if found else _asked_of(user, text)
    pages = page_groups(user.has_perm, text, modules_off())
    return {"text": text, "groups": [*groups, *pages]}


def _typed(request) -> str:
    return " ".join(request.GET.get("q", "").split())[:LONGEST]


def _found(user, text: str) -> list[Matches]:
    return [] if text.startswith(ONLY_ACTIONS) else search(user, text, today())


def _with_actions(user, found: list[Matches]) -> list[HitGroup]:
    """Return the groups, and after the first one what can be done with the best of all."""
    groups = hit_groups(found)
    if not found:
        return groups
    return [groups[0], *_acts_with(user, found[0].first[0]), *groups[1:]]


def _acts_with(user, match: Match) -> list[HitGroup]:
    """Return what can be done with somebody or a device, and what else is known of them."""
    best = match.thing
    if isinstance(best, Employee):
        return person_groups(user.has_perm, best, devices_of(user, best, today()))
    if isinstance(best, Device) and not match.is_gone:
        return device_groups(user.has_perm, best, is_in_use=is_in_use(best, today()))
    return []


def _asked_of(user, text: str) -> list[HitGroup]:
    """Return what is to be done with whom or what a text names, as 'AGHM flyt' does."""
    first, _, after = text.partition(" ")
    before, _, last = text.rpartition(" ")
    for thing, act in ((before, last), (after, first)):
        if not (thing and act and user.has_perm(HANDLE_ORDERS)):
            continue
        if (match := person_or_device(user, thing, today())) and (
            found := acts_fitting(_acts_with(user, match), act)
        ):
            return found
    return []
