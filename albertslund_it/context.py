from django.conf import settings
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.utils.functional import SimpleLazyObject

from albertslund_it.common.permissions import CLOSE_QUARTER, MANAGE_USERS, VIEW_DEVICE
from albertslund_it.help.topics import topic_of
from albertslund_it.navigation import menu, tabs
from albertslund_it.web.addresses import address_of
from albertslund_it.web.clock import today
from albertslund_it.web.database.put_together import given, put_together_once
from albertslund_it.web.sessions import seconds_left
from leasing.cost_table.moment import costs_are_behind
from leasing.models import Lease
from leasing.quarters.selectors.arrears import arrears
from leasing.search.presenters.hits import keys
from leasing.settings.selectors import modules_off, settings_now
from leasing.undo.views.acts import may_do_something


def frame(request):
    """Give every page what its frame needs; nothing is read for a fragment, which has none."""
    site_settings = SimpleLazyObject(settings_now)
    return {
        "site_settings": site_settings,
        "costs_are_behind": SimpleLazyObject(costs_are_behind),
        "arrears": SimpleLazyObject(lambda: _arrears(request)),
        "navigation": SimpleLazyObject(lambda: _navigation(request, site_settings)),
        "session_left": SimpleLazyObject(lambda: seconds_left(request)),
        "roles_follow_account": settings.OIDC_ENABLED and bool(settings.OIDC_ROLE_CLAIM),
        "page_help": SimpleLazyObject(lambda: _help(request)),
    }


def _help(request):
    """Return what helps on this page; nothing for who is not logged in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    return topic_of(request.resolver_match)


def _arrears(request):
    """Return who closes quarters which ones have ended without being closed."""
    user = getattr(request, "user", None)
    if user is None or not user.has_perm(CLOSE_QUARTER):
        return None
    found = arrears(today())
    # Of an installation that has no leases yet, nothing is late.
    return found if found and Lease.objects.exists() else None


def _navigation(request, site_settings) -> dict:
    user = getattr(request, "user", None)  # an early error page has none
    if user is None or not user.is_authenticated:
        return {"home": _url("front"), "items": []}
    items = menu(user, request.get_full_path(), today(), modules_off(site_settings))
    search_url = _url("search") if user.has_perm(VIEW_DEVICE) else ""
    return {
        "home": _url("front"),
        "items": items,
        "has_share": any(item.name == "share" for item in items),
        "tabs": tabs(items, search_url),
        "roles": _roles(user=user.pk),
        "search_url": search_url,
        "keys": keys(user.has_perm),
        "acts_url": _url("act-list") if may_do_something(user) else "",
        "second_factor_url": _url("second-factor") if user.has_perm(MANAGE_USERS) else "",
        "admin_url": _url("admin:index") if user.is_staff else "",
    }


@put_together_once
def _roles(*, user: int) -> QuerySet[Group, str]:
    roles = Group.objects.filter(user=given(user)).order_by("name")
    return roles.values_list("name", flat=True)


def _url(name: str) -> str:
    return address_of(name) or "/"
