"""A pasted mail: what is recognised, for whom, and that no mail takes long."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leasing.domain.mail_reading import (
    DEVICE,
    MODEL,
    PERSON,
    UNIT,
    Found,
    key_of,
    phrases_of,
    read_mail,
    reply_to,
)

ANNA, BO = 1, 2
T14, T14_5G = 11, 12
SCHOOL, OLD = 21, 31
KNOWN = {
    "anna berg": Found(PERSON, ANNA, "Anna Berg (anbe)"),
    "bo lund": Found(PERSON, BO, "Bo Lund (er)"),
    "lone holm": Found(PERSON, 3, "Lone Holm (loho)"),
    "t14": Found(MODEL, T14, "T14"),
    "t14 5g": Found(MODEL, T14_5G, "T14 5G"),
    "herstedvester skole": Found(UNIT, SCHOOL, "Herstedvester Skole"),
    "1001": Found(UNIT, SCHOOL, "Herstedvester Skole"),
    "pf000001": Found(DEVICE, OLD, "T14 PF000001", holder=ANNA),
}
INITIALS = {"anbe": KNOWN["anna berg"], "er": KNOWN["bo lund"]}


def read(text):
    return read_mail(text, KNOWN, INITIALS)


def lines(text):
    return [(line.person, line.model) for line in read(text).lines]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("anbe skal have en T14", [(ANNA, T14)]),
        ("ANNA BERG har brug for en t14 5g.", [(ANNA, T14_5G)]),
        ("en T14 5G til Anna Berg og en T14 til Bo Lund", [(ANNA, T14_5G), (BO, T14)]),
        ("Anna Berg: T14\nBo Lund: T14 5G", [(ANNA, T14), (BO, T14_5G)]),
        ("Vi vil gerne have en T14 til (anbe), og Bo Lund", [(ANNA, T14), (BO, T14)]),
        ("Anna Berg og Bo Lund begynder på mandag", [(ANNA, None), (BO, None)]),
        ("anbe, ja Anna Berg, skal have en T14", [(ANNA, T14)]),
        ("Der er ingen, der er her", []),
        ("", []),
    ],
)
def test_who_is_to_have_what(text, wanted):
    assert lines(text) == wanted


def test_initials_that_are_a_word_count_in_capitals_only():
    assert lines("Hvor er den?") == []
    assert lines("ER skal have en T14") == [(BO, T14)]


def test_the_writer_is_no_line():
    reading = read(
        "Fra: Lone Holm <lone@example.dk>\nTil: helpdesk@example.dk\n\n"
        "Anna Berg skal have en T14.\n\nVenlig hilsen\nLone Holm\nHerstedvester Skole"
    )
    assert [line.person for line in reading.lines] == [ANNA]
    assert reading.lines[0].unit is None
    assert (reading.sender, reading.sender_mail) == (3, "lone@example.dk")


def test_a_serial_number_is_what_is_replaced():
    assert read("Anna Berg: PF000001 er gået i stykker").lines[0].device == OLD
    alone = read("PF000001 er gået i stykker").lines[0]
    assert (alone.person, alone.device) == (ANNA, OLD)


def test_a_class_set_for_a_unit():
    line = read("Herstedvester Skole skal bruge 28 stk. T14").lines[0]
    assert (line.person, line.unit, line.model, line.quantity) == (None, SCHOOL, T14, 28)


def test_what_is_not_understood_stays_in_sight():
    reading = read("Anna Berg skal have en T99 i stedet for PF-99-XX.")
    assert reading.unknown == ["T99", "PF-99-XX"]
    assert "".join(piece.text for piece in reading.pieces) == (
        "Anna Berg skal have en T99 i stedet for PF-99-XX."
    )


def test_the_reply_says_what_is_noted_and_asked():
    reply = reply_to("Lone", ["T14 til Anna Berg"], ["Hvilken model skal Bo have?"])
    assert reply.startswith("Hej Lone\n\nTak for din mail. Vi har noteret:\n- T14 til Anna Berg\n")
    assert "Vi mangler at vide:\n- Hvilken model skal Bo have?" in reply


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_and_none_of_it_lost(text):
    assert "".join(piece.text for piece in read(text).pieces) == text
    assert len(read(text).lines) <= 50


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "a@" * 400_000,
        "a." * 400_000 + "@",
        "Anna Berg " * 100_000,
        "T14\n" * 200_000,
        "\n" * 1_000_000,
        "fra:" * 200_000,
        "PF000001 anbe T14 5G " * 50_000,
        "'’-/.,:;+" * 100_000,
        "\u0000\ufffe😀" * 100_000,
    ],
    ids=range(10),
)
def test_no_mail_takes_long(text):
    began = time.perf_counter()
    phrases = phrases_of(text)
    reading = read(text)
    assert time.perf_counter() - began < 2
    assert len(phrases) <= 10_000
    assert max(map(len, phrases), default=0) <= 1_000
    assert len(reading.lines) <= 50


def test_a_models_plus_is_another_model():
    assert key_of("T14+") != key_of("T14")
