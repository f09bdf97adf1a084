"""Take the README's pictures of the demo: `python -m tests.journeys.take_pictures`."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

# The pages of help show them too.
HERE = Path(__file__).parents[2] / "albertslund_it" / "static" / "help"
# (file, user, address, width, height)
PICTURES = (
    ("front", "okonomi", "/", 1280, 800),
    ("quarter", "okonomi", "/kvartaler/2026Q3/", 1280, 1240),
    ("share", "leder", "/egenbetaling/", 1280, 1240),
    ("bridge", "leder", "/egenbetaling/forskel/?fra=2026Q1&til=2026Q4", 1280, 1000),
    ("departments", "ledelse", "/egenbetaling/kommunen/", 1280, 1100),
    ("device", "helpdesk", "/udstyr/", 1280, 800),
    ("orders", "helpdesk", "/bestillinger/", 1280, 900),
    ("order", "helpdesk", "/bestillinger/ny/?medarbejder=1", 1280, 900),
    ("rollout", "helpdesk", "/udrulning/", 1280, 1240),
    ("reconciliation", "okonomi", "/kvartaler/2026Q3/afstemning/", 1280, 1240),
)


@contextmanager
def demo_server():
    """Serve the demo as of a fixed day, from a database of its own, on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "DATABASE_URL": f"sqlite:///{folder}/demo.sqlite3",
            "TODAY": "2026-11-23",
        }
        manage = [sys.executable, "manage.py"]
        subprocess.run([*manage, "demo", "--no-server"], env=environment, check=True)
        server = subprocess.Popen(
            [*manage, "runserver", f"127.0.0.1:{port}", "--noreload"], env=environment
        )
        try:
            address = f"http://127.0.0.1:{port}"
            for _ in range(100):
                try:
                    urllib.request.urlopen(address, timeout=2).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield address
        finally:
            server.terminate()
            server.wait(10)


def main():
    HERE.mkdir(exist_ok=True)
    with demo_server() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=next(
                filter(None, map(shutil.which, ["chromium-headless-shell", "chromium"]))
            ),
            args=["--no-sandbox", "--disable-gpu"],
        )
        for name, user, path, width, height in PICTURES:
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme="light"
            )
            page = context.new_page()
            page.goto(address + path)
            page.fill("input[name=username]", user)
            page.fill("input[name=password]", "pc-leasing-demo")
            page.click("main button[type=submit]")
            page.wait_for_load_state("networkidle")
            page.screenshot(path=HERE / f"{name}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
