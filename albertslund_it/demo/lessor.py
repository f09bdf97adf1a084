"""What the lessor has invoiced, made from F, with the faults that real invoices have.

Every quarter that has ended has its invoice. Finance has decided about nearly everything, so that
the last one leaves something to do; of what was claimed, some is credited and some is not.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User

from albertslund_it.common.quarters import Quarter, quarters_between
from albertslund_it.demo.names import seeded
from albertslund_it.demo.story import FIRST_QUARTER, next_working_day
from leasing.domain.accrual import Term, accrued, span_of, terms_in_order
from leasing.domain.reconciliation import Pile
from leasing.models import Outcome, SubAgreement, SupplierInvoice
from leasing.supplier.selectors.outcomes import open_claims
from leasing.supplier.selectors.reconciliation import difference_rows
from leasing.supplier.selectors.sides import lease_side
from leasing.supplier.services.billed import BilledLine, Header
from leasing.supplier.services.decisions import Selection, decide, select
from leasing.supplier.services.invoices import record_supplier_voucher, save_invoices

ZONE = ZoneInfo("Europe/Copenhagen")
ONE_DAY = timedelta(days=1)
CREDITED_AFTER = timedelta(days=40)
# The model that costs something else than agreed in the quarter of a year, and by how much, øre.
WRONG_PRICES = {1: ("T16", 175), 2: ("T14 5G", -37), 3: ("P16v", 410), 4: ("T16", -12)}
ROUNDED = 9
UNKNOWN_ORE = 34_942

TOO_DEAR = Outcome.CLAIMED, "Dyrere end prislisten i referatet af 11. marts 2026."
TOO_CHEAP = Outcome.CARRIED, "Billigere end aftalt. Fælles IT beholder forskellen."
STOPPED = Outcome.CLAIMED, "Bortkommet og indfriet, men faktureret for hele kvartalet."
OF_CLOSED_QUARTERS = {
    Pile.AFTER_RETURN: STOPPED,
    Pile.NOT_INVOICED: (Outcome.WAITS, "Leasinggiver har glemt den og tager den med næste gang."),
    Pile.UNKNOWN: (Outcome.CARRIED, "Testmaskine, som Fælles IT havde til låns i kvartalet."),
}


class Leased(NamedTuple):
    """A lease as the lessor knows it."""

    serial_number: str
    model: str
    sub_agreement: str
    terms: tuple[Term, ...]
    stops_on: date | None

    def line(self, quarter: Quarter) -> BilledLine | None:
        """Return the right line for a quarter; None where the lease costs nothing in it."""
        began, ended = span_of(self.terms, self.stops_on)
        first, last = max(began, quarter.starts_on), min(ended, quarter.ends_before)
        if first >= last:
            return None
        return self._line(first, last, self.stops_on)

    def line_without_stop(self, quarter: Quarter) -> BilledLine:
        """Return the line of a lessor who has not heard that the lease was stopped."""
        began, ended = span_of(self.terms, None)
        first, last = max(began, quarter.starts_on), min(ended, quarter.ends_before)
        return self._line(first, last, None)

    def _line(self, first: date, last: date, stops_on: date | None) -> BilledLine:
        cost = accrued(self.terms, stops_on, last) - accrued(self.terms, stops_on, first)
        return BilledLine(
            number="",
            invoice_date=first,
            starts_on=first,
            last_day=last - ONE_DAY,
            amount_ore=cost,
            serial_number=self.serial_number,
            sub_agreement=self.sub_agreement,
            text=self.model,
        )


@dataclass
class Lessor:
    """The lessor's invoices one after the other, and what finance has done about each."""

    today: date
    finance: User

    def invoice_all(self) -> None:
        """Invoice, decide about and credit each quarter that has ended."""
        numbers = dict(SubAgreement.objects.values_list("id", "number"))
        leases = sorted(
            Leased(serial, model, numbers[sub], terms_in_order(began, prices), stops_on)
            for (_, began, stops_on, serial, model, sub), prices in lease_side()
        )
        last = Quarter.of(self.today).next(-1)
        late: list[BilledLine] = []
        for quarter in quarters_between(FIRST_QUARTER, last):
            lines, forgotten = _lines(quarter, leases, {line.serial_number for line in late})
            day = next_working_day(quarter.ends_before)
            self._take_in(f"LF-{quarter.year}-{quarter.number}", day, [*lines, *late])
            self._decide(quarter, is_last=quarter == last)
            if quarter < last:
                self._credit(quarter)
            late = [forgotten]

    def _take_in(self, number: str, day: date, lines: list[BilledLine], credits: str = "") -> None:
        net = sum(line.amount_ore for line in lines)
        header = Header(net, net // 4, bool(credits), credits)
        save_invoices(
            rows=[replace(line, number=number, invoice_date=day, header=header) for line in lines],
            actor=self.finance,
            today=day,
        )
        record_supplier_voucher(
            invoice_id=SupplierInvoice.objects.get(number=number).id,
            voucher_number=f"51{day:%y%m%d}",
            actor=self.finance,
        )

    def _decide(self, quarter: Quarter, *, is_last: bool) -> None:
        """Decide about all of a closed quarter; of the last one, about its wrong price alone."""
        dear = WRONG_PRICES[quarter.number][1] > 0
        plan = {Pile.DIFFERS: TOO_DEAR if dear else TOO_CHEAP}
        plan |= {} if is_last else OF_CLOSED_QUARTERS
        day = next_working_day(quarter.ends_before + timedelta(days=3))
        moment = datetime.combine(min(day, self.today), time(13, 5), ZONE)
        for pile, (outcome, note) in plan.items():
            selection = Selection(pile)
            if select(quarter, selection):
                decide(
                    quarter=quarter,
                    selection=selection,
                    outcome=outcome,
                    note=note,
                    actor=self.finance,
                    today=moment.date(),
                    now=moment,
                )

    def _credit(self, quarter: Quarter) -> None:
        """Credit what was too dear; what was claimed of a stopped lease is still open."""
        day = next_working_day(quarter.ends_before + CREDITED_AFTER)
        claimed = open_claims().filter(quarter=str(quarter), pile=Pile.DIFFERS)
        serials = set(claimed.values_list("serial_number", flat=True))
        if not serials or day > self.today:
            return
        lines = [
            BilledLine(
                number="",
                invoice_date=day,
                starts_on=row.item.starts_on,
                last_day=row.item.ends_before - ONE_DAY,
                amount_ore=-row.difference_ore,
                serial_number=row.serial_number,
                sub_agreement=row.sub_agreement,
                text=f"Kreditering, {row.model_name}",
            )
            for row in difference_rows(quarter, {Pile.DIFFERS})
            if row.serial_number in serials
        ]
        code = f"{quarter.year}-{quarter.number}"
        self._take_in(f"LK-{code}", day, lines, credits=f"LF-{code}")


def _lines(
    quarter: Quarter, leases: list[Leased], spared: set[str]
) -> tuple[list[BilledLine], BilledLine]:
    """Return the lines of a quarter's invoice, faults and all, and the one that is left out."""
    random = seeded(f"lessor {quarter}")
    wrong_model, wrong_ore = WRONG_PRICES[quarter.number]
    lines, right = [], []
    for lease in leases:
        line = lease.line(quarter)
        if line is None:
            continue
        if lease.stops_on and lease.stops_on < quarter.ends_before:
            lines.append(lease.line_without_stop(quarter))
        elif lease.model == wrong_model:
            lines.append(replace(line, amount_ore=line.amount_ore + wrong_ore))
        else:
            right.append(line)
    forgotten = random.choice([line for line in right if line.serial_number not in spared])
    right.remove(forgotten)
    return [*lines, *_rounded(random, right), _unknown(quarter)], forgotten


def _rounded(random: Random, lines: list[BilledLine]) -> list[BilledLine]:
    """Let the lessor round a few lines another way."""
    places = set(random.sample(range(len(lines)), k=min(ROUNDED, len(lines))))
    return [
        replace(line, amount_ore=line.amount_ore + 1) if place in places else line
        for place, line in enumerate(lines)
    ]


def _unknown(quarter: Quarter) -> BilledLine:
    return BilledLine(
        number="",
        invoice_date=quarter.starts_on,
        starts_on=quarter.starts_on,
        last_day=quarter.last_day,
        amount_ore=UNKNOWN_ORE,
        serial_number=f"PF9Z{quarter.year % 100}0{quarter.number}",
        sub_agreement=f"UA-{quarter.year}-03",
        text="T14",
    )
