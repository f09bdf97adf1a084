"""A buyout from the question to the day: the helpdesk asks, the employee answers on a phone."""

import re

import pytest
from playwright.sync_api import expect

from inventory.models import Departure
from leasing.models import BuyoutInvitation, EndDecision, Settings
from tests.browser import NARROW, assert_accessible, assert_no_sideways_scroll, log_in
from tests.leasing.buyout.town import TODAY, Office
from tests.leasing.mail.smtp import mail_server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(db, settings):
    settings.TODAY = TODAY
    return Office()


@pytest.fixture
def phone(page):
    """Return a page of another browser, as large as a phone: whoever has it is not logged in."""
    context = page.context.browser.new_context(viewport=NARROW, has_touch=True, locale="da-DK")
    yield context.new_page()
    context.close()


def test_a_buyout_from_the_mail_to_the_day(page, phone, live_server, office, cast, settings):
    Settings.objects.update(site_address=live_server.url)
    log_in(page, live_server, cast.helpdesk)
    page.goto(f"{live_server.url}/frikoeb/")
    page.get_by_label("Vælg PF000001").check()
    page.get_by_role("button", name="Spørg medarbejderen").click()
    expect(page.get_by_text("svar senest 01-11-2029, til anbe@example.dk")).to_be_visible()
    with mail_server(settings) as inbox:
        page.get_by_role("button", name="Send mails").click()
        expect(page.get_by_text("1 medarbejder er spurgt.")).to_be_visible()
    [(to, message)] = inbox.messages
    assert to == ["anbe@example.dk"]

    link = re.search(r"http://\S+/frikoeb/svar/\S+", message.get_body(("plain",)).get_content())[0]
    phone.goto(link)
    expect(phone.get_by_role("heading", name="Vil du købe din T14?")).to_be_visible()
    assert_accessible(phone)
    assert_no_sideways_scroll(phone)
    phone.get_by_role("button", name="Ja tak, jeg vil købe").click()
    expect(phone.get_by_text("Du har svaret ja tak.")).to_be_visible()
    assert BuyoutInvitation.objects.get().answer == "yes"
    phone.goto(link)
    expect(phone.get_by_role("heading", name="Linket kan ikke bruges")).to_be_visible()
    assert_accessible(phone)
    assert_no_sideways_scroll(phone)

    page.goto(f"{live_server.url}/frikoeb/?svar=yes")
    page.get_by_label("Vælg PF000001").check()
    page.get_by_role("button", name="Beslut frikøb").click()
    page.locator("main form").get_by_role("button", name="Beslut frikøb").click()
    expect(page.get_by_text("Frikøb er besluttet for 1 stk.")).to_be_visible()
    assert EndDecision.objects.get().choice == "buyout"

    page.get_by_label("Vælg PF000001").check()
    page.get_by_role("button", name="Overdraget").click()
    page.get_by_label("PF000001 er slettet").check()
    page.get_by_role("button", name="Gem overdragelsen").click()
    expect(page.get_by_text("PF000001 er ikke fjernet fra enhedsstyring:")).to_be_visible()
    page.problems.clear()  # the browser names every answer of 422
    page.get_by_label("PF000001 er fjernet fra enhedsstyring").check()
    page.get_by_role("button", name="Gem overdragelsen").click()
    expect(page.get_by_text("1 stk. er overdraget og ude af registeret.")).to_be_visible()
    made = Departure.objects.get()
    assert (made.how, made.is_wiped, made.is_unmanaged) == ("bought", True, True)
    page.goto(f"{live_server.url}/udstyr/{made.device_id}/")
    expect(page.get_by_text("Frikøbt 03-09-2029").first).to_be_visible()
