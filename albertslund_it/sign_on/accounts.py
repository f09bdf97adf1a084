"""Whose account it is: the user of a sign-on.

A person is an issuer and a subject, bound to a user at the first sign-on: then, and only then, the
mail says which user it is. It never says that somebody is a superuser: such a user has a password
and a second factor, and is there for when the provider is not. Somebody new becomes a user without
any right; the roles come from the administrator, or from what the environment names.
"""

import hashlib
import logging
import time

import jwt
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import SuspiciousOperation
from django.db import IntegrityError, transaction
from django.db.models import Q
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from albertslund_it.common.errors import Refused
from albertslund_it.sign_on.claims import roles_in, things_in
from albertslund_it.sign_on.provider import OFF_TIME, SilentError, ask, read_token
from albertslund_it.web.clock import now, today
from albertslund_it.web.mail_addresses import is_mail
from inventory.models import Account
from inventory.people.services.accounts import bind_account
from leasing.mail.services import write_mail
from leasing.models import Settings
from leasing.users.selectors.sign_on import led_by
from leasing.users.services.sign_on import follow_accesses, follow_roles, posts_of

LONGEST_SUBJECT = 255  # what the standard allows
# Why a sign-on failed, where there is more to be said than that it did.
TAKEN, SUPERUSER, TIME, SILENT = "taken", "superuser", "time", "silent"
logger = logging.getLogger(__name__)


class TakenError(Exception):
    """Somebody signs on with a mail, or a name, of a user who is bound to another account."""


class SuperuserError(Exception):
    """An account that nobody has bound has the mail of a superuser."""


class CommonAccount(OIDCAuthenticationBackend):
    """Users by their account; stricter than the library about who vouches for it."""

    def authenticate(self, request, **kwargs):
        """Return the user of a sign-on that went well; None for any that did not.

        Why it did not is `request.sign_on_failure`.
        """
        if "nonce" not in kwargs:
            return None  # a password login
        self.until = time.monotonic() + settings.OIDC_TIMEOUT
        failure = ""
        try:
            return super().authenticate(request, **kwargs)
        except TakenError as error:
            failure = TAKEN
            logger.warning("Sign-on refused: %s", error)
        except SuperuserError as error:
            failure = SUPERUSER
            logger.warning("Sign-on refused: %s", error)
        except OFF_TIME as error:
            failure = TIME
            logger.warning("Sign-on failed: %s", error)
        except SilentError as error:
            failure = SILENT
            logger.warning("Sign-on failed: %s", error)
        except (jwt.PyJWTError, SuspiciousOperation) as error:
            logger.warning("Sign-on failed: %s", error)
        request.sign_on_failure = failure
        return None

    def get_user(self, user_id):
        """Return who is logged in, unless they are closed by now."""
        user = super().get_user(user_id)
        return user if user and self.user_can_authenticate(user) else None

    def get_token(self, payload):
        """Return what the provider gives for the code."""
        return ask("POST", self.OIDC_OP_TOKEN_ENDPOINT, until=self.until, data=payload)

    def verify_token(self, token, **kwargs):
        """Return the claims of the provider's token for this very sign-on."""
        if not isinstance(token, str):
            raise SuspiciousOperation("there is no token")
        claims = read_token(token, needs=["sub", "exp", "nonce"], until=self.until)
        if not kwargs.get("nonce") or claims["nonce"] != kwargs["nonce"]:
            raise SuspiciousOperation("the token is for another sign-on")
        return claims

    def get_userinfo(self, access_token, id_token, payload):
        """Return the claims of both the token and the account, which must be of one person."""
        sent = {"Authorization": f"Bearer {access_token}"}
        account = ask("GET", self.OIDC_OP_USER_ENDPOINT, until=self.until, headers=sent)
        if account.get("sub") != payload.get("sub"):
            raise SuspiciousOperation("the account is not the one that signed on")
        # What the token says, and is signed, goes before: its issuer, and when it was made.
        return payload | account | {name: payload[name] for name in ("iss", "sub", "iat")}

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
        said = {name: payload.get(name) for name in ("iss", "sub", "sid", "iat")}
        self.request.signed_on = said | {"token": id_token}
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
        if users and users[0].is_superuser:
            raise SuperuserError(f"the mail is that of user {users[0].pk}, a superuser")
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
        """Return whether there is a mail that the provider does not call unverified."""
        mail = claims.get("email")
        is_said = isinstance(mail, str) and bool(mail)
        return is_said and claims.get("email_verified") in (None, True, "true")

    def create_user(self, claims):
        """Make a user who may log in and nothing else."""
        return self.UserModel.objects.create_user(self.get_username(claims), email=claims["email"])

    def get_username(self, claims):
        """Return the mail in lower case; refused where somebody else has that name."""
        username = claims["email"].lower()
        if len(username) > 150 or self.UserModel.objects.filter(username=username).exists():
            raise SuspiciousOperation("no user can be made for the mail: the name is taken")
        return username

    def update_user(self, user, claims):
        """Let roles and accesses follow the account, as far as the environment says."""
        given, governed = set(), set()
        if settings.OIDC_ROLE_CLAIM:
            given, governed = roles_in(claims), set(settings.OIDC_ROLES.values())
        held = {*user.groups.exclude(name__in=governed).values_list("name", flat=True), *given}
        follows = settings.OIDC_UNIT_CLAIM or settings.OIDC_LEADERS_FROM_REGISTER
        things = things_in(claims, user.email, held) if follows else set()
        if settings.OIDC_LEADERS_FROM_REGISTER:
            given |= posts_of(led_by(user.email))
        follow_roles(user=user, given=given, governed=governed)
        if follows:
            follow_accesses(user=user, things=things, today=today())
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
    if not is_mail(claims["email"]) or others.exists():
        del wanted["email"]
    changed = {name: said for name, said in wanted.items() if said and getattr(user, name) != said}
    for name, said in changed.items():
        setattr(user, name, said)
    if changed:
        user.save(update_fields=list(changed))


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
