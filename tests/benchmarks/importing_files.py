"""The import of 50,000 rows of each kind against reading the same file: what the rules, the writing
and the history cost more. CPU seconds of this process and of its server's backend.

The floor is the same file read, and the very rows that its import writes written again, with their
history and what undoes them: what is above it are the rules.

    DATABASE_URL=… python -m tests.benchmarks.importing_files --rows 50000 [kind …]

Each file is taken in as a page does, with its act, its history and its batch, beside as many devices
with a person each. Bound: five times.
"""

import argparse
import csv
import gc
import io
import os
import statistics
import sys
import time
from pathlib import Path

from tests.benchmarks.ground import fill, give_to_people, own_database, tidy
from tests.benchmarks.importing import HEADINGS as DELIVERY
from tests.benchmarks.importing import TODAY, count_on
from tests.benchmarks.importing import table as deliveries

DEVICES = ("Serienummer", "Model", "RAM GB", "Windows 11", "Garanti til", "Sidst set")
MOST = 5.0


def devices(number, known):
    """Return a row of a device: every other one is there, with other facts."""
    at = number // 2
    serial_number = known[at] if number % 2 and at < len(known) else f"NY{number:06}X"
    return serial_number, "T14", 16, "ja", "31-12-2029", "01-03-2026"


def machine(number, known):
    from tests.benchmarks.sources import machine_of

    return machine_of(number + 1)


KINDS = {
    "employees": (
        ("Initialer", "Navn", "Mail", "Enhedsnr"),
        lambda n, known: (f"NY{n}", f"Navn {n}", f"ny{n}@example.dk", f"0{n % 20:03}"),
    ),
    "devices": (DEVICES, devices),
    "deliveries": (DELIVERY, None),
    "placements": (
        ("Serienummer", "Fra", "Enhedsnr", "Initialer"),
        lambda n, known: (known[n], "01-03-2026", f"0{n % 20:03}", f"X{n + 1}"),
    ),
    "rollout": (
        ("Gammel maskine", "Rul", "Ny pc", "Udskiftet"),
        lambda n, known: (known[n], n % 50 + 1, "", ""),
    ),
    "charges": (
        ("Dato", "Enhedsnr", "Beløb", "Tekst", "Serienummer"),
        lambda n, known: ("01-03-2026", f"0{n % 20:03}", "125,50", f"Skærm {n}", known[n]),
    ),
    "supplier_invoice": (
        ("Fakturanr", "Fakturadato", "Serienummer", "Fra", "Til", "Beløb", "Underaftale"),
        lambda n, known: (
            "4711", "02-01-2026", known[n], "01-01-2026", "31-03-2026", "349,42", "UA-1"
        ),
    ),
    "offers": (
        ("Serienummer", "Frikøbspris", "Gælder til"),
        lambda n, known: (known[n], "1.250,00", "30-11-2029"),
    ),
    "intune": (None, machine),
    "directory": (
        ["userPrincipalName", "displayName", "surname", "mail", "givenName", "id", "userType", "jobTitle", "department", "accountEnabled", "usageLocation", "streetAddress", "state", "country", "officeLocation"],
        lambda n, known: (
            f"x{n + 1}@example.dk", f"Navn {n}", f"{n}", f"x{n + 1}@example.dk", "Navn", n,
            "Member", "Lærer", f"Enhed 0-{n % 20}", "True", "DK", "", "", "", "Rum 1",
        ),
    ),
    "lessor_assets": (
        ("Serienummer", "Model", "Underaftale", "Ydelse pr. kvartal"),
        lambda n, known: (known[n], "T14", "UA-1", "349,42"),
    ),
}  # fmt: skip


def rows_of(kind: str, count: int, known: list[str]):
    """Return the headings and the rows of a file of a kind."""
    from tests.benchmarks.sources import MACHINE

    headings, row = KINDS[kind]
    if kind == "deliveries":
        return headings, [cells for _, cells in deliveries(count, "NY").rows]
    if headings is None:
        headings = MACHINE.split(",")
    return headings, [row(n, known) for n in range(count)]


def workbook_of(rows: int, known: list[str], kind: str = "devices") -> bytes:
    """Return an .xlsx file of a kind."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Ark1")
    headings, found = rows_of(kind, rows, known)
    for row in (headings, *found):
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def text_of(rows: int, known: list[str], kind: str) -> bytes:
    """Return a .csv file of a kind."""
    stream = io.StringIO()
    headings, found = rows_of(kind, rows, known)
    csv.writer(stream, delimiter="," if kind in ("intune", "directory") else ";").writerows(
        (headings, *found)
    )
    return stream.getvalue().encode()


def processor() -> float:
    """Return the seconds of CPU that this process and its backend of PostgreSQL have used."""
    from django.db import connection

    used = time.process_time()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        used += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return used


def seconds_of(work, rounds: int) -> float:
    """Return the median of CPU seconds."""
    times = []
    for _ in range(rounds):
        gc.collect()
        began = processor()
        work()
        times.append(processor() - began)
    return statistics.median(times)


class Written:
    """The statements with rows that an import made, to be made again."""

    def __init__(self, take_in):
        from django.db import connection

        from albertslund_it.web.database import rows

        self.made, self._write = [], rows.write_rows
        users = [one for one in list(sys.modules.values()) if vars(one).get("write_rows")]
        for module in users:
            module.write_rows = self._keep
        try:
            with connection.execute_wrapper(self._keep_statement):
                take_in()
        finally:
            for module in users:
                module.write_rows = self._write

    def _keep(self, table, columns, rows):
        self.made.append((table, columns, list(rows)))
        self._is_copied = True
        try:
            self._write(*self.made[-1])
        finally:
            self._is_copied = False

    _is_copied = False

    def _keep_statement(self, execute, sql, params, many, context):
        if many and not self._is_copied:
            self.made.append((sql, None, list(params)))
            params = self.made[-1][2]
        return execute(sql, params, many, context)

    def again(self):
        """Write it all again, and undo it."""
        from django.db import connection, transaction

        with transaction.atomic():
            for what, columns, rows in self.made:
                if columns:
                    self._write(what, columns, rows)
                    continue
                with connection.cursor() as cursor:
                    cursor.executemany(what, rows)
            transaction.set_rollback(True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", default=list(KINDS))
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--as", dest="form", choices=("csv", "xlsx"), default="csv")
    options = parser.parse_args()
    with own_database() as connection:
        from django.db import transaction
        from django.utils import timezone

        from albertslund_it.common.files.spreadsheets import read_table
        from albertslund_it.web.database.joined import joined
        from albertslund_it.web.undisturbed import undisturbed
        from inventory.models import Device, Roll
        from leasing.imports.importers.files import import_file
        from leasing.imports.importers.kinds import KINDS as IMPORTERS

        fill(options.rows, moved=0, in_stock=0)
        give_to_people()
        Roll.objects.bulk_create(Roll(number=n + 1, name=f"Rul {n + 1}") for n in range(50))
        count_on(connection)
        known = list(Device.objects.order_by("pk").values_list("serial_number", flat=True))
        print(f"{connection.vendor}, {options.rows} rows beside as many devices, {options.form}")
        for kind in options.kinds:
            made = workbook_of if options.form == "xlsx" else text_of
            data = made(options.rows, known, kind)
            name, words = f"fil.{options.form}", IMPORTERS[kind].known

            @undisturbed()  # as in the job, which lets go of the report before anything is looked through
            def take_in(kind=kind, data=data, name=name):
                with transaction.atomic():
                    # It begins a transaction where there is none: with no savepoint in it.
                    with joined():
                        report = import_file(
                            kind=kind,
                            stream=io.BytesIO(data),
                            filename=name,
                            actor=None,
                            today=TODAY,
                            now=timezone.now(),
                        )
                    assert report.batch
                    transaction.set_rollback(True)

            def read(data=data, name=name, words=words):
                read_table(io.BytesIO(data), name, 2**26, words)

            written = Written(take_in)
            reading, writing, taking = (
                seconds_of(work, options.rounds) for work in (read, written.again, take_in)
            )
            ratio, floor = taking / reading, (reading + writing) / reading
            print(
                f"  {kind:<18} read {reading:6.2f} s  taken in {taking:6.2f} s  x{ratio:5.1f}"
                f"  floor x{floor:5.1f}{'' if ratio <= MOST else '  above the bound'}",
                flush=True,
            )
            tidy()


if __name__ == "__main__":
    main()
