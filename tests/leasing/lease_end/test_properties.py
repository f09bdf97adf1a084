"""What must always hold of decided ends, for random decisions, changes, stops and closings."""

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from albertslund_it.common.errors import Refused
from albertslund_it.common.quarters import Quarter, add_months
from leasing.billing.selectors.verification import breaches
from leasing.billing.services.closing import close_quarter
from leasing.cost_share.selectors.forecast import CONTRACTED, forecast_of
from leasing.cost_share.selectors.payers import EVERYBODY, Payer
from leasing.domain.lease_end import Fate
from leasing.lease_end.selectors.term_ends import last_ends, term_ends
from leasing.lease_end.services.decisions import WantedEnd, decide_ends, stop_lease
from leasing.models import InvoiceLine, Lease, LeaseTerm
from tests import builders as make
from tests.histories import histories
from tests.leasing.billing.test_closing_properties import rolled_back

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = date(2031, 6, 1)  # every supplementary period of the quarters below is over
ALL = Payer(EVERYBODY, "Hele kommunen", None)
QUARTERS = [Quarter(2026, 1).next(n) for n in range(16)]
DEVICES = st.integers(0, 2)
CHOICES = st.sampled_from(["buyout", "return", "extension", ""])


@dataclass(frozen=True)
class Decide:
    """Decide about the end of a device's term (the last one where it has fewer), on a day."""

    device: int
    position: int
    choice: str
    quarters: int
    price_ore: int
    on: date


@dataclass(frozen=True)
class StopIt:
    device: int
    day: date


@dataclass(frozen=True)
class Reprice:
    device: int
    price_ore: int


DAYS = st.dates(date(2026, 1, 1), date(2028, 6, 30))
PRICES = st.integers(1, 500_000)
DECISIONS = st.builds(Decide, DEVICES, st.integers(1, 3), CHOICES, st.integers(1, 4), PRICES, DAYS)
ACTS = st.one_of(
    DECISIONS, DECISIONS, st.builds(StopIt, DEVICES, DAYS), st.builds(Reprice, DEVICES, PRICES)
)


class Ground:
    """Three leases of one to three quarters, and what the rules say of their terms."""

    def __init__(self):
        make.cost_holder()
        starts = (date(2026, 1, 1), date(2026, 1, 31), date(2026, 5, 17))
        self.leases = [
            make.lease(
                f"PF{n:05d}",
                unit=make.unit(),
                starts_on=starts[n],
                quarters=n + 1,
                price_ore=99_999,
            )
            for n in range(3)
        ]
        # (quarters, price) of each term, as decided; kept apart from what the services write.
        self.terms = [[(n + 1, 99_999)] for n in range(3)]
        self.stops = [None] * 3

    def ends(self, n, position):
        start = add_months(self.leases[n].starts_on, 0)
        for quarters, _ in self.terms[n][:position]:
            start = add_months(start, 3 * quarters)
        return start

    def act(self, act):
        n = act.device
        if isinstance(act, StopIt):
            with suppress(Refused):
                stop_lease(serial_number=f"PF{n:05d}", stops_on=act.day, actor=None)
                self.stops[n] = act.day
        elif isinstance(act, Reprice):
            self.leases[n].terms.filter(position=1).update(price_ore=act.price_ore)
            self.terms[n][0] = (self.terms[n][0][0], act.price_ore)
        else:
            self.decide(n, act)

    def decide(self, n, act):
        position = min(act.position, len(self.terms[n]))
        term = self.leases[n].terms.get(position=position)
        wanted = WantedEnd(act.choice, "", act.quarters, {term.pk: act.price_ore})
        begun = len(self.terms[n]) > position and self.ends(n, position) <= act.on
        try:
            decide_ends(term_ids=[term.pk], wanted=wanted, actor=None, today=act.on, now=NOW)
        except Refused:
            late = act.choice == "buyout"  # its last day is tried in a table of its own
            stopped = act.choice == "extension" and self.stops[n]
            assert begun or late or stopped, act
            return
        extension = [(act.quarters, act.price_ore)] * (act.choice == "extension")
        if begun:  # the same again is no change
            assert extension == self.terms[n][position : position + 1]
            return
        if extension != self.terms[n][position : position + 1] or not extension:
            self.terms[n][position:] = extension

    def close(self, quarter, today=LATER):
        return close_quarter(code=str(quarter), closed_by="Anna", today=today, now=NOW)


def billed(lease):
    lines = InvoiceLine.objects.filter(lease_id=lease.pk)
    return sum(lines.values_list("amount_ore", flat=True))


def ran(terms, starts_on, stops_on):
    """Return the prices of terms that ran out, and F of the one that a stop fell in."""
    total = 0
    for quarters, price in terms:
        ends_before = add_months(starts_on, 3 * quarters)
        if stops_on is None or stops_on >= ends_before:
            total += price
        elif stops_on > starts_on:
            k = max(i for i in range(quarters) if add_months(starts_on, 3 * i) <= stops_on)
            began, ended = add_months(starts_on, 3 * k), add_months(starts_on, 3 * k + 3)
            length = (ended - began).days
            total += price * (k * length + (stops_on - began).days) // (quarters * length)
        starts_on = ends_before
    return total


class EndsTest(TestCase):
    @histories(30)
    @given(st.lists(st.tuples(ACTS, st.booleans()), max_size=16))
    def test_a_life_costs_the_prices_of_its_terms_as_far_as_they_ran(self, acts):
        ground, waiting = Ground(), list(QUARTERS[:-1])
        for act, close_now in acts:
            ground.act(act)
            if close_now:
                ground.close(waiting.pop(0))
        ground.close(QUARTERS[-1])
        ends = term_ends([lease.pk for lease in ground.leases])
        for lease, terms, stops_on in zip(ground.leases, ground.terms, ground.stops, strict=True):
            found = [(end.term.quarters, end.term.price_ore) for end in ends[lease.pk]]
            assert found == terms
            assert billed(lease) == ran(terms, lease.starts_on, stops_on)
            # Only a last term ends otherwise than by the one after it.
            assert all((end.fate(LATER) == Fate.EXTENDED) for end in ends[lease.pk][:-1])
        assert list(breaches()) == []

    @histories(25)
    @given(st.lists(DECISIONS, max_size=10), st.lists(st.sampled_from(["buyout", "return"]),
           min_size=3, max_size=3))  # fmt: skip
    def test_what_is_decided_is_forecast_as_it_is_billed_later(self, decisions, last):
        ground, day = Ground(), date(2026, 2, 3)
        for act in decisions:
            ground.decide(act.device, act)
        for n, choice in enumerate(last):
            ground.decide(n, Decide(n, 99, choice, 0, 0, date(2026, 1, 1)))
            end = last_ends([ground.leases[n].pk])[ground.leases[n].pk]
            if not end.decided.choice:
                ground.decide(n, Decide(n, 99, "return", 0, 0, day))
        forecast = defaultdict(int)
        for cell in forecast_of(ALL, day).cells:
            assert cell.shade == CONTRACTED, cell
            forecast[cell.period] += cell.amount_ore
        ground.close(QUARTERS[-1])
        later = defaultdict(int)
        for period, amount in InvoiceLine.objects.values_list("period", "amount_ore"):
            later[period] += amount
        assert {k: v for k, v in forecast.items() if v} == {k: v for k, v in later.items() if v}

    @histories(15)
    @given(st.lists(DECISIONS, max_size=8, unique_by=lambda act: act.device), st.randoms(), DAYS)
    def test_no_order_of_the_same_decisions_gives_another_result(self, decisions, random, day):
        shuffled = random.sample(decisions, len(decisions))
        results = []
        for some in (decisions, shuffled):
            with rolled_back():
                ground = Ground()
                for at, act in enumerate(some):
                    if at == len(some) // 2:
                        ground.close(QUARTERS[0])
                    ground.decide(act.device, Decide(**(vars(act) | {"on": day})))
                ground.close(QUARTERS[-1])
                terms = LeaseTerm.objects.order_by("lease__device", "position")
                leases = Lease.objects.order_by("device")
                results.append(
                    (
                        list(terms.values_list("quarters", "price_ore", "end_decision__choice")),
                        [billed(lease) for lease in leases],
                    )
                )
        assert results[0] == results[1]
