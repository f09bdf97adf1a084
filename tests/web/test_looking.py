"""What looks at a page in the browser waits until the page is there."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import sleep

import pytest

from tests.browser import assert_accessible, assert_no_sideways_scroll

WIDE_AND_NAMELESS = b"<!doctype html><title>x</title><img src='data:,'><hr style='width: 9999px'>"


class Slow(BaseHTTPRequestHandler):
    """Answers with a page that leads on, the next time some time before what is on the page."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        if self.path == "/":
            self.wfile.write(b"<!doctype html><title>x</title><a href='/next'>on</a>")
        else:
            self.wfile.flush()
            sleep(0.3)
            self.wfile.write(WIDE_AND_NAMELESS)

    def log_message(self, *said):
        """Say nothing."""


@pytest.fixture
def address():
    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_a_page_that_has_only_begun_is_waited_for(page, address):
    for look, fault in ((assert_accessible, "image-alt"), (assert_no_sideways_scroll, "wider")):
        page.goto(address)
        page.click("a")
        with pytest.raises(AssertionError, match=fault):
            look(page)
