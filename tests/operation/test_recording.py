"""How a command of operation went is kept, whatever way it ended."""

import sys

import pytest
from django.core.management import call_command
from django.db import DatabaseError

from albertslund_it.common.errors import Refused
from leasing.management import recording
from leasing.management.recording import recorded
from leasing.models import CommandRun

pytestmark = pytest.mark.django_db


def kept(name="backup"):
    return CommandRun.objects.get(name=name)


def test_a_run_that_went_well_says_when_and_what():
    with recorded("backup") as run:
        assert kept().ended_at is None
        run.words = "40 MB"

    assert (kept().is_ok, kept().words) == (True, "40 MB")
    assert kept().started_at <= kept().ended_at == kept().ok_at


@pytest.mark.parametrize(
    ("leave", "words"),
    [
        (lambda: sys.exit(1), ""),
        (lambda: sys.exit("Disken er fuld."), ""),
        (lambda: (_ for _ in ()).throw(Refused("Mappen findes ikke.")), "Mappen findes ikke."),
        (lambda: (_ for _ in ()).throw(ValueError("Anna Berg")), "ValueError"),
    ],
)
def test_one_that_failed_keeps_when_the_last_went_well(leave, words):
    with recorded("backup"):
        pass
    well = kept().ok_at
    with pytest.raises((SystemExit, Refused, ValueError)), recorded("backup"):
        leave()

    assert (kept().is_ok, kept().ok_at, kept().words) == (False, well, words)
    assert kept().ended_at is not None


def test_a_database_that_cannot_keep_it_stops_no_command(monkeypatch):
    def full(**values):
        raise DatabaseError("no room")

    monkeypatch.setattr(recording.CommandRun.objects, "update_or_create", full)
    with recorded("backup") as run:
        run.words = "x"


def test_the_standing_commands_are_kept_and_a_rehearsal_is_not():
    call_command("verify")
    call_command("anonymise", "--dry-run")
    assert list(CommandRun.objects.values_list("name", "is_ok")) == [("verify", True)]
    call_command("anonymise")
    with pytest.raises(SystemExit):
        call_command("fetch_mail")
    assert kept("anonymise").is_ok
    assert not kept("fetch_mail").is_ok
