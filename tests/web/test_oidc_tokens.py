"""Which tokens of the provider's are believed: what is forged, old, replayed or late is not."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from auditlog.models import LogEntry
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth.models import User
from django.test import Client

from albertslund_it.second_factor.services import make_break_glass
from albertslund_it.sign_on import provider as provider_of_ours
from albertslund_it.sign_on.accounts import SILENT, TIME
from albertslund_it.sign_on.provider import SilentError, ask
from albertslund_it.sign_on.views import DENIED, FAILED, LOST, WHY
from albertslund_it.web.clock import now
from inventory.models import Account
from tests.cast import PASSWORD
from tests.web.provider import CLIENT_ID
from tests.web.signing_on import assert_refused, sign_on, way_back, who

# Tokens are judged before a database is asked; test_oidc.py signs on, and makes users, on both.
pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def untouched(provider):
    """Return a user who could sign on; nothing is written of one who could not."""
    user = User.objects.create_user("anbe", "anna.berg@example.dk")
    before = LogEntry.objects.count()
    yield user
    assert not Account.objects.exists()
    assert User.objects.get() == user
    assert LogEntry.objects.count() == before


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_that_only_pretends_to_be_signed_is_refused(client, provider, untouched, algorithm):
    provider.algorithm = algorithm
    assert_refused(client, sign_on(client))


@pytest.mark.parametrize("kid", ["2", ""])
def test_a_token_that_names_no_key_of_the_providers_is_refused(client, provider, untouched, kid):
    provider.header = {"kid": kid}
    provider.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert_refused(client, sign_on(client))


@pytest.mark.parametrize(
    "overruled",
    [
        {"nonce": "en anden"},
        {"nonce": None},
        {"aud": "et-andet-system"},
        {"aud": []},
        {"aud": ["et-andet-system", "et-tredje"]},
        {"aud": [CLIENT_ID, "et-andet-system"]},  # and nobody says to whom it was given
        {"aud": [CLIENT_ID, "et-andet-system"], "azp": "et-andet-system"},
        {"azp": "et-andet-system"},
        {"iss": "https://login.example.com"},
        {"iss": None},
        {"sub": None},
        {"sub": "b2"},
        {"exp": None},
        {"iat": None},
        {"iat": "i går"},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_sign_on_is_refused(client, provider, untouched, overruled):
    provider.token = overruled
    assert_refused(client, sign_on(client))


def test_a_token_for_several_is_taken_when_it_was_given_to_us(client, provider):
    provider.token = {"aud": [CLIENT_ID, "et-andet-system"], "azp": CLIENT_ID}
    sign_on(client)
    assert who(client)


@pytest.mark.parametrize("offset", [-330, 120, -86_400, 86_400])
def test_a_clock_that_is_off_is_said_to_be(client, provider, untouched, offset):
    """300 seconds are what the provider's tokens last: one made 330 ago is 30 within the leeway."""
    provider.offset = offset - 60 if offset == -330 else offset
    assert_refused(client, sign_on(client), WHY[TIME])


@pytest.mark.parametrize("offset", [-330, -30, 30, 55])
def test_a_clock_that_is_a_little_off_does_not_matter(client, provider, offset):
    provider.offset = offset
    sign_on(client)
    assert who(client)


def test_an_expired_token_is_refused(client, provider, untouched):
    provider.token = {"exp": int(time.time()) - 61}
    assert_refused(client, sign_on(client), WHY[TIME])


def test_what_was_asked_by_another_browser_or_is_used_again_is_refused(client, provider, untouched):
    back = way_back(client)
    stranger = Client()
    assert_refused(stranger, stranger.get(back), LOST)  # has not asked at all
    way_back(stranger)
    assert_refused(stranger, stranger.get(back), LOST)  # has asked for another
    assert_refused(client, client.get("/konto/retur/?code=x"), LOST)


def test_a_code_that_is_used_up_gives_no_session(client, provider):
    back = way_back(client)
    code = back.partition("code=")[2].partition("&")[0]
    client.get(back)
    assert who(client)
    again = Client()
    other = way_back(again)
    replayed = other.replace(other.partition("code=")[2].partition("&")[0], code)
    assert_refused(again, again.get(replayed))


def test_the_token_of_another_sign_on_is_refused(client, provider):
    sign_on(Client())
    Account.objects.all().delete()
    [old] = provider.given
    provider.sign = lambda claims: old
    assert_refused(client, sign_on(client))


def test_a_key_that_the_provider_takes_into_use_works_and_one_it_withdrew_does_not(
    client, provider
):
    sign_on(Client())
    first, second = provider.key, rsa.generate_private_key(public_exponent=65537, key_size=2048)
    provider.keys = {"2": second}
    provider.key, provider.header = second, {"kid": "2"}
    sign_on(client)
    assert who(client)

    provider.key, provider.header = first, {"kid": "1"}
    late = Client()
    assert_refused(late, sign_on(late))


@pytest.mark.parametrize("path", ["/token", "/keys", "/userinfo"])
def test_a_provider_that_is_down_is_said_to_be_and_a_password_still_works(
    client, provider, untouched, path
):
    provider.down = {path}
    assert_refused(client, sign_on(client), WHY[SILENT])


@pytest.mark.parametrize("path", ["/token", "/keys", "/userinfo"])
def test_a_provider_that_is_slow_keeps_nobody_waiting(client, provider, untouched, settings, path):
    settings.OIDC_TIMEOUT = 0.3
    provider.slow = {path: 2}
    assert_refused(client, sign_on(client), WHY[SILENT])


def test_while_the_provider_is_gone_the_local_way_in_works(client, provider, settings):
    settings.SECOND_FACTOR = True
    _, codes = make_break_glass(username="glas", mail="", password=PASSWORD, now=now())
    back = way_back(client)
    provider.stop()
    assert_refused(client, client.get(back), WHY[SILENT])

    client.post("/log-ind/", {"username": "glas", "password": PASSWORD})
    client.post("/log-ind/kode/", {"code": codes[0]})

    assert who(client).username == "glas"


def test_who_may_not_use_the_system_by_the_providers_word_is_told(client, provider, untouched):
    provider.denies = "access_denied"
    assert_refused(client, sign_on(client), DENIED)


def test_any_other_error_of_the_providers_is_a_failed_sign_on(client, provider, untouched):
    provider.denies = "server_error"
    assert_refused(client, sign_on(client), FAILED)


def test_a_made_up_link_logs_nobody_out(client, provider):
    sign_on(client)
    client.get("/konto/retur/?error=access_denied&state=x")
    client.get("/konto/retur/?error=x")
    assert who(client)


@pytest.mark.parametrize("answer", [[], "x", {"id_token": None}, {"id_token": 7}, {}])
def test_an_answer_that_makes_no_sense_is_refused(client, provider, untouched, answer):
    provider.give_token = lambda sent: answer or {"a": 1}
    assert_refused(client, sign_on(client))


def test_a_superuser_is_not_reached_by_a_mail(client, provider, untouched):
    User.objects.update(is_superuser=True)
    page = client.get(sign_on(client)["Location"]).content.decode()
    assert "hører til en superbruger" in page
    assert who(client) is None


def test_a_provider_that_says_nothing_holds_two_threads_and_no_more(monkeypatch):
    """Who comes next is told so at once, and those who are logged in get their pages."""
    says, asked = threading.Event(), []

    def silent(*args, **kwargs):
        asked.append(args)
        says.wait(10)
        raise requests.ConnectionError

    monkeypatch.setattr(requests, "request", silent)
    monkeypatch.setattr(provider_of_ours, "LONGEST_QUEUE", 0)

    def refused(seconds):
        with pytest.raises(SilentError) as error:
            ask("GET", "https://login.example.dk/", until=time.monotonic() + seconds)
        return str(error.value)

    with ThreadPoolExecutor(2) as waiting:
        first = [waiting.submit(refused, 10) for _ in range(2)]
        while len(asked) < 2:
            time.sleep(0.01)
        assert "others wait" in refused(10)
        assert len(asked) == 2
        says.set()
        assert all("ConnectionError" in one.result() for one in first)
    assert "ConnectionError" in refused(10)  # the places are free again
    says.clear()
    assert "no answer in time" in refused(0.01)
    says.set()
    assert "ConnectionError" in refused(10)
