"""Log out here those who have logged out at the provider.

A token ends only sessions that are older than itself, by the provider's own clock: one that is sent
again later ends nothing that has begun since, so none need be remembered.
"""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import jwt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.exceptions import SuspiciousOperation
from django.db.models.functions import Now
from mozilla_django_oidc.utils import import_from_settings as named

from albertslund_it.sign_on.provider import read_token

EVENT = "http://schemas.openid.net/event/backchannel-logout"
OLDEST = 10 * 60  # seconds
LONGEST = 20_000  # signs of a token
logger = logging.getLogger(__name__)


class NotForUsError(Exception):
    """What came is no word of the provider's that somebody has logged out."""


def end_sessions_of_token(token: str) -> int:
    """End the sessions that a logout token is about: one, or all of a person.

    Raises:
        NotForUsError: when it is not the provider's, not for us, old, or no logout token.
    """
    try:
        said = _read(token)
    except (jwt.PyJWTError, SuspiciousOperation) as error:
        logger.warning("Logout refused: %s", error)
        raise NotForUsError("the token is not one that ends a session here") from error
    return _end(lambda on: _is_meant(on, said) and int(on.get("iat") or 0) <= int(said["iat"]))


def _read(token: str) -> dict[str, Any]:
    if not 0 < len(token) <= LONGEST:
        raise SuspiciousOperation("there is no token")
    said = read_token(token, needs=["jti"], until=time.monotonic() + settings.OIDC_TIMEOUT)
    events = said.get("events")
    if not (isinstance(events, dict) and isinstance(events.get(EVENT), dict)):
        raise SuspiciousOperation("the token does not tell of a logout")
    if "nonce" in said:  # then it is one of a sign-on
        raise SuspiciousOperation("the token is one of a sign-on")
    if not (said.get("sub") or said.get("sid")):
        raise SuspiciousOperation("the token names nobody")
    if said["iat"] < time.time() - OLDEST:
        raise SuspiciousOperation("the token is old")
    return said


def _is_meant(signed_on: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    same = signed_on.get("iss") == said["iss"]
    for name in ("sub", "sid"):
        same = same and (not said.get(name) or signed_on.get(name) == said[name])
    return same


def end_session_of(issuer: str, session: str) -> int:
    """End the session that has a number of the provider's.

    Raises:
        NotForUsError: when it is said of another provider, or of no session.
    """
    if issuer != named("OIDC_OP_ISSUER") or not session:
        raise NotForUsError("iss and sid must name a session of our provider")
    return _end(lambda signed_on: signed_on.get("sid") == session)


def _end(is_meant: Callable[[Mapping[str, Any]], bool]) -> int:
    ended = 0
    for session in Session.objects.filter(expire_date__gt=Now()).iterator():
        signed_on = session.get_decoded().get("sign_on")
        if signed_on and is_meant(signed_on):
            session.delete()
            ended += 1
    return ended
