"""What the database itself refuses: any change to a sealed run, by any path.

A run is sealed once its digest is written. The triggers are put back after every migration, and
`missing_guards` tells when one is gone, disabled or altered. On PostgreSQL they fire once a
statement and look at all its rows, replication sessions included; SQLite has row triggers only.
SQLite's REPLACE removes rows without firing their delete triggers, so there an insert or update is
also refused when it would push a guarded row out; an upsert of such a row is refused with it.

A guard is compared with all that decides what it does: its table, its whole function (body, search
path, language, whose rights it has), its owner, and that it always fires. Its search path is fixed,
with temporary tables last: else one of the same name would be looked in instead.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import IntegrityError, OperationalError, connections

from albertslund_it.common.errors import Refused
from leasing import marks
from leasing.triggers import Schema, Trigger, statement_trigger

SEALED = "En låst kørsel kan ikke ændres."
BILLED = "Et opkrævet engangsbeløb kan ikke ændres. Opret et modsat beløb."
FIXED = "Opkrævningens første dag og omkostningsbæreren ligger fast, når et kvartal er låst."
CLOSED = "En nedlagt enhed får ikke udstyr efter sin sidste dag, og den åbnes ikke igen."
RECORDED = "En hentet fil kan ikke ændres, og et bilag kan ikke slettes."
PREFIX = "guard_"

ANY_SEALED = "EXISTS (SELECT 1 FROM leasing_billingrun WHERE digest <> '')"
# A unit that ended after the last run was closed has not been written of yet, and may open again.
SEALED_SINCE_ITS_END = (
    "EXISTS (SELECT 1 FROM leasing_billingrun gb WHERE gb.digest <> '' AND NOT EXISTS ("
    "SELECT 1 FROM leasing_reorganisationstep gs "
    "JOIN leasing_reorganisation gr ON gr.id = gs.reorganisation_id "
    "WHERE gs.unit_id = {row}.id AND gs.kind IN ('merge', 'close') "
    "AND gr.carried_out_at > gb.closed_at))"
)


@dataclass(frozen=True)
class Guarded:
    """A table and the rows of it that stay as they are.

    `word` tells its triggers from those of another entry of the same table.

    `is_fixed` is a condition on a row `{row}`; `keys` are its unique keys, which REPLACE goes by;
    `fixed_columns` are those that may not change, where the others may; all, where none is named.
    `may_grow` tells that new rows may come that then stay.
    """

    table: str
    message: str
    is_fixed: str
    keys: tuple[tuple[str, ...], ...]
    fixed_columns: tuple[str, ...] = ()
    may_grow: bool = False
    word: str = ""

    @property
    def name(self) -> str:
        """Return what the names of its triggers begin with; the operation follows."""
        return f"{PREFIX}{self.table}{self.word and f'_{self.word}'}"


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
    # Its account may go with the person; the name of who prepared it stays.
    Guarded(
        "leasing_preparation",
        SEALED,
        "EXISTS (SELECT 1 FROM leasing_billingrun gr WHERE gr.code = {row}.code "
        "AND gr.digest <> '')",
        (("id",), ("code",)),
        fixed_columns=("code", "prepared_by", "prepared_at", "digest"),
    ),
    Guarded("leasing_invoicesummary", SEALED, _OF_SEALED_INVOICE, (("id",),)),
    Guarded(
        "leasing_charge",
        BILLED,
        "EXISTS (SELECT 1 FROM leasing_invoiceline gl WHERE gl.charge_id = {row}.id)",
        (("id",), ("charged_on", "unit_id", "text")),
    ),
    Guarded("leasing_rebillingexport", RECORDED, "{row}.id IS NOT NULL", (("id",),), may_grow=True),
    # Its number and day may be corrected, never what it freezes.
    Guarded(
        "leasing_voucher",
        RECORDED,
        "{row}.id IS NOT NULL",
        (("id",), ("run_id",)),
        fixed_columns=("run_id", "export_id"),
        may_grow=True,
    ),
    Guarded(
        "leasing_settings",
        FIXED,
        ANY_SEALED,
        (("id",),),
        fixed_columns=("billing_starts_on",),
    ),
    Guarded(
        "inventory_unit",
        FIXED,
        "{row}.is_cost_holder AND " + ANY_SEALED,
        (("id",), ("number",)),
        fixed_columns=("is_cost_holder",),
    ),
    # Lines have been written by it: what came late of the unit is its successor's.
    Guarded(
        "inventory_unit",
        CLOSED,
        "{row}.successor_id IS NOT NULL AND " + SEALED_SINCE_ITS_END,
        (("id",), ("number",)),
        fixed_columns=("closed_on", "successor_id"),
        may_grow=True,
        word="closed",
    ),
    Guarded(
        "inventory_placement",
        CLOSED,
        "EXISTS (SELECT 1 FROM inventory_unit gu WHERE gu.id = {row}.unit_id "
        "AND gu.closed_on <= {row}.starts_on)",
        (("id",), ("device_id", "starts_on")),
    ),
)


def restore_guards(using="default", **kwargs):
    """Put every guard and mark back; take them away where the tables are not there (any more).

    Where a mark had been away, something may have changed without one: all is marked.
    """
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    has_marks = {table.table for table in marks.MARK_TABLES} <= tables
    unmarked = marks.tables_without(missing_guards(connection)) if has_marks else []
    remove_guards(using)
    if not {guarded.table for guarded in GUARDED} <= tables:
        return
    with connection.cursor() as cursor:
        for guard in _wanted(connection):
            if has_marks or guard.name.startswith(PREFIX):
                for statement in guard.statements:
                    cursor.execute(statement)
        for table in unmarked:
            cursor.execute(table.everything)


def remove_guards(using="default"):
    """Take the guards away: for tests, which empty the tables afterwards."""
    connection = connections[using]
    with connection.cursor() as cursor:
        ours = (PREFIX, marks.PREFIX)
        installed = [row for row in _installed(connection) if row[0].startswith(ours)]
        for name, table, *_ in installed:
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
        for guard in _wanted(connection)
        if (guard.name, guard.table, guard.trigger, guard.function) not in installed
    ]


def foreign_to_guards(connection=None) -> list[str]:
    """Name what else stands on the guarded tables and could change what is written or read."""
    connection = connection or connections["default"]
    wanted = {guard.name for guard in _wanted(connection)}
    triggers = [
        f"triggeren {name} på {table}"
        for name, table, *_ in _installed(connection)
        if name not in wanted
    ]
    if connection.vendor != "postgresql":
        return triggers
    with connection.cursor() as cursor:
        cursor.execute(_FOREIGN, [[guarded.table for guarded in GUARDED]])
        return triggers + [row[0] for row in cursor.fetchall()]


def who_can_remove_guards(connection=None) -> str:
    """Name the role that is connected, where it owns the guarded tables; '' where it does not."""
    connection = connection or connections["default"]
    if connection.vendor != "postgresql":
        return ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user FROM pg_class WHERE relname = ANY(%s) "
            "AND pg_table_is_visible(oid) AND pg_has_role(relowner, 'MEMBER') LIMIT 1",
            [[guarded.table for guarded in GUARDED]],
        )
        return (cursor.fetchone() or ("",))[0]


# A trigger that does not always fire, or whose function is another's, is given no function.
_INSTALLED = """
    SELECT t.tgname, c.relname, pg_get_triggerdef(t.oid, true),
        CASE WHEN t.tgenabled = 'A' AND p.proowner = c.relowner
            THEN pg_get_functiondef(p.oid) ELSE '' END
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE pg_table_is_visible(c.oid) AND NOT t.tgisinternal
        AND (c.relname = ANY(%s) OR t.tgname LIKE ANY(ARRAY['guard\\_%%', 'mark\\_%%']))
    ORDER BY c.relname, t.tgname
"""
# Foreign keys that are not checked, rules, rows that some do not see, and tables that add rows.
_FOREIGN = """
    WITH guarded AS (
        SELECT oid, relname, relrowsecurity FROM pg_class
        WHERE relname = ANY(%s) AND relkind IN ('r', 'p') AND pg_table_is_visible(oid)
    )
    SELECT format('slået en kontrol fra på %%s', relname) FROM guarded
        WHERE oid IN (SELECT tgrelid FROM pg_trigger WHERE tgisinternal AND tgenabled IN ('D', 'R'))
    UNION ALL SELECT format('reglen %%s på %%s', r.rulename, g.relname)
        FROM pg_rewrite r JOIN guarded g ON g.oid = r.ev_class
    UNION ALL SELECT format('rækkesikkerhed på %%s', relname) FROM guarded WHERE relrowsecurity
    UNION ALL SELECT format('tabellen %%s under %%s', i.inhrelid::regclass, g.relname)
        FROM pg_inherits i JOIN guarded g ON g.oid = i.inhparent
"""


def _installed(connection) -> list[tuple[str, str, str, str]]:
    """Return name, table, trigger and function of each trigger on the guarded tables."""
    tables = [guarded.table for guarded in GUARDED]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_INSTALLED, [tables])
        else:
            cursor.execute(
                "SELECT name, tbl_name, sql, '' FROM sqlite_master WHERE type = 'trigger' "
                "AND (tbl_name IN (SELECT value FROM json_each(%s)) OR name GLOB 'guard_*' "
                "OR name GLOB 'mark_*')",
                [json.dumps(tables)],
            )
        return cursor.fetchall()


def _wanted(connection) -> Iterator[Trigger]:
    """Yield every guard, and every mark, as it should be."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT quote_ident(current_schema()), quote_literal(current_schema())")
            schema = Schema(*cursor.fetchone())
        for guarded in GUARDED:
            yield from _postgresql(guarded, schema)
        yield from marks.on_postgresql(schema)
    else:
        for guarded in GUARDED:
            yield from _sqlite(guarded)
        yield from marks.on_sqlite()


def _postgresql(guarded: Guarded, schema: Schema) -> Iterator[Trigger]:
    """One statement trigger an operation; `gone` and `fresh` are the rows before and after."""
    gone = f"EXISTS (SELECT 1 FROM gone WHERE {guarded.is_fixed.format(row='gone')})"
    fresh = f"EXISTS (SELECT 1 FROM fresh WHERE {guarded.is_fixed.format(row='fresh')})"
    change = f"{gone} OR {fresh}"
    if guarded.table == "leasing_billingrun":
        change = gone  # sealing itself is an update from no digest to one
    elif guarded.fixed_columns:
        columns = ", ".join(("id", *guarded.fixed_columns))
        before, after = (
            f"SELECT {columns} FROM {row} WHERE {guarded.is_fixed.format(row=row)}"
            for row in ("gone", "fresh")
        )
        fresh_too = "" if guarded.may_grow else f" OR EXISTS ({after} EXCEPT {before})"
        change = f"{ANY_SEALED} AND (EXISTS ({before} EXCEPT {after}){fresh_too})"
    refused = {
        "insert": ("AFTER INSERT", " REFERENCING NEW TABLE AS fresh", fresh),
        "update": ("AFTER UPDATE", " REFERENCING OLD TABLE AS gone NEW TABLE AS fresh", change),
        "delete": ("AFTER DELETE", " REFERENCING OLD TABLE AS gone", gone),
        "truncate": ("BEFORE TRUNCATE", "", ANY_SEALED),
    }
    if guarded.may_grow:
        del refused["insert"]
    for operation, (event, tables, condition) in refused.items():
        name = f"{guarded.name}_{operation}"
        body = (
            f" BEGIN IF {condition} THEN RAISE EXCEPTION '{guarded.message}' "
            "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NULL; END "
        )
        yield statement_trigger(
            name, guarded.table, f"{event} ON {guarded.table}{tables}", body, schema
        )


def _sqlite(guarded: Guarded) -> Iterator[Trigger]:
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
    elif guarded.fixed_columns:
        columns = ("id", *guarded.fixed_columns)
        differs = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)
        change = f"{ANY_SEALED} AND ({old if guarded.may_grow else change}) AND ({differs})"
    refused = {
        "insert": ("BEFORE INSERT", pushed_out if guarded.may_grow else f"{new} OR {pushed_out}"),
        "update": ("BEFORE UPDATE", f"{change} OR {moved}"),
        "delete": ("BEFORE DELETE", old),
    }
    for operation, (event, condition) in refused.items():
        name = f"{guarded.name}_{operation}"
        yield Trigger(
            name,
            guarded.table,
            trigger=f"CREATE TRIGGER {name} {event} ON {guarded.table} FOR EACH ROW "
            f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{guarded.message}'); END",
        )


CLASH = (
    "Nogen har ændret de samme oplysninger, mens filen blev læst. Intet er gemt. Indlæs filen igen."
)


BUSY = "Der bliver gemt andet lige nu. Intet er gemt. Prøv igen om et øjeblik."


DEADLOCKS = ("40P01", "40001", "55P03")


@contextmanager
def clashes_refused():
    """Turn what the database refuses into a sentence: the last net, after our own checks."""
    try:
        yield
    except IntegrityError as error:
        known = (guard for guard in (SEALED, BILLED, FIXED, CLOSED) if guard in str(error))
        raise Refused(next(known, CLASH)) from error
    except OperationalError as error:
        if "locked" in str(error) or getattr(error.__cause__, "sqlstate", None) in DEADLOCKS:
            raise Refused(BUSY) from error
        raise
