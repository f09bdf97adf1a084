"""gunicorn as README starts it, over the tests' own PostgreSQL, and a browser's few words to it."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from django.db import connection

from tests.cast import PASSWORD

PATIENCE = 60  # seconds; only a machine that has come to a stop takes so long
TOKEN = "kun-til-denne-proeve-" + "x" * 20


def environment(static: Path) -> dict[str, str]:
    """Return what a server has in its environment: nothing of this process's that is ours."""
    used = connection.settings_dict
    at = f"{used['HOST'] or 'localhost'}:{used['PORT'] or 5432}/{quote(used['NAME'])}"
    secret = f":{quote(used['PASSWORD'])}" if used["PASSWORD"] else ""
    ours = {
        "SECRET_KEY": "kun-til-denne-proeve-" + "y" * 40,
        "ALLOWED_HOSTS": "pc.albertslund.test",
        "DATABASE_URL": f"postgresql://{quote(used['USER'])}{secret}@{at}",
        "TRUSTED_PROXIES": "1",
        "STATIC_ROOT": str(static),
        "METRICS_TOKEN": TOKEN,
        "WEB_WORKERS": "1",  # each takes seconds to start
    }
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | ours


def collect_static(static: Path) -> None:
    """Collect the files of the pages as README says."""
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
    subprocess.run(command, cwd=settings.BASE_DIR, env=environment(static), check=True)


class Gunicorn:
    """A running master: its port, its workers and what it has said."""

    def __init__(self, process: subprocess.Popen, port: int, log: Path):
        self.process, self.port, self._log = process, port, log

    def said(self, words: str) -> bool:
        """Return whether it has written so to its log."""
        return words in self._log.read_text(encoding="utf-8")

    def workers(self) -> set[int]:
        """Return the processes that it has now."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        return {int(one) for one in children.split()}

    def browser(self) -> "ProxiedBrowser":
        return ProxiedBrowser(self.port)


@contextmanager
def gunicorn(static: Path, log: Path, **more: str) -> Iterator[Gunicorn]:
    """Start gunicorn from the folder of the project, with its own file of settings.

    `more` stands in its environment besides.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    bound = {"BIND": f"127.0.0.1:{port}"}
    with log.open("w", encoding="utf-8") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn"],
            cwd=settings.BASE_DIR,
            env=environment(static) | bound | more,
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        server = Gunicorn(process, port, log)
        wait_until(lambda: answers(server), f"gunicorn did not start: {log}")
        yield server
    finally:
        process.terminate()
        process.wait(PATIENCE)


def answers(server: Gunicorn) -> bool:
    """Return whether it is ready; one that has ended never will be."""
    assert server.process.poll() is None, "gunicorn has ended"
    try:
        return server.browser().get("/readyz").status == 200
    except OSError:
        return False


def wait_until(is_so: Callable[[], bool], otherwise: str) -> None:
    """Ask again and again until something is so."""
    until = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < until, otherwise
        time.sleep(0.02)


class ProxiedBrowser:
    """Asks as the proxy in front does: by our name, over https as it says, with cookies."""

    def __init__(self, port: int):
        self._port = port
        self._cookies: dict[str, str] = {}
        self.body = b""

    def get(self, path: str, **headers: str) -> HTTPResponse:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, **values: str) -> HTTPResponse:
        values["csrfmiddlewaretoken"] = self._cookies.get("__Host-csrftoken", "")
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, urlencode(values), form)

    def log_in(self, user: User) -> "ProxiedBrowser":
        """Log in by the form, with the password that everybody has in the tests."""
        self.get("/log-ind/")
        answer = self.post("/log-ind/", username=user.username, password=PASSWORD)
        assert (answer.status, answer.getheader("Location")) == (302, "/"), self.body
        return self

    def _ask(self, method: str, path: str, body: str | None, headers: dict) -> HTTPResponse:
        calling = HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        calling.request(
            method,
            path,
            body,
            {
                "Host": "pc.albertslund.test",
                "X-Forwarded-Proto": "https",
                "X-Forwarded-For": "127.0.0.9",
                "Referer": "https://pc.albertslund.test/",
                "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
                "Connection": "close",
                **headers,
            },
        )
        answer = calling.getresponse()
        self.body = answer.read()
        for line in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(line).items():
                self._cookies[name] = morsel.value
        calling.close()
        return answer


def with_a_real_password(user: User) -> User:
    """Give a user a password that a server reads; the tests' own hash is a quick one."""
    user.password = PBKDF2PasswordHasher().encode(PASSWORD, "saltsalt", iterations=1000)
    user.save()
    return user


def counted(text: str, name: str, **labels: str) -> float:
    """Add up the samples of a metric that have these labels."""
    found = 0.0
    for line in text.splitlines():
        said = re.fullmatch(rf"{name}(?:{{(.*)}})? (\S+)", line)
        if said and all(f'{key}="{value}"' in (said[1] or "") for key, value in labels.items()):
            found += float(said[2])
    return found
