"""The lessor's invoices for tests, made by the files that the lessor would send."""

from datetime import date

from leasing.domain.accrual import accrued, terms_in_order
from leasing.models import Lease, SupplierInvoice
from tests import builders as make
from tests.files import take_in

HEADINGS = "Fakturanr;Fakturadato;Serienummer;Fra;Til;Beløb;Underaftale"
Q1 = ("01-01-2026", "31-03-2026")


def invoice(number="4711", *lines, day="02-01-2026", actor=None):
    """Take in an invoice of lines (serial number, kroner) or (serial number, kroner, from, to)."""
    rows = [HEADINGS]
    for serial, kroner, *period in lines:
        first, last = period or Q1
        rows.append(f"{number};{day};{serial};{first};{last};{kroner};UA-1")
    take_in("supplier_invoice", "\n".join(rows), actor=actor)
    return SupplierInvoice.objects.get(number=number)


def quarter_cost(lease: Lease, starts_on=date(2026, 1, 1), ends_before=date(2026, 4, 1)):
    """Return F(to) − F(from) of a lease."""
    prices = lease.terms.values_list("price_ore", "quarters")
    terms = terms_in_order(lease.starts_on, prices)
    return accrued(terms, lease.stops_on, ends_before) - accrued(terms, lease.stops_on, starts_on)


def five_pcs():
    """Make five T14, four with a unit and the fifth in stock: F of a quarter is 349,41 kr."""
    make.cost_holder()
    school = make.unit("1001", "Ærtebjerg Skole")
    nursery = make.unit("1002", "Brøndlunden")
    units = [school, school, nursery, nursery, None]
    return [make.lease(f"PF00000{n}", unit=unit) for n, unit in enumerate(units, start=1)]
