"""Who did it, in the same words everywhere: in history, corrections, the trail and what is recorded."""

import os
import pwd

import pytest
from auditlog.models import LogEntry
from django.core.management import call_command

from albertslund_it.web.people import author_of, person_at_the_terminal
from leasing.audit_trail.selectors.trail import latest_entries
from leasing.domain.facts_text import STOPPED
from leasing.models import Charge
from leasing.quarters.selectors.corrections import corrections
from tests.leasing.town import TODAY, Town

ACCOUNT = f"{pwd.getpwuid(os.getuid()).pw_name} (kommandolinje)"


@pytest.fixture
def town(db, settings):
    settings.TODAY = TODAY
    return Town()


def test_a_command_is_run_by_an_account_whatever_the_environment_says(monkeypatch):
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "okonomichefen")
    assert person_at_the_terminal() == ACCOUNT


def test_a_correction_names_who_stopped_the_lease_at_the_command_line(town):
    call_command("stop_lease", "PF000003", "01-06-2026")
    stopped = next(cause for cause in corrections(TODAY) if cause.kinds == (STOPPED,))
    assert {row.source.by for row in stopped.rows} == {ACCOUNT}


def test_the_trail_names_who_entered_a_row_at_the_command_line(town, tmp_path):
    file = tmp_path / "beloeb.csv"
    file.write_text(
        f"Dato;Enhedsnr;Beløb;Tekst\n{TODAY:%d-%m-%Y};{town.first.number};100,00;Fragt til lageret\n"
    )
    call_command("import_data", "charges", str(file))
    charge = Charge.objects.get(text="Fragt til lageret")
    assert latest_entries(Charge, {charge.pk})[charge.pk].by == ACCOUNT


def test_a_deleted_user_is_known_by_mail(town, cast):
    entry = LogEntry(actor=None, actor_email="oda@example.dk")
    assert author_of(entry) == "oda@example.dk"
    assert author_of(LogEntry(actor=cast.finance)) == cast.finance.get_full_name()
    assert author_of(LogEntry()) == "Systemet"
