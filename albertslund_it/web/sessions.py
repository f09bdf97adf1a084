"""How long one is logged in, and what becomes of a form that comes too late.

A login lasts some hours, however busy one is. Logging in again in another tab makes it last anew,
and what is typed stays where it is: a script says so in time, and a form that was sent too late is
given back, to be sent once more.
"""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views import csrf
from django.views.decorators.cache import never_cache

MOST = 1_000_000  # signs of a form that is given back


def begin_session(request, **kwargs) -> None:
    """Let the session end at a moment; what is written to it later moves it no further."""
    request.session.set_expiry(timedelta(seconds=settings.SESSION_COOKIE_AGE))


def seconds_left(request) -> int:
    """Return how long the session lasts still; 0 for who is not logged in."""
    user = getattr(request, "user", None)  # an early error page has none
    if user is None or not user.is_authenticated:
        return 0
    return max(0, request.session.get_expiry_age())


@login_not_required
@never_cache
def session_left(request):
    """Tell a page how long its login lasts, whose it is, and what its forms have to carry."""
    if not (left := seconds_left(request)):
        return JsonResponse({"left": 0, "user": None})
    return JsonResponse({"left": left, "user": request.user.pk, "token": get_token(request)})


def logged_in_again(request):
    """Say that one is logged in, and may go back to where one was."""
    return render(request, "registration/again.html")


class LoginRequired(LoginRequiredMiddleware):
    """Sends who is not logged in to log in; a form that was filled in is given back first."""

    def handle_no_permission(self, request, view_func):
        if request.headers.get("HX-Request"):
            return HttpResponse(status=401)  # a part of a page: the page itself says what to do
        return form_given_back(request) or super().handle_no_permission(request, view_func)


def csrf_failure(request, reason=""):
    """Return a form of our own pages back that was written before one logged in again."""
    return form_given_back(request) or csrf.csrf_failure(request, reason)


def form_given_back(request) -> HttpResponse | None:
    """Return a page that can send the form again; None where there is none to be sent.

    Only what comes from a page of ours: nobody else's form is made ready to be sent. A password is
    never written into a page.
    """
    if request.method != "POST" or not _is_from_here(request):
        return None
    typed = [(name, values) for name, values in request.POST.lists() if _is_kept(name)]
    size = sum(len(value) for _, values in typed for value in values)
    if not (typed or request.FILES) or size > MOST or any("password" in name for name, _ in typed):
        return None
    context = {
        "fields": [(name, value) for name, values in typed for value in values],
        "texts": [value for _, values in typed for value in values if " " in value.strip()],
        "files": [(name, file.name) for name, file in request.FILES.items()],
        "address": request.get_full_path(),
    }
    return render(request, "registration/given_back.html", context, status=403)


def _is_kept(name: str) -> bool:
    return name != "csrfmiddlewaretoken"


def _is_from_here(request) -> bool:
    here = f"{request.scheme}://{request.get_host()}"
    if origin := request.headers.get("Origin"):
        return origin == here
    return request.headers.get("Referer", "").startswith(f"{here}/")
