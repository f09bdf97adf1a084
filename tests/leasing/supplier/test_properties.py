"""Invoices made from F with random faults put in: every fault in its pile, to the øre."""

import itertools
from collections import Counter
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from albertslund_it.common.quarters import Quarter, quarters_between
from inventory.models import FormerSerialNumber
from leasing.domain.accrual import accrued, span_of, terms_in_order
from leasing.domain.reconciliation import Pile
from leasing.models import SupplierInvoice, SupplierInvoiceLine
from leasing.supplier.selectors.expected import expected_of_lessor
from leasing.supplier.selectors.reconciliation import difference_rows, reconciliation_of
from tests import builders as make
from tests.histories import histories

FIRST, LAST = Quarter(2026, 1), Quarter(2026, 4)
QUARTERS = list(quarters_between(FIRST, LAST))
ONE = timedelta(days=1)
FAULTS = ["none", "none", "amount", "missing", "rounding", "double", "part", "short", "late"]


def bill(sent, serial, starts_on, ends_before, amount_ore):
    """Put a line on the invoice that is to be sent."""
    sent.append(
        SupplierInvoiceLine(
            number=len(sent) + 1,
            serial_number=serial,
            starts_on=starts_on,
            ends_before=ends_before,
            amount_ore=amount_ore,
        )
    )


def send(lines):
    """Save an invoice with these lines."""
    invoice = SupplierInvoice.objects.create(
        number="F-1",
        invoice_date=date(2026, 1, 2),
        net_ore=0,
        content_digest="F-1",
        entered_at=datetime(2026, 1, 2, tzinfo=UTC),
        entered_by="Oda Lund",
    )
    for line in lines:
        line.invoice = invoice
    SupplierInvoiceLine.objects.bulk_create(lines)


LEASES = st.lists(
    st.tuples(
        st.dates(date(2026, 1, 1), date(2026, 8, 31)),  # first day
        st.integers(10_000, 1_200_000),  # price
        st.integers(1, 16),  # quarters
        st.none() | st.integers(0, 300),  # days until it is stopped
        st.sampled_from(FAULTS),
        st.booleans(),  # by the lease's own quarters, not the calendar's
        st.integers(2, 5_000),  # size of the fault
    ),
    min_size=1,
    max_size=6,
)


class ReconciliationProperties(TestCase):
    @histories(80)
    @given(LEASES, st.integers(0, 2), st.integers(0, 2), st.data())
    def test_every_fault_is_in_its_pile(self, leases, unknown, interim, data):
        make.cost_holder()
        sent = []
        wanted = {quarter: Counter() for quarter in QUARTERS}
        for number, (starts_on, price, quarters, days, fault, own, size) in enumerate(leases):
            stops_on = None if days is None else starts_on + timedelta(days=days)
            lease = make.lease(
                f"PF{number}",
                starts_on=starts_on,
                price_ore=price,
                quarters=quarters,
                stops_on=stops_on,
            )
            if size % 3 == 0:
                FormerSerialNumber.objects.create(device=lease.device, serial_number=f"OLD{number}")
                serial = f"OLD{number}"
            else:
                serial = f"PF{number}"
            self._bill_lease(sent, serial, number, lease, fault, own, size, wanted)
            if number < interim:
                amount = size
                bill(sent, serial, starts_on - 10 * ONE, starts_on, amount)
                quarter = max(FIRST, Quarter.of(starts_on - 10 * ONE))
                # Where another line begins among those days, it is not; none does here.
                wanted[quarter][Pile.INTERIM, f"PF{number}"] += amount
        for number in range(unknown):
            bill(sent, f"XX{number}", date(2026, 4, 1), date(2026, 7, 1), 34_941 + number)
            wanted[QUARTERS[1]][Pile.UNKNOWN, f"XX{number}"] += 34_941 + number
        send(sent)

        for quarter in QUARTERS:
            found = Counter()
            for row in difference_rows(quarter, set(Pile) - {Pile.AGREES}):
                found[row.pile, row.serial_number] += row.difference_ore
            assert found == Counter({k: v for k, v in wanted[quarter].items() if v}), quarter
            whole = reconciliation_of(quarter)
            assert whole.ties
            assert whole.expected_ore == expected_of_lessor(quarter.starts_on, quarter.ends_before)
        lines = SupplierInvoiceLine.objects.filter(starts_on__lte=LAST.last_day)
        assert sum(reconciliation_of(q).invoiced_ore for q in QUARTERS) == sum(
            lines.values_list("amount_ore", flat=True)
        )

    def _bill_lease(  # noqa: C901 - one branch a fault
        self, sent, serial, number, lease, fault, own, size, wanted
    ):
        term = lease.terms.get()
        terms = terms_in_order(lease.starts_on, [(term.price_ore, term.quarters)])
        began, ended = span_of(terms, lease.stops_on)

        def cost(day, until):
            return accrued(terms, lease.stops_on, until) - accrued(terms, lease.stops_on, day)

        def expect(pile, day, amount):
            quarter = max(FIRST, Quarter.of(day))
            if amount and quarter <= LAST:
                wanted[quarter][pile, f"PF{number}"] += amount

        def not_invoiced(day, until):
            for quarter in QUARTERS:
                a, b = max(day, quarter.starts_on), min(until, quarter.ends_before)
                if a < b:
                    expect(Pile.NOT_INVOICED, a, -cost(a, b))

        periods = self._periods(terms, began, ended, own)
        chosen = size % len(periods) if periods else None
        for place, (day, until) in enumerate(periods):
            amount = cost(day, until)
            if place != chosen or fault in ("none", "late"):
                self._plain(sent, serial, day, until, amount, not_invoiced)
            elif fault == "missing":
                not_invoiced(day, until)
            elif fault == "amount" or amount <= 2:
                bill(sent, serial, day, until, amount + size)
                expect(Pile.DIFFERS, day, size)
            elif fault == "rounding":
                bill(sent, serial, day, until, amount + 1)
                expect(Pile.ROUNDING, day, 1)
            elif fault == "double":
                bill(sent, serial, day, until, amount)
                bill(sent, serial, day, until, amount)
                expect(Pile.DIFFERS if amount > 2 else Pile.ROUNDING, day, amount)
            elif fault == "part":
                middle = day + (until - day) // 2
                self._plain(sent, serial, day, middle, cost(day, middle), not_invoiced)
                not_invoiced(middle, until)
            elif fault == "short":
                bill(sent, serial, day, until, amount - 2)
                expect(Pile.DIFFERS, day, -2)
        if fault == "late":
            bill(sent, serial, ended, ended + 5 * ONE, size)
            expect(Pile.AFTER_RETURN, ended, size)

    @staticmethod
    def _plain(sent, serial, day, until, amount, not_invoiced):
        if amount and day < until:
            bill(sent, serial, day, until, amount)
        elif day < until:
            not_invoiced(day, until)

    @staticmethod
    def _periods(terms, began, ended, own):
        """Cut the lease by its own quarters or the calendar's, up to the end of the year."""
        if own:
            edges = [began]
            term = terms[0]
            for k in range(1, term.quarters + 1):
                edges.append(min(ended, terms_in_order(began, [(1, k)])[0].ends_before))
        else:
            edges = [began] + [q.ends_before for q in QUARTERS if began < q.ends_before < ended]
            edges.append(min(ended, LAST.ends_before))
        last = LAST.ends_before
        return [(a, b) for a, b in itertools.pairwise(edges) if a < b and a < last]
