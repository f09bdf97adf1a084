"""The import of a delivery list against COPY of the same rows into the same tables.

    DATABASE_URL=… python -m tests.benchmarks.importing --rows 1000

The import reads the cells, checks every rule and writes the history too; the floor writes the
devices, leases, terms and placements as they came out, with their indexes and foreign keys.
"""

import argparse
from datetime import date
from itertools import count

from tests.benchmarks.ground import compare, fill, own_database

TODAY = date(2026, 3, 11)
HEADINGS = (
    "Serienummer",
    "Model",
    "Underaftale",
    "Leasingstart",
    "Kvartaler",
    "Leasingpris",
    "Enhedsnr",
    "Udleveret",
    "Garanti til",
)


def table(rows: int, lead: str):
    from albertslund_it.common.files.spreadsheets import FileTable

    return FileTable.of(
        HEADINGS,
        [
            (
                f"{lead}{n:06}",
                "T14",
                f"UA-{n % 20}",
                "01-02-2026",
                "16",
                "5.590,66",
                f"0{n % 20:03}",
                "17-11-2025",
                "31-12-2029",
            )
            for n in range(rows)
        ],
    )


def take_in(rows: int, lead: str):
    from leasing.imports.importers.files import import_table

    report = import_table(kind="deliveries", table=table(rows, lead), actor=None, today=TODAY)
    assert report.counts["leasinger"].created == rows


class Floor:
    """The rows that an import of `rows` made, to be written again, and rolled back."""

    def __init__(self, rows: int):
        from inventory.models import Device, Placement
        from leasing.models import Lease, LeaseTerm

        with_rollback(lambda: self.learn(rows, (Device, Lease, LeaseTerm, Placement)))

    def learn(self, rows, models):
        last = {model: model.objects.order_by("-id").first().id for model in models}
        take_in(rows, "FLOOR")
        self.tables = [
            (
                model._meta.db_table,
                [field.column for field in model._meta.concrete_fields],
                list(model.objects.filter(id__gt=last[model]).order_by("id").values_list()),
            )
            for model in models
        ]

    def write(self):
        from albertslund_it.web.database.rows import write_rows
        from leasing.models import FrameworkAgreement, SubAgreement

        framework = FrameworkAgreement.objects.get()
        wanted = {row[2] for row in self.tables[1][2]}  # the sub-agreements, rolled back with them
        for missing in wanted - set(SubAgreement.objects.values_list("id", flat=True)):
            SubAgreement.objects.create(id=missing, number=f"FLOOR-{missing}", framework=framework)
        for name, columns, rows in self.tables:
            write_rows(name, columns, rows)


def count_on(connection):
    """Let the tables' numbering go on after the rows that were written with numbers of their own."""
    from django.apps import apps
    from django.core.management.color import no_style

    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
            cursor.execute(statement)


def with_rollback(work):
    """Do the work in a transaction whose constraints are checked, then undo it."""
    from django.db import connection, transaction

    with transaction.atomic():
        work()
        connection.check_constraints()
        transaction.set_rollback(True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--devices", type=int, default=50_000, help="that are there already")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    with own_database() as connection:
        fill(options.devices)
        count_on(connection)
        floor, number = Floor(options.rows), count()
        print(f"{connection.vendor}, {options.rows} deliveries beside {options.devices} devices")
        medians = compare(
            options.rounds,
            copy_of_the_rows=lambda: with_rollback(floor.write),
            import_of_deliveries=lambda: with_rollback(
                lambda: take_in(options.rows, f"NY{next(number)}-")
            ),
        )
        ratio = medians["import_of_deliveries"] / medians["copy_of_the_rows"]
        print(f"  import / COPY of the same rows = {ratio:.1f}")


if __name__ == "__main__":
    main()
