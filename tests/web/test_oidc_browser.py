"""Sign-on in a browser, at a provider that is a process of its own."""

import copy

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from albertslund_it.sign_on.accounts import SILENT, TIME
from albertslund_it.sign_on.views import DENIED, FAILED, WHY
from leasing.models import Cage
from tests.browser import (
    assert_accessible,
    assert_accessible_in_every_look,
    assert_no_sideways_scroll,
    log_in,
)
from tests.cast import PASSWORD
from tests.web.provider import settings_of, started


@pytest.fixture
def provider(use_provider, settings):
    """Start a provider, and let the browser be led on to it."""
    with started() as (url, tell):
        use_provider(settings_of(url))
        settings.OIDC_OP_LOGOUT_ENDPOINT = f"{url}/end"
        policy = copy.deepcopy(settings.CONTENT_SECURITY_POLICY)
        policy["DIRECTIVES"]["form-action"].append(url)
        settings.CONTENT_SECURITY_POLICY = policy
        yield tell


def sign_on(page):
    page.get_by_role("link", name="Log ind med kommunens konto").click()
    page.wait_for_load_state()


def test_somebody_new_signs_on_is_told_whom_to_ask_and_logs_out_of_both(
    page, live_server, provider
):
    page.goto(live_server.url)
    sign_on(page)
    assert page.url == f"{live_server.url}/"
    assert page.get_by_text("har ikke fået en rolle endnu").is_visible()
    assert_accessible(page)

    page.locator("[popovertarget=user-menu]").click()
    page.get_by_role("button", name="Log ud").click()
    page.wait_for_url(f"{live_server.url}/log-ind/")

    [asked] = provider()["ended"]
    assert asked["client_id"] == "pc-leasing"
    assert asked["id_token_hint"].count(".") == 2
    page.goto(live_server.url)
    assert "/log-ind/?next=/" in page.url


def test_what_is_wrong_with_a_sign_on_is_said_in_words(page, live_server, provider):
    right = {"algorithm": "RS256", "token": {}, "offset": 0, "down": [], "denies": ""}
    for wrong, why in [
        ({"algorithm": "none"}, FAILED),
        ({"algorithm": "HS256"}, FAILED),
        ({"token": {"nonce": "en anden"}}, FAILED),
        ({"token": {"iss": "https://login.example.com"}}, FAILED),
        ({"token": {"aud": "et-andet-system"}}, FAILED),
        ({"token": {"exp": 1_700_000_000}}, WHY[TIME]),
        ({"offset": 3600}, WHY[TIME]),
        ({"down": ["/token"]}, WHY[SILENT]),
        ({"denies": "access_denied"}, DENIED),
    ]:
        provider(**right | wrong)
        page.goto(f"{live_server.url}/log-ind/")
        sign_on(page)
        assert page.get_by_role("alert").inner_text() == why
    assert_accessible(page)
    assert not User.objects.exists()
    # Somebody goes back in the browser, to a code that is used.
    provider(**right)
    page.goto(f"{live_server.url}/log-ind/")
    with page.expect_request(lambda asked: "/konto/retur/" in asked.url) as back:
        sign_on(page)
    assert User.objects.count() == 1
    page.context.clear_cookies()
    page.goto(back.value.url)
    assert "blev afbrudt" in page.get_by_role("alert").inner_text()


def test_what_is_typed_outlives_the_login(page, live_server, cast, settings):
    settings.SESSION_COOKIE_AGE = 300
    log_in(page, live_server, cast.helpdesk)
    page.goto(f"{live_server.url}/it-bure/nyt/")
    page.get_by_text("Du bliver logget ud kl.").wait_for()
    assert_accessible(page)
    assert_no_sideways_scroll(page)
    page.fill("input[name=place]", "Rådhuset, kælderen")

    settings.SESSION_COOKIE_AGE = 8 * 60 * 60
    _log_in_in_another_tab(page, "Log ind igen i en ny fane", cast.helpdesk)
    page.get_by_text("Du er logget ind til kl.").wait_for()
    assert page.input_value("input[name=place]") == "Rådhuset, kælderen"

    # The login has ended, and nobody has looked: the form is sent all the same.
    Session.objects.all().delete()
    page.fill("input[name=collected_on]", "01-06-2031")
    page.fill("input[name=room_for]", "40")
    page.locator("main form [type=submit]").first.click()
    page.get_by_role("heading", name="Det er ikke gemt endnu").wait_for()
    assert not Cage.objects.exists()
    assert "403" in page.problems.pop()  # the browser's word for what was not done
    assert_accessible_in_every_look(page)
    assert_no_sideways_scroll(page)
    _log_in_in_another_tab(page, "Log ind i en ny fane", cast.helpdesk)
    page.get_by_text("Du er logget ind igen. Send det nu.").wait_for()
    page.get_by_role("button", name="Send det nu").click()
    page.wait_for_url(lambda url: "/it-bure/nyt/" not in url)

    assert Cage.objects.get().place == "Rådhuset, kælderen"


def _log_in_in_another_tab(page, link, user):
    with page.context.expect_page() as opened:
        page.get_by_role("link", name=link).click()
    other = opened.value
    other.fill("input[name=username]", user.username)
    other.fill("input[name=password]", PASSWORD)
    other.click("form:has(input[name=password]) [type=submit]")
    other.get_by_role("heading", name="Du er logget ind igen").wait_for()
    assert_accessible(other)
    other.close()
    page.bring_to_front()
    page.evaluate("window.dispatchEvent(new Event('focus'))")  # a browser without a window has none


def test_a_phone_is_set_up_and_asked_for(page, live_server, cast):
    log_in(page, live_server, cast.administrator)
    page.goto(f"{live_server.url}/totrinskode/")
    page.get_by_role("button", name="Sæt totrinskode op").click()
    assert_accessible_in_every_look(page)
    assert_no_sideways_scroll(page)
    phone = TOTPDevice.objects.get()
    page.fill("input[name=code]", f"{totp(phone.bin_key):06}")
    page.get_by_role("button", name="Brug telefonen fra nu af").click()
    code = page.locator(".codes li").first.inner_text()
    assert_accessible(page)
    page.get_by_role("link", name="Jeg har gemt koderne").click()
    assert_accessible(page)

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/log-ind/")
    page.fill("input[name=username]", cast.administrator.username)
    page.fill("input[name=password]", PASSWORD)
    page.click("form:has(input[name=password]) [type=submit]")
    page.get_by_role("heading", name="Skriv koden").wait_for()
    assert_accessible(page)
    page.fill("input[name=code]", code)
    page.get_by_role("button", name="Log ind").click()
    page.wait_for_url(f"{live_server.url}/**")
    page.locator("[popovertarget=user-menu]").wait_for()
