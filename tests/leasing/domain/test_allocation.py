"""A lease split over quarters and units, against an allocation made day by day."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from albertslund_it.common.quarters import Quarter, quarters_between
from leasing.domain.accrual import accrued, terms_in_order
from leasing.domain.allocation import LeaseFacts, Period, differences, split

HOLDER = 99
PERIODS = [
    Period(str(q), q.starts_on, q.ends_before)
    for q in quarters_between(Quarter(2026, 1), Quarter(2026, 4))
]
in_and_around_2026 = st.dates(date(2025, 9, 1), date(2027, 3, 31))
change_points = st.dictionaries(in_and_around_2026, st.none() | st.integers(1, 4), max_size=8).map(
    lambda moves: sorted(moves.items())
)


def facts(start=date(2026, 1, 1), prices=((559066, 16),), stops_on=None, moves=()):
    return LeaseFacts(
        lease_id=1,
        device_id=1,
        serial_number="PF1",
        model_name="T14",
        sub_agreement="UA-1",
        terms=terms_in_order(start, tuple(prices)),
        starts_on=start,
        stops_on=stops_on,
        placements=list(moves),
    )


@st.composite
def random_facts(draw):
    start = draw(in_and_around_2026)
    prices = draw(
        st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 6)), min_size=1, max_size=2)
    )
    stop = draw(st.none() | st.dates(start, date(2027, 6, 30)))
    return facts(start, prices, stop, draw(change_points))


def day_by_day(lease, periods):
    """Return {(period, unit): (øre, first day, last day, days)}, one day at a time."""
    shares = {}
    for code, day, end in periods:
        while day < end:
            tomorrow = day + timedelta(days=1)
            began = lease.terms[0].starts_on
            ended = min(lease.terms[-1].ends_before, lease.stops_on or date.max)
            if began <= day < ended:
                held = [unit for moved, unit in lease.placements if moved <= day]
                key = (code, held[-1] if held and held[-1] else HOLDER)
                cost = accrued(lease.terms, lease.stops_on, tomorrow) - accrued(
                    lease.terms, lease.stops_on, day
                )
                old = shares.get(key, (0, day, day, 0))
                shares[key] = (old[0] + cost, old[1], day, old[3] + 1)
            day = tomorrow
    return shares


def test_a_move_inside_a_quarter_is_split_by_day():
    shares = split(facts(moves=[(date(2025, 11, 20), 1), (date(2026, 2, 10), 2)]), PERIODS[:1], 99)
    # 40 of 90 days: 559066 · 40 / 1440 = 15529; the rest of the quarter: 34941 − 15529 = 19412
    assert shares["2026Q1", 1] == (15529, date(2026, 1, 1), date(2026, 2, 9), 40)
    assert shares["2026Q1", 2] == (19412, date(2026, 2, 10), date(2026, 3, 31), 50)


def test_stock_and_no_placement_at_all_fall_to_the_cost_holder():
    assert set(split(facts(), PERIODS[:1], HOLDER)) == {("2026Q1", HOLDER)}
    moves = [(date(2025, 12, 1), 1), (date(2026, 3, 1), None)]
    assert set(split(facts(moves=moves), PERIODS[:1], HOLDER)) == {
        ("2026Q1", 1),
        ("2026Q1", HOLDER),
    }


def test_there_and_back_is_one_share_with_the_days_of_both():
    moves = [(date(2026, 1, 1), 1), (date(2026, 2, 1), 2), (date(2026, 3, 1), 1)]
    share = split(facts(moves=moves), PERIODS[:1], HOLDER)["2026Q1", 1]
    assert (share.first_day, share.last_day, share.days) == (
        date(2026, 1, 1),
        date(2026, 3, 31),
        31 + 31,
    )


@given(random_facts())
def test_it_equals_an_allocation_made_day_by_day(lease):
    assert {k: tuple(v) for k, v in split(lease, PERIODS, HOLDER).items()} == day_by_day(
        lease, PERIODS
    )


@given(random_facts())
def test_every_ore_has_exactly_one_unit(lease):
    whole = accrued(lease.terms, lease.stops_on, date(2027, 1, 1)) - accrued(
        lease.terms, lease.stops_on, date(2026, 1, 1)
    )
    assert sum(s.amount_ore for s in split(lease, PERIODS, HOLDER).values()) == whole


@given(random_facts(), random_facts())
def test_differences_take_billed_to_target(before, after):
    """Whatever was billed, billed plus differences is the target, and then nothing is left."""
    for d in differences(before, PERIODS, None, HOLDER):
        after.billed[d.period, d.unit_id] = (d.amount_ore, d.days)
    for d in differences(after, PERIODS, "2026Q4", HOLDER):
        amount, days = after.billed.get((d.period, d.unit_id), (0, 0))
        after.billed[d.period, d.unit_id] = (amount + d.amount_ore, days + d.days)
    target = split(after, PERIODS, HOLDER)
    billed = {key: amount for key, (amount, _) in after.billed.items() if amount}
    assert billed == {key: s.amount_ore for key, s in target.items() if s.amount_ore}
    assert list(differences(after, PERIODS, "2026Q4", HOLDER)) == []


def test_a_placement_that_changes_nothing_is_not_in_the_text():
    once = facts(moves=[(date(2026, 1, 1), 1)])
    twice = facts(moves=[(date(2026, 1, 1), 1), (date(2026, 2, 1), 1)])
    assert twice.canonical_text() == once.canonical_text()
