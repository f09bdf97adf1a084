"""Names: the spellings that are one name, and the order of Danish dictionaries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albertslund_it.common.names import danish_key, how_many, match_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Børn & Familie", "Børn og familie"),
        ("Borger, Arbejdsmarked & Erhverv", "Borger, Arbejdsmarked og erhverv"),
        ("Dagtilbud&Skole", "DAGTILBUD  OG SKOLE "),
        ("Økonomi & Stab", "o\u0338konomi & stab".replace("o\u0338", "ø")),
        ("Ældre, Sundhed & Social", "ældre sundhed og social"),
        ("A\u030aben skole", "Åben skole"),
    ],
)
def test_spellings_of_one_name(one, other):
    assert match_key(one) == match_key(other)


def test_names_that_differ():
    keys = {match_key(name) for name in ("KKR", "Kommunekontaktråd", "Kommunalbestyrelsen", "Børn")}

    assert len(keys) == 4


@given(st.text())
def test_a_match_key_is_its_own_key(name):
    assert match_key(match_key(name)) == match_key(name)


def test_danish_order():
    names = ["Åby", "Aaby", "Ørsted", "Zoo", "Ærø", "Bo", "ab", "Skole 10", "Skole 9", "Skole 9 b"]

    assert sorted(names, key=danish_key) == [
        "ab",
        "Bo",
        "Skole 9",
        "Skole 9 b",
        "Skole 10",
        "Zoo",
        "Ærø",
        "Ørsted",
        "Åby",
        "Aaby",
    ]


@pytest.mark.parametrize(
    ("count", "one", "several", "said"),
    [
        (1, "tildeling", "tildelinger", "1 tildeling"),
        (3, "tildeling", "tildelinger", "3 tildelinger"),
        (3, "udstyr", "udstyr", "3 stk. udstyr"),
        (1, "bestilt udstyr", "bestilt udstyr", "1 stk. bestilt udstyr"),
    ],
)
def test_what_is_counted_is_said_with_its_word(count, one, several, said):
    assert how_many(count, one, several) == said
