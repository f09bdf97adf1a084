"""Sign-on with the municipality's own accounts (OpenID Connect), when the environment names them.

A person is an issuer and a subject, bound to a user at the first sign-on: then, and only then, the
mail says which user it is. Somebody new becomes a user without any right; the roles come from the
administrator, or from a claim where `OIDC_ROLE_CLAIM` names one.
"""

import hashlib
import logging

import jwt
import requests
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import Group, User
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.shortcuts import render
from django.urls import path
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from mozilla_django_oidc.views import (
    OIDCAuthenticationCallbackView,
    OIDCAuthenticationRequestView,
)

from albertslund_it.common.errors import Refused
from albertslund_it.web.clock import now, today
from inventory.models import Account
from inventory.people.services.accounts import bind_account
from leasing.mail.services import write_mail
from leasing.models import Settings

FAILED = (
    "Log ind med kommunens konto lykkedes ikke. Prøv igen, eller skriv til it-helpdesk, "
    "hvis det fortsætter."
)
CLOCK_SKEW = 60  # seconds that the provider's clock may differ from ours
LONGEST_MAIL = 254  # what a user's column holds
LONGEST_SUBJECT = 255  # what the standard allows
logger = logging.getLogger(__name__)


class TakenError(Exception):
    """Somebody signs on with a mail, or a name, of a user who is bound to another account."""


class CommonAccount(OIDCAuthenticationBackend):
    """Users by their account; stricter than the library about who vouches for it."""

    def authenticate(self, request, **kwargs):
        """Give the user of a sign-on that went well; None for any that did not."""
        if "nonce" not in kwargs:
            return None  # a password login
        try:
            return super().authenticate(request, **kwargs)
        except TakenError as error:
            logger.warning("Sign-on refused: %s", error)
            request.sign_on_is_taken = True
            return None
        except (requests.RequestException, jwt.PyJWTError, SuspiciousOperation) as error:
            logger.warning("Sign-on failed: %s", error)
            return None

    def get_user(self, user_id):
        """Return who is logged in, unless they are closed by now."""
        user = super().get_user(user_id)
        return user if user and self.user_can_authenticate(user) else None

    def _verify_jws(self, payload, key):
        """Read a token that is signed, in force, from our issuer and meant for us."""
        return jwt.decode(
            payload,
            key,
            algorithms=[self.OIDC_RP_SIGN_ALGO],
            audience=self.OIDC_RP_CLIENT_ID,
            issuer=self.get_settings("OIDC_OP_ISSUER"),
            leeway=CLOCK_SKEW,
        )

    def get_userinfo(self, access_token, id_token, payload):
        """Give the claims of both the token and the account, which must be of one person."""
        account = super().get_userinfo(access_token, id_token, payload)
        if account.get("sub") != payload.get("sub"):
            raise SuspiciousOperation("the account is not the one that signed on")
        return payload | account | {name: payload[name] for name in ("iss", "sub")}

    def get_or_create_user(self, access_token, id_token, payload):
        """Return the user of the account; at its first sign-on, the one who has its mail."""
        claims = self.get_userinfo(access_token, id_token, payload)
        if not 0 < len(str(claims["sub"])) <= LONGEST_SUBJECT:
            raise SuspiciousOperation("the account has no subject that can be kept")
        is_vouched_for = self.verify_claims(claims)
        user = _user_of(claims)
        if user is None:
            if not is_vouched_for:
                raise SuspiciousOperation("nobody vouches for the mail of a new account")
            user = self._first_sign_on(claims)
        if not user.is_active:
            return None
        if is_vouched_for:
            _follow(user, claims)
        return self.update_user(user, claims)

    def _first_sign_on(self, claims) -> User:
        """Bind the account to the user who has its mail and no account yet, or to a new one."""
        users = list(self.filter_users_by_claims(claims))
        names = Q(email__iexact=claims["email"]) | Q(username=claims["email"].lower())
        if taken := Account.objects.filter(user__in=User.objects.filter(names)).first():
            _report(taken, claims)
            raise TakenError(f"the mail belongs to user {taken.user_id}, bound to another account")
        if len(users) > 1:
            raise SuspiciousOperation("several users have the mail")
        if users and not users[0].is_active:
            return users[0]
        try:
            with transaction.atomic():
                user = users[0] if users else self.create_user(claims)
                bind_account(user=user, issuer=claims["iss"], subject=str(claims["sub"]), now=now())
        except (IntegrityError, Refused) as error:  # somebody else was a moment earlier
            if user := _user_of(claims):
                return user
            raise SuspiciousOperation("user and account were bound a moment ago") from error
        return user

    def verify_claims(self, claims):
        """Say whether there is a mail that the provider does not call unverified."""
        mail = claims.get("email")
        is_said = isinstance(mail, str) and bool(mail)
        return is_said and claims.get("email_verified") in (None, True, "true")

    def create_user(self, claims):
        """Make a user who may log in and nothing else."""
        return self.UserModel.objects.create_user(self.get_username(claims), email=claims["email"])

    def get_username(self, claims):
        """Give the mail in lower case; refused where somebody else has that name."""
        username = claims["email"].lower()
        if len(username) > 150 or self.UserModel.objects.filter(username=username).exists():
            raise SuspiciousOperation("no user can be made for the mail: the name is taken")
        return username

    def update_user(self, user, claims):
        """Let the roles follow the claim, where one is named; other groups stay."""
        if not settings.OIDC_ROLE_CLAIM:
            return user
        claimed = claims.get(settings.OIDC_ROLE_CLAIM)
        claimed = claimed if isinstance(claimed, list) else [claimed]
        claimed = {name.casefold() for name in claimed if isinstance(name, str)}
        roles = {name for name in settings.OIDC_ROLES if name.casefold() in claimed}
        others = user.groups.exclude(name__in=settings.OIDC_ROLES)
        user.groups.set([*others, *Group.objects.filter(name__in=roles)])
        user.is_staff = user.is_superuser or settings.OIDC_STAFF_ROLE in roles
        user.save(update_fields=["is_staff"])
        return user


def _user_of(claims) -> User | None:
    account = Account.objects.filter(issuer=claims["iss"], subject=str(claims["sub"]))
    found = account.select_related("user").first()
    return found.user if found else None


def _follow(user: User, claims) -> None:
    """Let name and mail follow the account; a mail that another user has stays theirs."""
    wanted = {
        "first_name": str(claims.get("given_name") or "")[:150],
        "last_name": str(claims.get("family_name") or "")[:150],
        "email": claims["email"],
    }
    others = User.objects.filter(email__iexact=claims["email"]).exclude(pk=user.pk)
    if not _is_mail(claims["email"]) or others.exists():
        del wanted["email"]
    changed = {name: said for name, said in wanted.items() if said and getattr(user, name) != said}
    for name, said in changed.items():
        setattr(user, name, said)
    if changed:
        user.save(update_fields=list(changed))


def _is_mail(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= LONGEST_MAIL


def _report(taken: Account, claims) -> None:
    """Tell IT security and the administrators, once a day for each account that tries."""
    who = "\0".join([claims["iss"], str(claims["sub"]), claims["email"].lower()])
    administrators = User.objects.filter(groups__name=settings.OIDC_STAFF_ROLE, is_active=True)
    write_mail(
        recipients=[
            Settings.objects.get().security_mail,
            *administrators.exclude(email="").order_by("pk").values_list("email", flat=True),
        ],
        subject=f"En anden konto har brugt mailen til {taken.user.get_username()}",
        template="account_taken",
        context={"account": taken, "claims": claims},
        now=now(),
        key=f"account-{hashlib.sha256(who.encode()).hexdigest()[:20]}-{today()}",
    )


class Callback(OIDCAuthenticationCallbackView):
    """Where the provider sends people back to."""

    def login_failure(self):
        if getattr(self.request, "sign_on_is_taken", False):
            return render(self.request, "registration/account_taken.html", status=403)
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
