"""A stocktake: begun by the helpdesk, answered on a phone from the mail, a room scanned, closed."""

import re

import pytest
from playwright.sync_api import expect

from leasing.models import CountedDevice, Settings, Stocktake
from tests.browser import (
    NARROW,
    assert_accessible,
    assert_accessible_in_every_look,
    assert_no_sideways_scroll,
    log_in,
)
from tests.leasing.mail.smtp import mail_server
from tests.leasing.stocktake.school import TODAY, School, row_of

pytestmark = pytest.mark.django_db(transaction=True)

# What a browser with a camera and a reader of codes has; the tests' own has neither.
CAMERA = """
window.codes = [];
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["code_128", "qr_code"]; }
  async detect() { return window.codes.splice(0, 1).map(rawValue => ({ rawValue })); }
};
navigator.mediaDevices.getUserMedia = async () => {
  const canvas = document.createElement("canvas");
  canvas.getContext("2d").fillRect(0, 0, 10, 10);
  return canvas.captureStream(5);
};
"""


@pytest.fixture
def school(db, settings):
    settings.TODAY = TODAY
    return School()


@pytest.fixture
def phone_of(page):
    """Return a function that gives a page of another browser, as large as a phone."""
    contexts = []

    def phone(script=""):
        context = page.context.browser.new_context(viewport=NARROW, has_touch=True, locale="da-DK")
        contexts.append(context)
        if script:
            context.add_init_script(script)
        return context.new_page()

    yield phone
    for context in contexts:
        context.close()


def begin(page, live_server, settings):
    page.goto(f"{live_server.url}/optaelling/")
    page.get_by_role("link", name="Begynd en optælling").click()
    page.get_by_label("Navn").fill("Optælling efterår")
    page.get_by_role("textbox", name="Svar senest").fill("16-11-2026")
    page.get_by_label("Dagtilbud & Skole").check()
    page.get_by_role("button", name="Se, hvem der spørges").click()
    expect(page.get_by_text("2 medarbejdere om 3 stk.")).to_be_visible()
    assert_accessible(page)
    with mail_server(settings) as inbox:
        page.get_by_role("button", name="Begynd, og spørg dem").click()
        expect(page.get_by_text("Optællingen er begyndt")).to_be_visible()
    return inbox.messages


def test_a_stocktake_from_the_mail_to_the_faults(
    page, phone_of, live_server, school, cast, settings
):
    Settings.objects.update(site_address=live_server.url)
    leader = cast.with_access("lea", "Enhedsleder", unit=school.school)
    log_in(page, live_server, cast.helpdesk)
    messages = {to[0]: message for to, message in begin(page, live_server, settings)}
    assert sorted(messages) == ["anbe@example.dk", "cask@example.dk", leader.email]

    text = messages["anbe@example.dk"].get_body(("plain",)).get_content()
    first, second = re.findall(r"http://\S+/optaelling/svar/\S+", text)
    phone = phone_of()
    phone.goto(first)
    expect(phone.get_by_text("PF000001")).to_be_visible()
    assert_accessible_in_every_look(phone)
    phone.set_viewport_size(NARROW)
    assert_no_sideways_scroll(phone)
    phone.get_by_role("button", name="Send svar").click()
    expect(phone.get_by_role("alert")).to_contain_text("Vælg et af svarene.")
    phone.get_by_label("Nej, jeg har den ikke").check()
    phone.get_by_label("Bemærkning").fill("Den blev afleveret i sommer")
    phone.get_by_role("button", name="Send svar").click()
    expect(phone.get_by_text("Vi har noteret, at du ikke har den.")).to_be_visible()
    assert_accessible(phone)
    phone.goto(second)
    phone.get_by_label("Ja, jeg har den").check()
    phone.get_by_role("button", name="Send svar").click()
    expect(phone.get_by_text("Vi har noteret, at du har den.")).to_be_visible()
    assert (row_of(school.first).answer, row_of(school.second).answer) == ("no", "yes")

    scan_a_room(phone_of(CAMERA), live_server, messages[leader.email], leader)
    assert row_of(school.shared).place == "Lokale 12"

    stocktake = Stocktake.objects.get()
    page.goto(f"{live_server.url}/optaelling/{stocktake.pk}/")
    expect(page.get_by_text("4 af 5").first).to_be_visible()
    assert_accessible_in_every_look(page)
    page.get_by_role("link", name="Luk …").click()
    page.get_by_role("button", name="Luk optællingen").click()
    expect(page.get_by_text("Linkene virker ikke længere.")).to_be_visible()
    phone.goto(first)
    expect(phone.get_by_role("heading", name="Linket kan ikke bruges")).to_be_visible()
    page.get_by_role("link", name="Alt udstyr").click()
    page.locator("#filters-more > summary").click()
    page.get_by_label("Vis", exact=True).select_option("fejl")
    expect(page.locator("#liste").get_by_text("Viser alle 2")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Tag tilbage PF000001").click()
    expect(page.get_by_label("Serienumre")).to_have_value("PF000001")


def scan_a_room(phone, live_server, message, leader):
    """Log in on a phone, open the address in the leader's mail, and scan by hand and by camera."""
    log_in(phone, live_server, leader)
    text = message.get_body(("plain",)).get_content()
    phone.goto(re.search(r"http://\S+/optaelling/\d+/enhed/\d+/", text)[0])
    expect(phone.get_by_role("heading", name="2 af 5 er talt, 3 mangler")).to_be_visible()
    phone.get_by_label("Lokale").fill("Lokale 12")
    phone.get_by_label("Serienummer eller etiket").fill("pf000004")
    held = []
    phone.route("**/enhed/*/", lambda route: route.continue_() if held else held.append(route))
    phone.keyboard.press("Enter")
    while not held:
        phone.wait_for_timeout(20)
    phone.keyboard.type("pf0")  # the next, while the answer is on its way
    held[0].continue_()
    expect(phone.get_by_text("Talt: hører til her")).to_be_visible()
    expect(phone.get_by_label("Lokale")).to_have_value("Lokale 12")
    expect(phone.get_by_label("Serienummer eller etiket")).to_have_value("pf0")
    phone.get_by_role("button", name="Brug kameraet").click()
    phone.evaluate("window.codes.push('PF000006')")
    expect(phone.get_by_text("Hører til et andet sted")).to_be_visible()
    carl = CountedDevice.objects.get(serial_number="PF000005").device_id
    phone.evaluate(f"window.codes.push('{live_server.url}/udstyr/{carl}/')")
    expect(phone.get_by_role("heading", name="4 af 5 er talt, 1 mangler")).to_be_visible()
    assert_accessible_in_every_look(phone)
    phone.set_viewport_size(NARROW)
    assert_no_sideways_scroll(phone)
    phone.get_by_role("button", name="Stop kameraet").click()
