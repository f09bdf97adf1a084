"""The leader's minute in a real browser: nothing for axe to find, good on a phone, one journey."""

from datetime import date

import pytest
from playwright.sync_api import expect

from albertslund_it.roles import HEAD
from leasing.models import EndWish
from tests import builders as make
from tests.browser import assert_accessible_in_every_look, assert_no_sideways_scroll, be_logged_in
from tests.leasing.town import TODAY, Town

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(db, settings):
    settings.TODAY = TODAY
    make.price()
    town = Town()
    town.ending = make.lease("PF000077", unit=town.first, starts_on=date(2023, 4, 1))
    anna = make.employee("anbe", "Anna Berg", unit=town.first)
    make.approval(anna)
    make.placement(town.leases[0].device, date(2026, 2, 1), town.first, anna)
    return town


@pytest.mark.once
def test_the_pages_are_accessible(page, live_server, town, cast):
    be_logged_in(page, live_server, cast.with_access("hanne", HEAD, department=town.school))
    for path in ("", "beslutninger/", "medarbejdere/"):
        page.goto(f"{live_server.url}/egenbetaling/{path}")
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        assert_accessible_in_every_look(page)
        assert_no_sideways_scroll(page)


def test_a_head_goes_from_the_list_to_a_wish_and_an_answer(page, live_server, town, cast):
    be_logged_in(page, live_server, cast.with_access("hanne", HEAD, department=town.school))
    page.goto(f"{live_server.url}/egenbetaling/")
    page.locator(".tasks-more > summary").click()
    page.get_by_role("link", name="Hvad ønsker du?").first.click()
    page.get_by_label("Vælg PF000077").check()
    page.get_by_label("Ønske", exact=True).select_option("return")
    page.get_by_role("button", name="Gem ønsket").click()
    expect(page.get_by_text("Ønsket er gemt for 1 stk.")).to_be_visible()
    assert EndWish.objects.get().lease == town.ending

    page.get_by_role("link", name="Anna Berg", exact=True).click()
    page.get_by_role("button", name="Godkend").click()
    expect(page.get_by_text("Dispensationen er godkendt.")).to_be_visible()
    page.goto(f"{live_server.url}/egenbetaling/")
    expect(page.get_by_role("heading", name="Egenbetaling")).to_be_visible()
    expect(page.get_by_text("Hvad ønsker du?")).to_have_count(0)
    expect(page.get_by_text("venter på dit svar")).to_have_count(0)
