"""The first day, users and settings in a browser: wide and narrow, light and dark, with errors."""

from datetime import date

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from tests import builders as make
from tests.browser import (
    assert_accessible,
    assert_accessible_in_every_look,
    assert_no_sideways_scroll,
    be_logged_in,
    every_look,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = date(2026, 5, 1)


def check(page, live_server, path):
    page.goto(live_server.url + path)
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    for look in every_look(page):
        assert_accessible(page, look)
        assert_no_sideways_scroll(page)


def test_the_pages_of_an_administrator(page, live_server, cast):
    head = cast.head
    cast.department.head_name, cast.department.head_mail = "Lone Dam", "lone@example.dk"
    cast.department.save()
    make.department("Kultur", head_name="Bo Bak", head_mail="bo@example.dk")
    be_logged_in(page, live_server, cast.administrator)
    for path in (
        "/kom-i-gang/",
        "/kom-i-gang/?trin=adgange",
        "/kom-i-gang/?trin=kvartal",
        "/brugere/",
        "/brugere/?stand=lukket",
        "/brugere/ledere/",
        "/brugere/ny/",
        f"/brugere/{head.pk}/",
        f"/brugere/{head.pk}/ret/",
        f"/brugere/{head.pk}/adgang/{head.accesses.get().pk}/",
        f"/brugere/{cast.administrator.pk}/",
        "/indstillinger/",
        "/indstillinger/aftalen/",
        "/indstillinger/udloeb/",
    ):
        check(page, live_server, path)
    page.goto(f"{live_server.url}/brugere/ny/")
    page.get_by_role("button", name="Invitér", exact=True).click()
    page.get_by_text("Der er fejl at rette").wait_for()
    assert_accessible_in_every_look(page)
    page.problems.clear()  # the browser notes the 422


def test_a_password_is_chosen_by_the_link(page, live_server, cast):
    uid = urlsafe_base64_encode(force_bytes(cast.head.pk))
    check(page, live_server, f"/adgangskode/{uid}/{default_token_generator.make_token(cast.head)}/")
    page.get_by_label("Ny adgangskode").fill("en-helt-ny-adgangskode")
    page.get_by_label("Samme adgangskode igen").fill("en-helt-ny-adgangskode")
    page.keyboard.press("Enter")
    page.get_by_text("Adgangskoden er gemt").wait_for()
    check(page, live_server, f"/adgangskode/{uid}/1-1/")
