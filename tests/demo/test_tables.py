"""The demo's tables are made at once; they must be those that the migrations make step by step."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection, connections

from albertslund_it.demo.tables import make_tables

WORD = re.compile(r'"[^"]*"|[^\s",()]+')
MAKE = "import django; django.setup(); from albertslund_it.demo.tables import make_tables as made; made()"


@pytest.fixture
def made_at_once(tmp_path):
    path = tmp_path / "demo.sqlite3"
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{path}",
        "DJANGO_SETTINGS_MODULE": "albertslund_it.settings",
    }
    subprocess.run([sys.executable, "-c", MAKE], env=environment, cwd=settings.BASE_DIR, check=True)
    made = connections.create_connection("default")
    made.settings_dict = {**connection.settings_dict, "NAME": str(path)}
    yield made
    made.close()


def answer(database, sql):
    with database.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def schema(database) -> dict:
    """Return each table, index and trigger with the words it was made by, in any order.

    A table that Django has made anew for a column has its columns in another order.
    """
    found = answer(
        database, "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite%'"
    )
    return {(kind, name): sorted(WORD.findall(sql)) for kind, name, sql in found}


def row_counts(database) -> dict:
    tables = [name for kind, name in schema(database) if kind == "table"]
    return {table: answer(database, f'SELECT count(*) FROM "{table}"') for table in tables}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="Any other database is migrated")
def test_the_tables_made_at_once_are_those_of_the_migrations(db, made_at_once):
    assert schema(made_at_once) == schema(connection)
    assert row_counts(made_at_once) == row_counts(connection)
    migrations = "SELECT app, name FROM django_migrations ORDER BY app, name"
    assert answer(made_at_once, migrations) == answer(connection, migrations)


def test_a_database_with_tables_is_migrated_only(db, monkeypatch):
    called = []
    monkeypatch.setattr(
        "albertslund_it.demo.tables.call_command", lambda *names, **options: called.append(names)
    )

    make_tables()

    assert called == [("migrate",)]
