"""Log in with a password, and with a code where one is asked for; set the code up.

There is no session before both are given: who has given the password is remembered for some
minutes as somebody who may answer, and every page still sends them to log in.
"""

import time

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_lockout_response
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required, permission_required
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_login_failed
from django.contrib.auth.views import LoginView
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import MANAGE_USERS
from albertslund_it.second_factor import services
from albertslund_it.second_factor.forms import CodeForm, NewPhoneForm
from albertslund_it.second_factor.selectors import (
    codes_left,
    drawn_for,
    is_asked_for,
    is_set_up,
    key_of,
    phone_of,
)
from albertslund_it.web.clock import now
from albertslund_it.web.login import address_of

PENDING = "password_given"
FOR = 5 * 60  # seconds from the password to the code


class Login(LoginView):
    """Log in with a password; where that is not enough, go on to the code."""

    def form_valid(self, form):
        user = form.get_user()
        if not is_asked_for(user):
            return super().form_valid(form)
        if not is_set_up(user):
            # Nobody may set it up by the password alone: that is what it is to make up for.
            return render(self.request, "second_factor/missing.html", {"who": user}, status=403)
        self.request.session[PENDING] = {
            "user": user.pk,
            "backend": user.backend,
            "password": user.get_session_auth_hash(),
            "until": time.time() + FOR,
            "next": self.get_success_url(),
        }
        return redirect("login-code")


@login_not_required
@never_cache
@sensitive_post_parameters()
def login_code(request):
    """Ask who has given the password for the code, and log in."""
    given = request.session.get(PENDING)
    user = _who_gave(given)
    if user is None:
        request.session.pop(PENDING, None)
        messages.error(request, "Der gik for lang tid. Skriv brugernavn og adgangskode igen.")
        return redirect("login")
    credentials = {"username": user.get_username()}
    if not AxesProxyHandler.is_allowed(request, credentials):
        return get_lockout_response(request, credentials=credentials)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if services.is_right(user=user, code=form.cleaned_data["code"]):
            return _let_in(request, user, given)
        _note_wrong_code(request, user, credentials)
        form.add_error("code", services.WRONG)
    return _page(request, "second_factor/code.html", form, {"who": user})


def _who_gave(given) -> User | None:
    if not given or time.time() > given["until"]:
        return None
    user = User.objects.filter(pk=given["user"], is_active=True).first()
    same = user and constant_time_compare(user.get_session_auth_hash(), given["password"])
    return user if same else None


def _let_in(request, user: User, given) -> HttpResponse:
    del request.session[PENDING]
    login(request, user, given["backend"])
    services.note(event=services.USED, user=user, now=now(), address=address_of(request))
    return redirect(given["next"])


def _note_wrong_code(request, user: User, credentials) -> None:
    """Count it as a wrong password is counted, and tell when it is the third."""
    user_login_failed.send(__name__, credentials=credentials, request=request)
    if services.wrong_codes(user) == services.TOO_MANY:
        services.note(event=services.GUESSED, user=user, now=now(), address=address_of(request))


@permission_required(MANAGE_USERS, raise_exception=True)
@never_cache
def second_factor(request):
    """Set up one's own code, take another phone into use, or take new emergency codes."""
    asked = next((name for name in ("begynd", "bekraeft", "koder") if name in request.POST), "")
    form = (NewPhoneForm if asked == "bekraeft" else CodeForm)(request.POST if asked else None)
    needs_code = asked == "bekraeft" or (asked and is_set_up(request.user))
    if asked and (not needs_code or form.is_valid()):
        code = form.cleaned_data["code"] if needs_code else ""
        try:
            if asked == "begynd":
                services.begin(user=request.user, code=code)
                return redirect("second-factor")
            service = services.confirm if asked == "bekraeft" else services.renew_codes
            codes = service(user=request.user, code=code, now=now())
        except Refused as refused:
            form.add_error("code", refused.reasons)
        else:
            return render(request, "second_factor/codes.html", {"codes": codes})
    return _own_page(request, form, asked)


def _own_page(request, form, asked: str) -> HttpResponse:
    phone = phone_of(request.user, confirmed=False)
    context = {
        "is_set_up": is_set_up(request.user),
        "has_password": request.user.has_usable_password(),
        "codes_left": codes_left(request.user),
        "drawn": phone and drawn_for(phone),
        "key": phone and key_of(phone),
        "new_form": form if asked == "bekraeft" else NewPhoneForm(),
        "code_form": form if asked != "bekraeft" else CodeForm(),
    }
    return _page(request, "second_factor/own.html", form, context)


def _page(request, template: str, form, context) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    return render(request, template, {"form": form, **context}, status=status)
