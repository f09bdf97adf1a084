"""The token that a mailbox is opened with, where its server takes no password.

Asked for anew by each run: it lives for an hour, and nothing of it is kept.
"""

import re

import requests

from albertslund_it.common.errors import Refused
from albertslund_it.common.urls import TokenSource

TIMEOUT = 30  # seconds without a word
# What the service calls its refusal; whatever else it says is not repeated.
CODE = re.compile(r"[a-z_]{3,40}")


def access_token(source: TokenSource) -> str:
    """Return a token for the program itself, by its client credentials.

    Raises:
        Refused: with why there is none; never with the secret.
    """
    sent = {
        "grant_type": "client_credentials",
        "client_id": source.client_id,
        "client_secret": source.client_secret,
        "scope": source.scope,
    }
    try:
        # No redirect: the secret goes to the address that was set, and to no other.
        answer = requests.post(source.url, data=sent, timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException as error:
        raise Refused(
            "Tjenesten, der giver postkassens token, svarer ikke "
            f"({type(error).__name__}). Se efter i IMAP_OAUTH_TOKEN_URL, og prøv igen senere."
        ) from None
    try:
        said = answer.json()
    except ValueError:
        said = None
    said = said if isinstance(said, dict) else {}
    token = said.get("access_token")
    if answer.status_code == 200 and isinstance(token, str) and token.isascii() and token:
        return token
    code = said.get("error")
    why = code if isinstance(code, str) and CODE.fullmatch(code) else f"svar {answer.status_code}"
    raise Refused(
        f"Tjenesten giver ingen token til postkassen ({why}). Se efter i IMAP_OAUTH_TOKEN_URL, "
        "IMAP_OAUTH_CLIENT_ID, IMAP_OAUTH_CLIENT_SECRET og IMAP_OAUTH_SCOPE. "
        "Hemmeligheden kan være udløbet."
    )
