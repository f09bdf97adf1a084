"""Kept reconciliations: whatever happens, they are what a recomputation gives."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from django.db import connection

from albertslund_it.common.quarters import Quarter
from inventory.models import Device, FormerSerialNumber
from leasing.domain.reconciliation import DIFFERENCES
from leasing.models import (
    DifferenceOutcome,
    Lease,
    LeaseTerm,
    Outcome,
    ReconciledQuarter,
    ReconcileMark,
    Settings,
    SubAgreement,
    SupplierInvoice,
    SupplierInvoiceLine,
)
from leasing.supplier.selectors.check import reconciliations_that_differ
from leasing.supplier.selectors.expected import expected_between, expected_in
from leasing.supplier.selectors.reconciliation import differences_now, invoiced_now, worked_out
from leasing.supplier.selectors.waiting import WaitingQuarter, waiting_quarters
from leasing.supplier.services import kept
from leasing.supplier.services.kept import refresh_reconciliations
from tests import builders as make
from tests.leasing.supplier.world import quarter_cost

pytestmark = pytest.mark.django_db

QUARTERS = [Quarter(2026, n) for n in (1, 2, 3, 4)]
NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
ONE_DAY = timedelta(days=1)


class History:
    """Random changes of everything that a reconciliation rests on, past every service."""

    def __init__(self, seed):
        self.chance, self.made = Random(seed), 0
        self.holder = make.cost_holder()
        for number in range(6):
            self.lease(number)
        for quarter in QUARTERS[:2]:
            self.bill_a_quarter(quarter)

    def step(self):
        """Do one thing, and return its name."""
        todo = self.chance.choice(
            [
                self.lease,
                self.new_device,
                self.stop,
                self.reprice,
                self.end_a_lease,
                self.delete_a_device,
                self.rename,
                self.former_number,
                self.other_agreement,
                self.rename_agreement,
                self.bill_a_quarter,
                self.line,
                self.line,
                self.total,
                self.change_a_line,
                self.delete_a_line,
                self.withdraw,
                self.decide,
                self.decide,
                self.decide,
                self.credit,
                self.credit,
                self.uncredit,
                self.take_back,
                self.tolerance,
                self.begin,
            ]
        )
        todo()
        return todo.__name__

    def any(self, rows):
        """Return one of some rows; None where there are none."""
        found = list(rows.order_by("pk"))
        return self.chance.choice(found) if found else None

    def day(self):
        return date(2025, 11, 1) + timedelta(days=self.chance.randrange(480))

    def serial(self):
        numbers = [*Device.objects.values_list("serial_number", flat=True), "XX1", "XX2"]
        former = FormerSerialNumber.objects.values_list("serial_number", flat=True)
        return self.chance.choice(sorted([*numbers, *former]))

    def lease(self, number=None):
        number = number if number is not None else 100 + self.next()
        make.lease(
            f"PF{number}",
            starts_on=date(2026, 1, 1) + timedelta(days=self.chance.choice([0, 0, 40, 200])),
            price_ore=self.chance.choice([559_066, 160_003]),
            quarters=self.chance.choice([2, 16]),
            agreement=self.chance.choice(["UA-1", "UA-2"]),
        )

    def next(self):
        self.made += 1
        return self.made

    def new_device(self):
        free = {"XX1", "XX2"} - set(Device.objects.values_list("serial_number", flat=True))
        free -= set(FormerSerialNumber.objects.values_list("serial_number", flat=True))
        make.device(self.chance.choice([*sorted(free), f"NY{self.next()}"]))

    def stop(self):
        if lease := self.any(Lease.objects):
            lease.stops_on = self.chance.choice([None, lease.starts_on + timedelta(days=100)])
            Lease.objects.filter(pk=lease.pk).update(stops_on=lease.stops_on)

    def reprice(self):
        if term := self.any(LeaseTerm.objects):
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE leasing_leaseterm SET price_ore = price_ore + 1600 WHERE id = %s",
                    [term.pk],
                )

    def end_a_lease(self):
        if lease := self.any(Lease.objects):
            lease.delete()

    def delete_a_device(self):
        if device := self.any(Device.objects.filter(lease=None)):
            device.delete()

    def rename(self):
        if device := self.any(Device.objects):
            old, device.serial_number = device.serial_number, f"NR{self.next()}"
            device.save()
            if self.chance.random() < 0.6:
                FormerSerialNumber.objects.create(device=device, serial_number=old)

    def former_number(self):
        former, device = self.any(FormerSerialNumber.objects), self.any(Device.objects)
        if former and self.chance.random() < 0.5:
            former.delete()
        elif former:
            former.device = device
            former.save()
        elif device and not FormerSerialNumber.objects.filter(serial_number="XX2").exists():
            FormerSerialNumber.objects.create(device=device, serial_number="XX2")

    def other_agreement(self):
        if lease := self.any(Lease.objects):
            lease.sub_agreement = make.sub_agreement(self.chance.choice(["UA-1", "UA-2"]))
            lease.save()

    def rename_agreement(self):
        if agreement := self.any(SubAgreement.objects):
            agreement.number = self.chance.choice([f"UA-{self.next()}0", "UA-3"])
            if not SubAgreement.objects.filter(number=agreement.number).exists():
                agreement.save()

    def invoice(self):
        found = self.any(SupplierInvoice.objects)
        if found and self.chance.random() < 0.6:
            return found
        number = f"F{self.next()}"
        return SupplierInvoice.objects.create(
            number=number,
            invoice_date=date(2026, 1, 2),
            net_ore=0,
            content_digest=number,
            entered_at=NOW,
            entered_by="Oda Lund",
        )

    def bill(self, starts_on, ends_before, amount, serial="", agreement=""):
        invoice = self.invoice()
        return SupplierInvoiceLine.objects.create(
            invoice=invoice,
            number=max([0, *invoice.lines.values_list("number", flat=True)]) + 1,
            serial_number=serial,
            sub_agreement=agreement,
            starts_on=starts_on,
            ends_before=ends_before,
            amount_ore=amount,
        )

    def bill_a_quarter(self, quarter=None):
        quarter = quarter or self.chance.choice(QUARTERS)
        for lease in Lease.objects.all():
            first, last = max(lease.starts_on, quarter.starts_on), quarter.ends_before
            amount = quarter_cost(lease, first, last) if first < last else 0
            if amount and self.chance.random() < 0.8:
                odd = self.chance.choice([0, 0, 0, 1, 175])
                self.bill(first, last, amount + odd, lease.device.serial_number)

    def line(self):
        first = self.day()
        days = self.chance.choice([1, 30, 90, 92, 400])
        amount = self.chance.choice([34_941, -34_941, 100, 10_000])
        self.bill(first, first + timedelta(days=days), amount, self.serial())

    def total(self):
        quarter = self.chance.choice(QUARTERS)
        number = self.chance.choice(["UA-1", "UA-2", "UA-9", ""])
        amount = self.chance.choice([34_941, 104_823, -10_000])
        self.bill(quarter.starts_on, quarter.ends_before, amount, agreement=number)

    def change_a_line(self):
        if line := self.any(SupplierInvoiceLine.objects):
            days = {"starts_on": self.day()}
            days["ends_before"] = days["starts_on"] + timedelta(days=self.chance.choice([20, 91]))
            other = {"amount_ore": line.amount_ore + 1}, {"serial_number": self.serial()}, days
            SupplierInvoiceLine.objects.filter(pk=line.pk).update(**self.chance.choice(other))

    def delete_a_line(self):
        if line := self.any(SupplierInvoiceLine.objects):
            line.delete()

    def withdraw(self):
        if self.chance.random() < 0.3 and (invoice := self.any(SupplierInvoice.objects)):
            invoice.delete()

    def decide(self):
        quarter = self.chance.choice(QUARTERS)
        rows = list(differences_now(quarter, DIFFERENCES))
        if not rows:
            return
        row = self.chance.choice(rows)
        outcome = self.chance.choice([*Outcome, Outcome.CLAIMED, Outcome.CLAIMED])
        charge = None
        if outcome == Outcome.CHARGED:
            charge = make.charge(make.unit(), row.difference_ore, text=f"Nr. {self.next()}")
        values = {
            "amount_ore": row.difference_ore,
            "outcome": outcome,
            "charge": charge,
            "decided_at": NOW,
            "decided_by": "Oda Lund",
        }
        DifferenceOutcome.objects.update_or_create(
            quarter=str(quarter),
            pile=row.pile.value,
            serial_number=row.serial_number,
            sub_agreement="" if row.serial_number else row.sub_agreement,
            defaults=values,
        )

    def credit(self):
        claims = DifferenceOutcome.objects.filter(outcome=Outcome.CLAIMED, credit_note=None)
        if claim := self.any(claims):
            first = self.day()
            line = self.bill(
                first,
                first + timedelta(days=30),
                -claim.amount_ore,
                claim.serial_number,
                claim.sub_agreement,
            )
            claim.credit_note = line.invoice
            claim.save()

    def uncredit(self):
        if claim := self.any(DifferenceOutcome.objects.exclude(credit_note=None)):
            DifferenceOutcome.objects.filter(pk=claim.pk).update(credit_note=None)

    def take_back(self):
        if decision := self.any(DifferenceOutcome.objects):
            decision.delete()

    def tolerance(self):
        Settings.objects.update(tolerance_ore=self.chance.choice([0, 1, 3]))

    def begin(self):
        if self.chance.random() < 0.3:
            day = self.chance.choice([date(2026, 1, 1), date(2026, 2, 15)])
            Settings.objects.update(billing_starts_on=day)


@pytest.mark.parametrize("seed", range(5))
def test_after_any_history_they_are_what_a_recomputation_gives(seed, monkeypatch):
    monkeypatch.setattr(kept, "BLOCK", 2)
    history, done = History(seed), []
    for _ in range(20):
        # Not always at once: marks of several changes are taken together.
        done += [history.step() for _ in range(history.chance.choice([1, 1, 1, 3]))]
        assert refresh_reconciliations()
        assert list(reconciliations_that_differ()) == [], done
    assert waiting_quarters() == [
        WaitingQuarter(quarter, found.undecided, found.undecided_ore, found.claimed)
        for quarter in invoiced_now()
        if not (found := worked_out(quarter)).is_settled
    ]
    spans = [(quarter.starts_on, quarter.ends_before) for quarter in QUARTERS]
    assert expected_in(QUARTERS) == expected_between(spans)


def test_who_has_a_device_is_nothing_of_it():
    history = History(0)
    refresh_reconciliations()
    make.placement(Device.objects.first(), date(2026, 2, 1), make.unit())
    Device.objects.update(last_seen=date(2026, 2, 1))
    Settings.objects.update(opus_bom=True)
    assert history.any(ReconcileMark.objects) is None


def test_what_is_changed_past_the_marks_is_found():
    History(0)
    refresh_reconciliations()
    ReconciledQuarter.objects.filter(quarter="2026Q1").update(undecided=7)
    assert list(reconciliations_that_differ()) == [Quarter(2026, 1)]
