"""A filled database of the first version becomes one of today's, and all that was closed holds.

The first migrations make the first version's tables still, and those since then make today's of them:
so what a new installation is led through ends in the tables of the models, as the tests' own do.
"""

import lzma
from contextlib import closing, contextmanager
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from leasing.guards import restore_guards
from tests.schema import answers, schema_of

HERE = Path(__file__).parent
FIRST = [("inventory", "0002_tables"), ("leasing", "0001_tables")]
SOME_BACK = "0047_jobs"
RUNS = "SELECT code, digest, total_ore FROM leasing_billingrun ORDER BY id"
SWEPT = "SELECT reloptions FROM pg_class WHERE relname = %s"
SUMS = "SELECT count(*), sum(amount_ore) FROM leasing_invoiceline"
COUNTS = (
    "SELECT (SELECT count(*) FROM inventory_device), (SELECT count(*) FROM inventory_placement), "
    "(SELECT count(*) FROM inventory_employee), (SELECT count(*) FROM auth_user)"
)
CHOSEN = {1: "return", 2: "buyout", 3: "extension", 4: "extension"}
# Of one extension it was only noted that there is one, without its price.
TERM_OF_AN_EXTENSION = (
    "INSERT INTO leasing_leaseterm (lease_id, position, price_ore, quarters, source) "
    "VALUES (3, 2, 100, 1, '')"
)
A_UNIT = (
    "INSERT INTO inventory_unit (number, name, leader_name, leader_mail, ean, account, cost_centre, "
    "psp_element, is_cost_holder) VALUES ('1', 'It', '', '', '', '', '', '', TRUE)"
)
DECIDED = (
    "SELECT t.lease_id, t.position, d.choice FROM leasing_enddecision d "
    "JOIN leasing_leaseterm t ON t.id = d.term_id ORDER BY 1, 2"
)


@contextmanager
def beside(folder, word):
    """Make an empty database beside the tests' own; return a connection to it."""
    own = connection.settings_dict
    name = str(folder / f"{word}.sqlite3")
    if connection.vendor == "postgresql":
        name = f"{own['NAME']}_{word}"
        drop = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
        say(drop, f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
    database = connected_to(name)
    try:
        yield database
    finally:
        database.close()
        if connection.vendor == "postgresql":
            say(drop)


def connected_to(name):
    database = connections.create_connection("default")
    database.settings_dict = {**connection.settings_dict, "NAME": name}
    return database


def say(*statements):
    """Say something to the server, of what is in none of its databases."""
    with closing(connected_to("postgres")) as server, server.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def empty(tmp_path):
    with beside(tmp_path, "empty") as database:
        yield database


@pytest.fixture
def first_version(tmp_path):
    """Return a connection to a database as the first version filled it."""
    with beside(tmp_path, "first") as database:
        if database.vendor == "sqlite":
            Path(database.settings_dict["NAME"]).write_bytes(unpacked("first_version.sqlite3.xz"))
        else:
            with database.cursor() as cursor:
                cursor.execute(unpacked("first_version.sql.xz").decode())
            database.close()  # the copy has left it without a search path
        yield database


def unpacked(name):
    return lzma.decompress((HERE / name).read_bytes())


@contextmanager
def as_default(database):
    """Let all that asks the default database ask this one."""
    kept = connections["default"]
    connections["default"] = database
    try:
        yield
    finally:
        connections["default"] = kept
        ContentType.objects.clear_cache()


def manage(database, *command):
    """Run a command on a database here: a process of its own is first led through all of Django."""
    said = StringIO()
    with as_default(database):
        call_command(*command, stdout=said)
    return said.getvalue()


@pytest.mark.django_db(transaction=True)
def test_what_the_first_version_held_is_there_after_all_migrations_and_verify_holds(
    first_version, settings
):
    settings.TODAY = date(2026, 11, 30)
    database = first_version
    runs, sums, counts = (answers(database, what) for what in (RUNS, SUMS, COUNTS))
    assert [code for code, *_ in runs] == ["2026Q1", "2026Q2"]
    with database.cursor() as cursor:
        cursor.execute(TERM_OF_AN_EXTENSION)
        for lease, choice in CHOSEN.items():
            cursor.execute(
                "UPDATE leasing_lease SET end_choice = %s WHERE id = %s", [choice, lease]
            )
    database.close()

    manage(database, "migrate", "-v0")
    expected = [f"--expects={code}={digest}" for code, digest, _ in runs]
    assert "Alt stemmer: 2 låste kørsler" in manage(database, "verify", *expected)

    assert [answers(database, what) for what in (RUNS, SUMS, COUNTS)] == [runs, sums, counts]
    assert schema_of(database) == schema_of(connection), "the tables are not those of the models"
    if database.vendor == "postgresql":  # what no model says
        for table in ("leasing_costmark", "leasing_reconcilemark"):
            [(options,)] = answers(database, SWEPT, [table])
            assert "autovacuum_vacuum_scale_factor=0" in options, table
    # What was decided of a lease is decided of its term.
    assert answers(database, DECIDED) == [(1, 1, "return"), (2, 1, "buyout"), (3, 1, "extension")]
    database.close()

    manage(database, "migrate", "leasing", SOME_BACK, "-v0")
    assert answers(database, RUNS) == runs
    database.close()

    # What is kept in tables that a later version has is worked out, though no fact has changed.
    manage(database, "migrate", "-v0")
    assert "Alt stemmer: 2 låste kørsler" in manage(database, "verify", *expected)


@pytest.mark.django_db(transaction=True)
def test_the_first_migrations_make_the_tables_of_the_first_version(first_version, empty):
    with as_default(empty):
        MigrationExecutor(empty).migrate(FIRST[:1])
        # Of leasing there is no table yet that a guard of units could look in.
        restore_guards()
        with empty.cursor() as cursor:
            cursor.execute(A_UNIT)
            cursor.execute("UPDATE inventory_unit SET name = 'Fælles'")
            assert cursor.rowcount == 1
        MigrationExecutor(empty).migrate(FIRST)

    made, kept = (of_ours(schema_of(database)) for database in (empty, first_version))
    assert len(kept) > 40
    assert made == kept


def of_ours(schema):
    """Return what a schema has of our own tables but for the guards, put there after a migration."""
    return {
        (kind, name): words
        for (kind, name), words in schema.items()
        if kind != "trigger"
        and not name.startswith(("auth", "django_", "auditlog_", "axes_", "admin"))
    }
