"""What a database consists of, read from the database itself, to be compared with another."""

import re
from collections.abc import Sequence

from django.db.backends.base.base import BaseDatabaseWrapper

WORD = re.compile(r'"[^"]*"|[^\s",()\[\]]+')
# PostgreSQL tells a condition back with one cast of a whole list, and, once it has been restored from
# what it told, with one of each text in it.
CAST = re.compile(r"::(character varying|text)(\[\])?")
MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY app, name"
OF_SQLITE = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite%'"
OF_POSTGRESQL = r"""
SELECT 'column', table_name || '.' || column_name, concat_ws(' ', data_type, collation_name,
    character_maximum_length, is_nullable, column_default, is_identity)
FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name NOT LIKE 'auth\_%'
UNION ALL
SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
UNION ALL
SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()
UNION ALL
SELECT 'trigger', tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid)
FROM pg_trigger WHERE NOT tgisinternal
"""


def schema_of(database: BaseDatabaseWrapper) -> dict[tuple[str, str], list[str]]:
    """Return (kind, name) of each part with the words it was made by, in any order.

    A table that Django has made anew for a column has its columns in another order, and the
    migrations of Django's own accounts make numbers of another length than its models do.
    """
    found = answers(database, OF_SQLITE if database.vendor == "sqlite" else OF_POSTGRESQL)
    return {(kind, name): sorted(WORD.findall(CAST.sub("", sql))) for kind, name, sql in found}


def row_counts(database: BaseDatabaseWrapper) -> dict[str, int]:
    return {
        table: answers(database, f'SELECT count(*) FROM "{table}"')[0][0]
        for table in database.introspection.table_names()
    }


def migrations_of(database: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    return answers(database, MIGRATIONS)


def answers(database: BaseDatabaseWrapper, sql: str, params: Sequence = ()) -> list[tuple]:
    with database.cursor() as cursor:
        cursor.execute(sql, params or None)
        return cursor.fetchall()
