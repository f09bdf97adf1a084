"""What an account number looks like; a wrong one is refused before it reaches a posting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albertslund_it.common import account_codes


def with_check_digit(twelve: str) -> str:
    # Weights 1 and 3 in turn; the check digit fills the sum up to a multiple of ten.
    total = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(twelve))
    return twelve + str(-total % 10)


@given(st.from_regex(r"[0-9]{12}", fullmatch=True), st.integers(1, 9))
def test_an_ean_has_one_right_check_digit_whatever_its_prefix(twelve, off):
    ean = with_check_digit(twelve)
    account_codes.check_ean(ean)

    with pytest.raises(ValueError, match="kontrolcifferet"):
        account_codes.check_ean(ean[:12] + str((int(ean[12]) + off) % 10))


@pytest.mark.parametrize(
    "ean", ["", "579800981157", "57980098115780", "5798 009811578", "579800981157x"]
)
def test_an_ean_is_thirteen_digits(ean):
    with pytest.raises(ValueError, match="13 cifre"):
        account_codes.check_ean(ean)


def test_codes_as_they_are_written():
    account_codes.check_account("40000000")
    account_codes.check_cost_centre("3010000000")
    account_codes.check_psp_element("XG-0000000204-00001")
    account_codes.check_psp_element("XA-0000000204")


@pytest.mark.parametrize(
    ("check", "code"),
    [
        (account_codes.check_account, "4000000"),
        (account_codes.check_account, "4000000a"),
        (account_codes.check_account, "４0000000"),
        (account_codes.check_cost_centre, "301000000"),
        (account_codes.check_cost_centre, "30100000000"),
        (account_codes.check_psp_element, "XG-204-00001"),
        (account_codes.check_psp_element, "xg-0000000204-00001"),
        (account_codes.check_psp_element, "XG-0000000204-00001\n"),
    ],
)
def test_codes_that_are_refused(check, code):
    with pytest.raises(ValueError, match="skal"):
        check(code)
