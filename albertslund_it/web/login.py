"""The one way in, and how often somebody may try it.

Failures are counted by user and address, so that a stranger can lock nobody out who works
elsewhere; and by address alone, so that nobody tries a password on one user after another. Who
logs in from an address as a rule is not stopped there by what others try.
"""

from datetime import datetime, timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address
from urllib.parse import urlencode

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username, get_cool_off, get_failure_limit
from axes.models import AccessLog
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.shortcuts import redirect, render, resolve_url

MOST_FROM_AN_ADDRESS = 30
AS_A_RULE = timedelta(days=30)


@login_not_required
def admin_login(request):
    """Send who is not logged in to the login page; who is, may not open the admin."""
    if request.user.is_authenticated:
        raise PermissionDenied
    query = urlencode({"next": request.GET.get("next", "")})
    return redirect(f"{resolve_url('login')}?{query}")


def address_of(request) -> str:
    """Return the address that called the outermost proxy of ours.

    Each proxy adds what called it at the end of X-Forwarded-For; what stands before is anybody's
    words. Of IPv6 it is the network of a household, which has all of its addresses.
    """
    given = request.META.get("REMOTE_ADDR", "")
    if count := settings.TRUSTED_PROXIES:
        called = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(called) >= count and (found := _address(called[-count])):
            return found
    return _address(given) or given


def _address(text: str) -> str:
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:  # with a port
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        if not found.is_loopback:
            return str(IPv6Network((int(found), 64), strict=False).network_address)
    return str(found)


class Throttle(AxesDatabaseHandler):
    """Counts by user and address, and by address with a limit of its own."""

    def user_login_failed(self, sender, credentials, request=None, **kwargs):
        """Count a failed password; a sign-on that failed names nobody, and is no guess."""
        if get_client_username(request, credentials):
            super().user_login_failed(sender, credentials, request, **kwargs)

    def get_failures(self, request, credentials=None) -> int:
        """Return the failures that count; an address at its limit is at everybody's."""
        if not get_client_username(request, credentials):
            return 0
        by_user, by_address = self.get_user_attempts(request, credentials)
        limit = get_failure_limit(request, credentials)
        failures = sum(by_user.values_list("failures_since_start", flat=True))
        if failures < limit and _is_stopped(request, credentials, by_address):
            return limit
        return failures

    def free_at(self, request, credentials) -> datetime:
        """Return when somebody who is locked out may try again."""
        by_user, by_address = self.get_user_attempts(request, credentials)
        moments = [_free_at(by_user, get_failure_limit(request, credentials), request)]
        if _is_stopped(request, credentials, by_address):
            moments.append(_free_at(by_address, MOST_FROM_AN_ADDRESS, request))
        return max(moments)


def _is_stopped(request, credentials, by_address: QuerySet) -> bool:
    failures = sum(by_address.values_list("failures_since_start", flat=True))
    if failures < MOST_FROM_AN_ADDRESS:
        return False
    return not AccessLog.objects.filter(
        username=get_client_username(request, credentials),
        ip_address=request.axes_ip_address,
        attempt_time__gt=request.axes_attempt_time - AS_A_RULE,
    ).exists()


def _free_at(attempts: QuerySet, limit: int, request) -> datetime:
    """Return when so many of the attempts are forgotten that fewer than the limit are left."""
    seen = 0
    rows = attempts.order_by("-attempt_time").values_list("failures_since_start", "attempt_time")
    for failures, moment in rows:
        seen += failures
        if seen >= limit:
            return moment + get_cool_off(request)
    return request.axes_attempt_time


def locked_out(request, response, credentials):
    """Say that somebody is locked out, and until when."""
    until = Throttle().free_at(request, credentials)
    wait = max(timedelta(seconds=1), until - request.axes_attempt_time)
    # A minute begun is not over: the page promises no moment that comes too early.
    context = {"until": until + timedelta(minutes=1)}
    response = render(request, "registration/locked_out.html", context, status=429)
    response["Retry-After"] = str(int(wait.total_seconds()))
    return response
