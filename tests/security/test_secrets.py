"""A password that stands in the environment stands in no error, log, report or page.

Who types an address wrongly gets words about it, not the address: what is said of it ends in the
log of a server, in a mail to a colleague, or on a screen that others see.
"""

import json
import logging
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings as django_settings
from django.test import RequestFactory
from django.views.debug import ExceptionReporter

from albertslund_it.common.urls import parse_database_url, parse_email_url, parse_imap_url

# Digits first: a part of it may be taken for a port, and then be repeated as one.
SECRET = "77hemmelig88"
WRONG = [
    "{scheme}://leasing:{secret}#x@db.intern/pc",
    "{scheme}://leasing:x#{secret}@db.intern/pc",
    "{scheme}://leasing:12/{secret}@db.intern/pc",
    "{scheme}://leasing:12?{secret}@db.intern/pc",
    "{scheme}://leasing:12?{secret}=x@db.intern/pc",
    "{scheme}://leasing:x[{secret}@db.intern/pc",
    "{scheme}://leasing:x]{secret}@db.intern/pc",
    "{scheme}://leasing:{secret}\u2100x@db.intern/pc",  # Python quotes what it normalises
    "{scheme}://leasing:{secret}@{secret}@db.intern/pc",
    "{scheme}://leasing:{secret}/pc",
    "{scheme}://leasing:{secret}#@db1.intern,db2.intern/pc",
    "{scheme}://leasing:x@db1.intern,{secret}@db2.intern/pc",
    "{scheme}://leasing:x@db1.intern,db2.intern:{secret}/pc",
    "{scheme}://leasing:{secret}@db.intern:{secret}/pc",
    "{scheme}:/leasing:{secret}@db.intern/pc",
    "{scheme}:leasing:{secret}@db.intern/pc",
    "{scheme}//leasing:{secret}@db.intern/pc",
    "//leasing:{secret}@db.intern/pc",
    "leasing:{secret}@db.intern/pc",
    "{secret}",
    "mysql://leasing:{secret}@db.intern/pc",
    "stmp://leasing:{secret}@db.intern/pc",
    "{scheme}:// leasing:x {secret}@db intern/pc",
]
READERS = [
    pytest.param(lambda url: parse_database_url(url, "db.sqlite3"), "postgresql", id="database"),
    pytest.param(lambda url: parse_database_url(url, "db.sqlite3"), "sqlite", id="sqlite"),
    pytest.param(parse_email_url, "smtp", id="mail"),
    pytest.param(parse_imap_url, "imaps", id="mailbox"),
]


@pytest.mark.parametrize(("read", "scheme"), READERS)
def test_an_address_that_is_written_wrongly_is_refused_without_being_quoted(read, scheme):
    for written in WRONG:
        with pytest.raises(ValueError) as refused:  # noqa: PT011 - what it says is asserted below
            read(written.format(scheme=scheme, secret=SECRET))
        said = str(refused.value)
        assert "_URL" in said, written
        assert not any(part in said for part in (SECRET, "77", "hemmelig", "leasing:")), written
        # A traceback would print what it was raised from.
        assert not refused.value.__context__ or refused.value.__suppress_context__, written
        assert refused.value.__cause__ is None, written


CHECK = ["manage.py", "check"]
MIGRATE = ["manage.py", "migrate", "-v3"]
NOTHING_LISTENS = "127.0.0.1:9"
OPEN_A_PAGE = """
from django.conf import settings
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
import django; django.setup()
from django.test import Client
client = Client(raise_request_exception=False, SERVER_NAME="pc.example.dk")
answer = client.post("/log-ind/", {"username": "a", "password": "b"}, HTTP_ACCEPT="text/html")
assert answer.status_code in (500, 503), answer.status_code
print(answer.content.decode(), answer.headers)
"""
RIGHT = {
    "DATABASE_URL": f"postgresql://leasing:{SECRET}@{NOTHING_LISTENS}/pc?connect_timeout=2",
    "EMAIL_URL": f"smtp://leasing:{SECRET}@{NOTHING_LISTENS}",
    "IMAP_URL": f"imaps://leasing:{SECRET}@{NOTHING_LISTENS}/INBOX",
    "SECRET_KEY": f"{SECRET}-" + "x" * 50,
    **{
        f"OIDC_OP_{name}_ENDPOINT": f"https://{NOTHING_LISTENS}/{name}" for name in ("USER", "JWKS")
    },
    **{
        f"OIDC_OP_{name}_ENDPOINT": f"https://{NOTHING_LISTENS}/"
        for name in ("AUTHORIZATION", "TOKEN")
    },
    "OIDC_OP_ISSUER": f"https://{NOTHING_LISTENS}",
    "OIDC_RP_CLIENT_ID": "pc-leasing",
    "OIDC_RP_CLIENT_SECRET": SECRET,
    "METRICS_TOKEN": f"{SECRET}-" + "x" * 20,
    "IMAP_OAUTH_TOKEN_URL": f"https://{NOTHING_LISTENS}/token",
    "IMAP_OAUTH_CLIENT_ID": "pc-leasing",
    "IMAP_OAUTH_CLIENT_SECRET": SECRET,
    "ALLOWED_HOSTS": "pc.example.dk",
    "SECURE_SSL_REDIRECT": "0",
}
STARTED = {
    "a database's": (CHECK, {"DATABASE_URL": f"postgresql:/leasing:{SECRET}@x/pc"}),
    "a mail server's": (CHECK, {"EMAIL_URL": f"smtp://leasing:{SECRET}#@mail.intern"}),
    "a mailbox's": (
        ["manage.py", "fetch_mail"],
        {"DATABASE_URL": "", "IMAP_URL": f"imaps://leasing:12/{SECRET}@mail.intern"},
    ),
    "a mailbox's tokens'": (
        ["manage.py", "fetch_mail"],
        {"DATABASE_URL": "", "IMAP_URL": f"imaps://leasing@{NOTHING_LISTENS}"},
    ),
    "half of a sign-on": (CHECK, {"OIDC_OP_ISSUER": ""}),
    "settings that are checked": (["manage.py", "check", "--deploy"], {"DATABASE_URL": ""}),
    "a database that is not there": (MIGRATE, {}),
    "a page without a database": (["-c", OPEN_A_PAGE], {}),
}
ENDS_WELL = {"settings that are checked", "a page without a database"}


@pytest.fixture(scope="module")
def said_by_processes():
    """Start one process with each of the settings, two at once; give what all of them printed."""
    ours = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    ours |= {"DJANGO_SETTINGS_MODULE": "albertslund_it.settings"}

    def run(what):
        arguments, changed = STARTED[what]
        return subprocess.run(
            [sys.executable, "-W", "ignore", *arguments],
            cwd=django_settings.BASE_DIR,
            env=ours | RIGHT | changed,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    with ThreadPoolExecutor(2) as both:
        return dict(zip(STARTED, both.map(run, STARTED), strict=True))


@pytest.mark.parametrize("what", STARTED)
def test_no_process_prints_a_secret_of_its_environment(said_by_processes, what):
    done = said_by_processes[what]
    said = done.stdout + done.stderr
    assert said
    assert (done.returncode == 0) == (what in ENDS_WELL), said[-2000:]
    assert SECRET not in said
    assert "hemmelig" not in said


def test_the_log_of_a_page_that_failed_names_the_fault_and_no_secret(said_by_processes):
    said = said_by_processes["a page without a database"].stderr
    log = [json.loads(line) for line in said.splitlines()]
    [failed] = [line for line in log if line["event"] == "request_failed"]
    assert "connection" in " ".join(link["says"] for link in failed["exception"])


def test_the_report_of_a_fault_shows_stars_for_what_is_secret(monkeypatch, settings):
    """Django's page while developing; runserver hands it the whole environment."""
    for name, value in RIGHT.items():
        monkeypatch.setenv(name, value)
    settings.OIDC = {"OIDC_RP_CLIENT_SECRET": SECRET}
    settings.IMAP_SECRET_URL = RIGHT["IMAP_URL"]
    settings.IMAP_OAUTH_SECRET = {"CLIENT_SECRET": SECRET}
    settings.EMAIL_HOST_PASSWORD = SECRET
    settings.EMAIL_CONFIG = parse_email_url(RIGHT["EMAIL_URL"])
    request = RequestFactory().get("/", **RIGHT)
    try:
        raise RuntimeError("broken on purpose")
    except RuntimeError:
        # Without the frames, which hold this test's own.
        reporter = ExceptionReporter(request, *sys.exc_info()[:2], None)
    for report in (reporter.get_traceback_html(), reporter.get_traceback_text()):
        assert "broken on purpose" in report
        assert SECRET not in report


def test_no_fault_is_mailed():
    """A mail of a fault would carry the request's fields to whoever administers."""
    loggers = [logging.getLogger(), *map(logging.getLogger, logging.root.manager.loggerDict)]
    handlers = {type(handler).__name__ for one in loggers for handler in one.handlers}
    assert "AdminEmailHandler" not in handlers
