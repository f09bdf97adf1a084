"""Commands refuse in Danish, on standard error, with exit status 1."""

import os
import subprocess
import sys

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
