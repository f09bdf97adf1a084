"""A user's deadlines at a secret address, and the page where it is made.

The address lets in whoever has it: a wrong one, a revoked one and one of somebody who may no longer
log in look the same.
"""

import hashlib

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from albertslund_it.common.permissions import VIEW_DEVICE
from albertslund_it.web.clock import now, today
from leasing.calendar_feed.exports import as_icalendar
from leasing.calendar_feed.presenters import event_of
from leasing.calendar_feed.selectors import deadlines_of, feed_of, reader_of
from leasing.calendar_feed.services import delete_feed, make_feed
from leasing.models import Settings

MAKE, DELETE = "lav", "slaa-fra"


@permission_required(VIEW_DEVICE, raise_exception=True)
def feed_page(request):
    """Make the own address, make it anew, or take it away; the address is shown once."""
    site, address = Settings.objects.get().site_address.rstrip("/"), ""
    asked = request.POST.get("handling", "")
    if asked == DELETE:
        if delete_feed(user=request.user):
            messages.success(request, "Kalenderen er slået fra. Adressen virker ikke længere.")
        return redirect("calendar-feed-page")
    if asked == MAKE:
        secret = make_feed(user=request.user, now=now())
        address = site + reverse("calendar-feed", args=[secret])
    context = {
        "address": address,
        "feed": feed_of(request.user),
        "events": [event_of(one, "") for one in deadlines_of(request.user, today())],
    }
    return render(request, "leasing/calendar_feed/page.html", context)


@login_not_required
@require_safe
def feed(request, secret):
    """Return the deadlines of whoever the secret address was made for."""
    user = reader_of(secret)
    if user is None:
        raise Http404
    site, day = Settings.objects.get().site_address.rstrip("/"), today()
    content = as_icalendar((event_of(one, site) for one in deadlines_of(user, day)), day)
    etag = f'"{hashlib.sha256(content).hexdigest()}"'
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"  # asked for again each time, by its ETag
    response["Content-Disposition"] = 'inline; filename="pc-leasing.ics"'
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return get_conditional_response(request, etag=etag, response=response)
