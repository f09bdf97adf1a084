"""Commands refuse in Danish, on standard error, with exit status 1."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["close_quarter"], "Her mangler: KVARTAL."),
        (["close_quarter", "2026Q1", "--nu"], "Kendes ikke: --nu."),
        (["decide_lease", "PF1", "extension", "--quarters"], "--quarters skal følges af en værdi."),
    ],
)
def test_arguments_that_cannot_be_understood(arguments, told):
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert told in done.stderr
    assert "usage" not in done.stderr
    assert not done.stdout


def test_a_database_without_tables(tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "close_quarter", "2026Q1"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path}/tom.sqlite3"},
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Databasen er tom. Kør først: python manage.py migrate\n"


def test_a_database_that_does_not_answer():
    done = subprocess.run(
        [sys.executable, "manage.py", "close_quarter", "2026Q1"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"DATABASE_URL": "postgresql://leasing@127.0.0.1:1/leasing"},
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Databasen svarer ikke.")
    assert "restore" not in done.stderr


def test_a_database_of_an_older_version(tmp_path):
    file = tmp_path / "aeldre.sqlite3"
    with closing(sqlite3.connect(file)) as database:
        # Its first table only: what the command asks for came later.
        database.execute("CREATE TABLE django_content_type (id integer PRIMARY KEY)")
    done = subprocess.run(
        [sys.executable, "manage.py", "verify"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"DATABASE_URL": f"sqlite:///{file}"},
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Databasen er fra en ældre udgave. Kør først: python manage.py migrate\n"
