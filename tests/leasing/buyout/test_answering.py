"""The open page: one device, one answer, and one friendly page for whatever is wrong."""

import logging
import string
from datetime import timedelta
from functools import partial

import pytest
from auditlog.models import LogEntry
from django.core import signing
from django.test import Client, RequestFactory
from django.urls import resolve
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from albertslund_it.common.errors import Refused
from albertslund_it.web.logs import RequestLog
from leasing.buyout.selectors.links import invitation_in, token_of
from leasing.buyout.selectors.rows import Question
from leasing.models import BuyoutInvitation, EndDecision
from tests import builders as make
from tests.leasing.billing.test_closing_together import at_the_same_moment
from tests.leasing.buyout.town import (
    COMES_BETWEEN,
    NOW,
    TODAY,
    UNTIL,
    Office,
    answer,
    ask,
    link_of,
    row_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(db, settings):
    settings.TODAY = TODAY
    return Office()


@pytest.fixture
def asked(office):
    return ask(office.leases[0])[0]


def state():
    return (
        list(BuyoutInvitation.objects.order_by("pk").values()),
        list(EndDecision.objects.values()),
        LogEntry.objects.count(),
    )


def is_dead(address):
    """Tell that a link is refused in one way, by looking and by answering, and changes nothing."""
    before, client = state(), Client()
    dead = Client().get("/frikoeb/svar/x/")
    assert dead.status_code == 404
    for response in (
        client.get(address),
        client.post(address, {"svar": "yes"}),
        client.post(address, {"svar": "?"}),
    ):
        assert response.status_code == 404
        assert response.content == dead.content
        assert response["Referrer-Policy"] == dead["Referrer-Policy"] == "strict-origin"
    return state() == before


def test_the_page_shows_the_device_the_price_and_nobody(office, asked):
    response = Client().get(link_of(asked))
    page = response.content.decode()
    assert response.status_code == 200
    for shown in ("Vil du købe din T14?", "slutter på 0001", "1.250,00", "01-11-2029"):
        assert shown in page
    for secret in ("Anna", "Berg", "anbe", "Birkeskolen", "PF000001", "PF000002", "Bo Due"):
        assert secret not in page
    assert response["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert response["Referrer-Policy"] == "strict-origin"
    assert "no-store" in response["Cache-Control"]
    assert '<meta name="robots" content="noindex, nofollow">' in page


def test_looking_changes_nothing(office, asked):
    before = state()
    for _ in range(3):
        assert Client().get(link_of(asked)).status_code == 200
        assert Client().head(link_of(asked)).status_code == 200
    assert Client().put(link_of(asked)).status_code == 405
    assert state() == before


@pytest.mark.parametrize(("said", "words"), [("yes", "ja tak"), ("no", "nej tak")])
def test_an_answer_is_kept_and_decides_nothing(office, asked, said, words):
    response = Client().post(link_of(asked), {"svar": said})
    assert f"Du har svaret {words}." in response.content.decode()
    asked.refresh_from_db()
    assert asked.answer == said
    assert timezone.localtime(asked.answered_at).date() == TODAY
    assert row_of(office.leases[0]).asked == Question(said)
    assert not EndDecision.objects.exists()
    assert is_dead(link_of(asked))


def test_an_answer_needs_the_pages_own_form(office, asked):
    before = state()
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(link_of(asked), {"svar": "yes"}).status_code == 403
    strict.get(link_of(asked))
    assert strict.post(link_of(asked), {"svar": "yes"}).status_code == 403
    assert state() == before
    token = strict.cookies["csrftoken"].value
    sent = {"svar": "yes", "csrfmiddlewaretoken": token}
    assert strict.post(link_of(asked), sent, headers={"Origin": "null"}).status_code == 403
    assert strict.post(link_of(asked), sent).status_code == 200


@pytest.mark.parametrize("said", [{}, {"svar": ""}, {"svar": "maybe"}, {"svar": "yes\x00"}])
def test_no_answer_is_asked_for_again(office, asked, said):
    before = state()
    response = Client().post(link_of(asked), said)
    assert response.status_code == 422
    assert "Tryk på ja eller nej" in response.content.decode()
    assert state() == before


CLOSES = COMES_BETWEEN | {
    "withdrawn": lambda office: BuyoutInvitation.objects.update(withdrawn_at=NOW),
    "expired": lambda office: BuyoutInvitation.objects.update(
        valid_until=TODAY - timedelta(days=1)
    ),
    "another's now": lambda office: make.placement(
        office.leases[0].device, TODAY, office.unit, office.bo
    ),
    "in stock": lambda office: make.placement(office.leases[0].device, TODAY),
    "deleted": lambda office: BuyoutInvitation.objects.all().delete(),
}


@pytest.mark.parametrize("how", CLOSES)
def test_what_has_come_between_closes_the_link(office, asked, how):
    address = link_of(asked)
    CLOSES[how](office)
    assert is_dead(address)


def test_it_can_be_answered_on_the_last_day_and_not_after(office, asked, settings):
    settings.TODAY = UNTIL
    assert Client().get(link_of(asked)).status_code == 200
    settings.TODAY = UNTIL + timedelta(days=1)
    assert is_dead(link_of(asked))


def test_the_price_is_the_mails_whatever_the_lessor_offers_later(office, asked):
    office.offer.price_ore = 999900
    office.offer.save()
    assert "1.250,00" in Client().get(link_of(asked)).content.decode()
    office.offer.delete()
    answer(asked)
    asked.refresh_from_db()
    assert (asked.answer, asked.price_ore) == ("yes", 125000)


def test_a_link_answers_for_no_other_device(office):
    first, second = ask(*office.leases)
    _, sign = token_of(first.pk).rsplit(":", 1)
    others, _ = token_of(second.pk).rsplit(":", 1)
    assert is_dead(f"/frikoeb/svar/{others}:{sign}/")
    answer(first)
    assert row_of(office.leases[1]).asked == Question.WAITS


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "1",
        "MQ:",
        ":",
        "%00",
        "æøå",
        "x" * 5000,
        "..%2F..",
        signing.dumps(1),
        signing.Signer(salt="another").sign_object(1),
        signing.Signer(salt="leasing.buyout.answer").sign_object("1"),
        signing.Signer(salt="leasing.buyout.answer").sign_object([1]),
        signing.Signer(salt="leasing.buyout.answer").sign_object(10**30),
        signing.Signer(salt="leasing.buyout.answer").sign_object(-1),
        signing.Signer(key="guessed", salt="leasing.buyout.answer").sign_object(1),
    ],
    ids=range(15),  # a signature with a moment in it is another in each process
)
def test_a_forged_link_is_refused(office, asked, token):
    assert is_dead(f"/frikoeb/svar/{token}/")


SIGNS = string.ascii_letters + string.digits + "-_:=.\x00æ "


@pytest.mark.once  # a signature asks no database
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 2**62), st.data())
@example(1, None)
def test_an_altered_link_is_no_link(number, data):
    token = token_of(number)
    assert invitation_in(token) == number
    if data is None:
        return
    at = data.draw(st.integers(0, len(token)))
    cut = data.draw(st.integers(0, len(token) - at))
    put = data.draw(st.text(SIGNS, max_size=4))
    altered = token[:at] + put + token[at + cut :]
    if altered != token:
        assert invitation_in(altered) is None


@pytest.mark.once
@given(st.text(max_size=200))
def test_any_text_is_no_link(text):
    assert invitation_in(text) is None


def test_the_log_does_not_hold_the_link(office, asked, caplog):
    request = RequestFactory().get(link_of(asked))
    request.resolver_match = resolve(link_of(asked))
    assert RequestLog.format_request(request) == "GET /frikoeb/svar/…/"
    caplog.set_level(logging.DEBUG)
    Client().get(link_of(asked))
    assert token_of(asked.pk) not in caplog.text


def test_who_is_logged_in_and_answers_for_another_is_in_history(office, asked, cast, client_of):
    client_of(cast.helpdesk).post(link_of(asked), {"svar": "yes"})
    entry = LogEntry.objects.get_for_model(BuyoutInvitation).order_by("-pk").first()
    assert entry.actor == cast.helpdesk
    other = ask(office.leases[1])[0]
    Client().post(link_of(other), {"svar": "yes"})
    entry = LogEntry.objects.get_for_model(BuyoutInvitation).order_by("-pk").first()
    assert (entry.actor, entry.changes["answer"]) == (None, ["", "yes"])


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_one_wins():
    office = Office()
    [asked] = ask(office.leases[0])
    results = at_the_same_moment(*[partial(answer, asked, said) for said in ("yes", "no") * 3])
    done = [one for one in results if isinstance(one, BuyoutInvitation)]
    assert len(done) == 1, results
    assert all(isinstance(one, Refused) for one in results if one not in done)
    asked.refresh_from_db()
    assert asked.answer == done[0].answer
    answers = LogEntry.objects.get_for_model(BuyoutInvitation).filter(action=1)
    assert answers.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_ask_at_once_one_asks():
    office = Office()
    results = at_the_same_moment(*[partial(ask, *office.leases)] * 3)
    assert sorted(len(one) if isinstance(one, list) else 0 for one in results) == [0, 0, 2]
    assert BuyoutInvitation.objects.count() == 2
