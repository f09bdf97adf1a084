"""Clients of the API: made, changed, given a token and rid of one."""

import secrets
from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.contrib.auth.models import Group, User
from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.people import done_by
from albertslund_it.web.rights import may_take_over
from leasing.api.selectors.clients import digest_of, is_long_unused, roles_to_give
from leasing.models import ApiClient, ApiToken
from leasing.users.services.users import WhatToSee, make_account

BYTES = 32  # as many as the digest has: nobody guesses it
PREFIX = "pcl_"  # by which a search for lost secrets knows it
SHOWN = len(PREFIX) + 6
LONGEST = timedelta(days=2 * 366)


@transaction.atomic
def make_client(
    *,
    actor: User,
    name: str,
    role: Group,
    seen: WhatToSee | None,
    scopes: Collection[str],
    now: datetime,
) -> ApiClient:
    """Make a client with an account of its own, which nobody logs in by.

    Raises:
        Refused: when the name is taken, or the actor may not give that role.
    """
    _refuse_taken(name)
    if not roles_to_give(actor).filter(pk=role.pk).exists():
        raise Refused(f"En klient kan ikke få rollen {role.name} af dig. Vælg en anden.")
    # The address has a random part, so that no name of a client is ever that of a person.
    user = make_account(
        actor=actor,
        username=f"api-{secrets.token_hex(6)}",
        name=f"{name} (API)",
        groups=[role],
        seen=seen,
    )
    return ApiClient.objects.create(name=name, user=user, scopes=sorted(scopes), created_at=now)


@transaction.atomic
def change_client(
    *, actor: User, client: ApiClient, name: str, scopes: Collection[str]
) -> ApiClient:
    """Set what a client is called, and what it may be asked for."""
    client = (
        ApiClient.objects.select_for_update(of=("self",)).select_related("user").get(pk=client.pk)
    )
    _refuse_another(actor, client)
    _refuse_taken(name, client)
    client.name, client.scopes = name, sorted(scopes)
    client.save()
    client.user.first_name = f"{name} (API)"
    client.user.save(update_fields=["first_name"])
    return client


@transaction.atomic
def give_token(
    *, actor: User, client: ApiClient, ends_before: date, today: date, now: datetime
) -> str:
    """Make a token, and return its secret, which is kept nowhere.

    Raises:
        Refused: when it would never let in, or for more than two years.
    """
    _refuse_another(actor, client)
    if ends_before <= today:
        raise Refused("Nøglens sidste dag er gået. Vælg en dag, der kommer.")
    if ends_before - today > LONGEST:
        raise Refused(
            "En nøgle gælder højst to år. Vælg en tidligere dag, og lav en ny til den tid."
        )
    secret = PREFIX + secrets.token_urlsafe(BYTES)
    ApiToken.objects.create(
        client=client,
        begins=secret[:SHOWN],
        secret_digest=digest_of(secret),
        created_at=now,
        created_by=done_by(actor),
        ends_before=ends_before,
    )
    return secret


@transaction.atomic
def revoke_token(*, token_id: int, now: datetime) -> ApiToken:
    """Let a token let nobody in from now on; revoked again it stays as it is."""
    token = ApiToken.objects.select_for_update(of=("self",)).get(pk=token_id)
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
    return token


def note_use(*, token: ApiToken, now: datetime) -> None:
    """Note that a token was used, once a minute at most."""
    if is_long_unused(token, now):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


def _refuse_taken(name: str, client: ApiClient | None = None) -> None:
    others = ApiClient.objects.filter(name__iexact=name)
    if client:
        others = others.exclude(pk=client.pk)
    if others.exists():
        raise Refused(f"Der er allerede en klient, der hedder {name}. Vælg et andet navn.")


def _refuse_another(actor: User, client: ApiClient) -> None:
    if not may_take_over(actor, client.user):
        raise Refused("Klientens rolle kan låse kvartaler. Dens nøgler giver kun en superbruger.")
