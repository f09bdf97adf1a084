"""A filled database of the first version becomes one of today's, and all that was closed holds."""

import lzma
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections

from tests.schema import schema_of

HERE = Path(__file__).parent
RUNS = "SELECT code, digest, total_ore FROM leasing_billingrun ORDER BY id"
SUMS = "SELECT count(*), sum(amount_ore) FROM leasing_invoiceline"
COUNTS = (
    "SELECT (SELECT count(*) FROM inventory_device), (SELECT count(*) FROM inventory_placement), "
    "(SELECT count(*) FROM inventory_employee), (SELECT count(*) FROM auth_user)"
)


@pytest.fixture
def first_version(tmp_path):
    """Return the address and the name of the first version's database, and what asks it."""
    if connection.vendor == "sqlite":
        file = tmp_path / "first.sqlite3"
        file.write_bytes(lzma.decompress((HERE / "first_version.sqlite3.xz").read_bytes()))

        def ask(statement):
            with closing(sqlite3.connect(file)) as database:
                return database.execute(statement).fetchall()

        yield f"sqlite:///{file}", str(file), ask
        return
    setting = connection.settings_dict
    name = f"{setting['NAME']}_first"
    where = {
        "user": setting["USER"],
        "password": setting["PASSWORD"],
        "host": setting["HOST"],
        "port": setting["PORT"] or None,
        "autocommit": True,
    }

    def ask(statement):
        with psycopg.connect(dbname=name, **where) as database:
            return database.execute(statement).fetchall()

    drop = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
    with psycopg.connect(dbname="postgres", **where) as server:
        server.execute(drop)
        server.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
        try:
            with psycopg.connect(dbname=name, **where) as database:
                database.execute(lzma.decompress((HERE / "first_version.sql.xz").read_bytes()))
            yield f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}", name, ask
        finally:
            server.execute(drop)


def manage(address, *command):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", *command],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": address, "TODAY": "2026-11-30", "DEBUG": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.django_db(transaction=True)
def test_what_the_first_version_held_is_there_after_all_migrations_and_verify_holds(first_version):
    address, name, ask = first_version
    runs, sums, counts = ask(RUNS), ask(SUMS), ask(COUNTS)
    assert [code for code, *_ in runs] == ["2026Q1", "2026Q2"]

    manage(address, "migrate", "-v0")
    expected = (f"--expects={code}={digest}" for code, digest, _ in runs)
    assert "Alt stemmer: 2 låste kørsler" in manage(address, "verify", *expected)

    assert (ask(RUNS), ask(SUMS), ask(COUNTS)) == (runs, sums, counts)

    upgraded = connections.create_connection("default")
    upgraded.settings_dict = {**connection.settings_dict, "NAME": name}
    with closing(upgraded):
        assert schema_of(upgraded) == schema_of(connection), (
            "the tables are not those of the models"
        )
