"""Sign-on with the municipality's own accounts (OpenID Connect), when the environment names them.

An account is recognised by its mail. Somebody new becomes a user without any right; the roles come
from the administrator, or from a claim where `OIDC_ROLE_CLAIM` names one.
"""

import logging

import jwt
import requests
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import Group
from django.core.exceptions import SuspiciousOperation
from django.urls import path
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from mozilla_django_oidc.views import (
    OIDCAuthenticationCallbackView,
    OIDCAuthenticationRequestView,
)

FAILED = (
    "Log ind med kommunens konto lykkedes ikke. Prøv igen, eller skriv til it-helpdesk, "
    "hvis det fortsætter."
)
CLOCK_SKEW = 60  # seconds that the provider's clock may differ from ours
logger = logging.getLogger(__name__)


class CommonAccount(OIDCAuthenticationBackend):
    """Users by the mail of their account; stricter than the library about who vouches for it."""

    def authenticate(self, request, **kwargs):
        """Give the user of a sign-on that went well; None for any that did not."""
        if "nonce" not in kwargs:
            return None  # a password login
        try:
            return super().authenticate(request, **kwargs)
        except (requests.RequestException, jwt.PyJWTError, SuspiciousOperation) as error:
            logger.warning("Sign-on failed: %s", error)
            return None

    def _verify_jws(self, payload, key):
        """Read a token that is signed, in force, from our issuer and meant for us."""
        return jwt.decode(
            payload,
            key,
            algorithms=[self.OIDC_RP_SIGN_ALGO],
            audience=self.OIDC_RP_CLIENT_ID,
            issuer=settings.OIDC_OP_ISSUER,
            leeway=CLOCK_SKEW,
        )

    def get_userinfo(self, access_token, id_token, payload):
        """Give the claims of both the token and the account, which must be of one person."""
        account = super().get_userinfo(access_token, id_token, payload)
        if account.get("sub") != payload.get("sub"):
            raise SuspiciousOperation("the account is not the one that signed on")
        return payload | account

    def verify_claims(self, claims):
        """Say whether there is a mail that the provider does not call unverified."""
        return bool(claims.get("email")) and claims.get("email_verified") in (None, True, "true")

    def create_user(self, claims):
        """Make a user who may log in and nothing else."""
        user = self.UserModel.objects.create_user(
            self.get_username(claims),
            email=claims["email"],
            first_name=claims.get("given_name", "")[:150],
            last_name=claims.get("family_name", "")[:150],
        )
        return self.update_user(user, claims)

    def get_username(self, claims):
        """Give the mail in lower case; refused where somebody else has that name."""
        username = claims["email"].lower()
        if len(username) > 150 or self.UserModel.objects.filter(username=username).exists():
            raise SuspiciousOperation(f"no user can be made for {username}")
        return username

    def update_user(self, user, claims):
        """Let the roles follow the claim, where one is named; other groups stay."""
        if not settings.OIDC_ROLE_CLAIM:
            return user
        claimed = claims.get(settings.OIDC_ROLE_CLAIM) or []
        claimed = {name.casefold() for name in ([claimed] if isinstance(claimed, str) else claimed)}
        roles = {name for name in settings.OIDC_ROLES if name.casefold() in claimed}
        others = user.groups.exclude(name__in=settings.OIDC_ROLES)
        user.groups.set([*others, *Group.objects.filter(name__in=roles)])
        user.is_staff = user.is_superuser or settings.OIDC_STAFF_ROLE in roles
        user.save(update_fields=["is_staff"])
        return user


class Callback(OIDCAuthenticationCallbackView):
    """Where the provider sends people back to."""

    def login_failure(self):
        messages.error(self.request, FAILED)
        return super().login_failure()


urlpatterns = [
    path(
        "log-ind/",
        login_not_required(OIDCAuthenticationRequestView.as_view()),
        name="oidc_authentication_init",
    ),
    path("retur/", login_not_required(Callback.as_view()), name="oidc_authentication_callback"),
]
