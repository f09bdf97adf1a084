"""The import of a file against reading it: what the rules, the writing and the history cost more.

    DATABASE_URL=… python -m tests.benchmarks.importing_files --rows 50000

The file is an .xlsx of devices that are not leased, half of them there already with other facts;
it is taken in as a page does, with its act, its history and its batch. Bound: five times.
"""

import argparse
import io

from tests.benchmarks.ground import compare, fill, own_database
from tests.benchmarks.importing import TODAY, count_on

HEADINGS = ("Serienummer", "Model", "RAM GB", "Windows 11", "Garanti til", "Sidst set")


def workbook_of(rows: int, known: list[str]) -> bytes:
    """Return an .xlsx file: every other row is a device that is there."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Udstyr")
    sheet.append(HEADINGS)
    for n in range(rows):
        number = known[n // 2] if n % 2 and n // 2 < len(known) else f"NY{n:06}X"
        sheet.append((number, "T14", 16, "ja", "31-12-2029", "01-03-2026"))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--devices", type=int, default=50_000, help="that are there already")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with own_database() as connection:
        from django.db import transaction
        from django.utils import timezone

        from albertslund_it.common.files.spreadsheets import read_table
        from inventory.models import Device
        from leasing.imports.importers.files import import_file

        fill(options.devices)
        count_on(connection)
        known = list(Device.objects.order_by("pk").values_list("serial_number", flat=True))
        data = workbook_of(options.rows, known[: options.rows // 2])

        def take_in():
            report = import_file(
                kind="devices",
                stream=io.BytesIO(data),
                filename="udstyr.xlsx",
                actor=None,
                today=TODAY,
                now=timezone.now(),
            )
            assert report.batch

        def taken_back():
            with transaction.atomic():
                take_in()
                transaction.set_rollback(True)

        print(f"{connection.vendor}, {options.rows} rows beside {options.devices} devices")
        medians = compare(
            options.rounds,
            reading=lambda: read_table(io.BytesIO(data), "udstyr.xlsx", 2**26),
            import_of_file=taken_back,
        )
        print(f"  import / reading = {medians['import_of_file'] / medians['reading']:.1f}")


if __name__ == "__main__":
    main()
