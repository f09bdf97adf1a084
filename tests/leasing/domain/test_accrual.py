"""The pricing function, with the arithmetic in comments so that finance can read it."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albertslund_it.common.quarters import add_months
from leasing.domain.accrual import accrued, span_of, term_on, terms_in_order

NEW_YEAR = date(2026, 1, 1)
# (model, price of four years, published price of a year) in øre: the price list of the minutes
PRICE_LIST = [
    ("T14", 559066, 139766),
    ("T14 5G", 693872, 173468),
    ("T16", 591227, 147806),
    ("P16v", 1080839, 270209),
]

days = st.dates(date(2024, 1, 1), date(2034, 12, 31))
prices = st.integers(1, 10**8)
leases = st.builds(
    terms_in_order,
    days,
    st.lists(st.tuples(prices, st.integers(1, 16)), min_size=1, max_size=3).map(tuple),
)


def naive(terms, stops_on, day):
    """F written out a second time, straight from its definition."""
    day = min(day, stops_on) if stops_on else day
    total = 0
    for term in terms:
        d = max(term.starts_on, min(day, add_months(term.starts_on, 3 * term.quarters)))
        k = max(k for k in range(term.quarters + 1) if add_months(term.starts_on, 3 * k) <= d)
        began, ends = (add_months(term.starts_on, 3 * n) for n in (k, k + 1))
        length = (ends - began).days
        total += term.price_ore * (k * length + (d - began).days) // (term.quarters * length)
    return total


@pytest.mark.parametrize(("model", "price", "published"), PRICE_LIST)
def test_the_price_list_of_the_minutes(model, price, published):
    terms = terms_in_order(NEW_YEAR, ((price, 16),))
    # T16: 591227 · 4 / 16 = 147806,75, cut off: 147806. Rounding would say 147807.
    assert accrued(terms, None, date(2027, 1, 1)) == published
    boundaries = [add_months(NEW_YEAR, 3 * k) for k in range(17)]
    quarters = [
        accrued(terms, None, end) - accrued(terms, None, start)
        for start, end in itertools.pairwise(boundaries)
    ]
    assert len(quarters) == 16
    assert sum(quarters) == price
    assert max(quarters) - min(quarters) <= 1


def test_days_inside_a_quarter():
    terms = terms_in_order(NEW_YEAR, ((559066, 16),))
    # 40 of the 90 days of the first quarter: 559066 · 40 / (16 · 90) = 15529,6 → 15529
    assert accrued(terms, None, date(2026, 2, 10)) == 15529
    # One whole quarter and 20 of 91 days: 559066 · (91 + 20) / (16 · 91) = 42621,2 → 42621
    assert accrued(terms, None, date(2026, 4, 21)) == 42621


def test_quarters_are_counted_from_the_first_day_not_from_the_last_result():
    terms = terms_in_order(
        date(2026, 1, 31),
        (
            (1600, 16),
            (100, 1),
        ),
    )
    for day, so_far in [
        (date(2026, 4, 30), 100),
        (date(2026, 7, 31), 200),
        (date(2026, 10, 31), 300),
        (date(2027, 1, 31), 400),
    ]:
        assert accrued(terms, None, day) == so_far
    assert terms[1].starts_on == date(2030, 1, 31)


def test_an_extension_counts_from_its_own_first_day():
    first, extension = terms_in_order(
        date(2026, 1, 31),
        (
            (100, 1),
            (200, 2),
        ),
    )
    assert (extension.starts_on, extension.ends_before) == (date(2026, 4, 30), date(2026, 10, 30))
    assert accrued((first, extension), None, date(2026, 7, 30)) == 200


def test_a_stop_ends_it_and_a_stop_on_the_first_day_makes_it_free():
    terms = terms_in_order(NEW_YEAR, ((559066, 16),))
    stop = date(2026, 2, 10)
    assert accrued(terms, stop, date(2040, 1, 1)) == 15529
    assert accrued(terms, NEW_YEAR, date(2040, 1, 1)) == 0
    assert span_of(terms, stop) == (NEW_YEAR, stop)


def test_a_lease_without_a_term_costs_nothing():
    assert accrued((), None, NEW_YEAR) == 0
    first, end = span_of((), None)
    assert first >= end


def test_the_term_in_force():
    terms = terms_in_order(
        NEW_YEAR,
        (
            (1600, 16),
            (100, 1),
        ),
    )
    assert term_on(terms, date(2025, 1, 1)) == terms[0]
    assert term_on(terms, date(2030, 1, 1)) == terms[1]
    assert term_on(terms, date(2040, 1, 1)) == terms[1]


@given(leases, st.none() | days, days)
def test_it_is_what_the_definition_says(terms, stops_on, day):
    assert accrued(terms, stops_on, day) == naive(terms, stops_on, day)


@given(leases, st.lists(days, max_size=30))
def test_any_cut_into_any_pieces_sums_to_the_price(terms, cuts):
    points = [terms[0].starts_on, *sorted(cuts), terms[-1].ends_before]
    points = [min(max(p, points[0]), points[-1]) for p in points]
    pieces = [
        accrued(terms, None, b) - accrued(terms, None, a) for a, b in itertools.pairwise(points)
    ]
    assert sum(pieces) == sum(term.price_ore for term in terms)
    assert all(piece >= 0 for piece in pieces)


@given(leases, days)
def test_it_never_falls(terms, day):
    assert accrued(terms, None, day) <= accrued(terms, None, day + timedelta(days=1))
