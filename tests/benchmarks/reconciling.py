"""Reconciling a quarter against its floor: both sides read in order, and nothing compared."""

import argparse
from datetime import UTC, date, datetime

from tests.benchmarks.ground import compare, fill, in_another_process, own_database, peak_megabytes

ALLOWED = 2.0


def bill(count: int) -> None:
    """Bill every lease for the rest of the quarter; one in fifty is 1,23 kr. too much."""
    from albertslund_it.common.quarters import Quarter
    from albertslund_it.web.database.rows import write_rows
    from leasing.domain.accrual import accrued, terms_in_order
    from leasing.models import SupplierInvoice
    from leasing.supplier.selectors.sides import lease_side

    end = Quarter(2026, 1).ends_before
    invoice = SupplierInvoice.objects.create(
        number="4711",
        invoice_date=date(2026, 1, 2),
        net_ore=0,
        content_digest="x",
        entered_at=datetime(2026, 1, 2, tzinfo=UTC),
        entered_by="Måling",
    )
    leases = list(lease_side())
    rows = []
    for place, ((_, began, _, serial, *_), prices) in enumerate(leases[:count], start=1):
        cost = accrued(terms_in_order(began, prices), None, end)
        amount = cost + (123 if place % 50 == 0 else 0)
        rows.append((invoice.id, place, serial, "", began.isoformat(), end.isoformat(), amount, ""))
    columns = (
        "invoice_id",
        "number",
        "serial_number",
        "sub_agreement",
        "starts_on",
        "ends_before",
        "amount_ore",
        "text",
    )
    write_rows("leasing_supplierinvoiceline", columns, rows)


def floor() -> None:
    """Read both sides in order."""
    from albertslund_it.common.quarters import Quarter
    from leasing.supplier.selectors.sides import lease_side, line_side, span_of_quarter

    for _ in lease_side():
        pass
    for _ in line_side(span_of_quarter(Quarter(2026, 1))):
        pass


def reconcile() -> None:
    """Reconcile the quarter."""
    from albertslund_it.common.quarters import Quarter
    from leasing.supplier.selectors.reconciliation import reconciliation_of

    found = reconciliation_of(Quarter(2026, 1))
    assert found.ties, "the sums do not tie"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=500_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", action="store_true", help="once; print peak memory only")
    options = parser.parse_args()
    with own_database() as connection:
        print(f"{connection.vendor}, {options.lines} lines")

        def fill_both():
            fill(options.lines, moved=0, in_stock=0.9)
            bill(options.lines)

        in_another_process(fill_both)
        before = peak_megabytes()
        if options.memory:
            reconcile()
            print(f"  peak memory {peak_megabytes():.0f} MB (before {before:.0f} MB)")
            return
        medians = compare(options.rounds, floor=floor, reconcile=reconcile)
        ratio = medians["reconcile"] / medians["floor"]
        print(f"  reconcile / floor = {ratio:.2f} (allowed {ALLOWED:.1f})")


if __name__ == "__main__":
    main()
