"""What the database itself notes: which kept figures are no longer those of their facts.

A change of a fact writes a mark in its own transaction, by any path: bulk, raw SQL, a REPLACE. A
trigger looks nothing up: what is not committed yet is not seen by who writes beside it, and the
other way round. So a placement marks the device, not the lease. A mark of nothing says that
everything is to be worked out again; a cost mark of lease 0 that a run was made.
`leasing.cost_table` takes the marks of costs, `leasing.supplier` those of reconciliations. The
numbers that devices have had are noted in the same way, and stay.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from leasing.triggers import Schema, Trigger, statement_trigger

PREFIX = "mark_"
TABLE = "leasing_costmark"
# No lease has this id.
A_RUN = 0
# As SQLite's triggers name them: a row before, after, and one that is pushed out.
ROWS = ("OLD.", "NEW.", "other.")


@dataclass(frozen=True)
class MarkTable:
    """A table of marks; `columns` with their types on PostgreSQL, `word` is in its triggers' names.

    Where it is empty they are named by the marked table alone. `filled_by` makes up for triggers
    that were away, where a mark of nothing does not.
    """

    table: str
    columns: dict[str, str]
    word: str = ""
    filled_by: str = ""

    @property
    def everything(self) -> str:
        """Return the statement that marks everything."""
        if self.filled_by:
            return self.filled_by
        nothing = ", ".join(["NULL"] * len(self.columns))
        return f"INSERT INTO {self.table} ({', '.join(self.columns)}) VALUES ({nothing})"


COSTS = MarkTable(TABLE, {"device_id": "bigint", "lease_id": "bigint"})
RECONCILIATIONS = MarkTable(
    "leasing_reconcilemark",
    {
        "device_id": "bigint",
        "lease_id": "bigint",
        "number": "text",
        "invoice_id": "bigint",
        "starts_on": "date",
        "ends_before": "date",
        "quarter": "text",
    },
    word="lessor_",
)
PRINTED_NUMBERS = MarkTable(
    "leasing_printednumber",
    {"serial_number": "text"},
    word="number_",
    filled_by="INSERT INTO leasing_printednumber (serial_number) "
    "SELECT serial_number FROM leasing_invoiceline WHERE serial_number <> '' "
    "EXCEPT SELECT serial_number FROM inventory_device "
    "EXCEPT SELECT serial_number FROM leasing_printednumber",
)
MARK_TABLES = (COSTS, RECONCILIATIONS, PRINTED_NUMBERS)


@dataclass(frozen=True)
class Marked:
    """A table whose rows decide kept figures, and the columns of it that do.

    `by` has the column, or the number, that each column of a mark is read from; `keys` are its
    unique keys, which SQLite's REPLACE goes by. `operations` are those that count, and `only` is
    what tells of a row which do, where not all of them do. `word` tells its triggers from those of
    another entry of the same table.
    """

    table: str
    columns: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]
    word: str = ""
    by: dict[str, str] = field(default_factory=dict)
    operations: tuple[str, ...] = ("insert", "update", "delete")
    only: str = ""
    marks: MarkTable = COSTS

    @property
    def name(self) -> str:
        """Return what the names of its triggers begin with; the operation follows."""
        return f"{PREFIX}{self.marks.word}{self.table}{self.word and f'_{self.word}'}"

    @property
    def into(self) -> str:
        return f"INSERT INTO {self.marks.table} ({', '.join(self.marks.columns)})"

    def values(self, row: str = "") -> list[str]:
        """Return the columns of a mark, as SQL that reads them from a row."""
        sources = [self.by.get(column, "") for column in self.marks.columns]
        return [
            source if source.isdigit() else f"{row}{source}" if source else "NULL"
            for source in sources
        ]


MARKED = (
    Marked(
        "inventory_placement",
        ("device_id", "starts_on", "unit_id", "employee_id", "used_for"),
        (("id",), ("device_id", "starts_on")),
        by={"device_id": "device_id"},
    ),
    Marked(
        "leasing_lease",
        ("id", "device_id", "starts_on", "stops_on"),
        (("id",), ("device_id",)),
        by={"lease_id": "id"},
    ),
    Marked(
        "leasing_leaseterm",
        ("lease_id", "position", "price_ore", "quarters"),
        (("id",), ("lease_id", "position")),
        by={"lease_id": "lease_id"},
    ),
    # Whatever is leased may not be deleted, and what is new is not leased.
    Marked(
        "inventory_device",
        ("id", "model_id"),
        (("id",), ("serial_number",)),
        by={"device_id": "id"},
        operations=("update",),
    ),
    Marked(
        "inventory_unit",
        ("id", "is_cost_holder"),
        (("id",), ("number",), ("is_cost_holder",)),
        only="is_cost_holder",
    ),
    # Who gets what is late of a closed unit: of what is late alone, as when a run was made.
    Marked(
        "inventory_unit",
        ("id", "successor_id"),
        (("id",), ("number",), ("is_cost_holder",)),
        word="successor",
        by={"lease_id": str(A_RUN)},
        only="successor_id IS NOT NULL",
    ),
    Marked("leasing_settings", ("id", "billing_starts_on"), (("id",),)),
    Marked(
        "leasing_billingrun",
        ("id", "quarter"),
        (("id",), ("code",)),
        by={"lease_id": str(A_RUN)},
    ),
)
# What the lessor's invoices are held against, and what is decided; placements are nothing of it.
RECONCILED = (
    Marked(
        "leasing_lease",
        ("id", "device_id", "starts_on", "stops_on", "sub_agreement_id"),
        (("id",), ("device_id",)),
        by={"device_id": "device_id"},
        marks=RECONCILIATIONS,
    ),
    Marked(
        "leasing_leaseterm",
        ("lease_id", "position", "price_ore", "quarters"),
        (("id",), ("lease_id", "position")),
        by={"lease_id": "lease_id"},
        marks=RECONCILIATIONS,
    ),
    Marked(
        "inventory_device",
        ("id", "serial_number"),
        (("id",), ("serial_number",)),
        by={"device_id": "id", "number": "serial_number"},
        marks=RECONCILIATIONS,
    ),
    Marked(
        "inventory_formerserialnumber",
        ("device_id", "serial_number"),
        (("id",), ("serial_number",)),
        by={"device_id": "device_id", "number": "serial_number"},
        marks=RECONCILIATIONS,
    ),
    Marked(
        "leasing_subagreement",
        ("id", "number"),
        (("id",), ("number",)),
        by={"number": "number"},
        marks=RECONCILIATIONS,
    ),
    Marked(
        "leasing_supplierinvoiceline",
        (
            "invoice_id",
            "number",
            "serial_number",
            "sub_agreement",
            "starts_on",
            "ends_before",
            "amount_ore",
        ),
        (("id",), ("invoice_id", "number")),
        by={"invoice_id": "invoice_id", "starts_on": "starts_on", "ends_before": "ends_before"},
        marks=RECONCILIATIONS,
    ),
    Marked(
        "leasing_differenceoutcome",
        (
            "id",
            "quarter",
            "pile",
            "serial_number",
            "sub_agreement",
            "amount_ore",
            "outcome",
            "charge_id",
            "credit_note_id",
        ),
        (("id",), ("quarter", "pile", "serial_number", "sub_agreement")),
        by={"quarter": "quarter", "invoice_id": "credit_note_id"},
        marks=RECONCILIATIONS,
    ),
    Marked(
        "leasing_settings",
        ("id", "billing_starts_on", "tolerance_ore"),
        (("id",),),
        marks=RECONCILIATIONS,
    ),
)
# What lines bear was a device's number when they were made.
NUMBERED = (
    Marked(
        "inventory_device",
        ("serial_number",),
        (("id",), ("serial_number",)),
        by={"serial_number": "serial_number"},
        operations=("update",),
        marks=PRINTED_NUMBERS,
    ),
)
ALL = (*MARKED, *RECONCILED, *NUMBERED)


def tables_without(missing: Iterable[str]) -> list[MarkTable]:
    """Return the tables that some of the missing triggers write to."""
    gone = tuple(missing)
    found = {
        marked.marks.table
        for marked in ALL
        if any(trigger.startswith(f"{marked.name}_") for trigger in gone)
    }
    return [table for table in MARK_TABLES if table.table in found]


def on_postgresql(schema: Schema) -> Iterator[Trigger]:
    """Yield one statement trigger an operation; what is saved as it was marks nothing."""
    for marked in ALL:
        columns = ", ".join(marked.columns)
        where = f" WHERE {marked.only}" if marked.only else ""
        gone, fresh = (f"SELECT {columns} FROM {rows}{where}" for rows in ("gone", "fresh"))
        rows = {
            "insert": ("AFTER INSERT", "NEW TABLE AS fresh", fresh),
            "update": (
                "AFTER UPDATE",
                "OLD TABLE AS gone NEW TABLE AS fresh",
                f"({gone} EXCEPT {fresh}) UNION ({fresh} EXCEPT {gone})",
            ),
            "delete": ("AFTER DELETE", "OLD TABLE AS gone", gone),
        }
        for operation in marked.operations:
            event, transition, changed = rows[operation]
            yield statement_trigger(
                f"{marked.name}_{operation}",
                marked.table,
                f"{event} ON {marked.table} REFERENCING {transition}",
                f" BEGIN {marked.into} "
                f"SELECT DISTINCT {_cast(marked)} FROM ({changed}) changed; RETURN NULL; END ",
                schema,
            )
        yield statement_trigger(
            f"{marked.name}_truncate",
            marked.table,
            f"BEFORE TRUNCATE ON {marked.table}",
            f" BEGIN {marked.marks.everything}; RETURN NULL; END ",
            schema,
        )


def _cast(marked: Marked) -> str:
    kinds = marked.marks.columns.values()
    return ", ".join(f"{v}::{kind}" for v, kind in zip(marked.values(), kinds, strict=True))


def on_sqlite() -> Iterator[Trigger]:
    """Yield row triggers; what a REPLACE is about to push out is marked before it is gone."""
    for marked in ALL:
        for operation, (event, when, body) in _written(marked).items():
            name = f"{marked.name}_{operation}"
            condition = f" WHEN {when}" if when else ""
            yield Trigger(
                name,
                marked.table,
                trigger=f"CREATE TRIGGER {name} {event} ON {marked.table} FOR EACH ROW"
                f"{condition} BEGIN {body} END",
            )


def _written(marked: Marked) -> dict[str, tuple[str, str, str]]:
    """Return by operation when a trigger of SQLite fires, on which condition, and what it does."""
    keys = {column for key in marked.keys for column in key}
    old, new, other = (f"{row}{marked.only}" if marked.only else "" for row in ROWS)
    pushed_out = " OR ".join(
        f"({' AND '.join(f'other.{column} = NEW.{column}' for column in key)})"
        for key in marked.keys
    )
    replaced = (
        f"{_into(marked, 'other.')} FROM {marked.table} other WHERE {{}}({pushed_out})"
        f"{f' AND {other}' if other else ''};"
    )
    either = f" AND ({old} OR {new})" if marked.only else ""
    found = {
        "insert": ("AFTER INSERT", new, f"{_into(marked, 'NEW.')};"),
        "update": (
            "AFTER UPDATE",
            f"({_differ(marked.columns)}){either}",
            f"{_into(marked, 'OLD.')}; {_also_of_another(marked)}",
        ),
        "delete": ("AFTER DELETE", old, f"{_into(marked, 'OLD.')};"),
    }
    return {
        **{name: found[name] for name in marked.operations},
        "replace": ("BEFORE INSERT", "", replaced.format("")),
        "displace": (
            "BEFORE UPDATE",
            _differ(sorted({*marked.columns, *keys})),
            replaced.format("other.rowid <> OLD.rowid AND "),
        ),
    }


def _differ(columns: Iterable[str]) -> str:
    return " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)


def _into(marked: Marked, row: str) -> str:
    return f"{marked.into} SELECT {', '.join(marked.values(row))}"


def _also_of_another(marked: Marked) -> str:
    """Mark what a row belongs to now, where that is another one than before."""
    columns = sorted(column for column in marked.by.values() if not column.isdigit())
    if not columns:
        return ""
    return f"{_into(marked, 'NEW.')} WHERE {_differ(columns)};"
