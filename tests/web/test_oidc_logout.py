"""Logging out here and at the provider, whichever comes first."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.sessions.models import Session
from django.test import Client

from tests.test_settings import started
from tests.web.signing_on import sign_on, who

# Tokens are judged before a database is asked; test_oidc.py signs on, and makes users, on both.
pytestmark = [pytest.mark.django_db, pytest.mark.once]


def tell(token):
    return Client(enforce_csrf_checks=True).post("/konto/log-ud/", {"logout_token": token})


def test_logging_out_leads_to_the_provider_and_back(client, provider, settings):
    settings.OIDC_OP_LOGOUT_ENDPOINT = f"{provider.url}/end"
    sign_on(client)

    response = client.post("/log-ud/")

    assert who(client) is None
    parts = urlsplit(response["Location"])
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{provider.url}/end"
    assert parse_qs(parts.query) == {
        "client_id": ["pc-leasing"],
        "id_token_hint": provider.given,
        "post_logout_redirect_uri": ["http://testserver/log-ind/"],
    }


@pytest.mark.parametrize("endpoint", ["", "http://127.0.0.1:9/end"])
def test_who_has_a_password_is_logged_out_here_alone(client, provider, settings, cast, endpoint):
    settings.OIDC_OP_LOGOUT_ENDPOINT = endpoint
    client.force_login(cast.finance)
    assert client.post("/log-ud/")["Location"] == "/log-ind/"
    assert who(client) is None


def test_without_the_address_signing_out_stays_here(client, provider):
    sign_on(client)
    assert client.post("/log-ud/")["Location"] == "/log-ind/"


@pytest.mark.once  # asked of a process with settings of its own
def test_the_browser_may_be_led_on_to_the_provider():
    said = started(
        "settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action']",
        OIDC_OP_LOGOUT_ENDPOINT="https://login.example.dk/t/logout?x=1",
    )
    assert said.stdout.rstrip().endswith("'https://login.example.dk']")


def test_a_logout_at_the_provider_ends_all_sessions_of_that_person(client, provider, cast):
    sign_on(client)
    second = Client()
    sign_on(second)
    provider.account |= {"sub": "b2", "email": "bo@example.dk"}
    other, by_password = Client(), Client()
    sign_on(other)
    by_password.force_login(cast.finance)

    assert tell(provider.logout_token(sub="a1")).status_code == 200

    assert who(client) is who(second) is None
    assert who(other)
    assert who(by_password)


def test_a_logout_of_one_session_ends_that_one(client, provider):
    provider.token = {"sid": "s1"}
    sign_on(client)
    provider.token = {"sid": "s2"}
    second = Client()
    sign_on(second)

    assert tell(provider.logout_token(sid="s1", sub=None)).status_code == 200

    assert who(client) is None
    assert who(second)


@pytest.mark.parametrize(
    "overruled",
    [
        {"iss": "https://login.example.com"},
        {"aud": "et-andet-system"},
        {"events": None},
        {"events": {}},
        {"events": {"http://schemas.openid.net/event/backchannel-logout": None}},
        {"events": "http://schemas.openid.net/event/backchannel-logout"},
        {"nonce": "x"},
        {"jti": None},
        {"iat": None},
        {"exp": 1_700_000_000},
        {"iat": "an hour ago"},
        {"sub": None},
        {"sub": "b2"},
    ],
    ids=str,
)
def test_a_token_that_tells_of_no_logout_of_theirs_ends_nothing(client, provider, overruled):
    sign_on(client)
    if overruled == {"iat": "an hour ago"}:
        overruled = {"iat": int(time.time()) - 3600}
    answer = tell(provider.logout_token(**overruled))
    assert answer.status_code == (200 if overruled == {"sub": "b2"} else 400)
    assert who(client)


@pytest.mark.parametrize("forged", ["none", "HS256", "key", "id token", "nonsense", "long", ""])
def test_a_forged_logout_ends_nothing(client, provider, forged):
    sign_on(client)
    if forged in {"none", "HS256"}:
        provider.algorithm = forged
    if forged == "key":
        provider.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    token = {"id token": provider.given[0], "nonsense": "a.b.c", "long": "x" * 20_001, "": ""}.get(
        forged
    )
    answer = tell(provider.logout_token() if token is None else token)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert who(client)


def test_a_logout_that_is_sent_again_ends_nothing_that_has_begun_since(client, provider):
    sign_on(client)
    token = provider.logout_token()
    tell(token)
    assert who(client) is None
    provider.offset = 1
    sign_on(client)

    assert tell(token).status_code == 200

    assert who(client)


def test_while_the_keys_cannot_be_read_nothing_is_ended_and_the_provider_may_try_again(
    client, provider
):
    sign_on(client)
    provider.down = {"/keys"}
    assert tell(provider.logout_token()).status_code == 503
    assert who(client)


def test_the_provider_may_log_out_by_the_browser(client, provider):
    provider.token = {"sid": "s1"}
    sign_on(client)
    for asked, status in [
        ({"iss": provider.url, "sid": "s2"}, 200),
        ({"iss": "https://login.example.com", "sid": "s1"}, 400),
        ({"iss": provider.url}, 400),
        ({}, 400),
    ]:
        assert Client().get("/konto/log-ud/", asked).status_code == status
        assert who(client)

    assert Client().get("/konto/log-ud/", {"iss": provider.url, "sid": "s1"}).status_code == 200

    assert who(client) is None
    assert not Session.objects.exists()
