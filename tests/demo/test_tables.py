"""The demo's tables are made at once, and are those that the tests' databases have."""

import pytest
from django.db import connection, connections

from albertslund_it.demo.tables import make_tables
from tests.schema import migrations_of, row_counts, schema_of


@pytest.mark.skipif(connection.vendor != "sqlite", reason="Any other database is migrated")
def test_the_tables_made_at_once_are_those_of_the_models(db, migrated_file):
    made = connections.create_connection("default")
    made.settings_dict = {**connection.settings_dict, "NAME": str(migrated_file)}
    try:
        assert schema_of(made) == schema_of(connection)
        assert row_counts(made) == row_counts(connection)
        assert migrations_of(made) == migrations_of(connection)
    finally:
        made.close()


def test_a_database_with_tables_is_migrated_only(db, monkeypatch):
    called = []
    monkeypatch.setattr(
        "albertslund_it.demo.tables.call_command", lambda *names, **options: called.append(names)
    )

    make_tables()

    assert called == [("migrate",)]
