"""Whatever is changed behind the guards' back, `verify` names it and exits with 1.

Each change is made on a database with two closed quarters, charges, files and a voucher.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from copy import deepcopy
from datetime import date

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from albertslund_it.common.errors import Refused
from leasing.billing.selectors.verification import breaches, opened_seal
from leasing.domain.digest import LINE_FIELDS, record
from leasing.guards import missing_guards, remove_guards, restore_guards
from leasing.models import BillingRun, InvoiceLine, Mail, RebillingExport, Voucher
from leasing.rebilling.services import correct_voucher, record_voucher
from tests import builders as make
from tests.leasing.closed import close, export, town
from tests.leasing.guards.test_guards import copying

pytestmark = pytest.mark.django_db
POSTGRESQL = connection.vendor == "postgresql"
on_postgresql = pytest.mark.skipif(not POSTGRESQL, reason="PostgreSQL's own")
on_sqlite = pytest.mark.skipif(POSTGRESQL, reason="SQLite's own")
LATER = date(2026, 7, 8)


@pytest.fixture(scope="module")
def closed(built_once):
    return built_once(close_two)


@pytest.fixture
def books(closed):
    return deepcopy(closed)


def close_two():
    """Close two quarters, take the first one's files and post it."""
    units = town()
    close()
    close("2026Q2", LATER)
    run = BillingRun.objects.get(code="2026Q1")
    export(run, "xlsx", LATER)
    export(run, "csv", LATER)
    record_voucher(run=run, number="4900001", posted_on=LATER, actor_name="Oda Lund")
    assert list(breaches()) == []
    return units


def told(capsys):
    """Run `verify`, which must find something; return what it says."""
    with pytest.raises(SystemExit) as stopped:
        call_command("verify")
    assert stopped.value.code == 1
    said = capsys.readouterr()
    assert "Alt stemmer" not in said.out
    return said.err


def run_sql(*statements):
    with connection.cursor() as cursor:
        if POSTGRESQL:  # else ALTER TABLE stumbles over the rows of this transaction
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in statements:
            cursor.execute(statement)


def behind_the_guards(*statements):
    """Do what only somebody can who takes the guards away and puts them back."""
    remove_guards()
    run_sql(*statements)
    restore_guards()


INVOICE, LINE, RUN = "leasing_quarterlyinvoice", "leasing_invoiceline", "leasing_billingrun"
CHARGED = f"(SELECT id FROM {LINE} WHERE text = 'Skærmskade')"
SCHOOL = "(SELECT id FROM inventory_unit WHERE number = '1001')"
NURSERY = "(SELECT id FROM inventory_unit WHERE number = '1002')"
ROADS = "(SELECT id FROM inventory_department WHERE name = 'Miljø & Teknik')"
FIRST = "(SELECT id FROM leasing_billingrun WHERE code = '2026Q1')"
PF1 = "(SELECT l.id FROM leasing_lease l JOIN inventory_device d ON d.id = l.device_id "
PF1 += "WHERE d.serial_number = 'PF000001')"
PF2 = PF1.replace("PF000001", "PF000002")

TAMPERS = {
    # the invoices
    "all invoices to one department": (
        [f"UPDATE {INVOICE} SET department_id = {ROADS}"],
        "opgørelse 2026Q1-01: er Dagtilbud & Skole, men hører til Miljø & Teknik",
    ),
    "an invoice without department": (
        [f"UPDATE {INVOICE} SET department_id = NULL WHERE number = '2026Q1-01'"],
        "opgørelse 2026Q1-01: er Dagtilbud & Skole, men hører til Fælles IT",
    ),
    "two invoices swap departments": (
        [
            f"UPDATE {INVOICE} SET department_id = CASE WHEN number = '2026Q1-01' THEN {ROADS} "
            "ELSE (SELECT id FROM inventory_department WHERE name = 'Dagtilbud & Skole') END "
            "WHERE number IN ('2026Q1-01', '2026Q1-02')"
        ],
        "opgørelse 2026Q1-02: er Miljø & Teknik, men hører til Dagtilbud & Skole",
    ),
    "a head": (
        [f"UPDATE {INVOICE} SET head_name = 'En anden' WHERE number = '2026Q1-01'"],
        "Kørsel 2026Q1: kontrolsummen passer ikke",
    ),
    "the name of a department": (
        [f"UPDATE {INVOICE} SET department_name = 'Andet' WHERE number = '2026Q1-01'"],
        "opgørelse 2026Q1-01: linjerne er en anden afdelings end Andet",
    ),
    "an invoice deleted": (
        [
            f"UPDATE {LINE} SET invoice_id = (SELECT id FROM {INVOICE} WHERE number = '2026Q1-01') "
            f"WHERE invoice_id = (SELECT id FROM {INVOICE} WHERE number = '2026Q1-02')",
            "DELETE FROM leasing_invoicesummary WHERE invoice_id = "
            f"(SELECT id FROM {INVOICE} WHERE number = '2026Q1-02')",
            f"DELETE FROM {INVOICE} WHERE number = '2026Q1-02'",
        ],
        "Kørsel 2026Q1: kontrolsummen passer ikke",
    ),
    # the lines
    "lines of equal amounts swap invoices": (
        [
            f"UPDATE {LINE} SET invoice_id = (SELECT id FROM {INVOICE} WHERE number = '2026Q2-02'),"
            f" number = 99 WHERE number = 1 AND period = '2026Q2' AND kind = 'current'"
        ],
        "Kørsel 2026Q2: kontrolsummen passer ikke",
    ),
    "a line's unit, and the summary with it": (
        [
            f"UPDATE {LINE} SET unit_id = {NURSERY} WHERE unit_id = {SCHOOL}",
            f"UPDATE leasing_invoicesummary SET unit_id = {NURSERY}, model_name = model_name || ' '"
            f" WHERE unit_id = {SCHOOL}",
            "DELETE FROM leasing_billedfacts",
        ],
        "Opgørelse 2026Q1-01: linjer for enhed 1001 hører til en anden enhed",
    ),
    "two lines swap leases": (
        [
            f"UPDATE {LINE} SET lease_id = CASE lease_id WHEN {PF1} THEN {PF2} ELSE {PF1} END "
            f"WHERE lease_id IN ({PF1}, {PF2})"
        ],
        "peger på en anden leasing end PF000001",
    ),
    "a summary": (
        ["UPDATE leasing_invoicesummary SET held_at_end = held_at_end + 1"],
        "Kørsel 2026Q1: sammentællingerne passer ikke",
    ),
    "a summary more": (
        [
            copying(
                "INSERT",
                "leasing_invoicesummary",
                "(SELECT min(id) FROM leasing_invoicesummary)",
                kind="'backlog'",
            )
        ],
        "Kørsel 2026Q1: sammentællingerne passer ikke",
    ),
    # the runs
    "who closed": ([f"UPDATE {RUN} SET closed_by = 'Bo'"], "Kørsel 2026Q1: kontrolsummen"),
    "when it was closed": (
        [f"UPDATE {RUN} SET closed_at = '2026-04-09 10:00:00+00:00' WHERE code = '2026Q1'"],
        "Kørsel 2026Q1: kontrolsummen",
    ),
    "the version of the seal": ([f"UPDATE {RUN} SET seal_version = 1"], "2026Q1: kontrolsummen"),
    "the quarter it covers": (
        [f"UPDATE {RUN} SET quarter = '2026Q4' WHERE code = '2026Q2'"],
        "Kørsel 2026Q2: er gemt som en kørsel til og med 2026Q4",
    ),
    "a run called supplementary": (
        [f"UPDATE {RUN} SET is_supplementary = (1 = 1) WHERE code = '2026Q1'"],
        "Kørsel 2026Q1: er gemt som",
    ),
    "two runs swap codes": (
        [
            f"UPDATE {RUN} SET code = 'x' WHERE code = '2026Q1'",
            f"UPDATE {RUN} SET code = '2026Q1' WHERE code = '2026Q2'",
            f"UPDATE {RUN} SET code = '2026Q2' WHERE code = 'x'",
        ],
        "Kørsel 2026Q1: kontrolsummen passer ikke",
    ),
    # what was billed besides
    "a charge's day": (
        ["UPDATE leasing_charge SET charged_on = '2026-02-11' WHERE text = 'Skærmskade'"],
        "engangsbeløbet er et andet end det opkrævede (dato)",
    ),
    "a charge's unit": (
        [f"UPDATE leasing_charge SET unit_id = {NURSERY} WHERE text = 'Skærmskade'"],
        "engangsbeløbet er et andet end det opkrævede (enhed)",
    ),
    "a charge's amount and text": (
        ["UPDATE leasing_charge SET amount_ore = 1, text = 'x' WHERE text = 'Skærmskade'"],
        "engangsbeløbet er et andet end det opkrævede (beløb, tekst)",
    ),
    "a charge's device": (
        [
            "UPDATE leasing_charge SET device_id = (SELECT min(id) FROM inventory_device) "
            "WHERE text = 'Skærmskade'"
        ],
        "engangsbeløbet er et andet end det opkrævede (udstyr)",
    ),
    "two charges swap lines": (
        [
            f"UPDATE {LINE} SET charge_id = NULL, kind = 'current', lease_id = {PF1} "
            f"WHERE id = {CHARGED}",
        ],
        "Kørsel 2026Q1: kontrolsummen passer ikke",
    ),
    "a billing start after the lines": (
        ["UPDATE leasing_settings SET billing_starts_on = '2026-02-01'"],
        "har linjer fra før opkrævningens første dag 01-02-2026",
    ),
    "a billing start before": (
        ["UPDATE leasing_settings SET billing_starts_on = '2025-01-01'"],
        "Opkrævningens første dag er 2025-01-01, men historikken siger 2026-01-01",
    ),
    "another cost holder": (
        [
            "UPDATE inventory_unit SET is_cost_holder = (1 = 0), department_id = "
            f"{ROADS} WHERE is_cost_holder",
            "UPDATE inventory_unit SET is_cost_holder = (1 = 1), department_id = NULL "
            "WHERE number = '1002'",
        ],
        "omkostningsbæreren er en anden",
    ),
    # the facts it was billed from
    "what a lease was billed from": (
        [
            "UPDATE leasing_billedfacts SET text = replace(text, '559066/16', '559066/8') "
            f"WHERE lease_id = {PF1}"
        ],
        "Leasing af PF000001: de fakta, den siges opkrævet efter, giver andre linjer",
    ),
    "what a lease was billed from, unreadable": (
        [f"UPDATE leasing_billedfacts SET text = 'x' WHERE lease_id = {PF1}"],
        "Leasing af PF000001: de fakta",
    ),
    # files and vouchers
    "a voucher's number": (
        ["UPDATE leasing_voucher SET number = '4900002'"],
        "Kørsel 2026Q1: bilag 4900002 er ændret siden (bilagsnr.)",
    ),
    "a voucher's day and who entered it": (
        ["UPDATE leasing_voucher SET posted_on = '2026-06-30', entered_by = 'Bo'"],
        "er ændret siden (bogføringsdato, indtastet af)",
    ),
    "a voucher deleted": (["DELETE FROM leasing_voucher"], "Kørsel 2026Q1: bilag 4900001 er væk"),
    "a voucher of nobody": (
        [
            copying(
                "INSERT",
                "leasing_voucher",
                "(SELECT max(id) FROM leasing_voucher)",
                run_id=f"(SELECT max(id) FROM {RUN})",
                number="'1'",
            )
        ],
        "Kørsel 2026Q2: bilag 1 kendes ikke af historikken",
    ),
    "a file's checksum": (
        ["UPDATE leasing_rebillingexport SET checksum = 'x' WHERE file_kind = 'xlsx'"],
        "filen xlsx hentet 08-07-2026 kl. 10.30 er ændret siden (SHA-256)",
    ),
    "a file's coding": (
        ["UPDATE leasing_rebillingexport SET coding = '{}' WHERE file_kind = 'csv'"],
        "filen csv hentet 08-07-2026 kl. 10.30 er ændret siden (kontering)",
    ),
    "a file deleted": (
        ["DELETE FROM leasing_rebillingexport WHERE file_kind = 'xlsx'"],
        "Kørsel 2026Q1: filen xlsx hentet 08-07-2026 kl. 10.30 er væk.",
    ),
    "a voucher and a file of another run": (
        [
            f"UPDATE leasing_rebillingexport SET run_id = (SELECT max(id) FROM {RUN})",
            f"UPDATE leasing_voucher SET run_id = (SELECT max(id) FROM {RUN})",
        ],
        "Kørsel 2026Q2: bilag 4900001 er ændret siden (run)",
    ),
}


@pytest.mark.parametrize("name", TAMPERS)
def test_what_was_changed_is_named(books, capsys, name):
    statements, expected = TAMPERS[name]
    behind_the_guards(*statements)
    assert expected in told(capsys)


@on_postgresql
@pytest.mark.parametrize(
    ("table", "column", "using", "expected"),
    [
        (INVOICE, "department_id", "bigint USING NULL", "men hører til Fælles IT"),
        (INVOICE, "head_name", "varchar(100) USING 'Bo'", "kontrolsummen passer ikke"),
        (INVOICE, "department_name", "varchar(100) USING 'Bo'", "en anden afdelings end Bo"),
        ("leasing_settings", "billing_starts_on", "date USING '2026-03-01'", "før opkrævningens"),
        (LINE, "amount_ore", "bigint USING amount_ore + 1", "kontrolsummen passer ikke"),
        ("leasing_charge", "amount_ore", "bigint USING 7", "(beløb)"),
        ("leasing_voucher", "number", "varchar(30) USING 'x'", "(bilagsnr.)"),
        ("leasing_rebillingexport", "checksum", "varchar(64) USING 'x'", "(SHA-256)"),
    ],
)
def test_a_column_is_rewritten_with_every_guard_on(books, capsys, table, column, using, expected):
    run_sql(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {using}")
    assert missing_guards() == []
    assert expected in told(capsys)


# --- runs that are gone, and seals made again


def everything_of(where):
    """Return the SQL that deletes runs and all that belongs to them."""
    runs = f"(SELECT id FROM {RUN} {where})"
    invoices = f"(SELECT id FROM {INVOICE} WHERE run_id IN {runs})"
    return [
        f"DELETE FROM leasing_voucher WHERE run_id IN {runs}",
        f"DELETE FROM leasing_rebillingexport WHERE run_id IN {runs}",
        f"DELETE FROM leasing_invoicesummary WHERE invoice_id IN {invoices}",
        f"DELETE FROM {LINE} WHERE invoice_id IN {invoices}",
        f"DELETE FROM {INVOICE} WHERE run_id IN {runs}",
        f"DELETE FROM {RUN} {where}",
    ]


HISTORY = "DELETE FROM auditlog_logentry"


def test_all_runs_deleted(books, capsys):
    behind_the_guards(*everything_of(""))
    said = told(capsys)
    assert "Kørsel 2026Q1: er væk. Historikken siger, at den er låst" in said
    assert "Kørsel 2026Q2: er væk" in said
    assert "bilag 4900001 er væk" in said


def test_all_runs_deleted_and_the_history_with_them(books, capsys):
    behind_the_guards(*everything_of(""), HISTORY)
    assert "4 leasinger er opkrævet, men der er ingen låste kørsler" in told(capsys)


def test_the_last_run_deleted(books, capsys):
    behind_the_guards(*everything_of("WHERE code = '2026Q2'"))
    assert "Kørsel 2026Q2: er væk" in told(capsys)


@on_sqlite
def test_the_last_run_deleted_and_the_history_with_it(books, capsys):
    behind_the_guards(*everything_of("WHERE code = '2026Q2'"), HISTORY)
    assert "Den sidste kørsel er væk" in told(capsys)


def test_a_deleted_run_whose_letters_are_sent(books, capsys):
    Mail.objects.create(
        recipients="a@example.dk", key="letter-2026Q2-1", written_at="2026-07-08T08:00Z"
    )
    assert list(breaches()) == []
    behind_the_guards(*everything_of("WHERE code = '2026Q2'"), HISTORY)
    assert "Kørsel 2026Q2: er væk, men mails om den findes" in told(capsys)


def test_nothing_is_sealed_onto_a_run_whose_follower_is_deleted(books):
    behind_the_guards(*everything_of("WHERE code = '2026Q2'"))
    with pytest.raises(Refused) as refused:
        close("2026Q3", date(2026, 10, 8))
    assert any("Kørsel 2026Q2: er væk" in reason for reason in refused.value.reasons)


def test_rows_that_lost_what_they_belong_to(books, capsys):
    remove_guards()
    if POSTGRESQL:
        run_sql(
            f"ALTER TABLE {LINE} DISABLE TRIGGER ALL", f"ALTER TABLE {INVOICE} DISABLE TRIGGER ALL",
            "ALTER TABLE leasing_invoicesummary DISABLE TRIGGER ALL",
            f"DELETE FROM {INVOICE}",
        )  # fmt: skip
        restore_guards()
        said = told(capsys)
        assert "Databasen har slået en kontrol fra på leasing_invoiceline" in said
    else:
        # Foreign keys are checked at the commit, which never comes.
        run_sql(f"DELETE FROM {INVOICE}")
        restore_guards()
        said = told(capsys)
    assert "i tabellen »linjer« peger på noget i »kvartalsopgørelser«, der er væk." in said
    remove_guards()
    run_sql(f"DELETE FROM {LINE}", "DELETE FROM leasing_invoicesummary")


def sealed_again(run):
    """Work a run's digest out again, as who knows the rules can."""
    seal = opened_seal(run, run.invoices.order_by("id"))
    lines = InvoiceLine.objects.filter(invoice__run=run).order_by("number")
    seal.add(map(record, lines.values_list(*LINE_FIELDS)))
    return seal.digest()


def test_a_digest_made_again_for_one_run_and_not_the_next(books, capsys):
    behind_the_guards(f"UPDATE {LINE} SET unit_name = 'Andet' WHERE number = 1")
    run = BillingRun.objects.get(code="2026Q1")
    behind_the_guards(f"UPDATE {RUN} SET digest = '{sealed_again(run)}' WHERE id = {run.id}")
    said = told(capsys)
    assert "Kørsel 2026Q1: kontrolsummen passer ikke" not in said
    assert "Kørsel 2026Q2: kæden er brudt" in said


def test_every_digest_made_again(books, capsys):
    behind_the_guards(f"UPDATE {LINE} SET unit_name = 'Andet' WHERE number = 1")
    before = ""
    for run in BillingRun.objects.order_by("id"):
        run.previous_digest = before
        before = sealed_again(run)
        behind_the_guards(
            f"UPDATE {RUN} SET digest = '{before}', previous_digest = '{run.previous_digest}' "
            f"WHERE id = {run.id}"
        )
    said = told(capsys)
    assert "kontrolsummen passer ikke" not in said
    assert "Kørsel 2026Q1: blev låst med kontrolsummen" in said


# --- what may happen afterwards, and is no tamper


def test_a_voucher_may_be_corrected_and_not_behind_the_history(books, cast, capsys):
    correct_voucher(
        run=BillingRun.objects.get(code="2026Q1"),
        number="4900000009",
        posted_on=LATER,
        reason="Tastefejl",
        seen=("4900001", LATER),
        actor=cast.finance,
    )
    assert list(breaches()) == []
    Voucher.objects.update(number="4900001", corrected_because="")
    assert "bilag 4900001 er ændret siden (bilagsnr., rettet, fordi)" in told(capsys)


def test_names_numbers_and_serial_numbers_may_change_afterwards(books):
    school = books.school
    school.number, school.name = "1099", "Ny skole"
    school.save()
    school.department.name = "Børn & Unge"
    school.department.save()
    device = make.Device.objects.get(serial_number="PF000001")
    device.serial_number = "PF999999"
    device.save()
    books.nursery.department = books.road.department
    books.nursery.save()
    assert list(breaches()) == []


# --- the guards themselves


def test_files_and_vouchers_cannot_be_changed(books):
    for attempt in (
        lambda: Voucher.objects.update(export=RebillingExport.objects.get(file_kind="xlsx")),
        lambda: Voucher.objects.update(run=BillingRun.objects.get(code="2026Q2")),
        lambda: Voucher.objects.update(id=77),
        lambda: RebillingExport.objects.update(checksum="x"),
        lambda: run_sql("DELETE FROM leasing_voucher"),
        lambda: run_sql("DELETE FROM leasing_rebillingexport WHERE file_kind = 'xlsx'"),
    ):
        with (
            pytest.raises(IntegrityError, match="En hentet fil kan ikke ændres"),
            transaction.atomic(),
        ):
            attempt()


GUARD = "guard_leasing_invoiceline_update"


@on_postgresql
@pytest.mark.parametrize(
    "sql",
    [
        f"ALTER FUNCTION {GUARD}() SET search_path TO pg_catalog",
        f"ALTER FUNCTION {GUARD}() RESET search_path",
        f"ALTER FUNCTION {GUARD}() SET session_replication_role TO replica",
        f"ALTER FUNCTION {GUARD}() SECURITY DEFINER",
        f"ALTER FUNCTION {GUARD}() OWNER TO pg_monitor",
        f"CREATE SCHEMA elsewhere; ALTER FUNCTION {GUARD}() SET SCHEMA elsewhere",
        f"ALTER TABLE {LINE} DISABLE TRIGGER {GUARD}",
        f"ALTER TABLE {LINE} ENABLE REPLICA TRIGGER {GUARD}",
        f"ALTER TRIGGER {GUARD} ON {LINE} RENAME TO other",
    ],
)
def test_whatever_decides_what_a_guard_does_is_compared(books, capsys, sql):
    run_sql(sql)
    assert f"Spærringen {GUARD} (leasing_invoiceline) mangler" in told(capsys)


@on_postgresql
@pytest.mark.parametrize(
    ("sql", "what"),
    [
        (f"CREATE RULE silent AS ON UPDATE TO {LINE} DO INSTEAD NOTHING", "reglen silent på"),
        (f"ALTER TABLE {LINE} ENABLE ROW LEVEL SECURITY", "rækkesikkerhed på"),
        (f"CREATE TABLE more_lines () INHERITS ({LINE})", "tabellen more_lines under"),
        (
            f"CREATE TRIGGER quiet BEFORE INSERT ON {LINE} FOR EACH ROW "
            "EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "triggeren quiet på",
        ),
    ],
)
def test_what_else_stands_on_a_guarded_table_is_named(books, capsys, sql, what):
    run_sql(sql)
    assert f"Databasen har {what} leasing_invoiceline" in told(capsys)


@on_postgresql
def test_a_temporary_table_does_not_stand_in_for_the_runs(books):
    run_sql(
        f"CREATE TEMP TABLE {RUN} (LIKE public.{RUN})",
        f"CREATE TEMP TABLE {INVOICE} (LIKE public.{INVOICE})",
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        run_sql("UPDATE leasing_invoiceline SET amount_ore = 1")
    run_sql(f"DROP TABLE pg_temp.{RUN}", f"DROP TABLE pg_temp.{INVOICE}")


@on_sqlite
def test_another_trigger_on_a_guarded_table_is_named(books, capsys):
    run_sql(f"CREATE TRIGGER quiet AFTER INSERT ON {LINE} BEGIN SELECT 1; END")
    assert "Databasen har triggeren quiet på leasing_invoiceline" in told(capsys)


# `writable_schema` is seen by the next connection only, so `verify` is asked in a process of its own:
# once for all of these, since to start Django takes longer than all that they ask.
WRITTEN_OVER = {
    "DELETE FROM sqlite_master WHERE name = '{guard}'": f"Spærringen {GUARD}",
    "UPDATE sqlite_master SET sql = replace(sql, 'WHEN EXISTS', 'WHEN NOT EXISTS') "
    "WHERE name = '{guard}'": f"Spærringen {GUARD}",
    "UPDATE sqlite_master SET tbl_name = 'x' WHERE name = '{guard}'": "pærring",
    "UPDATE sqlite_master SET name = 'other' WHERE name = '{guard}'": "pærring",
    "UPDATE sqlite_master SET name = 'x' || name WHERE type = 'trigger'": "pærring",
    "UPDATE sqlite_master SET sql = 'nonsense' WHERE name = '{guard}'": "kan ikke læses",
}
VERIFY_EACH = """
import sys
import django
django.setup()
from django.core.management import execute_from_command_line
from django.db import connection
for path in sys.argv[1:]:
    connection.close()
    connection.settings_dict["NAME"] = path
    try:
        execute_from_command_line(["manage.py", "verify"])
    except SystemExit as stopped:
        # As Python ends: a sentence is said, and its code is 1.
        is_said = isinstance(stopped.code, str)
        print(stopped.code if is_said else "", file=sys.stderr)
        print("exit", 1 if is_said else stopped.code, file=sys.stderr)
    print("---", file=sys.stderr)
"""


@on_sqlite
def test_the_schema_written_over_ends_in_a_sentence(migrated_file, tmp_path):
    paths = [tmp_path / f"{number}.sqlite3" for number in range(len(WRITTEN_OVER))]
    for path, change in zip(paths, WRITTEN_OVER, strict=True):
        shutil.copyfile(migrated_file, path)
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA writable_schema = ON")
            assert database.execute(change.format(guard=GUARD)).rowcount
            database.commit()

    done = subprocess.run(
        [sys.executable, "-c", VERIFY_EACH, *paths],
        capture_output=True,
        text=True,
        check=False,
        cwd=settings.BASE_DIR,
        env=os.environ
        | {
            "DATABASE_URL": f"sqlite:///{migrated_file}",
            "DJANGO_SETTINGS_MODULE": "albertslund_it.settings",
        },
        timeout=300,
    )

    answers = done.stderr.split("---\n")[:-1]
    for change, expected, said in zip(WRITTEN_OVER, WRITTEN_OVER.values(), answers, strict=True):
        assert expected in said, change
        assert said.endswith("exit 1\n"), change
    assert "Traceback" not in done.stderr
