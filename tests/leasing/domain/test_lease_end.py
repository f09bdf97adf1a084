"""The days of a lease's end, worked out by hand."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albertslund_it.common import notice_days
from leasing.domain.accrual import terms_in_order
from leasing.domain.lease_end import (
    Fate,
    asked_on,
    ends_soon_until,
    fate_of,
    last_buyout_day,
    last_extension_day,
    last_return_day,
    rung_of,
)


def day(text):
    return date.fromisoformat(text)


# First day, quarters of each term; then the last day, the six-month mark, and the last day on which
# a buyout can be decided: the day before four years have passed (or the end, if sooner), less 30.
BY_HAND = [
    ("2026-01-01", (16,), "2029-12-31", "2029-07-01", "2029-12-01"),
    ("2026-03-15", (16,), "2030-03-14", "2029-09-15", "2030-02-12"),
    # Four years from a leap day end in a leap year again.
    ("2028-02-29", (16,), "2032-02-28", "2031-08-29", "2032-01-29"),
    ("2028-03-01", (16,), "2032-02-29", "2031-09-01", "2032-01-30"),
    # From the 31st: 31-01 + 48 months; the mark lies six months before, in a shorter month or not.
    ("2026-01-31", (16,), "2030-01-30", "2029-07-31", "2029-12-31"),
    ("2026-08-31", (16,), "2030-08-30", "2030-02-28", "2030-07-31"),
    ("2027-08-31", (16,), "2031-08-30", "2031-02-28", "2031-07-31"),
    ("2028-08-31", (16,), "2032-08-30", "2032-02-29", "2032-07-31"),
    ("2026-05-31", (16,), "2030-05-30", "2029-11-30", "2030-04-30"),
    ("2026-12-31", (16,), "2030-12-30", "2030-06-30", "2030-11-30"),
    # One quarter from 31 January ends before 30 April, from 30 November before 28 February.
    ("2026-01-31", (1,), "2026-04-29", "2025-10-30", "2026-03-30"),
    ("2026-11-30", (1,), "2027-02-27", "2026-08-28", "2027-01-28"),
    ("2027-11-30", (1,), "2028-02-28", "2027-08-29", "2028-01-29"),
    # A year: 365 days, or 366 over a leap day; the end comes before the fourth year.
    ("2026-06-01", (4,), "2027-05-31", "2026-12-01", "2027-05-01"),
    ("2027-06-01", (4,), "2028-05-31", "2027-12-01", "2028-05-01"),
    # Extended by a quarter, by a year: a buyout had to be decided before the fourth year ended.
    ("2026-01-01", (16, 1), "2030-03-31", "2029-10-01", "2029-12-01"),
    ("2026-01-01", (16, 4), "2030-12-31", "2030-07-01", "2029-12-01"),
    # Extensions of extensions count from where the one before ended: 30-04 + 3 = 30-07.
    ("2026-01-31", (16, 1), "2030-04-29", "2029-10-30", "2029-12-31"),
    ("2026-01-31", (16, 1, 1), "2030-07-29", "2030-01-30", "2029-12-31"),
    ("2026-01-31", (1, 1, 4), "2027-07-29", "2027-01-30", "2027-06-29"),
    ("2025-11-30", (1, 1), "2026-05-27", "2025-11-28", "2026-04-27"),
    # Three years, extended: the end still comes before four years have passed.
    ("2026-01-01", (12, 2), "2029-06-30", "2029-01-01", "2029-05-31"),
]


@pytest.mark.parametrize(("starts_on", "quarters", "last_day", "mark", "buyout"), BY_HAND)
def test_expiry_mark_and_last_buyout_day(starts_on, quarters, last_day, mark, buyout):
    starts_on = day(starts_on)
    ends_before = terms_in_order(starts_on, [(1000, n) for n in quarters])[-1].ends_before
    assert ends_before - timedelta(days=1) == day(last_day)
    assert asked_on(ends_before) == day(mark)
    assert last_buyout_day(starts_on, ends_before, 30) == day(buyout)


@given(
    on=st.dates(date(2026, 1, 1), date(2040, 1, 1)),
    end=st.dates(date(2026, 1, 1), date(2041, 1, 1)),
)
def test_the_limit_of_a_list_is_the_mark_of_each(on, end):
    assert (asked_on(end) <= on) == (end <= ends_soon_until(on))


def test_last_days_of_the_other_choices():
    end = date(2030, 1, 1)
    assert last_return_day(end, 14) == date(2029, 12, 17)
    assert last_extension_day(end, None) == date(2029, 12, 31)
    assert last_extension_day(end, date(2029, 10, 1)) == date(2029, 10, 1)
    assert last_extension_day(end, date(2030, 2, 1)) == date(2029, 12, 31)


@pytest.mark.parametrize(
    ("days", "rung"),
    [(181, None), (180, 180), (91, 180), (90, 90), (15, 30), (14, 14), (0, 14), (-1, None)],
)
def test_the_rung_that_is_due(days, rung):
    assert rung_of(days, (180, 90, 60, 30, 14)) == rung


def test_days_in_a_setting():
    assert notice_days.days_in(" 30,180 , 30,") == (180, 30)
    assert notice_days.days_in("") == ()
    for wrong in ("0", "401", "1.5", "-3", "tre", "9999999999", ",".join(map(str, range(1, 13)))):
        with pytest.raises(ValueError, match="Skriv"):
            notice_days.days_in(wrong)


END = date(2030, 1, 1)


@pytest.mark.parametrize(
    ("facts", "on", "fate"),
    [
        ({}, "2029-06-30", Fate.RUNS),
        ({}, "2029-07-01", Fate.UNDECIDED),
        ({}, "2029-12-31", Fate.UNDECIDED),
        ({}, "2030-01-01", Fate.OVERDUE),
        ({"choice": "buyout"}, "2029-07-01", Fate.BUYOUT),
        ({"choice": "return"}, "2030-02-01", Fate.RETURN),
        ({"choice": "extension"}, "2030-02-01", Fate.EXTENDED),
        ({"stops_on": date(2029, 5, 1)}, "2029-07-01", Fate.STOPPED),
        ({"stops_on": END}, "2029-07-01", Fate.UNDECIDED),
        ({"choice": "return", "left_on": date(2029, 9, 1)}, "2029-08-31", Fate.GONE),
        ({"choice": "return", "left_on": date(2029, 9, 1)}, "2029-09-01", Fate.GONE),
    ],
)
def test_what_happens(facts, on, fate):
    given_facts = {"choice": "", "stops_on": None, "left_on": None} | facts
    assert fate_of(ends_before=END, on=day(on), **given_facts) == fate
