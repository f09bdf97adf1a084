"""What stands in the place of a serial number, and the bar code of the box."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albertslund_it.common.serial_numbers import EXPECTED, doubt, is_bar_code, why_not

EAN = "5798009811578"
PLACEHOLDERS = [
    "0",
    "0000000",
    "XXXXXXX",
    "DEFAULT-STRING",
    "DEFAULT STRING",
    "TO BE FILLED BY O.E.M.",
    "SYSTEM SERIAL NUMBER",
    "SYSTEM-SERIAL-NUMBER",
    "N/A",
    "NONE",
    "NOT SPECIFIED",
    "123456789",
    "S/N",
    "UKENDT",
]


@pytest.mark.parametrize("text", PLACEHOLDERS)
def test_what_stands_in_the_place_of_one_is_none(text):
    assert "Find det rigtige på maskinen" in why_not(text)
    assert doubt(text) == why_not(text)


@pytest.mark.parametrize("text", ["PF0A1B2C", "A-1/B_2.X", "5CG1234XYZ", "12", "INV-000001", "NA1"])
def test_what_may_be_one(text):
    assert why_not(text) == doubt(text) == ""


@pytest.mark.parametrize("text", ["Å1", "-A1", "A" * 39 + "12", "PF 01"])
def test_what_cannot_be_one_says_how_it_is_written(text):
    assert why_not(text) == EXPECTED.removesuffix(".")


def test_the_bar_code_of_the_box_is_doubted():
    assert is_bar_code(EAN)
    assert "stregkoden (EAN)" in doubt(EAN)
    assert not why_not(EAN)  # a person may say that it is one
    for other in ("5798009811579", EAN[1:], f"{EAN}0", "579800981157X", "５798009811578"):
        assert not is_bar_code(other)


@given(st.text("0123456789", min_size=12, max_size=12))
def test_just_one_digit_makes_a_bar_code_of_twelve(twelve):
    assert sum(is_bar_code(f"{twelve}{last}") for last in range(10)) == 1
