"""The calls that `backup` and `restore` name for PostgreSQL do what they promise."""

import os
import shlex
import shutil
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from albertslund_it.operation import backups
from leasing.billing.services.closing import close_quarter
from tests import builders as make

pytestmark = pytest.mark.django_db(transaction=True)
if connection.vendor == "sqlite":
    pytest.skip("SQLite is copied by the commands themselves", allow_module_level=True)
if not shutil.which("pg_dump"):
    pytest.skip("pg_dump is not installed", allow_module_level=True)


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


def test_the_calls_that_are_named_for_postgresql_do_it(closed_quarter, tmp_path, capsys):
    call_command("backup", str(tmp_path / "kopi"))
    call_command("restore", str(tmp_path / "kopi"))
    lines = capsys.readouterr().out.splitlines()
    dump, back = (shlex.split(line) for line in lines if line.startswith("pg_"))
    name = connection.settings_dict["NAME"]
    other = f"{name}_restored"
    address = backups.postgresql_address()
    environment = os.environ | {"PGPASSWORD": connection.settings_dict["PASSWORD"]}

    subprocess.run(dump, check=True, env=environment, timeout=60)
    assert not Path("kopi").exists()
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{other}"')
        cursor.execute(f'CREATE DATABASE "{other}" TEMPLATE template0')
    try:
        back = [part.replace(address, address.replace(name, other)) for part in back]
        subprocess.run(back, check=True, env=environment, timeout=60)
        with psycopg.connect(
            address.replace(name, other), password=connection.settings_dict["PASSWORD"]
        ) as restored:
            assert restored.execute("SELECT code FROM leasing_billingrun").fetchall() == [
                ("2026Q1",)
            ]
            with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
                restored.execute("UPDATE leasing_invoiceline SET amount_ore = 1")
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{other}" WITH (FORCE)')
