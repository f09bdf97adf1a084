"""The application's own role in PostgreSQL: it reads and writes rows, and can change nothing else.

Who owns the tables can switch their guards off; so the owner migrates, and another role is what the
application runs as. The owner gives it what it needs with `grant_to`, again after each migration at
will: what comes later is given by default.
"""

from django.db import connection, transaction
from psycopg import sql

from albertslund_it.common.errors import Refused
from leasing.guards import GUARDED, who_can_remove_guards

ROWS = "SELECT, INSERT, UPDATE, DELETE"
GRANTS = (
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "REVOKE CREATE ON SCHEMA {schema} FROM {role}",
    "REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}",
    f"GRANT {ROWS} ON ALL TABLES IN SCHEMA {{schema}} TO {{role}}",
    "REVOKE INSERT, UPDATE, DELETE ON {schema}.django_migrations FROM {role}",
    # What is kept is written and taken away, never altered; sums and counts are added to.
    "REVOKE UPDATE ON {schema}.leasing_cost, {schema}.leasing_costlease, "
    "{schema}.leasing_costpending, {schema}.leasing_costmark FROM {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
    f"ALTER DEFAULT PRIVILEGES IN SCHEMA {{schema}} GRANT {ROWS} ON TABLES TO {{role}}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE, SELECT ON SEQUENCES TO {role}",
)
# What a role has from elsewhere, which no grant of ours takes away: (name, whether it has it).
POWERS = """
    WITH role AS (SELECT * FROM pg_roles WHERE rolname = %(role)s),
    guarded AS (
        SELECT c.oid, c.relowner FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND c.relname = ANY(%(tables)s)
    )
    SELECT power FROM (
        SELECT 'er superbruger', (SELECT rolsuper FROM role)
        UNION ALL SELECT 'må lave roller', (SELECT rolcreaterole FROM role)
        UNION ALL SELECT 'må styre replikering', (SELECT rolreplication FROM role)
        UNION ALL SELECT 'er medlem af den rolle, der ejer tabellerne',
            (SELECT bool_or(pg_has_role(%(role)s, relowner, 'MEMBER')) FROM guarded)
        UNION ALL SELECT 'må lave tabeller i skemaet',
            has_schema_privilege(%(role)s, current_schema(), 'CREATE')
        UNION ALL SELECT 'må tømme tabellerne eller sætte triggere på dem',
            (SELECT bool_or(has_table_privilege(%(role)s, oid, 'TRUNCATE, TRIGGER')) FROM guarded)
        UNION ALL SELECT 'må slå triggere fra for sig selv (session_replication_role)',
            has_parameter_privilege(%(role)s, 'session_replication_role', 'SET')
        UNION ALL SELECT 'må læse eller skrive filer på serveren eller køre programmer dér',
            (SELECT bool_or(pg_has_role(%(role)s, oid, 'MEMBER')) FROM pg_roles WHERE rolname IN
                ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program'))
    ) AS told (power, has) WHERE has
"""


@transaction.atomic
def grant_to(role: str) -> None:
    """Give a role what the application needs, and no more.

    Raises:
        Refused: when it is no role of its own, or could get past the guards all the same; nothing
            is granted.
    """
    if connection.vendor != "postgresql":
        raise Refused("SQLite har ingen roller. Det her gælder kun PostgreSQL.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_schema()")
        owner, schema = cursor.fetchone()
        if role == owner:
            raise Refused(f"»{role}« er den rolle, du selv er logget ind som. Angiv en anden.")
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if not cursor.fetchone():
            raise Refused(
                f"Rollen »{role}« findes ikke. Lav den først: CREATE ROLE {role} LOGIN PASSWORD '…'"
            )
        if not who_can_remove_guards():
            # PostgreSQL itself only warns, and grants nothing.
            raise Refused(
                f"»{owner}« ejer ikke tabellerne. Kør kommandoen som den rolle, der kører migrate."
            )
        names = {"role": sql.Identifier(role), "schema": sql.Identifier(schema)}
        for statement in GRANTS:
            cursor.execute(sql.SQL(statement).format(**names))
        tables = [guarded.table for guarded in GUARDED]
        cursor.execute(POWERS, {"role": role, "tables": tables})
        if powers := [power for (power,) in cursor.fetchall()]:
            raise Refused(
                f"Rollen »{role}« kan komme uden om spærringerne. Intet er givet. Den",
                *powers,
            )
