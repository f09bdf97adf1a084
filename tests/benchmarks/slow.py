"""Who is slow: clients that never finish their requests, and a provider of sign-on that says nothing.

    python -m tests.benchmarks.slow

gunicorn as README starts it (three workers of four threads), on SQLite, without a proxy in front.
Meanwhile others ask for a page, and how long each waits is printed; then whether all is as before.
"""

import os
import shutil
import socket
import statistics
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import requests

from tests.benchmarks.ground import own_database
from tests.benchmarks.load import Cookies

PATIENCE = 20
ASKED = 30


class Visitor:
    """A browser at a server, as a proxy would send it on."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"
        self.session = requests.Session()
        self.session.cookies = Cookies()
        self.session.headers.update({"X-Forwarded-Proto": "https", "Host": "pc.albertslund.test"})

    def get(self, path):
        return self.session.get(self.url + path, timeout=PATIENCE, allow_redirects=False)

    def seconds(self, path="/log-ind/"):
        """Return how long a page took; None where none came."""
        began = time.monotonic()
        try:
            assert Visitor(urlsplit(self.url).port).get(path).status_code == 200
        except requests.RequestException:
            return None
        return time.monotonic() - began

    def sign_on(self):
        """Go the whole way by the provider; return what the page says, and the seconds of the way back."""
        away = self.get("/konto/log-ind/").headers["Location"]
        back = urlsplit(requests.get(away, allow_redirects=False, timeout=60).headers["Location"])
        began = time.monotonic()
        answer = self.get(f"{back.path}?{back.query}")
        took = time.monotonic() - began
        if answer.headers["Location"] != "/log-ind/":
            return "signed on", took
        text = unescape(self.get("/log-ind/").text)
        return "the provider does not answer" if "svarer ikke lige nu" in text else "?", took


def told(what, visitor):
    """Ask for a page again and again, five people at once; print how long they waited."""
    with ThreadPoolExecutor(5) as people:
        took = list(people.map(lambda _: visitor.seconds(), range(ASKED)))
    came = sorted(one for one in took if one is not None)
    words = "none came"
    if came:
        words = f"median {statistics.median(came):.2f} s, slowest {came[-1]:.2f} s"
    print(f"  {what}: {len(came)} of {ASKED} pages came; {words}", flush=True)


def slow_clients(visitor, count, words):
    """Open so many connections that send these words, then a byte a second."""
    port = urlsplit(visitor.url).port
    opened = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(count)]
    until = threading.Event()

    def drip():
        while not until.wait(1):
            for one in opened:
                with suppress(OSError):  # one that has been closed
                    one.send(b"x" if words else b"")

    for one in opened:
        if words:
            one.send(words)
    threading.Thread(target=drip, daemon=True).start()
    return opened, until


def main():
    with own_database() as connection, tempfile.TemporaryDirectory() as place:
        from django.contrib.auth.models import User

        from tests.operation import served
        from tests.web.provider import started

        User.objects.create_user("anbe", "anna.berg@example.dk")
        file = Path(place) / "db.sqlite3"
        connection.close()
        shutil.copy(connection.settings_dict["NAME"], file)
        static = Path(place) / "static"
        served.environment = lambda static: (
            {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
            | {
                "SECRET_KEY": "kun-til-denne-maaling-" + "y" * 40,
                "ALLOWED_HOSTS": "pc.albertslund.test",
                "DATABASE_URL": f"sqlite:///{file}",
                "STATIC_ROOT": str(static),
            }
        )
        served.collect_static(static)
        with started() as (url, tell):
            from tests.web.provider import settings_of

            with served.gunicorn(static, Path(place) / "log", **settings_of(url)) as server:
                measure(Visitor(server.port), tell)


def measure(visitor, tell):
    print("clients")
    told("nobody else", visitor)
    for count, what, words in (
        (300, "300 that connect and say nothing", b""),
        (8, "8 that send a header a byte a second", b"GET / HTTP/1.1\r\nX-A: "),
        (50, "50 that send a header a byte a second", b"GET / HTTP/1.1\r\nX-A: "),
    ):
        opened, until = slow_clients(visitor, count, words)
        time.sleep(1)
        told(what, visitor)
        until.set()
        for one in opened:
            one.close()
        time.sleep(1)
        told("  when they have gone", visitor)
    print("sign-on")
    print("  one, the provider well:", *Visitor(urlsplit(visitor.url).port).sign_on())
    tell(slow={"/token": 60})
    with ThreadPoolExecutor(24) as people:
        began = time.monotonic()
        signing = [people.submit(Visitor(urlsplit(visitor.url).port).sign_on) for _ in range(24)]
        time.sleep(2)
        told("24 sign on at a provider that says nothing; meanwhile", visitor)
        said = Counter(one.result()[0] for one in signing)
        print(f"  they were told after {time.monotonic() - began:.0f} s at most: {dict(said)}")
    tell(slow={}, down=["/token"])
    with ThreadPoolExecutor(24) as people:
        signing = [people.submit(Visitor(urlsplit(visitor.url).port).sign_on) for _ in range(24)]
        told("24 sign on at a provider that is down; meanwhile", visitor)
        said = Counter(one.result()[0] for one in signing)
        print(f"  they were told: {dict(said)}")
    tell(down=[])
    with ThreadPoolExecutor(24) as people:
        signing = [people.submit(Visitor(urlsplit(visitor.url).port).sign_on) for _ in range(24)]
        said = Counter(one.result()[0] for one in signing)
        slowest = max(one.result()[1] for one in signing)
        print(f"  24 at once, the provider well again: {dict(said)}, the slowest {slowest:.1f} s")


if __name__ == "__main__":
    main()
