"""A login lasts some hours from its beginning, and what was typed when it ended is not lost."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from albertslund_it import roles
from leasing.models import Settings
from tests.cast import PASSWORD
from tests.test_settings import started
from tests.web.markup import parse, select, text
from tests.web.signing_on import who

pytestmark = pytest.mark.django_db
HERE = {"Origin": "http://testserver"}


def log_in(client, user):
    client.post("/log-ind/", {"username": user.username, "password": PASSWORD})
    return client


def ends():
    return Session.objects.get().expire_date


def test_a_login_ends_eight_hours_after_it_began_whatever_one_does(client, cast):
    log_in(client, cast.helpdesk)
    at = ends()
    assert abs(at - timezone.now() - timedelta(hours=8)) < timedelta(minutes=1)
    session = client.session
    session["noget"] = 1
    session.save()
    client.get("/")
    assert ends() == at


def test_logging_in_again_begins_it_anew(client, cast):
    log_in(client, cast.helpdesk)
    session = client.session
    session.set_expiry(timedelta(minutes=3))
    session.save()
    assert client.get("/log-ind/tid/").json()["left"] <= 180
    log_in(client, cast.helpdesk)
    assert client.get("/log-ind/tid/").json()["left"] > 7 * 3600


def test_logins_that_have_ended_go_each_day_and_the_others_stay(client, cast):
    log_in(client, cast.helpdesk)
    for hours in (-1, 1):
        Session.objects.create(
            session_key=str(hours), expire_date=timezone.now() + timedelta(hours=hours)
        )
    call_command("notify")
    assert set(Session.objects.values_list("session_key", flat=True)) == {
        client.session.session_key,
        "1",
    }


@pytest.mark.once  # asked of a process with settings of its own
def test_how_long_it_lasts_is_said_by_the_environment():
    assert started("settings.SESSION_COOKIE_AGE", SESSION_HOURS="4").stdout == "14400\n"
    assert started("settings.SESSION_COOKIE_AGE").stdout == "28800\n"


def test_who_is_not_logged_in_is_told_nothing_else(client, cast):
    assert client.get("/log-ind/tid/").json() == {"left": 0, "user": None}
    assert "csrftoken" not in client.cookies
    log_in(client, cast.helpdesk)
    told = client.get("/log-ind/tid/").json()
    assert told["user"] == cast.helpdesk.pk
    assert "no-store" in client.get("/log-ind/tid/")["Cache-Control"]


def test_asking_does_not_make_it_longer(client, cast):
    log_in(client, cast.helpdesk)
    at = ends()
    client.get("/log-ind/tid/")
    assert ends() == at


def given_back(response):
    """Return the fields of the form that a page gives back."""
    assert response.status_code == 403
    [form] = select(parse(response), "form[data-kept]")
    fields = dict(form.form_values())
    fields.pop("csrfmiddlewaretoken")
    return form.get("action"), fields


def test_a_form_that_comes_after_the_login_has_ended_is_given_back_and_can_be_sent(cast):
    client = Client(enforce_csrf_checks=True, headers=HERE)
    client.get("/log-ind/")
    token = client.cookies["csrftoken"].value
    typed = {"name": 'Ny <b>"enhed"</b>', "note": "to ord", "unit": ["1", "2"]}

    late = client.post("/udstyr/udlever/?x=1", {**typed, "csrfmiddlewaretoken": token})

    action, fields = given_back(late)
    assert action == "/udstyr/udlever/?x=1"
    assert fields["name"] == 'Ny <b>"enhed"</b>'
    assert late.content.decode().count('name="unit"') == 2
    assert "to ord" in text(parse(late))
    assert "<b>" not in late.content.decode()
    # After logging in the token is another: the same form comes once more, ready to be sent.
    client.post(
        "/log-ind/",
        {"username": cast.helpdesk.username, "password": PASSWORD, "csrfmiddlewaretoken": token},
    )
    assert who(client) == cast.helpdesk
    again = client.post(action, {**typed, "csrfmiddlewaretoken": token})
    assert given_back(again) == (action, fields)
    assert "Du er logget ind igen som Hjalte" in text(parse(again))
    fresh = dict(select(parse(again), "form[data-kept]")[0].form_values())
    assert client.post(action, {**typed, **fresh}).status_code != 403


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://ondt.example.com"}, {"Origin": "null"}, {}, {"Referer": "http://x.dk/"}],
    ids=str,
)
@pytest.mark.parametrize("is_logged_in", [True, False])
def test_the_form_of_another_site_is_never_made_ready(cast, headers, is_logged_in):
    client = Client(enforce_csrf_checks=True)
    if is_logged_in:
        client.force_login(cast.helpdesk)
    answer = client.post("/udstyr/udlever/", {"note": "ondt"}, headers=headers)
    assert answer.status_code == 403
    assert "ondt" not in answer.content.decode()
    assert "stået åben for længe" in answer.content.decode()


@pytest.mark.parametrize(
    "typed", [{}, {"csrfmiddlewaretoken": "x"}, {"old_password": "hemmelig", "a": "b"}]
)
def test_what_is_nothing_or_a_password_is_not_given_back(client, typed):
    answer = client.post("/udstyr/udlever/", typed, headers=HERE)
    assert answer.status_code == 302
    assert answer["Location"] == "/log-ind/?next=/udstyr/udlever/"


def test_a_form_that_is_too_large_is_not_given_back(client):
    assert client.post("/udstyr/udlever/", {"a": "x" * 1_000_001}, headers=HERE).status_code == 302


def test_a_file_is_to_be_chosen_again_and_the_rest_is_kept(client):
    file = SimpleUploadedFile("levering.csv", b"a;b")
    late = client.post("/indlaes/units/", {"file": file, "note": "to ord"}, headers=HERE)
    page = parse(late)
    assert "Vælg filen igen: levering.csv" in text(page)
    [form] = select(page, "form[data-kept]")
    assert form.get("enctype") == "multipart/form-data"
    assert dict(form.inputs.items())["file"].get("type") == "file"


def test_a_part_of_a_page_is_not_the_login_page(client):
    part = client.get("/udstyr/", headers={"HX-Request": "true"})
    assert (part.status_code, part.content) == (401, b"")
    assert client.get("/udstyr/").status_code == 302


def test_the_page_says_when_the_login_ends_and_whose_it_is(client, cast):
    log_in(client, cast.helpdesk)
    [box] = select(parse(client.get("/hjaelp/")), "section.session-end")
    assert box.get("hidden") is not None
    assert 28_000 < int(box.get("data-left")) <= 28_800
    assert box.get("data-user") == str(cast.helpdesk.pk)
    assert not select(parse(Client().get("/log-ind/")), "section.session-end")


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/udstyr/", 403)])
def test_who_has_no_role_is_told_whom_to_ask(client_of, cast, path, status):
    Settings.objects.update(helpdesk_mail="hjaelp@example.dk")
    answer = client_of(cast.nobody).get(path)
    said = text(parse(answer))
    assert answer.status_code == status
    assert "har ikke fået en rolle endnu" in said
    assert "Skriv til hjaelp@example.dk" in said
    assert cast.nobody.email in said
    assert "genindlæs siden" in said


def test_who_has_a_role_is_told_which_and_whom_to_ask(client_of, cast):
    said = text(parse(client_of(cast.finance).get("/bestillinger/ny/")))
    assert roles.FINANCE in said
    assert "har ikke fået en rolle endnu" not in said
