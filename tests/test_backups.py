"""A copy is whole and checked; what is put back is checked first, and is there whole or not."""

import itertools
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, date, datetime

import pytest
from auditlog.models import LogEntry
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from albertslund_it import kept_costs
from albertslund_it.common.errors import Refused
from albertslund_it.operation.backups import sqlite as backups
from albertslund_it.operation.backups.checksum import TRAILER_BYTES, refuse_altered, write_checksum
from inventory.models import Department, Employee
from leasing.billing.services.closing import close_quarter
from leasing.cost_table import refresh
from leasing.guards import missing_guards
from leasing.models import BillingRun, InvoiceLine
from tests import builders as make

pytestmark = pytest.mark.django_db(transaction=True)
if connection.vendor == "postgresql":
    pytest.skip("PostgreSQL has pg_dump and pg_restore", allow_module_level=True)


@pytest.fixture
def closed_quarter():
    make.cost_holder()
    make.lease(unit=make.unit("1001"))
    return close_quarter(
        code="2026Q1",
        closed_by="Anna Berg",
        today=date(2026, 2, 9),
        now=datetime(2026, 2, 9, 8, tzinfo=UTC),
    )


@pytest.fixture
def copy(closed_quarter, tmp_path, capsys):
    target = tmp_path / "kopi æøå.sqlite3"
    call_command("backup", str(target))
    assert "1 låste kørsler" in capsys.readouterr().out
    return target


def refused(capsys, command, path):
    """Run a command that must refuse and leave nothing behind; gives the reason."""
    before = everything()
    with pytest.raises(SystemExit) as stopped:
        call_command(command, str(path))
    assert stopped.value.code == 1
    assert everything() == before
    beside = {found.name for found in backups.live_file().parent.iterdir()}
    assert not [name for name in beside if name.startswith(".copy-")]
    return capsys.readouterr().err


def everything():
    return (
        list(BillingRun.objects.values()),
        list(InvoiceLine.objects.values()),
        list(Department.objects.values()),
        missing_guards(),
    )


def changed(path, sql):
    """Change a copy as another program's, which has no checksum."""
    path.write_bytes(path.read_bytes()[:-TRAILER_BYTES])
    query(path, sql)


def query(path, sql):
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        return raw.execute(sql).fetchall()


class TestBackup:
    def test_the_copy_is_one_file_for_its_owner_alone(self, copy):
        assert os.listdir(copy.parent) == [copy.name]
        assert copy.stat().st_mode & 0o777 == 0o600
        assert query(copy, "SELECT code FROM leasing_billingrun") == [("2026Q1",)]

    def test_it_holds_what_was_committed_while_somebody_is_writing(
        self, closed_quarter, tmp_path, monkeypatch
    ):
        # What the command keeps of itself has no turn, however long it waits.
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 1)
        monkeypatch.setattr(kept_costs, "AT_LEISURE", refresh.IN_A_REQUEST)
        connection.close()
        make.department("Kultur, Fritid & Ejendomme")
        with closing(sqlite3.connect(backups.live_file(), isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            writer.execute("DELETE FROM inventory_employee")
            writer.execute("UPDATE inventory_department SET head_name = 'halvt skrevet'")
            call_command("backup", str(tmp_path / "kopi"))
            writer.execute("ROLLBACK")

        found = query(tmp_path / "kopi", "SELECT DISTINCT head_name FROM inventory_department")
        assert found == [("",)]

    def test_it_never_writes_over_a_file(self, copy, capsys):
        before = copy.read_bytes()
        assert "findes allerede" in refused(capsys, "backup", copy)
        assert copy.read_bytes() == before

    def test_a_folder_that_is_not_there(self, closed_quarter, tmp_path, capsys):
        assert "findes ikke" in refused(capsys, "backup", tmp_path / "nej" / "kopi")


class TestRestore:
    def test_names_that_were_forgotten_since_do_not_come_back(self, tmp_path, settings, capsys):
        settings.TODAY = date(2032, 6, 1)
        make.cost_holder()
        make.employee("anbe", "Anna Berg", left_on=date(2027, 1, 1))
        make.employee("bovi", "Bo Vik", left_on=date(2031, 1, 1))
        call_command("backup", str(tmp_path / "kopi"))
        call_command("anonymise")
        capsys.readouterr()

        call_command("restore", str(tmp_path / "kopi"))

        assert set(Employee.objects.values_list("name", flat=True)) == {
            "Anonymiseret medarbejder",
            "Bo Vik",
        }
        assert not LogEntry.objects.filter(object_repr__contains="Anna").exists()
        said = capsys.readouterr().out
        assert "glemt igen: 1 medarbejdere" in said
        assert "Anna" not in said

    def test_everything_is_as_it_was_and_what_was_there_is_kept(self, copy, capsys):
        before = everything()
        make.department("Oprettet siden")
        close_quarter(
            code="2026Q2",
            closed_by="Anna Berg",
            today=date(2026, 5, 1),
            now=datetime(2026, 5, 1, 8, tzinfo=UTC),
        )

        call_command("restore", str(copy))

        assert everything() == before
        assert missing_guards() == []
        assert "1 låste kørsler" in capsys.readouterr().out
        kept = backups.live_file().with_name(backups.live_file().name + ".before-restore")
        codes = query(kept, "SELECT code FROM leasing_billingrun ORDER BY id")
        assert codes == [("2026Q1",), ("2026Q2",)]
        kept.unlink()

    def test_who_has_the_database_open_sees_the_old_or_the_new_never_half(self, copy):
        make.department("Oprettet siden")
        with closing(sqlite3.connect(backups.live_file(), isolation_level=None)) as reader:
            count = "SELECT count(*) FROM inventory_department"
            reader.execute("BEGIN")
            assert reader.execute(count).fetchone() == (2,)
            call_command("restore", str(copy))
            assert reader.execute(count).fetchone() == (2,)
            reader.execute("COMMIT")
            assert reader.execute(count).fetchone() == (1,)
            assert reader.execute("PRAGMA journal_mode").fetchone() == ("wal",)

    def test_it_waits_for_somebody_who_is_writing(self, copy):
        make.department("Oprettet siden")
        writer = sqlite3.connect(backups.live_file(), isolation_level=None, check_same_thread=False)
        writer.execute("BEGIN IMMEDIATE")
        threading.Timer(0.6, lambda: writer.execute("COMMIT")).start()
        call_command("restore", str(copy))
        writer.close()
        assert not Department.objects.filter(name="Oprettet siden").exists()

    def test_it_gives_up_in_words_when_the_writing_goes_on(self, copy, capsys, monkeypatch):
        monkeypatch.setattr(backups, "PATIENCE", 2)
        with closing(sqlite3.connect(backups.live_file(), isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            assert "Databasen er optaget" in refused(capsys, "restore", copy)
            writer.execute("ROLLBACK")

    @pytest.mark.parametrize(
        ("damage", "reason"),
        [
            ("DROP TRIGGER guard_leasing_invoiceline_update", "uden den lås"),
            ("DROP TABLE leasing_invoicesummary", "tabeller mangler"),
            ("DROP TABLE django_migrations", "tabeller mangler"),
            (
                "INSERT INTO django_migrations (app, name, applied) "
                "VALUES ('leasing', '0099_fremtid', '2030-01-01')",
                "nyere version",
            ),
            ("DELETE FROM inventory_device", "beskadiget"),
        ],
    )
    def test_a_copy_that_something_is_wrong_with_is_refused(self, copy, capsys, damage, reason):
        changed(copy, damage)
        assert reason in refused(capsys, "restore", copy)

    def test_a_copy_with_damaged_pages_is_refused(self, copy, capsys):
        content = bytearray(copy.read_bytes())
        content[4096 * 2 :] = b"\xa5" * (len(content) - 4096 * 2)
        copy.write_bytes(content)
        assert refused(capsys, "restore", copy)

    @pytest.mark.parametrize("place", ["in a word", "in a page that is free", "in the checksum"])
    def test_one_bit_anywhere_is_enough(self, copy, capsys, place):
        """SQLite itself sees neither of them."""
        if place == "in a page that is free":
            changed(copy, "CREATE TABLE t (a)")
            query(copy, "INSERT INTO t VALUES (zeroblob(40000))")
            query(copy, "DROP TABLE t")
            write_checksum(copy)
        content = bytearray(copy.read_bytes())
        where = {
            "in a word": content.find(b"Anna Berg"),
            "in a page that is free": len(content) - TRAILER_BYTES - 2000,
            "in the checksum": len(content) - 10,
        }[place]
        content[where] ^= 1
        copy.write_bytes(content)
        if place != "in a word":
            with backups._as_database(copy) as other, other.cursor() as cursor:
                assert backups._damage(cursor) == ""
        assert "kontrolsummen passer ikke" in refused(capsys, "restore", copy)
        assert "kontrolsummen passer ikke" in refused(capsys, "restore_drill", copy)

    def test_one_bit_of_the_checksums_own_line_is_enough(self, tmp_path):
        copy = tmp_path / "copy"
        copy.write_bytes(b"rows")
        write_checksum(copy)
        written = copy.read_bytes()
        refuse_altered(copy)
        for place, bit in itertools.product(range(4, len(written)), range(8)):
            content = bytearray(written)
            content[place] ^= 1 << bit
            copy.write_bytes(content)
            with pytest.raises(Refused, match="kontrolsummen passer ikke"):
                refuse_altered(copy)

    def test_half_a_copy_is_refused(self, copy, capsys):
        content = copy.read_bytes()
        copy.write_bytes(content[: len(content) // 2])
        assert refused(capsys, "restore", copy)

    def test_what_is_no_database_is_refused(self, closed_quarter, tmp_path, capsys):
        (tmp_path / "tom").touch()
        assert "ikke fra dette system" in refused(capsys, "restore", tmp_path / "tom")
        (tmp_path / "tekst").write_bytes(b"Afdeling;Leder\n" * 900)
        assert "tekst kan ikke læses" in refused(capsys, "restore", tmp_path / "tekst")
        assert "findes ikke" in refused(capsys, "restore", tmp_path / "nej")
        assert "selve databasen" in refused(capsys, "restore", backups.live_file())

    def test_another_systems_database_is_refused(self, closed_quarter, tmp_path, capsys):
        query(tmp_path / "andet", "CREATE TABLE kunder (navn text)")
        assert "ikke fra dette system" in refused(capsys, "restore", tmp_path / "andet")

    def test_an_older_copy_asks_for_the_migrations(self, copy, capsys):
        changed(copy, "DELETE FROM django_migrations WHERE app = 'axes' AND name LIKE '0009%'")
        call_command("restore", str(copy))
        assert "python manage.py migrate" in capsys.readouterr().out
        query(
            backups.live_file(),
            "INSERT INTO django_migrations (app, name, applied) "
            "SELECT 'axes', '0009_add_session_hash', max(applied) FROM django_migrations",
        )

    @pytest.mark.parametrize("there", [None, b"", b"ikke en database" * 500])
    def test_it_works_where_there_is_no_database_or_a_ruined_one(self, copy, tmp_path, there):
        live = tmp_path / "ny.sqlite3"
        if there is not None:
            live.write_bytes(there)
        said = subprocess.run(
            [sys.executable, "manage.py", "restore", str(copy)],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DATABASE_URL": f"sqlite:///{live}"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert said.returncode == 0, said.stderr
        assert query(live, "SELECT code FROM leasing_billingrun") == [("2026Q1",)]
        if there:
            assert live.with_name("ny.sqlite3.before-restore").read_bytes() == there
