"""Quarters and months."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albertslund_it.common.quarters import Quarter, add_months, quarters_between, span_label

days = st.dates(date(2000, 1, 1), date(2200, 12, 31))


def test_months_are_always_added_to_the_first_day():
    start = date(2026, 1, 31)

    assert [add_months(start, 3 * k) for k in range(5)] == [
        date(2026, 1, 31),
        date(2026, 4, 30),
        date(2026, 7, 31),
        date(2026, 10, 31),
        date(2027, 1, 31),
    ]
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert add_months(date(2026, 1, 15), -1) == date(2025, 12, 15)


@given(days)
def test_a_day_lies_in_its_quarter(day):
    quarter = Quarter.of(day)

    assert quarter.starts_on <= day < quarter.ends_before
    assert quarter.last_day + timedelta(days=1) == quarter.next().starts_on
    assert 90 <= quarter.days <= 92
    assert Quarter.parse(str(quarter)) == quarter
    assert quarter.next().next(-1) == quarter


@given(days, days)
def test_quarters_sort_in_time(one, other):
    first, last = sorted((Quarter.of(one), Quarter.of(other)))
    between = list(quarters_between(first, last))

    assert (between[0], between[-1]) == (first, last)
    assert between == sorted(set(between))
    assert first.next(len(between) - 1) == last


def test_quarters_in_a_row_have_one_name():
    quarters = list(quarters_between(Quarter(2026, 3), Quarter(2027, 1)))
    assert span_label(quarters[:1]) == "3. kvartal 2026"
    assert span_label(quarters[:2]) == "3.–4. kvartal 2026"
    assert span_label(quarters) == "3. kvartal 2026 – 1. kvartal 2027"


def test_a_quarter_as_people_write_it():
    assert Quarter.parse(" 2026q1 ") == Quarter(2026, 1)
    assert Quarter(2026, 1).label == "1. kvartal 2026"
    assert list(quarters_between(Quarter(2026, 2), Quarter(2026, 1))) == []


@pytest.mark.parametrize(
    "code", ["2026Q5", "2026Q0", "2026", "Q1 2026", "2026S", "1999Q1", "٢٠٢٦Q1"]
)
def test_what_is_no_quarter(code):
    with pytest.raises(ValueError, match="2026Q1"):
        Quarter.parse(code)
