"""The guards are there again after any migration, and stand in the way of none."""

import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection

from leasing import migrations
from leasing.guards import missing_guards
from leasing.models import InvoiceLine
from tests.leasing.guards.test_guards import close_one, contents

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ids(transactional_db):
    return close_one()


# What a later version may bring: SQLite remakes both tables, and drops their triggers with them.
REMAKING = """
from django.db import migrations, models
from leasing.guards import missing_guards

class Migration(migrations.Migration):
    dependencies = [("leasing", "{last}")]
    operations = [
        migrations.AlterField("invoiceline", "text", models.CharField(max_length=201, blank=True)),
        migrations.AlterField("billingrun", "code", models.CharField(max_length=9, unique=True)),
    ]
"""
LOOKING = """
from django.db import migrations
from leasing import guards

missing = []

class Migration(migrations.Migration):
    dependencies = [("leasing", "9001_remaking")]
    operations = [
        migrations.RunPython(
            lambda apps, editor: missing.extend(guards.missing_guards()), migrations.RunPython.noop
        )
    ]
"""


@pytest.fixture
def later_version(tmp_path, monkeypatch, settings):
    """Put two migrations behind the ones there are."""
    package = tmp_path / "later_version"
    package.mkdir()
    (package / "__init__.py").touch()
    there = sorted(path.stem for path in Path(migrations.__path__[0]).glob("0*.py"))
    for name in there:
        (package / f"{name}.py").write_text(
            "import importlib\n"
            f"Migration = importlib.import_module('leasing.migrations.{name}').Migration\n"
        )
    (package / "9001_remaking.py").write_text(REMAKING.replace("{last}", there[-1]))
    (package / "9002_looking.py").write_text(LOOKING)
    monkeypatch.syspath_prepend(tmp_path)
    settings.MIGRATION_MODULES = {"leasing": "later_version"}
    yield
    call_command("migrate", "leasing", there[-1], verbosity=0)


def test_guards_come_back_after_a_migration_that_remakes_their_tables(ids, later_version):
    before = contents()

    call_command("migrate", verbosity=0)

    seen_missing = sys.modules["later_version.9002_looking"].missing
    assert bool(seen_missing) == (connection.vendor == "sqlite")
    assert missing_guards() == []
    assert contents() == before
    with pytest.raises(IntegrityError):
        InvoiceLine.objects.update(amount_ore=1)


def test_a_migration_with_nothing_to_do_puts_back_a_guard_that_was_dropped():
    with connection.cursor() as cursor:
        on = " ON leasing_charge" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER guard_leasing_charge_update{on}")
    assert missing_guards()

    call_command("migrate", verbosity=0)

    assert missing_guards() == []
