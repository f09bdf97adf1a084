"""A drill takes a copy, puts it into an empty database, computes it again and compares."""

from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command

from albertslund_it.operation import backups, drill
from albertslund_it.operation.backups.content import Content
from leasing.billing.services.closing import close_quarter
from leasing.models import CommandRun, KeptFile
from tests import builders as make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def closed_quarter():
    make.cost_holder()
    make.lease(unit=make.unit("1001"))
    close_quarter(
        code="2026Q1",
        closed_by="Anna Berg",
        today=date(2026, 2, 9),
        now=datetime(2026, 2, 9, 8, tzinfo=UTC),
    )


def test_what_is_put_back_is_computed_again_and_compared(closed_quarter, capsys):
    call_command("restore_drill")
    said = capsys.readouterr().out
    assert "1 låste kørsler" in said
    assert "efterregnet" in said
    assert "Gendannelsen virker. Alt er, som det var" in said
    assert CommandRun.objects.get(name="restore_drill").is_ok


def test_a_file_that_is_not_the_one_that_was_kept_fails_it(closed_quarter, capsys, monkeypatch):
    monkeypatch.setattr(drill, "_manage", lambda address, *command: [])
    KeptFile.objects.create(sha256="a" * 64, content_type="text/plain", size=3, data=b"abc")
    with pytest.raises(SystemExit) as stopped:
        call_command("restore_drill")
    assert stopped.value.code == 1
    assert "1 vedlagte filer er ikke dem, der blev gemt" in capsys.readouterr().err


def test_a_run_that_does_not_hold_and_rows_that_are_missing_fail_it(
    closed_quarter, tmp_path, capsys, monkeypatch
):
    def forged(target):
        content = take(target)
        rows = content.rows | {"inventory_device": content.rows["inventory_device"] + 1}
        return Content(rows, (("2026Q1", "0" * 64, 1),), 0)

    take = backups.back_up
    monkeypatch.setattr(backups, "back_up", forged)
    monkeypatch.setattr(drill, "_manage", lambda address, *command: [f"{command[0]}: nej"])
    with pytest.raises(SystemExit):
        call_command("restore_drill")
    said = capsys.readouterr().err
    assert "inventory_device havde 2 rækker, men har 1 i kopien" in said
    assert "kontrolsummer er andre" in said
    assert "verify: nej" in said
    kept = CommandRun.objects.get(name="restore_drill")
    assert (kept.is_ok, kept.words) == (
        False,
        "inventory_device havde 2 rækker, men har 1 i kopien.",
    )


def test_a_copy_that_lies_in_a_file_is_tried_and_stays(
    closed_quarter, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(drill, "_manage", lambda address, *command: [])
    call_command("backup", str(tmp_path / "kopi"))
    call_command("restore_drill", str(tmp_path / "kopi"))
    assert "Gendannelsen virker." in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["kopi"]
    with pytest.raises(SystemExit):
        call_command("restore_drill", str(tmp_path / "nej"))
    assert "findes ikke" in capsys.readouterr().err
