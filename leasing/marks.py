"""What the database itself notes: which devices' kept costs are no longer those of their facts.

A change of a fact writes a mark in its own transaction, by any path: bulk, raw SQL, a REPLACE. A
trigger looks nothing up and marks the device, not the lease: a placement that is not committed yet
is not seen by who registers a lease beside it, and the other way round. A mark of neither a device
nor a lease says that everything is to be worked out again; one of lease 0 that a run was made.
`leasing.cost_table` takes the marks.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from leasing.triggers import Schema, Trigger, statement_trigger

PREFIX = "mark_"
TABLE = "leasing_costmark"
# No lease has this id.
A_RUN = 0
EVERYTHING = f"INSERT INTO {TABLE} (device_id, lease_id) VALUES (NULL, NULL)"
# As SQLite's triggers name them: a row before, after, and one that is pushed out.
ROWS = ("OLD.", "NEW.", "other.")


@dataclass(frozen=True)
class Marked:
    """A table whose rows decide what leases cost, and the columns of it that do.

    `device` and `lease` are the column, or the number, that a row is marked by; `keys` are its
    unique keys, which SQLite's REPLACE goes by. `operations` are those that count, and `only` is
    the column that tells which rows do, where not all of them do.
    """

    table: str
    columns: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]
    device: str = ""
    lease: str = ""
    operations: tuple[str, ...] = ("insert", "update", "delete")
    only: str = ""

    def values(self, row: str = "") -> str:
        """Return device and lease of a mark, as SQL that reads them from a row."""
        return ", ".join(
            column if column.isdigit() else f"{row}{column}" if column else "NULL"
            for column in (self.device, self.lease)
        )


MARKED = (
    Marked(
        "inventory_placement",
        ("device_id", "starts_on", "unit_id"),
        (("id",), ("device_id", "starts_on")),
        device="device_id",
    ),
    Marked(
        "leasing_lease",
        ("id", "device_id", "starts_on", "stops_on"),
        (("id",), ("device_id",)),
        lease="id",
    ),
    Marked(
        "leasing_leaseterm",
        ("lease_id", "position", "price_ore", "quarters"),
        (("id",), ("lease_id", "position")),
        lease="lease_id",
    ),
    # Whatever is leased may not be deleted, and what is new is not leased.
    Marked(
        "inventory_device",
        ("id", "model_id"),
        (("id",), ("serial_number",)),
        device="id",
        operations=("update",),
    ),
    Marked(
        "inventory_unit",
        ("id", "is_cost_holder"),
        (("id",), ("number",), ("is_cost_holder",)),
        only="is_cost_holder",
    ),
    Marked("leasing_settings", ("id", "billing_starts_on"), (("id",),)),
    Marked(
        "leasing_billingrun",
        ("id", "quarter"),
        (("id",), ("code",)),
        lease=str(A_RUN),
    ),
)


def on_postgresql(schema: Schema) -> Iterator[Trigger]:
    """Yield one statement trigger an operation; what is saved as it was marks nothing."""
    for marked in MARKED:
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
                f"{PREFIX}{marked.table}_{operation}",
                marked.table,
                f"{event} ON {marked.table} REFERENCING {transition}",
                f" BEGIN INSERT INTO {TABLE} (device_id, lease_id) "
                f"SELECT DISTINCT {_cast(marked)} FROM ({changed}) changed; RETURN NULL; END ",
                schema,
            )
        yield statement_trigger(
            f"{PREFIX}{marked.table}_truncate",
            marked.table,
            f"BEFORE TRUNCATE ON {marked.table}",
            f" BEGIN {EVERYTHING}; RETURN NULL; END ",
            schema,
        )


def _cast(marked: Marked) -> str:
    device, lease = marked.values().split(", ")
    return f"{device}::bigint, {lease}::bigint"


def on_sqlite() -> Iterator[Trigger]:
    """Yield row triggers; what a REPLACE is about to push out is marked before it is gone."""
    for marked in MARKED:
        for operation, (event, when, body) in _written(marked).items():
            name = f"{PREFIX}{marked.table}_{operation}"
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
    return f"INSERT INTO {TABLE} (device_id, lease_id) SELECT {marked.values(row)}"


def _also_of_another(marked: Marked) -> str:
    """Mark what a row belongs to now, where that is another one than before."""
    column = marked.device or marked.lease
    if not column or column.isdigit():
        return ""
    return f"{_into(marked, 'NEW.')} WHERE NEW.{column} IS NOT OLD.{column};"
