"""A head's minute: why the amount changed, what is not theirs, what to decide, what if, the letter."""

import re
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import expect

from albertslund_it.roles import HEAD
from inventory.models import Unit
from leasing.billing.services.closing import close_quarter
from leasing.confirmation.services import object_to_device, settle_objection, start_round
from leasing.models import Approval, InvoiceLine, Mail, Objection, Settings
from tests import builders as make
from tests.browser import NARROW, count_clicks, log_in
from tests.leasing.town import TODAY, Town

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture
def town(db, settings):
    settings.TODAY = TODAY
    make.price()
    town = Town()
    make.approval(make.employee("anbe", "Anna Berg", unit=town.first))
    Settings.objects.update(helpdesk_mail="helpdesk@albertslund.example")
    return town


def chosen_on_paper(page, label):
    """Return whether a select shows its frame and the whole of what is chosen, printed on A4."""
    seen = page.viewport_size
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})  # the sheet
    found = page.get_by_label(label).evaluate(
        """select => {
            const sheet = document.documentElement, style = getComputedStyle(select);
            const pen = document.createElement('canvas').getContext('2d');
            sheet.style.width = '186mm';  // between its margins
            pen.font = style.font;
            const text = pen.measureText(select.selectedOptions[0].text).width;
            const inner = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
            const found = {
                framed: select.getBoundingClientRect().right < sheet.getBoundingClientRect().right,
                room: text <= inner,
            };
            sheet.style.width = '';
            return found;
        }"""
    )
    page.emulate_media(media="null")
    page.set_viewport_size(seen)
    return found


@pytest.mark.django_db(transaction=True)
def test_a_heads_minute(page, live_server, town, cast):
    log_in(page, live_server, cast.with_access("hanne", HEAD, department=town.school))
    page.goto(f"{live_server.url}/egenbetaling/")
    page.get_by_role("link", name="Se hvorfor").click()
    expect(page.get_by_role("heading", name="end i 2. kvartal")).to_be_visible()
    page.get_by_label("Fra", exact=True).select_option("2026Q1")
    page.get_by_label("Til", exact=True).select_option("2026Q2")
    page.get_by_role("button", name="Vis", exact=True).click()
    steps = page.locator("tbody th a[href*='trin=']")
    expect(steps.nth(1)).to_be_visible()
    for number in (0, 1):
        name = steps.nth(number).inner_text()
        steps.nth(number).click()
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        page.get_by_role("link", name="Tilbage til alle trin").click()
        expect(steps.nth(1)).to_be_visible()

    page.goto(f"{live_server.url}/udstyr/{town.leases[2].device_id}/")
    page.get_by_role("link", name="Ikke vores").click()
    page.get_by_label("Hvad er forkert?").fill("Biblioteket har den")
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_text("It-helpdesk ser på PF000003")).to_be_visible()
    assert Objection.objects.get().unit == town.first
    assert "Biblioteket har den" in Mail.objects.get(key__startswith="objection-").text

    page.goto(f"{live_server.url}/egenbetaling/beslutninger/")
    page.get_by_role("link", name="Anna Berg", exact=True).click()
    page.get_by_role("button", name="Godkend").click()
    expect(page.get_by_text("Dispensationen er godkendt.")).to_be_visible()
    assert Approval.objects.get().decision == "granted"

    page.goto(f"{live_server.url}/egenbetaling/prognose/")
    page.get_by_role("main").get_by_role("link", name="Hvad nu hvis?").click()
    page.get_by_label("Prisændring i procent").fill("15")
    page.get_by_role("textbox", name="Prisen gælder fra").fill("01-01-2027")
    page.get_by_role("button", name="Regn det ud").click()
    expect(page.get_by_role("heading", name="Virkning pr. år")).to_be_visible()
    assert chosen_on_paper(page, "Det, der udløber") == {"framed": True, "room": True}

    page.goto(f"{live_server.url}/egenbetaling/?kvartal=2026Q2")
    page.get_by_role("main").get_by_role("link", name="Kvartalsbrev").click()
    expect(page.get_by_role("heading", name="Det betaler I")).to_be_visible()
    assert len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(prefer_css_page_size=True))) == 1


@pytest.mark.django_db(transaction=True)
def test_not_ours_is_three_taps_from_the_mail(page, live_server, town, cast):
    head = cast.with_access("hanne", HEAD, department=town.school)
    Settings.objects.update(site_address=live_server.url)
    start_round(due_on=date(2026, 12, 10), actor_name="Oda Lund", today=TODAY, now=NOW)
    device = town.leases[2].device
    mail = Mail.objects.get(key__startswith="confirmation-", recipients__contains=head.email)
    [link] = re.findall(rf'"({live_server.url}/bekraeft/{device.pk}/ikke-vores/)"', mail.html)
    page.set_viewport_size(NARROW)
    log_in(page, live_server, head)
    taps = count_clicks(page)

    page.goto(link)
    page.get_by_label("Hvad er forkert?").click()
    page.keyboard.type("Biblioteket har den")
    page.get_by_role("button", name="Send til it-helpdesk").click()
    expect(page.get_by_text(f"It-helpdesk ser på {device}")).to_be_visible()
    assert Objection.objects.get().device == device
    assert 1 + len(taps) <= 3, "the one in the mail, the field, and the button"


def test_an_objection_that_is_right_after_the_closing_becomes_a_correction(town, cast):
    device = town.leases[2].device
    close_quarter(code="2026Q3", closed_by="Oda Lund", today=TODAY, now=NOW)
    objection = object_to_device(
        device=device,
        units=Unit.objects.filter(pk=town.first.pk),
        note="Biblioteket har den",
        since=date(2026, 7, 1),
        actor=cast.head,
        today=TODAY,
        now=NOW,
    )
    make.placement(device, date(2026, 7, 1), town.library)
    settle_objection(
        objection_id=objection.pk,
        outcome="moved",
        note="",
        actor=cast.helpdesk,
        today=TODAY,
        now=NOW,
    )
    run = close_quarter(code="2026Q4", closed_by="Oda Lund", today=date(2027, 1, 4), now=NOW)
    lines = InvoiceLine.objects.filter(
        invoice__run=run, lease=town.leases[2], period="2026Q3", kind="correction"
    )
    amounts = {line.unit: line.amount_ore for line in lines}
    assert set(amounts) == {town.first, town.library}
    assert amounts[town.library] == -amounts[town.first] > 0
