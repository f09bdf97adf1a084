"""The workbook of a closed quarter against bare openpyxl in write-only mode: the same lines as
ready tuples into one sheet, with the formats of amounts and dates and nothing else.
"""

import argparse
import io
from datetime import UTC, date, datetime

from tests.benchmarks.closing import close
from tests.benchmarks.ground import compare, fill, own_database, peak_megabytes

TODAY = date(2030, 6, 1)


def export(run):
    from leasing.rebilling.exports.files import export_rebilling

    export_rebilling(
        run=run,
        file_kind="xlsx",
        stream=io.BytesIO(),
        actor_name="Måling",
        today=TODAY,
        now=datetime(2030, 6, 1, 8, tzinfo=UTC),
    )


def bare(lines):
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Specifikation")
    for line in lines:
        cells = list(line)
        for place, number_format in ((8, "dd-mm-yyyy"), (9, "dd-mm-yyyy"), (11, "#,##0.00")):
            value = line[place] / 100 if place == 11 else line[place]
            cells[place] = WriteOnlyCell(sheet, value)
            cells[place].number_format = number_format
        sheet.append(cells)
    book.save(io.BytesIO())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=47_500, help="which give 50,000 lines")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--memory", action="store_true", help="export once; print memory only")
    options = parser.parse_args()
    with own_database() as connection:
        from leasing.rebilling.selectors.run import specified_lines

        fill(options.devices)
        run = close()
        print(f"{connection.vendor}, {run.line_count} lines")
        if options.memory:
            before = peak_megabytes()
            export(run)
            print(f"  peak memory {peak_megabytes():.0f} MB (before exporting {before:.0f} MB)")
            return
        lines = list(specified_lines(run))
        medians = compare(
            options.rounds, bare_openpyxl=lambda: bare(lines), workbook=lambda: export(run)
        )
        print(f"  workbook / bare openpyxl = {medians['workbook'] / medians['bare_openpyxl']:.2f}")


if __name__ == "__main__":
    main()
