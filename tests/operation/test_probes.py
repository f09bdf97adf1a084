"""What a load balancer asks is answered at once, to anybody, by any name, and tells nothing."""

import threading

import pytest
from django.db import OperationalError, connections
from django.test import Client

from albertslund_it.operation import probes


@pytest.fixture(autouse=True)
def nothing_told_yet(monkeypatch):
    monkeypatch.setattr(probes, "LOOK", probes.DatabaseLook())


@pytest.fixture
def as_a_server(settings):
    """Set what a server has: names that it answers to, and https."""
    settings.ALLOWED_HOSTS = ["pc.albertslund.dk"]
    settings.SECURE_SSL_REDIRECT = True


@pytest.mark.parametrize(("path", "word"), [("/healthz", b"alive\n"), ("/readyz", b"ready\n")])
def test_it_is_answered_by_address_without_https_session_or_cookie(db, as_a_server, path, word):
    response = Client().get(path, HTTP_HOST="10.0.0.7:8000")

    assert (response.status_code, response.content) == (200, word)
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies
    assert set(response.headers) == {
        "Content-Type",
        "Cache-Control",
        "X-Content-Type-Options",
        "Content-Length",
    } & set(response.headers)
    assert Client().post(path).status_code == 405


def test_whether_it_is_alive_asks_no_database():
    assert Client().get("/healthz").status_code == 200  # pytest allows no database here


def test_no_other_page_is_opened_by_it(db, as_a_server):
    assert Client().get("/healthz/", HTTP_HOST="10.0.0.7").status_code == 400
    assert Client().get("/log-ind/", HTTP_HOST="10.0.0.7").status_code == 400


class TestReadiness:
    @pytest.fixture
    def answer(self, db, monkeypatch):
        """Return a function that asks when the database is as it says."""

        def ask(looked):
            monkeypatch.setattr(probes.DatabaseLook, "_ask", looked)
            return Client().get("/readyz")

        return ask

    def test_a_database_that_is_gone_is_503_and_says_nothing_of_itself(self, answer):
        def gone(self):
            raise OperationalError('connection to server at "db.intern" failed, user "leasing"')

        response = answer(gone)
        assert (response.status_code, response.content) == (503, b"not ready\n")

    def test_a_database_that_hangs_is_not_waited_for_and_asked_once(self, answer, monkeypatch):
        monkeypatch.setattr(probes, "PATIENCE", 0.05)
        asked, let_go = [], threading.Event()

        def hang(self):
            asked.append(1)
            let_go.wait(30)
            return ""

        assert answer(hang).status_code == 503
        assert Client().get("/readyz").status_code == 503
        let_go.set()
        probes.LOOK._looking.join()
        assert Client().get("/readyz").status_code == 200
        assert asked == [1]

    def test_a_migration_that_is_not_applied_is_503(self, db, monkeypatch):
        ours = probes.our_migrations()
        monkeypatch.setattr(probes, "our_migrations", lambda: ours | {("leasing", "9999_later")})
        assert probes.DatabaseLook().why_not() == "1 migrations are not applied"

    def test_guards_that_are_missing_are_503_until_they_are_back(self, db, monkeypatch):
        monkeypatch.setattr(probes, "FRESH", 0)
        readiness = probes.DatabaseLook()
        monkeypatch.setattr(probes, "missing_guards", lambda connection: ["guard_x"])
        assert readiness.why_not() == "guards are missing"
        monkeypatch.setattr(probes, "missing_guards", lambda connection: [])
        assert readiness.why_not() == ""

    def test_a_database_without_tables_is_not_ready(self, db, monkeypatch):
        monkeypatch.setattr(
            probes.MigrationRecorder, "applied_migrations", lambda self: {}, raising=True
        )
        assert "migrations are not applied" in probes.DatabaseLook().why_not()

    def test_it_leaves_no_connection_behind(self, db):
        closed = []
        readiness = probes.DatabaseLook()

        def ask():
            connections["default"].ensure_connection()
            closed.append(connections["default"])
            return ""

        readiness._ask = ask
        assert readiness.why_not() == ""
        assert closed[0].connection is None
