"""Leases that end together at the end of 2029, in three departments."""

from datetime import date

from albertslund_it.common.quarters import Quarter
from leasing.replacing.selectors.lots import LotQuestion
from tests import builders as make

TODAY = date(2029, 8, 1)
SIZES = {"Dagtilbud & Skole": 7, "KKR": 2, "Miljø & Teknik": 4}


def lot_of(sizes=SIZES):
    """Lease a pc for so many people of each department, all from the first day of 2026."""
    make.cost_holder()
    make.priced()
    found = {}
    for at, (name, size) in enumerate(sizes.items()):
        unit = make.unit(f"{at + 1}001", f"Enhed i {name}", department=make.department(name))
        for number in range(size):
            person = make.employee(f"p{at}n{number}", f"Person {at} {number}", unit=unit)
            serial = f"PF{at:02}{number:04}"
            found[serial] = make.lease(serial, unit=unit, employee=person)
    return found


def question(**fields):
    """Ask for two whole months before the end, four a week."""
    asked = {
        "quarter": Quarter(2029, 4),
        "sub_agreement": None,
        "only_pcs": True,
        "first": date(2029, 11, 5),
        "last": date(2029, 12, 28),
        "a_week": 4,
        "left_out": frozenset(),
        "skips_final": False,
    }
    return LotQuestion(**{**asked, **fields})
