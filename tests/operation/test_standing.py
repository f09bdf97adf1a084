"""The page of operation, and the checks that say the same on the command line."""

import re
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import OperationalError, connection

from albertslund_it.operation import checks, standing
from albertslund_it.web.clock import machine_now
from leasing.management.recording import recorded
from leasing.models import CommandRun, Job, Mail, Presence, Settings, SlowQuery

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def line(key, now=None):
    """Return a line of the page as it stands."""
    found = standing.groups(now or machine_now())
    return next(one for _, lines in found for one in lines if one.key == key)


def ran(name, at, **values):
    CommandRun.objects.update_or_create(
        name=name,
        defaults={"started_at": at, "ended_at": at, "is_ok": True, "ok_at": at, **values},
    )


@pytest.mark.parametrize(
    ("name", "hours"),
    [("notify", 26), ("verify", 26), ("backup", 26), ("restore_drill", 92 * 24)],
)
def test_a_command_that_has_not_gone_well_for_too_long_is_to_be_looked_at(name, hours):
    assert line(name, NOW).state == "warn"
    ran(name, NOW - timedelta(hours=hours - 1))
    assert line(name, NOW).state == "good"
    ran(name, NOW - timedelta(hours=hours + 1))
    assert (line(name, NOW).state, bool(line(name, NOW).advice)) == ("warn", True)


def test_webhooks_are_waited_for_where_they_are_turned_on():
    assert (line("send_webhooks").state, line("send_webhooks").advice) == ("off", "")
    Settings.objects.update(uses_webhooks=True)
    told = line("send_webhooks")
    assert (told.state, told.advice) == ("warn", "Start pc-leasing-webhooks.timer.")
    call_command("send_webhooks")
    assert line("send_webhooks").state == "good"
    assert line("send_webhooks", machine_now() + timedelta(minutes=61)).state == "warn"


def test_one_that_failed_after_it_went_well_says_both_and_where_to_look():
    ran("backup", NOW, is_ok=False, ok_at=NOW - timedelta(hours=2), words="Disken er fuld.")
    found = line("backup", NOW)
    assert found.state == "warn"
    assert "Gik godt 30-11-2026 kl. 11.00." in found.says
    assert "Gik galt 30-11-2026 kl. 13.00: Disken er fuld." in found.says
    assert "journalctl -u pc-leasing-backup" in found.advice


def test_one_that_runs_now_is_judged_by_the_last_that_went_well():
    with recorded("notify"):
        pass
    with recorded("notify"):
        assert line("notify").state == "good"


def test_work_that_waits_too_long_for_the_worker_is_to_be_looked_at(cast):
    assert line("queue", NOW).state == "off"
    Settings.objects.update(uses_worker=True)
    assert (line("queue", NOW).state, line("queue", NOW).says) == ("good", "0 venter, 0 er i gang.")
    Job.objects.create(
        kind="import", title="Enheder", asked_by=cast.helpdesk, asked_at=NOW - timedelta(minutes=10)
    )
    assert line("queue", NOW).state == "good"
    assert line("queue", NOW + timedelta(minutes=6)).state == "warn"


def test_mails_that_cannot_be_sent_and_addresses_that_are_missing_are_told():
    assert line("mails").state == "good"
    Mail.objects.create(subject="a", written_at=machine_now(), failed_at=machine_now())
    assert line("mails").says == "1 venter, 1 af dem er forsøgt forgæves."
    Settings.objects.update(helpdesk_mail="", security_mail="it@example.dk")
    assert (line("helpdesk").state, line("security").state) == ("warn", "good")


def test_guards_and_migrations_that_are_missing_are_told(monkeypatch):
    assert (line("migrations").state, line("guards").state) == ("good", "good")
    monkeypatch.setattr(standing, "missing_guards", lambda: ["guard_x"])
    assert line("guards").says == "1 mangler eller er ændret."
    ours = standing.our_migrations()
    monkeypatch.setattr(standing, "our_migrations", lambda: ours | {("leasing", "9999")})
    assert line("migrations").says == "1 migreringer er ikke kørt."


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no clock of its own")
def test_a_clock_that_is_off_the_database_servers_is_told():
    assert line("clock").state == "good"
    assert "3600 sekunder" in line("clock", machine_now() - timedelta(hours=1)).says


def test_a_disk_that_is_nearly_full_is_told(monkeypatch):
    monkeypatch.setattr(standing, "LITTLE_PART", 1.1)
    assert line("disk-1").state == "warn"


class TestPage:
    def test_each_line_has_its_state_in_words_and_what_to_do(self, cast, client_of):
        Presence.objects.create(user=cast.finance, seen_at=machine_now())
        Presence.objects.create(user=cast.head, seen_at=machine_now() - timedelta(minutes=20))
        SlowQuery.objects.create(
            route="device-list", statement="SELECT 1", milliseconds=812, seen_at=machine_now()
        )
        page = client_of(cast.administrator).get("/drift/").content.decode()

        for said in ("Se på det", "I orden", "Ikke i brug", "På nu: 1", "812 ms", "SELECT 1"):
            assert said in page, said
        assert "Start pc-leasing-backup.timer." in page
        [shown] = re.findall(r'<ul class="standing-people">(.*?)</ul>', page, re.S)
        assert cast.finance.get_full_name() in shown
        assert cast.head.get_full_name() not in shown

    def test_it_is_quick_and_asks_little(self, cast, client_of, django_assert_max_num_queries):
        client = client_of(cast.administrator)
        client.get("/drift/")
        with django_assert_max_num_queries(40):
            client.get("/drift/")


class TestChecks:
    def found(self):
        every = run_checks(tags=["database"], include_deployment_checks=True, databases=["default"])
        return {one.id: one for one in every if one.id.startswith("drift.")}

    def test_they_say_what_the_page_says_is_to_be_looked_at(self):
        found = self.found()
        assert found["drift.backup"].hint == "Start pc-leasing-backup.timer."
        with recorded("backup"):
            pass
        assert "drift.backup" not in self.found()

    def test_without_a_database_named_nothing_is_asked(self):
        assert checks.check_operation(None) == []
        assert checks.check_operation(None, databases=[]) == []

    def test_a_database_that_does_not_answer_is_one_error(self, monkeypatch):
        def gone(now):
            raise OperationalError("password=hemmeligt")

        monkeypatch.setattr(checks, "groups", gone)
        assert list(self.found()) == ["drift.database"]
        assert "hemmeligt" not in str(self.found())

    def test_a_mail_server_that_does_not_answer_is_told(self, settings, monkeypatch):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1
        assert "drift.mail_server" in self.found()

    def test_the_command_names_them_and_fails_when_it_is_asked_to(self):
        said = StringIO()
        with pytest.raises(SystemCheckError, match="Sikkerhedskopi"):
            call_command(
                "check", deploy=True, databases=["default"], fail_level="WARNING", stderr=said
            )
