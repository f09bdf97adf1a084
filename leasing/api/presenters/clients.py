"""How clients and their tokens stand, on the pages of the administrator."""

from datetime import date, timedelta

from leasing.api.presenters.words import WORDS
from leasing.models import ApiClient, ApiToken

SOON = timedelta(days=30)


def scopes_shown(client: ApiClient) -> list[tuple[str, str]]:
    """Return each scope of a client with what it lets it do."""
    return [(scope, words.note) for scope, words in WORDS.items() if scope in client.scopes]


def token_mark(token: ApiToken, on: date) -> tuple[str, str]:
    """Return the style and the word of how a token stands."""
    if token.revoked_at:
        return ("", "Trukket tilbage")
    if token.ends_before <= on:
        return ("", "Udløbet")
    return _ends(token.ends_before, on)


def client_mark(ends_before: date | None, is_active: bool, on: date) -> tuple[str, str]:
    """Return the style and the word of how a client stands, by its last token that lets in."""
    if not is_active:
        return ("", "Lukket")
    if ends_before is None:
        return ("warn", "Ingen gyldig nøgle")
    return _ends(ends_before, on)


def last_day(ends_before: date) -> date:
    """Return the last day before one."""
    return ends_before - timedelta(days=1)


def _ends(ends_before: date, on: date) -> tuple[str, str]:
    if ends_before <= on + SOON:
        return ("warn", f"Udløber {last_day(ends_before):%d-%m-%Y}")
    return ("good", "Gælder")
