"""A small municipality with everything that makes bills differ from costs.

Two quarters are closed; then come a late move, a forgotten delivery, a late charge, and a unit that
changes department. Today is 23 November 2026: the third quarter has ended, the fourth is open.
"""

from datetime import UTC, date, datetime

from leasing.billing.services.closing import close_quarter
from tests import builders as make

TODAY = date(2026, 11, 23)


def close(code, today=TODAY, by="Oda Lund"):
    moment = datetime(today.year, today.month, today.day, 8, 30, tzinfo=UTC)
    return close_quarter(code=code, closed_by=by, today=today, now=moment)


class Town:
    """The rows of the municipality by name."""

    def __init__(self):
        self.holder = make.cost_holder()
        self.school = make.department("Dagtilbud & Skole", head_name="Rikke Skovgaard Andersen")
        self.culture = make.department("Kultur, Fritid & Ejendomme")
        self.first = make.unit("1001", "Ærtebjerg Skole", department=self.school)
        self.second = make.unit("1002", "Åmoseskolen", department=self.school)
        self.mover = make.unit("1003", "Ungdomsklubben", department=self.school)
        self.library = make.unit("2001", "Biblioteket", department=self.culture)
        self.t16, self.screen = make.model("T16"), make.model("Skærm 27", "skærm", is_pc=False)
        self.before_the_closings()
        self.runs = [close("2026Q1"), close("2026Q2")]
        self.after_the_closings()

    def before_the_closings(self):
        """Place the pcs, one of which moves in the middle of a quarter."""
        self.leases = [make.lease(f"PF00000{n}", unit=self.first) for n in range(1, 5)]
        moved = make.lease("PF000005", unit=self.first)
        make.placement(moved.device, date(2026, 2, 15), self.library)
        self.stock = make.lease("PF000006")
        make.lease(
            "PF000007",
            unit=self.second,
            model=self.t16,
            price_ore=591227,
            stops_on=date(2026, 5, 1),
        )
        make.lease("PF000008", unit=self.library, starts_on=date(2026, 4, 1))
        make.lease("SK000001", unit=self.first, model=self.screen, price_ore=160003)
        make.lease("PF000009", unit=self.mover)
        make.charge(self.first, 150000, date(2026, 2, 10), "Skærmskade")

    def after_the_closings(self):
        """Enter late what happened in the closed quarters."""
        make.placement(self.leases[1].device, date(2026, 3, 10), self.second)
        make.lease("PF000010", unit=self.second)
        make.charge(self.library, 25050, date(2026, 8, 3), "Fragt")
        self.mover.department = self.culture
        self.mover.save()
