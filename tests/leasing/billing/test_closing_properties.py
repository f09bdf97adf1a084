"""What must always hold (allocation rules, section 5), for random facts and closings."""

from collections import defaultdict
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import transaction
from django.db.models import Sum
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from albertslund_it.common.errors import Refused
from albertslund_it.common.quarters import Quarter
from inventory.models import Placement
from leasing.billing.selectors.facts import leases_with_differences
from leasing.billing.selectors.verification import _of_kept_costs, _of_pending, breaches
from leasing.billing.selectors.window import pending_window
from leasing.billing.services.closing import close_quarter
from leasing.cost_table.facts import last_covered_quarter
from leasing.cost_table.moment import one_moment
from leasing.domain.accrual import accrued
from leasing.models import BillingRun, InvoiceLine, Kind, QuarterlyInvoice
from tests import builders as make
from tests.histories import histories

START = date(2026, 1, 1)
LATER = date(2028, 6, 1)  # every supplementary period of the quarters below is over
DAYS = st.dates(date(2025, 11, 1), date(2027, 3, 31))
UNITS = st.sampled_from(["1001", "1002", "2001", None])
DEVICES = st.integers(0, 3)
QUARTERS = [Quarter(2026, 1).next(n) for n in range(5)]


@dataclass(frozen=True)
class Deliver:
    device: int
    starts_on: date
    price_ore: int
    quarters: int


@dataclass(frozen=True)
class Move:
    device: int
    starts_on: date
    unit: str | None


@dataclass(frozen=True)
class Stop:
    device: int
    day: date


@dataclass(frozen=True)
class CorrectPrice:
    device: int
    price_ore: int


@dataclass(frozen=True)
class Charge:
    unit: str
    day: date
    amount_ore: int


PRICES = st.integers(1, 2_000_000)
FACTS = st.one_of(
    st.builds(Deliver, DEVICES, st.dates(START, date(2026, 12, 31)), PRICES, st.integers(1, 16)),
    st.builds(Move, DEVICES, DAYS, UNITS),
    st.builds(Move, DEVICES, DAYS, UNITS),
    st.builds(Stop, DEVICES, DAYS),
    st.builds(CorrectPrice, DEVICES, PRICES),
    st.builds(
        Charge,
        st.sampled_from(["1001", "2001"]),
        st.dates(START, date(2026, 12, 31)),
        st.integers(-10_000, 10_000).filter(bool),
    ),
)


def held_at_schools(data, quarters, moved) -> list:
    """Draw four devices, some of them at a school: most worlds of FACTS have nothing to ask of."""
    held = [Deliver(n, START, 559_066, data.draw(quarters)) for n in range(4)]
    at = st.sampled_from(["1001", "1002"])
    return held + [Move(n, START, data.draw(at)) for n in range(moved)]


CLOSINGS = st.sets(st.sampled_from(QUARTERS), min_size=1).map(sorted)


class World:
    """A small municipality that facts are entered into."""

    def __init__(self):
        make.cost_holder()
        miljø = make.department("Miljø & Teknik")
        self.units = {
            "1001": make.unit("1001"),
            "1002": make.unit("1002"),
            "2001": make.unit("2001", department=miljø),
            None: None,
        }
        self.devices = [make.device(f"PF{n:05d}") for n in range(4)]
        self.charges = 0

    def enter(self, fact):
        if isinstance(fact, Charge):
            self.charges += 1
            make.charge(
                self.units[fact.unit], fact.amount_ore, fact.day, text=f"nr. {self.charges}"
            )
            return
        device = self.devices[fact.device]
        lease = getattr(device, "lease", None)
        if isinstance(fact, Move):
            Placement.objects.update_or_create(
                device=device,
                starts_on=fact.starts_on,
                defaults={"unit": self.units[fact.unit]},
            )
        elif isinstance(fact, Deliver):
            if lease is None:
                make.lease_of(
                    device,
                    starts_on=fact.starts_on,
                    price_ore=fact.price_ore,
                    quarters=fact.quarters,
                )
        elif lease and isinstance(fact, Stop):
            lease.stops_on = max(fact.day, lease.starts_on)
            lease.save()
        elif lease:
            lease.terms.update(price_ore=fact.price_ore)

    def close(self, quarter, today=LATER):
        return close_quarter(
            code=str(quarter),
            closed_by="Anna Berg",
            today=today,
            now=datetime(2028, 6, 1, 8, tzinfo=UTC),
        )


@contextmanager
def rolled_back():
    """Undo what is done inside, so that the next world begins empty."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def pending():
    """Return what is pending for each lease up to the last closed quarter."""
    return {
        facts.lease_id: sum(d.amount_ore for d in found)
        for facts, found in leases_with_differences(pending_window())
    }


def billed_by_unit_and_quarter():
    totals = defaultdict(int)
    rows = InvoiceLine.objects.exclude(kind=Kind.CHARGE).values_list(
        "unit__number", "period", "serial_number", "amount_ore"
    )
    for unit, period, serial, amount in rows:
        totals[unit, period, serial] += amount
    return {key: amount for key, amount in totals.items() if amount}


class InvariantsTest(TestCase):
    def assert_what_waits_holds(self):
        """Hold what a later fact or run can put right again; the rest stays as wrong as it is.

        That is what is sealed, so it is enough that `assert_all_holds` reads it in the end.
        """
        with one_moment():
            self.assert_each_lease_is_billed_or_waits()
            assert [*_of_pending(), *_of_kept_costs()] == []

    def assert_each_lease_is_billed_or_waits(self):
        last = last_covered_quarter()
        lines = InvoiceLine.objects.order_by()
        billed = dict(lines.values_list("lease_id").annotate(Sum("amount_ore")))
        for facts, found in leases_with_differences(pending_window()):
            # 1. lines + pending = F(end of the last closed quarter) − F(billing start)
            whole = accrued(facts.terms, facts.stops_on, last.ends_before) - accrued(
                facts.terms, facts.stops_on, START
            )
            waiting = sum(difference.amount_ore for difference in found)
            assert billed.get(facts.lease_id, 0) + waiting == whole

    def assert_all_holds(self):
        self.assert_what_waits_holds()
        # 2. a run = Σ its invoices = Σ its lines
        runs = dict(BillingRun.objects.values_list("id", "total_ore"))
        invoices = QuarterlyInvoice.objects.order_by().values_list("run")
        lines = InvoiceLine.objects.order_by().values_list("invoice__run")
        nothing = dict.fromkeys(runs, 0)
        assert nothing | dict(invoices.annotate(Sum("total_ore"))) == runs
        assert nothing | dict(lines.annotate(Sum("amount_ore"))) == runs
        assert list(breaches()) == []

    @histories(60)
    @given(
        st.lists(st.tuples(FACTS, st.booleans()), max_size=25),
        CLOSINGS,
    )
    def test_invariants_after_every_closing(self, facts, closings):
        world = World()
        waiting = list(closings)
        for fact, close_now in facts:
            world.enter(fact)
            if close_now and waiting:
                first = not BillingRun.objects.exists()
                world.close(waiting.pop(0))
                # What is sealed is read in the middle of a history too, and must not alarm there.
                self.assert_all_holds() if first else self.assert_what_waits_holds()
        for quarter in waiting:
            world.close(quarter)
        self.assert_all_holds()
        # 3. closing the next quarter with no fact changed writes no line for an earlier period,
        # once what was entered after the last closing is billed
        last = QUARTERS[-1]
        world.close(last.next())
        later = world.close(last.next(2))
        periods = set(
            InvoiceLine.objects.filter(invoice__run=later).values_list("period", flat=True)
        )
        assert periods <= {str(last.next(2))}

    @histories(60)
    @given(
        st.lists(st.tuples(FACTS, st.sampled_from([None, "quarter", "2026S"])), max_size=20),
        CLOSINGS,
    )
    def test_nothing_is_lost_or_billed_twice_around_the_year_end(self, facts, closings):
        """Ordinary and supplementary runs in any order while both years are open."""
        january = date(2027, 1, 15)
        world = World()
        waiting = list(closings)
        for fact, what in facts:
            world.enter(fact)
            if what == "quarter" and waiting:
                world.close(waiting.pop(0), january)
            elif what == "2026S":
                with suppress(Refused):  # nothing to bill
                    world.close(what, january)
            if BillingRun.objects.exists():
                self.assert_what_waits_holds()
        world.close(QUARTERS[-1].next())
        self.assert_all_holds()
        assert not any(pending().values())

    @histories(60)
    @given(st.lists(FACTS, max_size=20), CLOSINGS, st.randoms(use_true_random=False))
    def test_late_facts_give_the_same_end_as_facts_in_time(self, facts, closings, random):
        """Entered before any closing, or one by one between closings: the same to the øre."""
        facts = [f for f in facts if not isinstance(f, Charge)]
        last = QUARTERS[-1].next()
        with rolled_back():
            early = World()
            for fact in facts:
                early.enter(fact)
            early.close(last)
            in_time = billed_by_unit_and_quarter()
        late = World()
        waiting = list(closings)
        for fact in facts:
            late.enter(fact)
            if waiting and random.random() < 0.4:
                late.close(waiting.pop(0))
        late.close(last)
        assert billed_by_unit_and_quarter() == in_time

    @histories(60)
    @given(
        st.dictionaries(st.tuples(DEVICES, DAYS), UNITS, max_size=12),
        st.randoms(use_true_random=False),
    )
    def test_the_order_of_entering_does_not_matter(self, moves, random):
        facts = [Move(device, day, unit) for (device, day), unit in moves.items()]
        facts += [Deliver(n, START, 559066, 16) for n in range(4)]
        results = []
        for _ in range(2):
            with rolled_back():
                world = World()
                for fact in facts:
                    world.enter(fact)
                world.close(QUARTERS[-1])
                results.append(billed_by_unit_and_quarter())
            random.shuffle(facts)
        assert results[0] == results[1]
