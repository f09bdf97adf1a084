"""What stands in the cells of other systems' exports, read as what it means."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leasing.sources.importers import COPENHAGEN, gigabytes, login, moment, name_in_capitals, tidy

AT = datetime(2026, 7, 9, 6, 12, 33, tzinfo=UTC)


def day(cell):
    found = moment(cell)
    return found and found.astimezone(COPENHAGEN).date()


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("2026-07-09 06:12:33.0000000", AT),
        ("2026-07-09T06:12:33Z", AT),
        ("7/9/2026 6:12:33 AM", AT),
        ("7/9/2026 12:00:01 AM", datetime(2026, 7, 9, 0, 0, 1, tzinfo=UTC)),
        ("7/9/2026 12:00:01 PM", datetime(2026, 7, 9, 12, 0, 1, tzinfo=UTC)),
        ("09-07-2026 06:12", datetime(2026, 7, 9, 6, 12, tzinfo=UTC)),
        (AT.replace(tzinfo=None), AT),
        ("0001-01-01 00:00:00.0000000", None),
        ("1/1/0001 12:00:00 AM", None),
        (datetime.min.replace(tzinfo=UTC), None),
    ],
)
def test_a_moment_is_read_as_utc_in_any_of_its_forms(cell, read):
    assert moment(cell) == read


def test_the_day_is_that_of_copenhagen_in_summer_and_winter():
    assert day("2026-07-09 22:30:00.0000000") == date(2026, 7, 10)
    assert day("2026-07-09 21:30:00.0000000") == date(2026, 7, 9)
    assert day("2026-12-31 23:30:00") == date(2027, 1, 1)
    assert day("2026-07-09") == date(2026, 7, 9)  # a day of no hour is that day
    assert day(date(2026, 7, 9)) == date(2026, 7, 9)


@pytest.mark.parametrize(
    "cell",
    ["i går", "13/13/2026 6:00:00 AM", "7/9/2026 13:00:00 PM", "2026-02-30", 46000.5, "1999-01-01"],
)
def test_what_is_no_moment_is_refused_in_words(cell):
    with pytest.raises(ValueError, match="Skriv"):
        moment(cell)


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("15.7 GB", 16),
        ("15,7", 16),
        (15.68, 16),
        ("7.9 GB", 8),
        ("31.4 GB", 32),
        ("3,9 GB", 4),
        (8, 8),
        ("16384 MB", 16),
        ("16,384 MB", 16),
        ("16.384", 16),
        ("17179869184", 16),
        (16_936_878_080, 16),
        ("5.0", 5),
        ("0", None),
    ],
)
def test_ram_is_read_as_it_is_sold(cell, read):
    assert gigabytes(cell) == read


@pytest.mark.parametrize("cell", ["meget", True, "-8", "9999999 GB", "1e400"])
def test_what_is_no_ram_is_refused(cell):
    with pytest.raises(ValueError, match="RAM"):
        gigabytes(cell)


def test_a_name_is_read_whatever_is_in_it():
    assert tidy(10)("ALB\x00-\u202ePC\n 1 og mere") == "ALB-PC 1 o"
    assert login(" Anna.BERG@Example.DK ") == "anna.berg@example.dk"
    assert name_in_capitals("pf 0a1b") == "PF0A1B"
    assert name_in_capitals(12345678.0) == "12345678"
    assert tidy(10)(float("inf")) == "inf"


@given(st.one_of(st.text(max_size=60), st.floats(), st.integers(), st.dates(), st.booleans()))
def test_no_cell_makes_a_reader_fail_without_words(cell):
    for read in (moment, gigabytes, tidy(20), login, name_in_capitals):
        told = ""
        try:
            read(cell)
        except ValueError as error:
            told = str(error) or "nothing"
        assert told != "nothing"
