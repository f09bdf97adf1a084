"""Sentences that end once, and shares that do not mislead."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albertslund_it.common.sentences import full_stop, listed, per_cent

ROOT = Path(__file__).parents[2]
# An amount ends in 'kr.', which ends the sentence too.
CODE = re.compile(r"kroner\([^{}\"]*\)\}\.")
PAGE = re.compile(r"\|kr(:[^}]*)? *\}\}(\{%[^%]*%\}|</\w+>)*\.")


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Udfyld dato", "Udfyld dato."),
        ("Udfyld fakturanr.", "Udfyld fakturanr."),
        ("Det er 5,00 kr.", "Det er 5,00 kr."),
        ("Beregner …", "Beregner …"),
        ("Hvorfor?", "Hvorfor?"),
    ],
)
def test_a_sentence_ends_once(text, whole):
    assert full_stop(text) == whole


@pytest.mark.parametrize("folder", ["albertslund_it", "inventory", "leasing", "templates"])
def test_no_stop_is_put_after_an_amount(folder):
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".html", ".txt"}
        for match in (CODE if path.suffix == ".py" else PAGE).finditer(path.read_text())
    ]
    assert found == []


@pytest.mark.parametrize(
    ("part", "whole", "share"),
    [(32, 33, 97), (1, 33, 3), (999, 1000, 99), (1, 1000, 1), (0, 5, 0), (5, 5, 100), (0, 0, 0)],
)
def test_a_share_is_the_nearest_and_never_all_or_nothing_by_rounding(part, whole, share):
    assert per_cent(part, whole) == share


@given(st.integers(1, 10**6).flatmap(lambda w: st.tuples(st.integers(0, w), st.just(w))))
def test_what_is_left_is_never_hidden(share):
    part, whole = share
    shown = per_cent(part, whole)
    assert (shown == 100) == (part == whole)
    assert (shown == 0) == (part == 0)
    assert abs(shown * whole - 100 * part) <= whole  # within a per cent, half of it in the middle


def test_parts_are_listed_as_one_says_them():
    assert [listed("abc"[:count]) for count in range(4)] == ["", "a", "a og b", "a, b og c"]
