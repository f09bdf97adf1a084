"""The database as it was migrated, put back after a test that commits.

Django would empty every table and write permissions, roles and guards anew: on PostgreSQL, where each
table that is emptied gets a new file, that takes longer than most such tests. Here the rows that were
there from the start are written back, and only what has rows is emptied. Where a test has left other
triggers than it found, Django's way is taken.
"""

import io
import sqlite3

from django.core.management import call_command
from django.db import connection, transaction
from django.test import TransactionTestCase

from leasing.guards import remove_guards

TRIGGERS = (
    "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal"
)


class Migrated:
    """What a database holds once it is migrated; `put_back` makes it hold that again."""

    def __init__(self, *, is_reused: bool):
        if is_reused:  # a run that was killed may have left rows
            empty()
        self.is_sqlite = connection.vendor == "sqlite"
        if self.is_sqlite:
            self.kept = sqlite3.connect(":memory:", check_same_thread=False)
            _raw().backup(self.kept)
            return
        self.tables = sorted(connection.introspection.table_names())
        self.triggers = _triggers()
        self.rows = {what: _copied(what) for what in map(_columns_of, _with_rows(self.tables))}

    def put_back(self) -> None:
        if self.is_sqlite:
            self.kept.backup(_raw())
        elif self.triggers != _triggers():
            empty()
        else:
            self._write_back()

    @transaction.atomic
    def _write_back(self) -> None:
        found = _with_rows(self.tables)
        guards = [(table, name) for table, name, when in self.triggers if when == "A"]
        guards = [one for one in guards if one[0] in found]
        with connection.cursor() as cursor:
            # Foreign keys ask for an order, and the guards refuse to delete what is locked.
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table, name in guards:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
            for table in found:
                cursor.execute(f'DELETE FROM "{table}"')
            for what, rows in self.rows.items():
                with cursor.copy(f"COPY {what} FROM STDIN") as copy:
                    copy.write(rows)
            for table, name in guards:
                cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def empty() -> None:
    """Empty all tables as Django does; what follows a migration writes the first rows anew."""
    remove_guards()
    call_command(
        "flush", verbosity=0, interactive=False, reset_sequences=False, inhibit_post_migrate=False
    )


def use(migrated: Migrated) -> None:
    """Put the migrated database back after each transactional test, in place of emptying it."""
    TransactionTestCase._fixture_teardown = lambda case: migrated.put_back()


def _raw() -> sqlite3.Connection:
    connection.ensure_connection()
    return connection.connection


def _triggers() -> set[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS)
        return set(cursor.fetchall())


def _with_rows(tables: list[str]) -> list[str]:
    asked = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")" for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return [table for (table,) in cursor.fetchall()]


def _columns_of(table: str) -> str:
    """Return a table with its columns by name: made anew, it has them in another order."""
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, table)
    return '"{}" ({})'.format(table, ", ".join(f'"{column.name}"' for column in columns))


def _copied(what: str) -> bytes:
    found = io.BytesIO()
    with connection.cursor() as cursor, cursor.copy(f"COPY {what} TO STDOUT") as copy:
        for block in copy:
            found.write(block)
    return found.getvalue()
