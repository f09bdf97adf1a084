"""On PostgreSQL a copy is pg_dump's, checked; what is put back is checked beside the database first."""

import contextlib
import os
import subprocess
import sys
import threading
from datetime import UTC, date, datetime

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from albertslund_it.operation.backups import postgresql
from inventory.models import Department
from leasing.billing.services.closing import close_quarter
from leasing.guards import missing_guards
from leasing.models import BillingRun, InvoiceLine, KeptFile
from tests import builders as make

pytestmark = pytest.mark.django_db(transaction=True)
if connection.vendor == "sqlite":
    pytest.skip("SQLite is copied by itself", allow_module_level=True)
if not postgresql.has_programs():
    pytest.skip("pg_dump is not installed", allow_module_level=True)


@pytest.fixture
def copy(tmp_path, capsys):
    make.cost_holder()
    make.lease(unit=make.unit("1001"))
    close_quarter(
        code="2026Q1",
        closed_by="Anna Berg",
        today=date(2026, 2, 9),
        now=datetime(2026, 2, 9, 8, tzinfo=UTC),
    )
    KeptFile.objects.create(sha256="a" * 64, content_type="text/plain", size=3, data=b"abc")
    target = tmp_path / "kopi æøå.dump"
    call_command("backup", str(target))
    assert "1 låste kørsler" in capsys.readouterr().out
    return target


@pytest.fixture
def dropped_afterwards():
    """Drop the database that a restore keeps aside."""
    yield
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{kept_aside()}" WITH (FORCE)')


def kept_aside():
    return f"{connection.settings_dict['NAME']}_before_restore"


def everything():
    return (
        list(BillingRun.objects.values()),
        list(InvoiceLine.objects.values()),
        list(Department.objects.values()),
        [(kept.sha256, bytes(kept.data)) for kept in KeptFile.objects.all()],
        missing_guards(),
    )


def databases():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s",
            [f"{connection.settings_dict['NAME']}%"],
        )
        return sorted(name for (name,) in cursor.fetchall())


def refused(capsys, path):
    """Put back what must be refused, with nothing left behind; return the reason."""
    before, there = everything(), databases()
    with pytest.raises(SystemExit) as stopped:
        call_command("restore", str(path))
    assert stopped.value.code == 1
    assert (everything(), databases()) == (before, there)
    return capsys.readouterr().err


def test_everything_comes_back_files_and_guards_too_and_what_was_there_is_kept(
    copy, dropped_afterwards, capsys
):
    before = everything()
    assert copy.stat().st_mode & 0o777 == 0o600
    make.department("Oprettet siden")
    KeptFile.objects.all().delete()

    call_command("restore", str(copy))

    assert everything() == before
    with pytest.raises(IntegrityError), transaction.atomic():
        InvoiceLine.objects.update(amount_ore=1)
    assert kept_aside() in capsys.readouterr().out
    setting = connection.settings_dict
    where = {"user": setting["USER"], "host": setting["HOST"], "port": setting["PORT"] or None}
    with psycopg.connect(dbname=kept_aside(), password=setting["PASSWORD"], **where) as kept:
        found = kept.execute("SELECT name FROM inventory_department ORDER BY id").fetchall()
        assert found[-1] == ("Oprettet siden",)


def test_it_holds_what_was_committed_while_people_write(copy, tmp_path):
    written, stop = [], threading.Event()

    def write():
        with contextlib.closing(connection.copy()) as own, own.cursor() as cursor:
            while not stop.is_set():
                cursor.execute(
                    "INSERT INTO django_content_type VALUES (DEFAULT, 'x', %s)", [len(written)]
                )
                written.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        call_command("backup", str(tmp_path / "meanwhile"))
    finally:
        stop.set()
        writer.join()
    with postgresql.thrown_away(tmp_path / "meanwhile") as (_, other), other.cursor() as cursor:
        cursor.execute("SELECT model FROM django_content_type WHERE app_label = 'x' ORDER BY id")
        found = [int(model) for (model,) in cursor.fetchall()]
    assert found == list(range(len(found)))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_content_type WHERE app_label = 'x'")


@pytest.mark.parametrize("at", [7, 400, 0.3, 0.9])
def test_a_copy_with_one_wrong_byte_is_refused(copy, capsys, at):
    content = bytearray(copy.read_bytes())
    content[at if at > 1 else int(len(content) * at)] ^= 0x5A
    copy.write_bytes(content)
    assert "beskadiget" in refused(capsys, copy)


def test_half_a_copy_and_what_is_none_are_refused(copy, tmp_path, capsys):
    content = copy.read_bytes()
    copy.write_bytes(content[: len(content) // 2])
    assert "beskadiget" in refused(capsys, copy)
    (tmp_path / "tekst").write_bytes(b"Afdeling;Leder\n" * 900)
    assert "ikke en kopi" in refused(capsys, tmp_path / "tekst")
    (tmp_path / "tom").touch()
    assert "ikke en kopi" in refused(capsys, tmp_path / "tom")
    assert "findes ikke" in refused(capsys, tmp_path / "nej")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("DROP TRIGGER guard_leasing_invoiceline_update ON leasing_invoiceline", "uden den lås"),
        ("DROP TABLE leasing_invoicesummary CASCADE", "tabeller mangler"),
        (
            "INSERT INTO django_migrations (app, name, applied) "
            "VALUES ('leasing', '0999_fremtid', now())",
            "nyere version",
        ),
    ],
)
def test_a_whole_copy_of_something_else_is_refused(copy, tmp_path, capsys, change, reason):
    with postgresql.thrown_away(copy) as (_, other):
        with other.cursor() as cursor:
            cursor.execute(change)
        place, environment = postgresql._place(other.settings_dict["NAME"])
        foreign = tmp_path / "foreign.dump"
        call = [*postgresql.DUMP, f"--file={foreign}", f"--dbname={place}"]
        subprocess.run(call, env=os.environ | environment, check=True)
    assert reason in refused(capsys, foreign)


def test_a_role_that_may_make_no_database_is_told_what_it_lacks(copy, capsys):
    with connection.cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS no_maker")
        cursor.execute("CREATE ROLE no_maker LOGIN PASSWORD 'hemmelig'")
    own = connection.settings_dict
    former = {name: own[name] for name in ("USER", "PASSWORD")}
    own.update(USER="no_maker", PASSWORD="hemmelig")
    try:
        with pytest.raises(SystemExit):
            call_command("restore", str(copy))
    finally:
        own.update(former)
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute("DROP ROLE no_maker")
    assert "ALTER ROLE … CREATEDB" in capsys.readouterr().err


def test_the_password_is_on_no_command_line_and_the_calls_are_named_without_programs(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "hemmelig")
    place, environment = postgresql._place("leasing")
    assert "hemmelig" not in place
    assert environment == {"PGPASSWORD": "hemmelig"}
    monkeypatch.setattr(postgresql.shutil, "which", lambda name: None)
    for command, program in (("backup", "pg_dump"), ("restore", "pg_restore")):
        with pytest.raises(SystemExit):
            call_command(command, str(tmp_path / "kopi"))
        said = capsys.readouterr().err
        assert f"{program} --" in said
        assert "hemmelig" not in said


def test_a_copy_goes_through_a_pipe_and_comes_back(copy, tmp_path, dropped_afterwards):
    address = settings.DATABASES["default"]
    url = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{address['NAME']}"
    environment = os.environ | {"DATABASE_URL": url}
    manage = [sys.executable, "manage.py"]
    piped = subprocess.run(
        [*manage, "backup", "-"], env=environment, capture_output=True, check=True, timeout=60
    ).stdout
    make.department("Oprettet siden")
    connection.close()
    subprocess.run([*manage, "restore", "-"], env=environment, input=piped, check=True, timeout=60)
    assert not Department.objects.filter(name="Oprettet siden").exists()
