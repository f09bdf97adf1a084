"""What a program is told of its own mistakes: in Danish, whatever the mistake."""

import json
from uuid import uuid4

import pytest

from leasing.api.presenters.problems import UNKNOWN, said_of
from tests.leasing.api.asking import Program, problem_of

pytestmark = pytest.mark.django_db
DAY = "Skriv en dato som 2026-11-30, fra 2000 til 2099."
WHOLE = "Skriv et helt tal."


@pytest.fixture
def program(cast):
    return Program(cast.helpdesk)


def line(**wish):
    return "orders", {"lines": [wish]}


def delivery(**more):
    usual = {"order_number": "B1", "sub_agreement": "UA", "starts_on": "2026-05-01"}
    return "deliveries", {**usual, "devices": [{"model": "T14"}], **more}


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (("orders", {}), "Feltet skal udfyldes."),
        (("orders", {"lines": []}), "Send mindst 1."),
        (("orders", {"lines": [{}] * 400}), "Send højst 50 ad gangen."),
        (("orders", {"lines": {}}), "Send en liste."),
        (("orders", {"lines": [5]}), "Send et objekt med felter."),
        (("orders", {"lines": [{}], "dry_run": "måske"}), "Skriv true eller false."),
        (("orders", {"lines": [{}], "dry_run": []}), "Skriv true eller false."),
        (("orders", {"lines": [{}], "wanted_on": "2026-02-31"}), DAY),
        (("orders", {"lines": [{}], "wanted_on": "i morgen"}), DAY),
        (("orders", {"lines": [{}], "wanted_on": 5}), DAY),
        (
            ("orders", {"lines": [{}], "requester_mail": "anna"}),
            "Skriv en mailadresse, fx anna@albertslund.example.",
        ),
        (line(initialer="x"), "Feltet findes ikke."),
        (line(quantity="to"), WHOLE),
        (line(quantity=1.5), WHOLE),
        (line(quantity=None), WHOLE),
        (line(quantity="9" * 5000), WHOLE),
        (line(quantity=0), "Tallet skal være mindst 1."),
        (line(quantity=501), "Tallet skal være højst 500."),
        (line(unit=1001), "Skriv en tekst."),
        (line(unit="x" * 101), "Skriv højst 100 tegn."),
        (line(unit="\0"), "Nultegn kan ikke gemmes."),
        (delivery(sub_agreement=""), "Skriv mindst 1 tegn."),
        (delivery(surplus="x"), "Vælg en af værdierne '', 'stock' eller 'raise'."),
        (
            ("last-seen", {"devices": [{"serial_number": "a b", "last_seen": "2026-05-01"}]}),
            "Skriv ét serienummer uden mellemrum, komma og semikolon.",
        ),
    ],
)
def test_a_mistake_in_a_body_is_told_in_danish(program, sent, said):
    told = problem_of(program.post(*sent), 422)
    assert told["title"] == "Kan ikke bruges"
    assert [error["what"] for error in told["errors"]] == [said]


@pytest.mark.parametrize(
    ("path", "query", "said"),
    [
        ("devices", {"limit": "x"}, WHOLE),
        ("devices", {"limit": "501"}, "Tallet skal være højst 500."),
        ("devices", {"in_register": "x"}, "Skriv true eller false."),
        ("devices", {"cursor": "x"}, "Brug next_cursor fra siden før."),
        ("devices/" + "9" * 30, {}, "Tallet skal være højst 9223372036854775807."),
        ("placements", {"on": "31-12-2026"}, DAY),
        ("shares", {"from": "2026"}, "Skriv et kvartal som 2026Q1."),
        ("shares", {"fra": "2026"}, "Parameteren findes ikke."),
    ],
)
def test_a_mistake_in_an_address_is_told_in_danish(program, path, query, said):
    told = problem_of(program.get(path, **query), 422)
    assert [error["what"] for error in told["errors"]] == [said]


def test_a_key_that_cannot_be_used_is_told_in_danish(program):
    told = problem_of(program.post("orders", {"lines": [{}]}, key="æ"), 422)
    assert told["errors"][0]["what"].startswith("Skriv 8 til 100 tegn")
    missing = program.http.post(
        "/api/v1/orders", json.dumps({"lines": [{}]}), content_type="application/json"
    )
    assert problem_of(missing, 422)["errors"][0]["what"] == "Feltet skal udfyldes."


def test_a_body_that_is_no_json_is_told_in_danish(program):
    for body in ("{", "[" * 100_000, b"\xff"):
        answer = program.http.post(
            "/api/v1/orders",
            body,
            content_type="application/json",
            headers={"Idempotency-Key": str(uuid4())},
        )
        told = problem_of(answer, 400)
        assert (told["title"], told["detail"]) == (
            "Ulæselig forespørgsel",
            "Forespørgslen kan ikke læses.",
        )


def test_a_kind_of_mistake_without_words_is_not_told_in_english():
    assert said_of({"type": "new", "msg": "Input should be new"}) == UNKNOWN
