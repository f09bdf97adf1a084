from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from albertslund_it.common.permissions import CLOSE_QUARTER, VIEW_DEVICE
from albertslund_it.navigation import menu
from albertslund_it.web.clock import today
from leasing.cost_table.moment import costs_are_behind
from leasing.models import Settings
from leasing.quarters.selectors.arrears import arrears


def frame(request):
    """Give every page what its frame needs; nothing is read for a fragment, which has none."""
    return {
        "site_settings": SimpleLazyObject(lambda: Settings.objects.filter(id=1).first()),
        "costs_are_behind": SimpleLazyObject(costs_are_behind),
        "arrears": SimpleLazyObject(lambda: _arrears(request)),
        "navigation": SimpleLazyObject(lambda: _navigation(request)),
    }


def _arrears(request):
    """Tell who closes quarters which ones have ended without being closed."""
    user = getattr(request, "user", None)
    if user is None or not user.has_perm(CLOSE_QUARTER):
        return None
    return arrears(today())


def _navigation(request) -> dict:
    user = getattr(request, "user", None)  # an early error page has none
    if user is None or not user.is_authenticated:
        return {"home": _url("front"), "items": []}
    return {
        "home": _url("front"),
        "items": menu(user, request.path, today()),
        "roles": [group.name for group in user.groups.order_by("name")],
        "search_url": _url("search") if user.has_perm(VIEW_DEVICE) else "",
        "admin_url": _url("admin:index") if user.is_staff else "",
    }


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return "/"
