"""The metrics: behind a token, by route, and nothing in them that tells of anybody."""

import pytest
from django.db import OperationalError, connection

from albertslund_it.operation import metrics, probes, watching
from albertslund_it.web.clock import machine_now
from leasing.management.recording import recorded
from leasing.models import CommandRun, Mail, Presence, SlowQuery
from tests import builders as make
from tests.operation.served import counted

TOKEN = "et-langt-hemmeligt-ord-til-proever"

pytestmark = pytest.mark.django_db


@pytest.fixture
def read(settings, client, monkeypatch):
    """Return a function that reads the metrics as monitoring does."""
    settings.METRICS_TOKEN = TOKEN
    monkeypatch.setattr(metrics, "LOOK", probes.DatabaseLook())
    return lambda: client.get("/metrics", HTTP_AUTHORIZATION=f"Bearer {TOKEN}").content.decode()


@pytest.mark.parametrize("said", ["", "Bearer", "Bearer forkert", f"Basic {TOKEN}", "Bearer æøå"])
def test_without_the_token_nothing_is_told(client, settings, said):
    settings.METRICS_TOKEN = TOKEN
    response = client.get("/metrics", HTTP_AUTHORIZATION=said)
    assert (response.status_code, response.content) == (401, b"")


def test_where_no_token_is_set_there_is_no_such_page_and_an_empty_one_opens_nothing(client):
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer ").status_code == 404


def test_requests_are_counted_by_route_and_tell_of_nobody(read, cast, client_of):
    device = make.lease("PF000001", unit=cast.unit).device
    read()
    helpdesk = client_of(cast.helpdesk)
    for path in (f"/udstyr/{device.pk}/", f"/udstyr/{device.pk}/?q=Anna", "/findes-ikke/4711/"):
        helpdesk.get(path)

    told = read()
    name = "pc_leasing_requests_total"
    assert counted(told, name, route="device-detail", status="200") >= 2
    assert counted(told, name, route="unknown", status="404") >= 1
    assert "Anna" not in told
    assert "4711" not in told
    assert "PF000001" not in told


def test_what_waits_and_when_commands_went_well_is_told(read, cast):
    Mail.objects.create(subject="a", written_at=machine_now(), failed_at=machine_now())
    Mail.objects.create(subject="b", written_at=machine_now())
    make.order_line(unit=cast.unit)
    with recorded("backup"):
        pass
    with pytest.raises(SystemExit), recorded("notify"):
        raise SystemExit(1)

    told = read()
    assert counted(told, "pc_leasing_ready") == 1
    assert counted(told, "pc_leasing_mails_waiting") == 2
    assert counted(told, "pc_leasing_mails_failed") == 1
    assert counted(told, "pc_leasing_command_ok", command="backup") == 1
    assert 'command_ok{command="notify"} 0.0' in told
    at = counted(told, "pc_leasing_command_ok_timestamp_seconds", command="backup")
    assert at == pytest.approx(CommandRun.objects.get(name="backup").ok_at.timestamp())
    assert 'timestamp_seconds{command="notify"}' not in told
    assert counted(told, "pc_leasing_queue") == 1


def test_a_database_that_is_gone_is_told_and_nothing_of_it(read, monkeypatch):
    def gone(self):
        raise OperationalError

    monkeypatch.setattr(probes.DatabaseLook, "_ask", gone)
    told = read()
    assert "pc_leasing_ready 0.0" in told
    assert "pc_leasing_mails_waiting" not in told


class TestSlowQueries:
    def test_a_slow_question_is_kept_without_its_values(self, cast, client_of, monkeypatch):
        monkeypatch.setattr(watching, "SLOW", 0.0)
        client_of(cast.helpdesk).get("/udstyr/?q=Anna+Fremmed")

        kept = list(SlowQuery.objects.all())
        assert kept
        assert {one.route for one in kept} == {"device-list"}
        assert not any("Fremmed" in one.statement for one in kept)

    def test_only_the_slowest_of_a_day_are_kept(self, monkeypatch):
        monkeypatch.setattr(watching, "MOST_KEPT", 2)
        now = machine_now()
        watching.keep_slow("a", [(9.0, "old")], now=now - 2 * watching.KEPT_FOR)
        watching.keep_slow("a", [(1.0, "x"), (3.0, "y")], now=now)
        watching.keep_slow("a", [(2.0, "z"), (0.6, "w")], now=now)
        assert list(SlowQuery.objects.values_list("statement", flat=True)) == ["y", "z"]

    def test_a_page_that_is_quick_keeps_nothing(self, cast, client_of, monkeypatch):
        monkeypatch.setattr(watching, "SLOW", 3600)
        assert client_of(cast.helpdesk).get("/udstyr/").status_code == 200
        assert not SlowQuery.objects.exists()


def test_who_is_on_is_written_once_in_a_while_and_forgotten_in_a_day(cast, client_of, settings):
    settings.WATCH_PRESENCE = True
    Presence.objects.create(user=cast.auditor, seen_at=machine_now() - 2 * watching.KEPT_FOR)
    helpdesk = client_of(cast.helpdesk)
    helpdesk.get("/udstyr/")
    first = Presence.objects.get().seen_at
    helpdesk.get("/udstyr/")

    assert Presence.objects.get().user == cast.helpdesk
    assert Presence.objects.get().seen_at == first


@pytest.mark.skipif(connection.vendor != "sqlite", reason="others lock no more than rows")
def test_a_page_does_not_wait_for_who_writes_to_keep_what_is_seen_of_it(
    cast, client_of, monkeypatch, settings
):
    patience = []

    def wait_of(*args, **kwargs):
        with connection.cursor() as cursor:
            patience.append(cursor.execute("PRAGMA busy_timeout").fetchone()[0])

    settings.WATCH_PRESENCE = True
    monkeypatch.setattr(watching, "SLOW", 0.0)
    monkeypatch.setattr(watching, "keep_slow", wait_of)
    monkeypatch.setattr(watching.Presence.objects, "update_or_create", wait_of)
    client_of(cast.helpdesk).get("/udstyr/")
    assert patience == [0, 0]
    wait_of()
    assert patience[-1] == connection.settings_dict["OPTIONS"]["timeout"] * 1000
