"""axe-core finds nothing on finance's pages; an amount opens how it is worked out, in place."""

from datetime import UTC, date, datetime

import pytest

from leasing.models import Charge, Objection, Settings
from tests import builders as make
from tests.browser import assert_accessible, assert_no_sideways_scroll, be_logged_in, every_look
from tests.leasing.supplier.world import five_pcs, invoice
from tests.leasing.town import TODAY, Town

# What axe-core reads is HTML and CSS: the same on both databases.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture
def town(db, settings):
    settings.TODAY = TODAY
    return Town()


def check(page, live_server, *paths):
    for path in paths:
        page.goto(live_server.url + path)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        for look in every_look(page):
            assert_accessible(page, look)
            assert_no_sideways_scroll(page)


def test_the_pages_of_the_quarter_and_its_money(page, live_server, town, cast):
    town.library.account = ""
    town.library.save()
    objection = Objection.objects.create(
        device=town.leases[0].device, unit=town.first, note="?", raised_at=NOW
    )
    invoice = town.runs[0].invoices.first()
    be_logged_in(page, live_server, cast.finance)
    check(
        page,
        live_server,
        "/kvartaler/2026Q3/laas/",
        "/kvartaler/2026Q1/",
        "/kvartaler/rettelser/",
        "/kvartaler/foerste/",
        "/kvartaler/aar/2026/",
        "/kvartaler/udgift/",
        "/kvartaler/udgift/restforpligtelse/",
        "/bilagsspor/?q=2026Q1",
        f"/bilagsspor/{invoice.number}/",
        f"/linjer/beregning/{town.leases[0].pk}/{town.first.pk}/2026Q2/",
        f"/indsigelser/{objection.pk}/",
        "/indsigelser/",
    )


def test_amounts_and_marks_beside_long_words_fit_a_phone(page, live_server, town, cast):
    town.culture.name = "Borger, Arbejdsmarked & Erhverv"
    town.culture.save()
    device = make.decided(town.leases[0], "return").device
    be_logged_in(page, live_server, cast.finance)
    for path in ("/kvartaler/2026Q3/laas/", f"/udstyr/{device.pk}/"):
        page.goto(live_server.url + path)
        for width in (320, 390):
            page.set_viewport_size({"width": width, "height": 800})
            assert_no_sideways_scroll(page)


def test_the_pages_of_the_lessors_invoices(page, live_server, cast, settings):
    settings.TODAY = date(2026, 4, 8)
    five_pcs()
    note = invoice("4711", ("PF000001", "359,41"), ("XX999999", "349,41"))
    quarter = "/kvartaler/2026Q1/afstemning/"
    be_logged_in(page, live_server, cast.finance)
    check(
        page,
        live_server,
        "/leverandoerfakturaer/",
        "/leverandoerfakturaer/ny/",
        "/leverandoerfakturaer/krav/",
        f"/leverandoerfakturaer/{note.pk}/",
        f"/leverandoerfakturaer/{note.pk}/tilbage/",
        quarter,
        f"{quarter}linjer/?bunke=differs",
        f"{quarter}afgoer/?bunke=differs",
    )


def test_the_pages_of_charges(page, live_server, town, cast):
    make.charge(town.first, 12300, text="Ridset låg")
    billed = Charge.objects.get(text="Skærmskade")
    waiting = Charge.objects.get(text="Ridset låg")
    be_logged_in(page, live_server, cast.finance)
    check(
        page,
        live_server,
        "/engangsbeloeb/",
        "/engangsbeloeb/nyt/",
        f"/engangsbeloeb/{billed.pk}/",
        f"/engangsbeloeb/{waiting.pk}/",
        f"/udstyr/{town.leases[0].device_id}/indfri/",
    )


def test_the_pages_of_a_leaders_answer(page, live_server, town, cast):
    Settings.objects.update(shows_demo_data=True)
    finance, device = cast.finance, town.leases[0].device_id
    be_logged_in(page, live_server, finance)
    page.goto(f"{live_server.url}/kvartaler/foerste/")
    page.fill("#id_due_on", "10-12-2026")
    page.click("text=Send spørgsmålet til lederne")
    page.get_by_text("Lederne er spurgt").wait_for()
    page.context.clear_cookies()
    head = cast.with_access("rikke", "Leder", department=town.school)
    be_logged_in(page, live_server, head)
    check(page, live_server, "/bekraeft/", f"/bekraeft/{device}/ikke-vores/")


def test_an_amount_opens_in_place(page, live_server, town, cast):
    be_logged_in(page, live_server, cast.finance)
    address = f"{live_server.url}/egenbetaling/linjer/?afdeling=alle&koersel=2026Q2&q=PF000001"
    page.goto(address)
    page.click("td a:text-is('349,42')")
    page.locator(".why").get_by_text("Ydelse før 01-07-2026").wait_for()
    assert page.url == address
    for look in every_look(page):
        assert_accessible(page, look)
        assert_no_sideways_scroll(page)
