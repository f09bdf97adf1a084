"""A server's log: one line of JSON an event, enough to find a fault by, and nothing about people."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from django.conf import settings as django_settings

# A server whose database may have no tables, so that a page that reads one fails for real.
ASK = """
from django.conf import settings
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
import django; django.setup()
from django.test import Client
client = Client(raise_request_exception=False, SERVER_NAME="pc.example.dk")
{prepare}
answer = client.{ask}
print(answer.status_code, answer.headers["X-Request-ID"])
print(answer.content.decode())
"""


def served(tmp_path, ask, prepare=""):
    """Answer one request in a process of its own with DEBUG=0; return (answer, lines of its log).

    Its database is `log.sqlite3`, which has no tables unless somebody has put a migrated one there.
    """
    environment = {
        name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASK.format(ask=ask, prepare=prepare)],
        cwd=django_settings.BASE_DIR,
        env=environment
        | {
            "DJANGO_SETTINGS_MODULE": "albertslund_it.settings",
            "DATABASE_URL": f"sqlite:///{tmp_path}/log.sqlite3",
            "SECRET_KEY": "x" * 50,
            "ALLOWED_HOSTS": "pc.example.dk",
            "SECURE_SSL_REDIRECT": "0",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, [json.loads(line) for line in done.stderr.splitlines()]


def test_a_fault_leaves_a_trace_that_its_page_names(tmp_path):
    answer, log = served(
        tmp_path,
        "post('/log-ind/?next=/hos/Anna', {'username': 'anna@example.dk', 'password': 'x'})",
    )
    failed = [line for line in log if line["event"] == "request_failed"]
    assert answer.startswith("500 ")
    assert len(failed) == 1
    assert f"<code>{failed[0]['request_id']}</code>" in answer
    assert answer.split()[1] == failed[0]["request_id"]
    assert failed[0]["request"] == "POST /log-ind/"
    told = failed[0]["exception"]
    assert "no such table" in " ".join(link["says"] for link in told)
    assert any("django/db" in frame for link in told for frame in link["frames"])
    assert "anna" not in json.dumps(log).lower()


@pytest.fixture
def with_tables(tmp_path, migrated_file):
    shutil.copyfile(migrated_file, tmp_path / "log.sqlite3")


def test_an_answer_is_logged_with_its_user_and_without_what_was_asked_for(tmp_path, with_tables):
    prepare = """
from django.contrib.auth.models import User
user = User.objects.create_user("birgit", "birgit@example.dk", is_superuser=True)
client.force_login(user)
"""
    answer, log = served(tmp_path, "get('/soeg/?q=Anna+Bæk')", prepare)
    finished = [line for line in log if line["event"] == "request_finished"]
    assert answer.startswith("200 ")
    assert [(line["request"], line["code"], line["user_id"]) for line in finished] == [
        ("GET /soeg/", 200, 1)
    ]
    assert "anna" not in json.dumps(log).lower()
    assert "birgit" not in json.dumps(log).lower()


@pytest.mark.parametrize("path", ["/hos/Anna-Bæk/", "/admin/hos/Anna/"])
def test_an_address_that_is_nobodys_is_not_repeated(tmp_path, with_tables, path):
    _, log = served(tmp_path, f"get('{path}')")
    assert "anna" not in json.dumps(log).lower()


def test_words_about_a_row_are_left_out_and_words_about_the_machine_are_kept():
    from django.db import IntegrityError, OperationalError

    from albertslund_it.web.logs import tell_the_failure

    def told(raised, cause):
        try:
            raise raised from cause
        except type(raised) as caught:
            return tell_the_failure(None, "error", {"exc_info": caught})["exception"]

    said = told(IntegrityError("Key (mail)=(anna@example.dk) exists"), ValueError("Anna"))
    assert [(link["type"], link["says"]) for link in said] == [
        ("IntegrityError", ""),
        ("ValueError", ""),
    ]
    said = told(OperationalError("database or disk is full"), OSError(28, "No space left"))
    assert [link["says"] for link in said] == [
        "database or disk is full",
        "[Errno 28] No space left",
    ]
