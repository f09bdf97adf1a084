"""Who asks the API: a token in the header, and nothing else: no session, no cookie, no address."""

from django.contrib.auth.signals import user_login_failed
from ninja.errors import AuthorizationError, HttpError
from ninja.security.base import AuthBase

from albertslund_it.web.clock import now, today
from albertslund_it.web.login import Throttle
from leasing.api.selectors.clients import Reader, token_of, uses_api
from leasing.api.services.clients import note_use
from leasing.models import ApiToken

# Failed tokens are counted as failed logins of this name: by address, and with the same limit.
GUESSING = {"username": "api"}
LONGEST = 200


class Bearer(AuthBase):
    """Lets a client in by its token."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = "En nøgle, som en administrator har lavet under *API-klienter*."

    def __call__(self, request):
        if not uses_api():
            raise HttpError(404, "API'et er slået fra.")
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        secret = secret.strip()
        if kind.lower() != "bearer" or not secret:
            return None
        token = token_of(secret, today()) if len(secret) <= LONGEST else None
        if token is None:
            count_guess(request)
            return None
        return self.let_in(request, token)

    def let_in(self, request, token: ApiToken) -> Reader:
        note_use(token=token, now=now())
        request.user = token.client.user
        return Reader(token.client, token.client.user, today())


def count_guess(request) -> None:
    """Count a wrong token as a wrong password; who sends many waits, as at the login."""
    user_login_failed.send(sender=__name__, credentials=GUESSING, request=request)
    if getattr(request, "axes_locked_out", False) or not _may_guess(request):
        raise HttpError(429, "")


def _may_guess(request) -> bool:
    return bool(Throttle().is_allowed(request, GUESSING))


def require(request, scope: str, *permissions: str) -> Reader:
    """Return who asks, if it may: the scope is its own, and the rights are its account's."""
    reader: Reader = request.auth
    if not reader.may(scope, permissions):
        raise AuthorizationError(message=f"Det kræver adgangen »{scope}« og en rolle, der må det.")
    return reader
