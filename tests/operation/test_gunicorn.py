"""A real gunicorn over a real PostgreSQL, as README starts it."""

import re
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event, Thread

import psycopg
import pytest
from django.db import connection, transaction

from leasing.models import Note
from tests import builders as make
from tests.operation.served import (
    TOKEN,
    collect_static,
    counted,
    gunicorn,
    wait_until,
    with_a_real_password,
)

pytestmark = pytest.mark.django_db(transaction=True)
if connection.vendor == "sqlite":
    pytest.skip("gunicorn is tried over PostgreSQL", allow_module_level=True)

WRITERS, READERS, ROUNDS = 2, 1, 10


@pytest.fixture(scope="module")
def static(tmp_path_factory):
    folder = tmp_path_factory.mktemp("static")
    collect_static(folder)
    return folder


@pytest.fixture(scope="module")
def server(django_db_setup, static, tmp_path_factory):
    """Start it once; the last test ends it."""
    with gunicorn(static, tmp_path_factory.mktemp("gunicorn") / "log") as started:
        yield started


@pytest.fixture
def helpdesk(cast):
    return with_a_real_password(cast.helpdesk)


@pytest.fixture
def notes(cast):
    """Return the address of a device's notes: something to write."""
    return f"/udstyr/{make.lease('PF000001', unit=cast.unit).device.pk}/noter/"


def connections_closed():
    """Send away whoever is connected to this database besides ourselves."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@contextmanager
def nobody_let_in():
    """Let PostgreSQL refuse all who come to this database; who is in stays."""
    used = connection.settings_dict
    name = connection.ops.quote_name(used["NAME"])
    with psycopg.connect(
        host=used["HOST"],
        port=used["PORT"],
        user=used["USER"],
        password=used["PASSWORD"],
        dbname="postgres",
        autocommit=True,
    ) as beside:
        beside.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        try:
            yield
        finally:
            beside.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


def is_waiting_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return cursor.fetchone()[0] > 0


def test_a_page_its_files_a_login_and_a_write_go_through(server, helpdesk, notes):
    browser = server.browser()
    assert browser.get("/", X_Forwarded_Proto="http").status == 301
    assert browser.get("/log-ind/").status == 200
    (style,) = re.findall(rb'href="(/static/web/theme\.[0-9a-f]{12}\.css)"', browser.body)
    file = browser.get(style.decode(), Accept_Encoding="gzip")
    assert file.getheader("Content-Encoding") == "gzip"
    assert "immutable" in file.getheader("Cache-Control")

    browser.log_in(helpdesk)
    assert browser.get(notes).status == 200
    assert browser.post(notes, **{"note-text": "Skærmen er ridset"}).status == 302
    assert Note.objects.get().text == "Skærmen er ridset"

    assert browser.get("/metrics").status == 401
    asked = counted(metrics_of(server), "pc_leasing_requests_total", route="device-notes")
    assert asked == 2


def metrics_of(server):
    browser = server.browser()
    assert browser.get("/metrics", Authorization=f"Bearer {TOKEN}").status == 200
    return browser.body.decode()


def test_a_graceful_restart_under_load_fails_no_request_and_loses_no_write(server, helpdesk, notes):
    browsers = [server.browser().log_in(helpdesk) for _ in range(WRITERS + READERS)]
    before, begun, done = server.workers(), Event(), Event()
    posted = {"route": "device-notes", "method": "POST", "status": "302"}
    posted_before = counted(metrics_of(server), "pc_leasing_requests_total", **posted)

    def write(browser):
        written = []
        while not done.is_set() or len(written) < ROUNDS:
            text = f"{id(browser)}-{len(written)}"
            assert browser.post(notes, **{"note-text": text}).status == 302, browser.body
            written.append(text)
            begun.set()
        return written

    def read(browser):
        while not done.is_set():
            assert browser.get("/udstyr/").status == 200, browser.body

    with ThreadPoolExecutor(WRITERS + READERS) as load:
        writing = [load.submit(write, browser) for browser in browsers[:WRITERS]]
        reading = [load.submit(read, browser) for browser in browsers[WRITERS:]]
        assert begun.wait(60)
        server.process.send_signal(signal.SIGHUP)
        try:
            wait_until(
                lambda: len(now := server.workers()) == 1 and not now & before,
                "the worker is not replaced",
            )
        finally:
            done.set()
        written = [text for future in writing for text in future.result()]
        for future in reading:
            future.result()

    assert sorted(Note.objects.values_list("text", flat=True)) == sorted(written)
    # The counts are all of them, of the workers that are gone too.
    posted_now = counted(metrics_of(server), "pc_leasing_requests_total", **posted)
    assert posted_now - posted_before == len(written)


def test_a_database_that_is_gone_is_told_and_come_back_it_serves_by_itself(server, helpdesk):
    browser = server.browser().log_in(helpdesk)
    connections_closed()
    assert browser.get("/udstyr/").status == 200  # a restart between two requests is not noticed

    with nobody_let_in():
        connections_closed()
        answer = browser.get("/udstyr/")
        assert (answer.status, answer.getheader("Retry-After")) == (503, "10")
        assert "Databasen svarer ikke lige nu" in browser.body.decode()
        wait_until(lambda: browser.get("/readyz").status == 503, "it says that it is ready")
        assert browser.get("/healthz").status == 200
        assert counted(metrics_of(server), "pc_leasing_ready") == 0

    assert browser.get("/udstyr/").status == 200
    wait_until(lambda: browser.get("/readyz").status == 200, "it is not ready again")


def test_a_request_that_is_running_ends_before_the_server_does(server, helpdesk, notes):
    browser, statuses = server.browser().log_in(helpdesk), []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE leasing_note IN EXCLUSIVE MODE")
        asking = Thread(
            target=lambda: statuses.append(browser.post(notes, **{"note-text": "sidste"}).status)
        )
        asking.start()
        wait_until(is_waiting_for_a_lock, "nobody writes")
        server.process.terminate()
        wait_until(lambda: server.said("Handling signal: term"), "it does not hear")
    asking.join()

    assert statuses == [302]
    assert Note.objects.get().text == "sidste"
    assert server.process.wait(60) == 0
