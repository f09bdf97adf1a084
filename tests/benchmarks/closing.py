"""Closing a quarter against its floor: the same rows read, the same text hashed, the same rows
written, but no arithmetic.
"""

import argparse
import hashlib
from datetime import UTC, date, datetime

from tests.benchmarks.ground import (
    compare,
    fill,
    in_another_process,
    own_database,
    peak_megabytes,
)

TODAY = date(2030, 6, 1)


def close(code="2026Q1"):
    from leasing.billing.services.closing import close_quarter

    moment = datetime(2030, 1, 1, 8, tzinfo=UTC)
    return close_quarter(code=code, closed_by="Måling", today=TODAY, now=moment)


def undone(work):
    """Do it in a transaction that is rolled back, without the savepoint that nesting would add."""
    from django.db import connection, transaction

    def run():
        connection.savepoint = lambda: None
        try:
            with transaction.atomic():
                work()
                transaction.set_rollback(True)
        finally:
            del connection.savepoint

    return run


class Floor:
    """What a closing cannot do without, with the lines and facts of a real one ready made."""

    def __init__(self):
        from django.db import connection, transaction

        from leasing.billing.services.closing import LINE_COLUMNS, SUMMARY_COLUMNS
        from leasing.domain.digest import LINE_FIELDS, record
        from leasing.models import BilledFacts, InvoiceLine, InvoiceSummary, QuarterlyInvoice

        self.connection = connection
        with transaction.atomic():
            run = close()
            self.run, self.line_columns = run, LINE_COLUMNS
            self.invoices = list(QuarterlyInvoice.objects.filter(run=run))
            summaries = InvoiceSummary.objects.filter(invoice__run=run)
            self.summary_columns = SUMMARY_COLUMNS
            self.summaries = list(summaries.values_list(*SUMMARY_COLUMNS))
            lines = InvoiceLine.objects.filter(invoice__run=run).order_by("number")
            self.lines = [
                tuple(v.isoformat() if isinstance(v, date) else v for v in row)
                for row in lines.values_list(*LINE_COLUMNS)
            ]
            self.record = record
            self.fields = list(lines.values_list(*LINE_FIELDS))
            self.facts = list(BilledFacts.objects.values_list("lease_id", "text"))
            transaction.set_rollback(True)

    def __call__(self):
        from albertslund_it.web.database.rows import write_rows
        from inventory.models import Placement
        from leasing.billing.selectors.facts import charges_to_bill
        from leasing.billing.selectors.proposal import unit_names
        from leasing.billing.selectors.window import window_for
        from leasing.cost_table.facts import cost_holder_id, lease_rows, placement_rows
        from leasing.models import Lease, QuarterlyInvoice, SubAgreement

        # The few rows of the frame: settings, runs, cost holder, sub-agreements, charges, units.
        window = window_for("2026Q1", TODAY)
        cost_holder_id()
        list(SubAgreement.objects.values_list("id", "number"))
        charges_to_bill(window)
        list(unit_names())
        for _ in lease_rows(Lease.objects.all()):
            pass
        for _ in placement_rows(Placement.objects.all()):
            pass
        with self.connection.cursor() as cursor:
            if self.connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        self.run.pk = None
        self.run.digest, self.run._state.adding = "", True
        self.run.save()
        for invoice in self.invoices:
            invoice.run = self.run
        QuarterlyInvoice.objects.bulk_create(self.invoices)
        write_rows("leasing_invoicesummary", self.summary_columns, self.summaries)
        seal = hashlib.sha256()
        for start in range(0, len(self.lines), 10_000):
            write_rows("leasing_invoiceline", self.line_columns, self.lines[start : start + 10_000])
            fields = self.fields[start : start + 10_000]
            seal.update("\x1e".join([self.record(line) for line in fields]).encode())
            write_rows(
                "leasing_billedfacts", ("lease_id", "text"), self.facts[start : start + 10_000]
            )
        self.run.digest = seal.hexdigest()
        self.run.save(update_fields=["digest"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--memory", action="store_true", help="close once; print peak memory only")
    options = parser.parse_args()
    with own_database() as connection:
        print(f"{connection.vendor}, {options.devices} devices")
        in_another_process(lambda: fill(options.devices))
        before = peak_megabytes()
        if options.memory:
            close()
            print(f"  peak memory {peak_megabytes():.0f} MB (before closing {before:.0f} MB)")
            return
        floor = Floor()
        print(f"  {len(floor.lines)} lines")
        medians = compare(options.rounds, floor=undone(floor), close_quarter=undone(close))
        print(f"  close_quarter / floor = {medians['close_quarter'] / medians['floor']:.2f}")


if __name__ == "__main__":
    main()
