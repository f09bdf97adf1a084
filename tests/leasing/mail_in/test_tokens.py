"""A mailbox whose server takes no password is opened by a token, which a service gives.

The mail server is a real one that checks the token's signature itself; the service is of this
machine, and answers as one does that gives tokens for client credentials.
"""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl

import jwt
import pytest

from leasing.models import Order
from tests.leasing.mail_in.imap import KEY_OF_TOKENS
from tests.leasing.mail_in.letters import letter
from tests.leasing.mail_in.test_fetching import fetched, town  # noqa: F401 - a fixture

# The mailbox is opened before a database is asked; test_fetching.py takes mails in on both.
pytestmark = [pytest.mark.django_db, pytest.mark.once]
SECRET = "hemmelig-app-88"


def token_of(user, key=KEY_OF_TOKENS, lives=600):
    now = int(time.time())
    return jwt.encode({"sub": user, "iat": now, "exp": now + lives}, key, "HS256")


@contextmanager
def service(answer, status=200):
    """Answer each request by what is given; give the address, and what was asked for."""
    asked = []

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(dict(parse_qsl(body.decode())))
            sent = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:9/")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/token", asked
        finally:
            server.shutdown()


@pytest.fixture
def opened(mailbox, settings):
    """Return the mailbox without its password; a function says where its tokens come from."""
    if not mailbox.server.takes_tokens:
        pytest.skip("how this Dovecot is told to believe tokens is not known here")
    settings.IMAP_SECRET_URL = mailbox.passwordless()

    def by(url):
        settings.IMAP_OAUTH_SECRET = {
            "TOKEN_URL": url, "CLIENT_ID": "app-1", "CLIENT_SECRET": SECRET, "SCOPE": "",
        }  # fmt: skip
        return fetched()

    return by


def test_a_mailbox_is_read_by_a_token_alone(mailbox, opened):
    mailbox.put(letter(subject="Ny pc til Mette"))
    with service({"access_token": token_of(mailbox.user), "token_type": "Bearer"}) as found:
        url, asked = found
        out, err, status = opened(url)
    assert (out, err, status) == (f"1 mail er blevet til kladder: {Order.objects.get()}.\n", "", 0)
    assert mailbox.subjects() == []
    assert asked == [
        {
            "grant_type": "client_credentials",
            "client_id": "app-1",
            "client_secret": SECRET,
            "scope": "https://outlook.office365.com/.default",
        }
    ]


@pytest.mark.parametrize(
    "token",
    [
        lambda user: token_of(user, key=b"another key, which the server has never seen"),
        lambda user: token_of(user, lives=-10),
        lambda user: token_of("somebody-else"),
        lambda user: "no token at all",
    ],
    ids=["forged", "expired", "another's", "nonsense"],
)
def test_a_token_that_the_mail_server_does_not_believe_opens_nothing(mailbox, opened, token):
    mailbox.put(letter(subject="Venter"))
    made = token(mailbox.user)
    with service({"access_token": made}) as (url, _):
        out, err, status = opened(url)
    assert ("lukker ikke systemet ind" in err, out, status) == (True, "", 1)
    assert made not in err
    assert (mailbox.subjects(), Order.objects.count()) == (["Venter"], 0)


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        ({"error": "invalid_client", "error_description": SECRET}, 401, "(invalid_client)"),
        ({"error": f"<{SECRET}>"}, 400, "(svar 400)"),
        ({"access_token": ""}, 200, "(svar 200)"),
        (["token"], 200, "(svar 200)"),
        (b"<html>", 200, "(svar 200)"),
        ({"access_token": "x"}, 302, "(svar 302)"),
    ],
)
def test_a_service_that_gives_no_token_is_told_of_without_the_secret(
    mailbox, opened, answer, status, words
):
    mailbox.put(letter(subject="Venter"))
    with service(answer, status) as (url, asked):
        out, err, ended = opened(url)
    assert (words in err, out, ended, len(asked)) == (True, "", 1, 1)
    assert SECRET not in err
    assert mailbox.subjects() == ["Venter"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"CLIENT_ID": ""}, "mangler IMAP_OAUTH_CLIENT_ID"),
        ({"TOKEN_URL": ""}, "mangler IMAP_OAUTH_TOKEN_URL"),
        ({"TOKEN_URL": "http://login.example.dk/token"}, "ukrypteret"),
        ({"TOKEN_URL": f"https://a:{SECRET}@login.example.dk/token"}, "uden bruger"),
        ({"TOKEN_URL": "ftp://login.example.dk/token"}, "skal begynde med https://"),
        ({"TOKEN_URL": "http://127.0.0.1:9/token"}, "svarer ikke"),
    ],
)
def test_what_is_wrong_with_the_settings_is_said(settings, changed, words):
    settings.IMAP_SECRET_URL = "imaps://helpdesk@127.0.0.1:9/INBOX"
    settings.IMAP_OAUTH_SECRET = {
        "TOKEN_URL": "https://login.example.dk/token", "CLIENT_ID": "app-1",
        "CLIENT_SECRET": SECRET, "SCOPE": "",
    } | changed  # fmt: skip
    out, err, status = fetched()
    assert (words in err, out, status) == (True, "", 1)
    assert SECRET not in err


def test_a_password_beside_a_token_is_refused(mailbox, settings):
    settings.IMAP_OAUTH_SECRET = {
        "TOKEN_URL": "https://login.example.dk/token", "CLIENT_ID": "a", "CLIENT_SECRET": SECRET,
    }  # fmt: skip
    _, err, status = fetched()
    assert ("Fjern den ene" in err, status) == (True, 1)
