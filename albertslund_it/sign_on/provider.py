"""What the provider is asked, and which of its tokens are believed.

Asking takes ten seconds in all, whatever the provider does: a page waits no longer. Few ask at a
time, so that a provider that is slow, or somebody who makes us ask it, leaves a server's other
threads to those who are logged in. The keys are asked for each time, so that a key the provider
takes into use works at once, and one that it has withdrawn no more.
"""

import json
import queue
import threading
import time
from collections.abc import Collection, Mapping
from typing import Any

import jwt
import requests
from django.core.exceptions import SuspiciousOperation
from mozilla_django_oidc.utils import import_from_settings as named

CLOCK_SKEW = 60  # seconds that the provider's clock may differ from ours
LARGEST = 1_000_000  # bytes of an answer
# Half of a process's threads, as gunicorn.conf.py has them; a provider that is well answers so fast
# that a second is a long wait for one of the places.
_PLACES = threading.BoundedSemaphore(2)
LONGEST_QUEUE = 1  # second
# What tells of a clock that is off, or of a token that comes late.
OFF_TIME = (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError)


class SilentError(Exception):
    """The provider does not answer, or says that it cannot."""


def ask(method: str, url: str, *, until: float, **sent: Any) -> dict[str, Any]:
    """Return what the provider answers before a moment of the monotonic clock.

    Raises:
        SilentError: when it does not answer by then.
        SuspiciousOperation: when it says no, or answers what cannot be read.
    """
    if not _PLACES.acquire(timeout=LONGEST_QUEUE):
        raise SilentError(f"others wait for {url}")
    try:
        answer = _answer_of(method, url, until, sent)
    finally:
        _PLACES.release()
    if isinstance(answer, Exception):
        raise SilentError(f"no answer from {url}: {type(answer).__name__}") from answer
    status, body = answer
    if status >= 500:
        raise SilentError(f"{url} answered {status}")
    if status != 200 or len(body) > LARGEST:
        raise SuspiciousOperation(f"{url} answered {status}")
    try:
        found = json.loads(body)
    except ValueError as error:
        raise SuspiciousOperation(f"{url} answered what is no JSON") from error
    if not isinstance(found, dict):
        raise SuspiciousOperation(f"{url} answered what is no object")
    return found


def _answer_of(method: str, url: str, until: float, sent: Mapping[str, Any]) -> Any:
    """Return status and body, or what went wrong."""
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
    # A thread: nothing else ends the wait for a name server, or for one byte a second.
    asking = (answers, method, url, until - time.monotonic(), sent)
    threading.Thread(target=_put_answer, args=asking, daemon=True).start()
    try:
        return answers.get(timeout=max(0, until - time.monotonic()))
    except queue.Empty:
        raise SilentError(f"no answer in time from {url}") from None


def _put_answer(answers, method: str, url: str, patience: float, sent: Mapping[str, Any]) -> None:
    try:
        with requests.request(
            method, url, timeout=max(0.1, patience), allow_redirects=False, stream=True, **sent
        ) as response:
            answers.put((response.status_code, response.raw.read(LARGEST + 1, decode_content=True)))
    except Exception as error:  # told to who waits
        answers.put(error)


def signing_key(token: str, *, until: float) -> jwt.PyJWK:
    """Return the key of the provider's that a token names."""
    kid = jwt.get_unverified_header(token).get("kid")
    keys = ask("GET", named("OIDC_OP_JWKS_ENDPOINT"), until=until).get("keys")
    for one in keys if isinstance(keys, list) else []:
        if isinstance(one, dict) and kid and one.get("kid") == kid and one.get("use") != "enc":
            return jwt.PyJWK(one, algorithm=named("OIDC_RP_SIGN_ALGO"))
    raise SuspiciousOperation("the token names no key of the provider's")


def read_token(token: str, *, needs: Collection[str], until: float) -> dict[str, Any]:
    """Return the claims of a token that is signed, in force, from our provider and meant for us."""
    claims = jwt.decode(
        token,
        signing_key(token, until=until),
        algorithms=[named("OIDC_RP_SIGN_ALGO")],
        audience=named("OIDC_RP_CLIENT_ID"),
        issuer=named("OIDC_OP_ISSUER"),
        leeway=CLOCK_SKEW,
        options={"require": ["iss", "aud", "iat", *needs]},
    )
    audience, party = claims["aud"], claims.get("azp")
    is_for_several = isinstance(audience, list) and len(audience) > 1
    if (party or is_for_several) and party != named("OIDC_RP_CLIENT_ID"):
        raise SuspiciousOperation("the token was given to another system")
    return claims
