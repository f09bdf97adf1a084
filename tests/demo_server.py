"""The demo, running in a process of its own on a fixed day, for what looks at whole pages."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
LOOKS = ROOT / "looks"  # kept outside git
TODAY = "2026-11-29"
PASSWORD = "pc-leasing-demo"  # the README says it to everybody
PATIENCE = 600  # seconds: the first start makes the demo's data


@contextmanager
def demo_server(*, on_a_copy: bool = False, as_for_real: bool = False) -> Iterator[str]:
    """Start the demo on a database that the next start finds again, or on a copy; give its address.

    `as_for_real` is with the settings of a server: its files are collected, compressed and named so
    that a browser keeps them.
    """
    LOOKS.mkdir(exist_ok=True)
    kept = LOOKS / "demo.sqlite3"
    settings = {"DATABASE_URL": f"sqlite:///{kept}", "TODAY": TODAY, "DEBUG": "1"}
    if on_a_copy:
        build = [sys.executable, "manage.py", "demo", "--no-server"]
        subprocess.run(
            build, cwd=ROOT, env=os.environ | settings, stdout=subprocess.DEVNULL, check=True
        )
        copy = shutil.copy(kept, LOOKS / "copy.sqlite3")
        settings["DATABASE_URL"] = f"sqlite:///{copy}"
    if as_for_real:
        settings |= {
            "ALLOWED_HOSTS": "127.0.0.1",
            "DEBUG": "0",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "SECURE_SSL_REDIRECT": "0",
            "STATIC_ROOT": str(LOOKS / "static"),
        }
        collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
        subprocess.run(collect, cwd=ROOT, env=os.environ | settings, check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "manage.py", "demo", "--port", str(port)]
    with (LOOKS / "server.log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | settings, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(server, f"{address}/log-ind/")
            yield address
        finally:
            server.terminate()
            server.wait()


def _wait(server: subprocess.Popen, url: str) -> None:
    for _ in range(PATIENCE):
        if server.poll() is not None:
            raise SystemExit(f"The demo did not start; see {LOOKS / 'server.log'}")
        try:
            urlopen(url).close()
        except URLError:
            time.sleep(1)
        else:
            return
    raise SystemExit("The demo took too long to start")


def log_in_to_demo(page, address: str, user: str) -> None:
    """Log a demo user in through the form."""
    page.goto(f"{address}/log-ind/")
    page.fill("#id_username", user)
    page.fill("#id_password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_load_state()


def chromium(playwright):
    """Start the system's Chromium."""
    return playwright.chromium.launch(
        executable_path="/usr/bin/chromium-headless-shell", args=["--no-sandbox"]
    )
