"""What a browser is told of each kind of answer: Observatory's list, and what holds of cookies."""

import json
import logging
import os
import shutil
import subprocess
import sys

import pytest
from django.conf import settings as django_settings
from django.test import Client

pytestmark = pytest.mark.django_db

NOTHING, OURS = ["'none'"], ["'self'"]
POLICY = {
    "default-src": NOTHING,
    "script-src": OURS,
    "style-src": OURS,
    "font-src": OURS,
    "connect-src": OURS,
    "img-src": [*OURS, "data:"],
    "base-uri": NOTHING,
    "frame-ancestors": NOTHING,
    "form-action": OURS,
}
ANSWERS = {  # what is asked for → the status
    "/": 200,
    "/udstyr/?hent=xlsx": 200,
    "/udstyr/0/": 404,
    "/kvartaler/": 403,
    "/findes-ikke/": 404,
    "/udstyr/?q=%00": 400,
    "/udstyr": 301,
    "/log-ud/": 405,
    "/broken/": 500,
    "/static/web/theme.css": 200,
    "/log-ind/": 200,
    "/frikoeb/svar/x/": 404,
    "/kalender/x.ics": 404,
    "/adgangskode/MQ/x-x/": 200,
}
CLOSED_LINK = {"/frikoeb/svar/x/"}  # a form is sent from it without its address being told


@pytest.mark.parametrize("where", ANSWERS)
def test_every_kind_of_answer_says_what_a_browser_may_do_with_it(
    cast, client_of, monkeypatch, where
):
    client = client_of(cast.helpdesk)
    if where == "/broken/":
        client.raise_request_exception = False
        monkeypatch.setattr("albertslund_it.context.menu", lambda *args: 1 / 0)
    response = client.get("/afdelinger/" if where == "/broken/" else where)

    assert response.status_code == ANSWERS[where]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == (
        "strict-origin" if where in CLOSED_LINK else "same-origin"
    )
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=(self)" in response["Permissions-Policy"]  # a stocktake scans with it
    for device in ("microphone", "geolocation", "payment", "usb"):
        assert f"{device}=()" in response["Permissions-Policy"]
    if where.startswith("/static/"):
        return
    assert response["X-Frame-Options"] == "DENY"
    policy = {
        part.split()[0]: part.split()[1:] for part in response["Content-Security-Policy"].split(";")
    }
    assert policy == POLICY
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))


SERVE = """
from django.conf import settings
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
import django; django.setup()
import json
from django.contrib.auth.models import User
from django.test import Client
User.objects.create_user("anna", "anna@example.dk", "en-lang-adgangskode")
client = Client(SERVER_NAME="pc.example.dk", raise_request_exception=False)
form = {"username": "anna", "password": "en-lang-adgangskode"}
first = client.get("/log-ind/", secure=True)
inside = client.post("/log-ind/", form, secure=True)
told = {
    "hsts": first.headers["Strict-Transport-Security"],
    "plain": [one := client.get("/log-ind/?a=b"), one.status_code, one.headers["Location"]][1:],
    "cookies": [str(cookie) for cookie in (*first.cookies.values(), *inside.cookies.values())],
}
strangers = {
    "host": {"HTTP_HOST": "ond.example.com"},
    "part": {"HTTP_HOST": "pc.example.dk.ond.example.com"},
    "signs": {"HTTP_HOST": "pc.example.dk:80@ond.example.com"},
    "line": {"HTTP_HOST": "pc.example.dk\\r\\nX-Ond: 1"},
    "empty": {"HTTP_HOST": ""},
}
for name, headers in strangers.items():
    answer = client.get("/log-ind/", secure=True, **headers)
    told[name] = [answer.status_code, answer.content.decode(), str(answer.headers)]
forwarded = {"HTTP_X_FORWARDED_HOST": "ond.example.com", "HTTP_FORWARDED": "host=ond.example.com"}
answer = client.get("/udstyr", secure=True, **forwarded)
told["forwarded"] = [answer.status_code, answer.content.decode(), str(answer.headers)]
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def told_by_a_server(migrated_file, tmp_path_factory):
    """Answer some requests in a process with the settings of a server."""
    path = tmp_path_factory.mktemp("server") / "db.sqlite3"
    shutil.copyfile(migrated_file, path)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SERVE],
        cwd=django_settings.BASE_DIR,
        env={name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        | {
            "DJANGO_SETTINGS_MODULE": "albertslund_it.settings",
            "DATABASE_URL": f"sqlite:///{path}",
            "SECRET_KEY": "x" * 50,
            "ALLOWED_HOSTS": "pc.example.dk",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.once  # asked of a process with settings of its own
def test_a_server_is_reached_by_https_alone(told_by_a_server):
    assert told_by_a_server["hsts"] == "max-age=31536000; includeSubDomains; preload"
    assert told_by_a_server["plain"] == [301, "https://pc.example.dk/log-ind/?a=b"]


@pytest.mark.once  # asked of a process with settings of its own
def test_a_cookie_is_of_this_host_alone_and_no_script_reads_it(told_by_a_server):
    cookies = told_by_a_server["cookies"]
    assert {cookie.split("=")[0] for cookie in cookies} == {
        "Set-Cookie: __Host-sessionid",
        "Set-Cookie: __Host-csrftoken",
    }
    for cookie in cookies:
        said = {part.strip() for part in cookie.split(";")}
        assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= said
        assert "Domain" not in cookie


@pytest.mark.parametrize("name", ["host", "part", "signs", "line", "empty"])
@pytest.mark.once  # asked of a process with settings of its own
def test_a_request_for_another_host_is_refused_and_not_repeated(told_by_a_server, name):
    status, page, headers = told_by_a_server[name]
    assert status == 400
    assert "ond.example" not in page
    assert "ond.example" not in headers
    assert "X-Ond" not in headers


@pytest.mark.once  # asked of a process with settings of its own
def test_what_a_header_says_of_the_host_is_not_believed(told_by_a_server):
    status, page, headers = told_by_a_server["forwarded"]
    assert status in (301, 302)
    assert "ond.example" not in page + headers


def test_nobody_says_what_their_request_is_called_in_the_log(client, db, caplog):
    """Else a line of the log holds a name that somebody sent, or is taken for another's."""
    named = {"X-Request-ID": "Anna Berg", "X-Correlation-ID": "Anna Berg"}
    with caplog.at_level(logging.INFO):
        answer = client.get("/log-ind/", headers=named)
    assert "Anna" not in answer["X-Request-ID"]
    assert caplog.records
    assert not any("Anna" in str(record.msg) for record in caplog.records)


def test_a_session_is_another_one_after_the_login(cast):
    """Who was given a session by somebody else does not share theirs afterwards."""
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = session.session_key
    form = {"username": cast.helpdesk.username, "password": "en-lang-adgangskode"}
    assert client.post("/log-ind/", form).status_code == 302

    assert client.cookies[django_settings.SESSION_COOKIE_NAME].value != session.session_key
    assert not client.session.exists(session.session_key)
