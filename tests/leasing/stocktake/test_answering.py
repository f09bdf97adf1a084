"""The open page: one device, one question, and one calm page for whatever is wrong with a link."""

import logging
import string
from datetime import timedelta

import pytest
from auditlog.models import LogEntry
from django.core import signing
from django.test import Client, RequestFactory
from django.urls import resolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from albertslund_it.web.logs import RequestLog
from inventory.models import Departure
from leasing.models import CountedDevice, LossReport
from leasing.stocktake.selectors.links import MOST_REPLIES, SALT, row_in, token_of
from leasing.stocktake.services.answers import answer_for
from tests import builders as make
from tests.leasing.stocktake.school import (
    AFTER,
    DUE,
    NOW,
    TODAY,
    School,
    close,
    links_to,
    nudge,
    row_of,
    token_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def school(db, settings):
    settings.TODAY = TODAY
    made = School()
    made.stocktake = made.start(made.school, made.library)
    return made


@pytest.fixture
def address(school):
    return links_to(school.anna)["PF000001"]


def state():
    return list(CountedDevice.objects.order_by("pk").values()), LogEntry.objects.count()


def is_dead(address):
    """Tell that a link is refused in one way, by looking and by answering, and changes nothing."""
    before, dead = state(), Client().get("/optaelling/svar/x/")
    assert dead.status_code == 404
    for response in (
        Client().get(address),
        Client().post(address, {"answer": "yes"}),
        Client().post(address, {"answer": "?", "note": "x" * 300}),
    ):
        assert response.status_code == 404
        assert response.content == dead.content
        assert response["Referrer-Policy"] == dead["Referrer-Policy"] == "strict-origin"
    return state() == before


def test_the_page_shows_the_one_device_and_nobody(school, address):
    Client().post(address, {"answer": "no", "note": "hos naboen"})
    response = Client().get(address)
    page = response.content.decode()
    assert response.status_code == 200
    for shown in ("T14", "PF000001", "16-11-2026"):
        assert shown in page
    secrets = ["Anna", "Berg", "anbe", "Bo Due", "Carl", "Birkeskolen", "Dagtilbud", "naboen"]
    secrets += [f"PF00000{n}" for n in range(2, 8)]
    for secret in (*secrets, "Optælling 2026", "hører til en anden enhed</label> checked"):
        assert secret not in page
    assert response["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert response["Referrer-Policy"] == "strict-origin"
    assert "no-store" in response["Cache-Control"]


def test_looking_changes_nothing_and_an_answer_needs_the_pages_own_form(school, address):
    before, strict = state(), Client(enforce_csrf_checks=True)
    assert strict.get(address).status_code == strict.head(address).status_code == 200
    assert Client().put(address).status_code == 405
    assert strict.post(address, {"answer": "yes"}).status_code == 403
    assert state() == before
    token = strict.cookies["csrftoken"].value
    sent = {"answer": "yes", "csrfmiddlewaretoken": token}
    assert strict.post(address, sent).status_code == 200
    assert row_of(school.first).answer == "yes"


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Vælg et af svarene."),
        ({"answer": "gone"}, "Vælg et af svarene."),
        ({"answer": "yes", "note": "x" * 201}, "højst 200 tegn"),
    ],
)
def test_what_is_no_answer_is_asked_for_again_and_what_was_typed_stays(
    school, address, sent, words
):
    before = state()
    response = Client().post(address, sent)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert sent.get("note", "") in response.content.decode()
    assert state() == before


CLOSES = {
    "expired": lambda s: setattr(s.settings, "TODAY", AFTER),
    "closed": lambda s: close(s.stocktake),
    "withdrawn": lambda s: close(s.stocktake, is_withdrawn=True),
    "another's now": lambda s: make.placement(s.first, TODAY, s.school, s.bo),
    "in stock": lambda s: make.placement(s.first, TODAY),
    "out of the register": lambda s: Departure.objects.create(
        device=s.first, left_on=TODAY, how="returned"
    ),
    "reported stolen": lambda s: LossReport.objects.create(
        device=s.first, kind="stolen", discovered_at=NOW, encrypted="yes", reported_at=NOW
    ),
    "used too often": lambda s: CountedDevice.objects.update(replies=MOST_REPLIES),
    "another link since": lambda s: CountedDevice.objects.filter(link=1).update(link=2),
    "deleted": lambda s: CountedDevice.objects.all().delete(),
}


@pytest.mark.parametrize("how", CLOSES)
def test_what_has_come_between_closes_the_link(school, address, how, settings):
    school.settings = settings
    CLOSES[how](school)
    assert is_dead(address)


def test_it_can_be_answered_on_the_last_day_and_by_whoever_changed_unit(school, address, settings):
    settings.TODAY = DUE
    make.placement(school.first, DUE, school.library, school.anna)
    assert Client().post(address, {"answer": "yes"}).status_code == 200
    assert row_of(school.first).unit == school.library


def test_somebody_who_got_the_device_has_another_link(school, address):
    make.placement(school.first, TODAY, school.school, school.carl)
    nudge(school.stocktake)
    assert is_dead(address)
    assert Client().get(links_to(school.carl, reminder=True)["PF000001"]).status_code == 200


def answered_for(school):
    answer_for(row=row_of(school.first), answer="no", note="", actor=None, today=TODAY, now=NOW)


def scanned(school):
    school.scan(school.stocktake, "PF000001")


def reminded(school):
    nudge(school.stocktake)


@pytest.mark.parametrize("follow", [answered_for, scanned, reminded])
@pytest.mark.parametrize("to", ["bo", None])
def test_a_link_stays_dead_when_the_row_has_followed_the_device(school, address, follow, to):
    make.placement(school.first, TODAY, school.school, to and getattr(school, to))
    follow(school)
    assert row_of(school.first).employee == (to and getattr(school, to))
    assert is_dead(address)
    school.first.placements.filter(starts_on=TODAY).delete()
    follow(school) if follow is not reminded else None
    assert is_dead(address)


def test_a_link_answers_so_often_and_no_more(school, address):
    for n in range(MOST_REPLIES):
        assert Client().post(address, {"answer": "yes" if n % 2 else "no"}).status_code == 200
    assert is_dead(address)


def test_a_link_answers_for_no_other_device(school):
    links = [token_in(one) for one in links_to(school.anna).values()]
    (one, _), (_, sign) = (link.rsplit(":", 1) for link in links)
    assert is_dead(f"/optaelling/svar/{one}:{sign}/")


@pytest.mark.parametrize(
    "token",
    [
        "x",
        ":",
        "%00",
        "æøå",
        "x" * 5000,
        "..%2F..",
        signing.Signer(salt="leasing.buyout.answer").sign_object([1, 1]),
        signing.Signer(salt=SALT).sign_object(1),
        signing.Signer(salt=SALT).sign_object([1, 0]),
        signing.Signer(salt=SALT).sign_object([True, True]),
        signing.Signer(salt=SALT).sign_object(["1", 1]),
        signing.Signer(salt=SALT).sign_object([10**30, 1]),
        signing.Signer(salt=SALT).sign_object([1, 10**30]),
        signing.Signer(key="guessed", salt=SALT).sign_object([1, 1]),
    ],
    ids=range(14),
)
def test_a_forged_link_is_refused(school, token):
    assert is_dead(f"/optaelling/svar/{token}/")


SIGNS = string.ascii_letters + string.digits + "-_:=.\x00æ "


@pytest.mark.once  # a signature asks no database
@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(1, 2**62), st.integers(1, 9), st.data())
def test_an_altered_link_is_no_link(number, link, data):
    token = token_of(CountedDevice(pk=number, link=link))
    assert row_in(token) == (number, link)
    at = data.draw(st.integers(0, len(token)))
    cut = data.draw(st.integers(0, len(token) - at))
    altered = token[:at] + data.draw(st.text(SIGNS, max_size=4)) + token[at + cut :]
    assert altered == token or row_in(altered) is None


def test_the_log_does_not_hold_the_link_and_the_mail_is_the_helpdesks(
    school, address, caplog, cast, client_of
):
    request = RequestFactory().get(address)
    request.resolver_match = resolve(address)
    assert RequestLog.format_request(request) == "GET /optaelling/svar/…/"
    caplog.set_level(logging.DEBUG)
    Client().get(address)
    assert token_in(address) not in caplog.text
    assert address not in client_of(cast.finance).get("/mails/").content.decode()
    assert "Har du de 2 stk." in client_of(cast.helpdesk).get("/mails/").content.decode()
    assert "Har du" not in client_of(cast.finance).get("/mails/").content.decode()


def test_a_last_day_is_the_last(school, address, settings):
    settings.TODAY = DUE
    assert Client().get(address).status_code == 200
    settings.TODAY = DUE + timedelta(days=1)
    assert is_dead(address)
