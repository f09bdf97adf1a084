"""The way to the provider and back, and out again."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import LogoutView
from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from mozilla_django_oidc.utils import import_from_settings as named
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView

from albertslund_it.sign_on.accounts import SILENT, SUPERUSER, TAKEN, TIME
from albertslund_it.sign_on.logout import NotForUsError, end_session_of, end_sessions_of_token
from albertslund_it.sign_on.provider import SilentError
from albertslund_it.web.sessions import begin_session

FAILED = (
    "Det lykkedes ikke at logge ind med kommunens konto. Prøv igen, eller skriv til it-helpdesk, "
    "hvis det fortsætter."
)
LOST = (
    "Login med kommunens konto blev afbrudt: siden har stået for længe, eller svaret er brugt "
    "før. Begynd forfra her."
)
DENIED = (
    "Kommunens login har ikke lukket din konto ind i Pc-leasing. Bed it-helpdesk om adgangen, og "
    "prøv igen."
)
WHY = {
    SILENT: (
        "Kommunens login svarer ikke lige nu. Prøv igen om et par minutter. Haster det, kan "
        "nødadgangen logge ind med brugernavn og kode nedenfor."
    ),
    TIME: (
        "Det lykkedes ikke at logge ind: kommunens login og serveren her er ikke enige om, hvad "
        "klokken er. Prøv igen, og skriv til it-helpdesk, hvis det fortsætter."
    ),
    SUPERUSER: (
        "Mailen hører til en superbruger, og den logger ikke ind med kommunens konto. Log ind med "
        "brugernavn og kode nedenfor."
    ),
}


class Callback(OIDCAuthenticationCallbackView):
    """Where the provider sends people back to."""

    def get(self, request):
        """Read the answer, if this browser has asked for it."""
        if request.GET.get("state") not in request.session.get("oidc_states", {}):
            return self._failed(LOST)  # nothing else happens: anybody may make such a link
        denied = request.GET.get("error") == "access_denied"
        return self._failed(DENIED) if denied else super().get(request)

    def login_success(self):
        """Begin the session, also of who was logged in and comes to stay so."""
        response = super().login_success()
        said = self.request.signed_on
        if not settings.OIDC_OP_LOGOUT_ENDPOINT:  # then nobody asks for it again
            del said["token"]
        self.request.session["sign_on"] = said
        begin_session(self.request)
        return response

    def login_failure(self):
        why = getattr(self.request, "sign_on_failure", "")
        if why == TAKEN:
            return render(self.request, "registration/account_taken.html", status=403)
        return self._failed(WHY.get(why, FAILED))

    def _failed(self, why: str):
        messages.error(self.request, why)
        return HttpResponseRedirect(self.failure_url)


class Logout(LogoutView):
    """Log out here; who signed on with the municipality's account is logged out there too."""

    def post(self, request, *args, **kwargs):
        signed_on = request.session.get("sign_on")
        response = super().post(request, *args, **kwargs)
        if not (signed_on and settings.OIDC_ENABLED and settings.OIDC_OP_LOGOUT_ENDPOINT):
            return response
        query = {
            "client_id": named("OIDC_RP_CLIENT_ID"),
            "id_token_hint": signed_on["token"],
            "post_logout_redirect_uri": request.build_absolute_uri(reverse("login")),
        }
        return HttpResponseRedirect(f"{settings.OIDC_OP_LOGOUT_ENDPOINT}?{urlencode(query)}")


def log_out_from_there(request):
    """Log out who has logged out at the provider: it tells so itself, or by the browser.

    It sends a signed token (back-channel), or opens this address unseen with the number of its
    session (front-channel), which only it and we know.
    """
    try:
        if request.method == "POST":
            end_sessions_of_token(request.POST.get("logout_token", ""))
        else:
            end_session_of(request.GET.get("iss", ""), request.GET.get("sid", ""))
    except NotForUsError as error:
        answer = {"error": "invalid_request", "error_description": str(error)}
        return JsonResponse(answer, status=400)
    except SilentError:
        return JsonResponse({"error": "temporarily_unavailable"}, status=503)
    return JsonResponse({})
