"""Øre in, øre out: no amount is ever guessed at or rounded."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albertslund_it.common import money

amounts = st.integers(-money.MAX_ORE, money.MAX_ORE)


@pytest.mark.parametrize(
    ("typed", "ore"),
    [
        ("5.590,66", 559066),
        ("5590,66", 559066),
        ("5590", 559000),
        ("0,5", 50),
        ("−5,50", -550),
        ("-5,5", -550),
        ("–5", -500),
        ("1.500,-", 150000),
        ("750 kr.", 75000),
        ("750 KR", 75000),
        ("DKK 1", None),
        ("1.234.567,89", 123456789),
        ("5590.66", None),
        ("12.5", None),
        ("1.23", None),
        ("0.125", None),
        ("1,234", None),
        ("1 2,3 4", 1234),
        ("--5", None),
        ("", None),
        ("kr.", None),
        ("½", None),
        ("१२", None),
    ],
)
def test_an_amount_as_people_type_it(typed, ore):
    if ore is None:
        with pytest.raises(ValueError, match=r"fx 5\.590,66"):
            money.parse_kroner(typed)
    else:
        assert money.parse_kroner(typed) == ore


@given(amounts)
def test_each_way_of_writing_reads_as_itself(ore):
    assert money.parse_kroner(money.format_kroner(ore)) == ore
    assert money.parse_kroner(money.plain_kroner(ore)) == ore
    assert money.kroner_number(ore) * 100 == ore
    assert money.ore_from_number(money.kroner_number(ore)) == ore


def test_a_count_has_points_and_a_true_minus():
    assert [money.format_count(n) for n in (0, 999, 1234567, -1019)] == [
        "0",
        "999",
        "1.234.567",
        "−1.019",
    ]


def test_the_limit_is_the_same_however_an_amount_comes():
    for too_much in ("100.000.000.000,01", "-100.000.000.000,01"):
        with pytest.raises(ValueError, match="for stort"):
            money.parse_kroner(too_much)
    with pytest.raises(ValueError, match="for stort"):
        money.ore_from_number(10**12)
    assert money.parse_kroner("100.000.000.000") == money.ore_from_number(10**11) == money.MAX_ORE


def test_a_number_with_more_than_two_decimals_is_not_rounded():
    assert money.ore_from_number(0.1) == 10
    assert money.ore_from_number(Decimal("1397.66")) == 139766
    with pytest.raises(ValueError, match="mere end to decimaler"):
        money.ore_from_number(1397.665)
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="Skriv beløbet"):
            money.ore_from_number(value)


def test_amounts_as_danes_read_them():
    assert money.format_kroner(139766) == "1.397,66\u00a0kr."
    assert money.format_kroner(-5, unit=False) == "−0,05"
    assert money.format_kroner(100, unit=False, sign=True) == "+1,00"
    assert money.format_kroner(0, unit=False, sign=True) == "0,00"
    assert money.plain_kroner(-123456789) == "-1234567,89"
