"""What the database itself refuses: any change to a sealed run, by any path.

A run is sealed once its digest is written. The triggers are put back after every migration, and
`missing_guards` tells when one is gone, disabled or altered. On PostgreSQL they fire once a
statement and look at all its rows, replication sessions included; SQLite has row triggers only.
SQLite's REPLACE removes rows without firing their delete triggers, so there an insert or update is
also refused when it would push a guarded row out; an upsert of such a row is refused with it.
"""

from dataclasses import dataclass

from django.db import connections

SEALED = "En låst kørsel kan ikke ændres."
BILLED = "Et opkrævet engangsbeløb kan ikke ændres. Opret et modsat beløb."
FIXED = "Opkrævningens første dag og omkostningsbæreren ligger fast, når et kvartal er låst."
PREFIX = "guard_"

ANY_SEALED = "EXISTS (SELECT 1 FROM leasing_billingrun WHERE digest <> '')"


@dataclass(frozen=True)
class Guarded:
    """A table and the rows of it that stay as they are.

    `is_fixed` is a condition on a row `{row}`; `keys` are its unique keys, which REPLACE goes by;
    `only_column` is the one column that may not change, where the others may.
    """

    table: str
    message: str
    is_fixed: str
    keys: tuple[tuple[str, ...], ...]
    only_column: str | None = None


_OF_SEALED_INVOICE = (
    "EXISTS (SELECT 1 FROM leasing_quarterlyinvoice gi JOIN leasing_billingrun gr "
    "ON gr.id = gi.run_id WHERE gi.id = {row}.invoice_id AND gr.digest <> '')"
)
GUARDED = (
    Guarded("leasing_billingrun", SEALED, "{row}.digest <> ''", (("id",), ("code",))),
    Guarded(
        "leasing_quarterlyinvoice",
        SEALED,
        "EXISTS (SELECT 1 FROM leasing_billingrun gr WHERE gr.id = {row}.run_id "
        "AND gr.digest <> '')",
        (("id",), ("number",)),
    ),
    Guarded("leasing_invoiceline", SEALED, _OF_SEALED_INVOICE, (("id",), ("charge_id",))),
    Guarded("leasing_invoicesummary", SEALED, _OF_SEALED_INVOICE, (("id",),)),
    Guarded(
        "leasing_charge",
        BILLED,
        "EXISTS (SELECT 1 FROM leasing_invoiceline gl WHERE gl.charge_id = {row}.id)",
        (("id",), ("charged_on", "unit_id", "text")),
    ),
    Guarded(
        "leasing_settings",
        FIXED,
        ANY_SEALED,
        (("id",),),
        only_column="billing_starts_on",
    ),
    Guarded(
        "inventory_unit",
        FIXED,
        "{row}.is_cost_holder AND " + ANY_SEALED,
        (("id",), ("number",)),
        only_column="is_cost_holder",
    ),
)


def restore_guards(using="default", **kwargs):
    """Put every guard back; take them away where the tables are not there (any more)."""
    connection = connections[using]
    remove_guards(using)
    if not {guarded.table for guarded in GUARDED} <= set(connection.introspection.table_names()):
        return
    with connection.cursor() as cursor:
        for guard in _wanted(connection.vendor):
            for statement in guard.statements:
                cursor.execute(statement)


def remove_guards(using="default"):
    """Take the guards away: for tests, which empty the tables afterwards."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for name, table, *_ in _installed(connection):
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {name}{on}")


def make_way_for_migrations(using="default", plan=(), **kwargs):
    """Take the guards away before a table is remade: SQLite refuses to while they name it."""
    if plan and connections[using].vendor == "sqlite":
        remove_guards(using)


def missing_guards(connection=None) -> list[str]:
    """Name the guards that are gone, disabled or not as this module writes them."""
    connection = connection or connections["default"]
    installed = set(_installed(connection))
    return [
        f"{guard.name} ({guard.table})"
        for guard in _wanted(connection.vendor)
        if (guard.name, guard.table, guard.trigger, guard.body) not in installed
    ]


def _installed(connection) -> list[tuple[str, str, str, str]]:
    """Give name, table, trigger and function body; a trigger that does not always fire has none."""
    if connection.vendor == "postgresql":
        query = (
            "SELECT t.tgname, c.relname, pg_get_triggerdef(t.oid, true), "
            "CASE t.tgenabled WHEN 'A' THEN p.prosrc ELSE '' END FROM pg_trigger t "
            "JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE t.tgname LIKE 'guard\\_%%' AND pg_table_is_visible(c.oid)"
        )
    else:
        query = (
            "SELECT name, tbl_name, sql, '' FROM sqlite_master "
            "WHERE type = 'trigger' AND name GLOB 'guard_*'"
        )
    with connection.cursor() as cursor:
        cursor.execute(query, [])
        return cursor.fetchall()


@dataclass(frozen=True)
class _Guard:
    """A trigger and, on PostgreSQL, the body of its function."""

    name: str
    table: str
    trigger: str
    body: str = ""

    @property
    def statements(self) -> tuple[str, ...]:
        if not self.body:
            return (self.trigger,)
        return (
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql "
            f"AS $guard${self.body}$guard$",
            self.trigger,
            f"ALTER TABLE {self.table} ENABLE ALWAYS TRIGGER {self.name}",
        )


def _wanted(vendor: str):
    """Give every guard as it should be."""
    for guarded in GUARDED:
        yield from _postgresql(guarded) if vendor == "postgresql" else _sqlite(guarded)


def _postgresql(guarded: Guarded):
    """One statement trigger an operation; `gone` and `fresh` are the rows before and after.

    The trigger is spelled as PostgreSQL itself prints it, so that the two can be compared.
    """
    gone = f"EXISTS (SELECT 1 FROM gone WHERE {guarded.is_fixed.format(row='gone')})"
    fresh = f"EXISTS (SELECT 1 FROM fresh WHERE {guarded.is_fixed.format(row='fresh')})"
    change = f"{gone} OR {fresh}"
    if guarded.table == "leasing_billingrun":
        change = gone  # sealing itself is an update from no digest to one
    elif guarded.only_column:
        column = guarded.only_column
        before, after = f"SELECT id, {column} FROM gone", f"SELECT id, {column} FROM fresh"
        change = (
            f"{ANY_SEALED} AND (EXISTS ({before} EXCEPT {after}) "
            f"OR EXISTS ({after} EXCEPT {before}))"
        )
    refused = {
        "insert": ("AFTER INSERT", " REFERENCING NEW TABLE AS fresh", fresh),
        "update": ("AFTER UPDATE", " REFERENCING OLD TABLE AS gone NEW TABLE AS fresh", change),
        "delete": ("AFTER DELETE", " REFERENCING OLD TABLE AS gone", gone),
        "truncate": ("BEFORE TRUNCATE", "", ANY_SEALED),
    }
    for operation, (event, tables, condition) in refused.items():
        name = f"{PREFIX}{guarded.table}_{operation}"
        yield _Guard(
            name,
            guarded.table,
            trigger=f"CREATE TRIGGER {name} {event} ON {guarded.table}{tables} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
            body=f" BEGIN IF {condition} THEN RAISE EXCEPTION '{guarded.message}' "
            "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NULL; END ",
        )


def _sqlite(guarded: Guarded):
    """One row trigger an operation."""
    old, new = (guarded.is_fixed.format(row=row) for row in ("OLD", "NEW"))
    pushed_out = " OR ".join(
        "EXISTS (SELECT 1 FROM {table} other WHERE {match} AND {fixed})".format(
            table=guarded.table,
            match=" AND ".join(f"other.{column} = NEW.{column}" for column in key),
            fixed=guarded.is_fixed.format(row="other"),
        )
        for key in guarded.keys
    )
    moved = pushed_out.replace("other WHERE", "other WHERE other.rowid <> OLD.rowid AND")
    change = f"{old} OR {new}"
    if guarded.table == "leasing_billingrun":
        change = old
    elif guarded.only_column:
        change = f"{ANY_SEALED} AND OLD.{guarded.only_column} IS NOT NEW.{guarded.only_column}"
    refused = {
        "insert": ("BEFORE INSERT", f"{new} OR {pushed_out}"),
        "update": ("BEFORE UPDATE", f"{change} OR {moved}"),
        "delete": ("BEFORE DELETE", old),
    }
    for operation, (event, condition) in refused.items():
        name = f"{PREFIX}{guarded.table}_{operation}"
        yield _Guard(
            name,
            guarded.table,
            trigger=f"CREATE TRIGGER {name} {event} ON {guarded.table} FOR EACH ROW "
            f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{guarded.message}'); END",
        )
