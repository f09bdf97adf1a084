"""Who a token lets in, and what a client may ask for today."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from django.contrib.auth.models import Group, User
from django.db.models import Max, Q, QuerySet

from albertslund_it.common.permissions import MANAGE_USERS, SEE_LAST_SEEN
from inventory.organisation.selectors.scope import reads_names
from leasing.models import ApiClient, ApiToken, Settings
from leasing.users.selectors.users import groups_that_may, groups_to_give

A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Reader:
    """Who asks, on which day: a client with the account that it sees and writes by."""

    client: ApiClient
    user: User
    on: date

    @cached_property
    def sees_names(self) -> bool:
        """Return whether it reads who has what; where pages show no names, neither does the API."""
        return reads_names(self.user)

    @cached_property
    def sees_use(self) -> bool:
        return self.user.has_perm(SEE_LAST_SEEN)

    def may(self, scope: str, permissions: Collection[str]) -> bool:
        """Return whether it was given a scope, and its account has all that a page asks for."""
        return scope in self.client.scopes and self.user.has_perms(permissions)


def uses_api() -> bool:
    """Return whether the municipality has turned the API on."""
    return Settings.objects.filter(uses_api=True).exists()


def digest_of(secret: str) -> str:
    """Return what is kept of a token: it is long and random, so that no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def live_tokens(on: date) -> QuerySet[ApiToken]:
    """Return the tokens that let somebody in on a day."""
    return ApiToken.objects.filter(
        revoked_at=None, ends_before__gt=on, client__user__is_active=True
    )


def token_of(secret: str, on: date) -> ApiToken | None:
    """Return the token that a secret is, if it lets in; wrong, old and revoked ones look alike."""
    found = live_tokens(on).filter(secret_digest=digest_of(secret))
    return found.select_related("client__user").first()


def is_long_unused(token: ApiToken, now: datetime) -> bool:
    """Return whether the use of a token is to be noted: the minute before was not noted."""
    return token.last_used_at is None or token.last_used_at <= now - A_MINUTE


def clients(on: date) -> QuerySet[ApiClient]:
    """Return all clients, with when they were last here and until when a token lets them in."""
    live = Q(tokens__revoked_at=None, tokens__ends_before__gt=on)
    return (
        ApiClient.objects.select_related("user")
        .prefetch_related("user__groups")
        .annotate(
            last_used_at=Max("tokens__last_used_at"),
            ends_before=Max("tokens__ends_before", filter=live),
        )
    )


def last_end(client: ApiClient) -> date | None:
    """Return the `ends_before` of one of `clients`: None where no token lets it in."""
    ends_before: date | None = vars(client)["ends_before"]
    return ends_before


def roles_to_give(actor: User) -> QuerySet[Group]:
    """Return the roles that somebody may give a client: never one that manages users."""
    managing = groups_that_may(MANAGE_USERS)
    return groups_to_give(actor).exclude(pk__in=managing.values("pk"))
