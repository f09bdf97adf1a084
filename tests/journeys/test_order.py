"""From the order to the bill and back: a pc more, asked for, allowed, bought, handed out, returned."""

import re
from datetime import date

import openpyxl
import pytest

from leasing.models import Lease, OrderLine, Settings
from tests import builders as make
from tests.browser import log_in, wait_for_focus
from tests.leasing.mail.smtp import mail_server

pytestmark = pytest.mark.django_db(transaction=True)
TODAY, RETURNED = date(2026, 11, 23), date(2026, 12, 14)

# F by hand. The first pc's fourth quarter: ⌊559066·4/16⌋ − ⌊559066·3/16⌋.
FIRST_ORE = 34942
# The new one's first lease quarter, 23 November – 23 February, is 92 days: 39 of them are this
# year's, 21 of them before it comes back on 14 December.
NEW_ORE = 559066 * 39 // (16 * 92)
UNTIL_RETURNED_ORE = 559066 * 21 // (16 * 92)


@pytest.fixture
def bo(cast, settings):
    settings.TODAY = TODAY
    make.cost_holder()
    make.price()
    bo = make.employee("bolu", "Bo Lund", unit=cast.unit)
    make.employee("anbe", "Anna Berg", unit=cast.unit)
    make.lease("PF000001", unit=cast.unit, employee=bo)
    return bo


@pytest.fixture
def head(chromium, live_server, cast):
    """Return the head's own browser, logged out."""
    assert cast.head.email
    context = chromium.new_context(locale="da-DK")
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page
    context.close()


def kroner(ore):
    return f"{ore // 100},{ore % 100:02d}"


def spaced(text):
    """Return a text whose amounts may break from their "kr."."""
    return text.replace("\xa0", " ")


def share_of_unit(page, live_server, quarter):
    """Read what the unit's row says of a quarter: (how many, amount)."""
    page.goto(f"{live_server.url}/egenbetaling/?kvartal={quarter}")
    row = page.get_by_role("row", name="Enhed 1001")
    return row.locator("td").nth(0).inner_text(), row.locator("td").nth(1).inner_text()


def test_from_order_to_return(page, head, live_server, cast, bo, settings, tmp_path):
    Settings.objects.update(site_address=live_server.url)
    log_in(page, live_server, cast.helpdesk)

    # The order: who has a pc already needs the head's word.
    with mail_server(settings) as inbox:
        page.goto(f"{live_server.url}/bestillinger/ny/")
        wait_for_focus(page)
        page.keyboard.type("bolu", delay=30)
        page.keyboard.press("Enter")
        page.get_by_text("Bo Lund har allerede en pc. Hvad skal der ske?").wait_for()
        page.keyboard.type("T14", delay=30)
        page.get_by_text("1.397,66").wait_for()
        page.get_by_label("Beholder begge").check()
        page.get_by_label("Hvorfor skal lederen sige ja?").fill("Underviser to steder")
        page.get_by_label("Til og med", exact=True).fill("30-06-2027")
        page.get_by_label("Bestillerens mail").fill("skolen@example.dk")
        page.locator("#gem").click()
        page.get_by_text("Den venter på lederens svar.").wait_for()
    order_page = page.url
    assert OrderLine.objects.get().status == "awaiting"
    mails = {tuple(to): mail for to, mail in inbox.messages}
    question = mails[(cast.head.email,)]
    assert question["Subject"] == "Må Bo Lund få en pc mere?"
    text = question.get_body(("plain",)).get_content()
    assert "349,41 kr. pr. kvartal" in spaced(text)
    assert question.get_body(("html",)) is not None
    assert ("skolen@example.dk",) in mails

    # The head follows the link of the mail, logs in and lands on the question.
    link = re.search(rf"{re.escape(live_server.url)}/\S+", text)[0]
    head.goto(link)
    head.get_by_label("Brugernavn").fill(cast.head.username)
    head.get_by_label("Adgangskode").fill("en-lang-adgangskode")
    head.keyboard.press("Enter")
    head.get_by_role("heading", name="Må Bo Lund få en pc mere?").wait_for()
    assert head.url == link
    main = head.locator("main").inner_text()
    assert "PF000001" in main
    assert "Underviser to steder" in main
    assert "349,41 kr." in spaced(main)
    before = share_of_unit(head, live_server, "2026Q4")
    assert before == ("1", kroner(FIRST_ORE))
    with mail_server(settings) as inbox:
        head.goto(link)
        head.get_by_label("Begrundelse").fill("I orden frem til sommer")
        head.get_by_role("button", name="Godkend").click()
        head.get_by_text("Dispensationen er godkendt.").wait_for()
    assert any("skolen@example.dk" in to for to, _ in inbox.messages)

    # It is bought.
    page.goto(order_page)
    page.get_by_role("link", name="Bestil hos ATEA").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Hent som Excel").click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    cells = [
        str(cell)
        for sheet in openpyxl.load_workbook(path)
        for row in sheet.iter_rows(values_only=True)
        for cell in row
    ]
    number = OrderLine.objects.get().order.number
    assert "T14" in cells
    assert any(number in cell for cell in cells)
    assert not any("Bo Lund" in cell for cell in cells)
    page.get_by_label("ATEAs bestillingsnummer").fill("4711")
    page.get_by_role("button", name="Markér som bestilt").click()
    page.get_by_text("med nummer 4711").first.wait_for()

    # It comes, and is scanned.
    page.goto(f"{live_server.url}/bestillinger/levering/")
    wait_for_focus(page, "[name=nummer]")
    page.keyboard.type("4711")
    page.keyboard.press("Enter")
    page.wait_for_url("**/levering/?nummer=4711")
    page.get_by_label("Underaftale").fill("UA-2")
    page.get_by_label("Leasingstart", exact=True).fill("23-11-2026")
    page.locator("[data-scan]").focus()
    page.keyboard.type("pf000002")
    page.keyboard.press("Enter")  # as the scanner does
    page.get_by_text("1 af 1 scannet").wait_for()
    page.get_by_role("button", name="Kontrollér leveringen").click()
    page.get_by_role("heading", name="Se, hvad der oprettes").wait_for()
    page.get_by_role("button", name="Gem leveringen").dblclick()
    page.get_by_text("1 stk. er registreret og sat på leasing. Alt er kommet.").wait_for()
    lease = Lease.objects.get(device__serial_number="PF000002")
    assert lease.sub_agreement.number == "UA-2"

    # It is handed out.
    page.goto(order_page)
    page.get_by_role("main").get_by_role("link", name="Udlever", exact=True).click()
    page.get_by_text("Enhed 1001 betaler 346,55 kr. i et helt kvartal fra 23-11-2026").wait_for()
    # What is handed out is not among what there is beside it.
    effect = page.locator("#virkning").inner_text()
    assert "Har i forvejen T14 PF000001." in effect
    page.get_by_role("button", name="Udlever").click()
    page.get_by_text("PF000002 er udleveret fra 23-11-2026.").wait_for()
    assert OrderLine.objects.get().status == "handed_out"
    paid = share_of_unit(head, live_server, "2026Q4")
    assert paid == ("2", kroner(FIRST_ORE + NEW_ORE))

    # It comes back.
    settings.TODAY = RETURNED
    page.reload()
    page.get_by_role("main").get_by_role("link", name="Tag tilbage").click()
    page.get_by_text(
        "Enhed 1001 slipper for 346,55 kr. i et helt kvartal fra 14-12-2026"
    ).wait_for()
    page.get_by_role("button", name="Tag tilbage").click()
    page.get_by_text("PF000002 er på it-lager fra 14-12-2026.").wait_for()
    left = share_of_unit(head, live_server, "2026Q4")
    assert left[1] == kroner(FIRST_ORE + UNTIL_RETURNED_ORE)
    held = head.locator(".figure").filter(has_text="Leasede pc'er den 14-12-2026")
    assert held.locator(".figure-value").inner_text() == "1"


def test_a_standard_order_is_five_presses(page, live_server, cast, bo):
    log_in(page, live_server, cast.helpdesk)
    page.goto(f"{live_server.url}/bestillinger/ny/")
    wait_for_focus(page)
    page.keyboard.type("anbe")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.id === 'id_linje-0-model'")
    page.keyboard.type("T14")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # saves
    page.get_by_role("heading", name="T14 til Anna Berg (anbe)").wait_for()

    line = OrderLine.objects.get()
    assert (line.employee.initials, line.status, line.reason) == ("anbe", "approved", "first")
    assert line.unit == cast.unit
