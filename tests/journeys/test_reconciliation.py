"""From the lessor's invoice with three faults to the voucher and the proof, in a real browser."""

from datetime import date

import pytest
from playwright.sync_api import expect

from leasing.models import (
    BillingRun,
    Charge,
    DifferenceOutcome,
    RebillingExport,
    SupplierInvoice,
    Voucher,
)
from tests.browser import assert_accessible, assert_no_sideways_scroll, every_look, log_in
from tests.files import workbook
from tests.leasing.supplier.world import HEADINGS, five_pcs

ROWS = [
    ("PF000001", 359.41),  # 10 kr. too much
    ("PF000002", 349.41),
    ("PF000003", 349.41),
    ("PF000004", 349.41),  # and nothing for PF000005
    ("XX999999", 349.41),  # nobody's
]


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = date(2026, 4, 8)


def decide(page, cause, outcome, note):
    page.get_by_role("link", name=f"Afgør {cause}").click()
    page.get_by_label(outcome).check()
    page.get_by_label("Bemærkning").fill(note)
    page.get_by_role("button", name="Gem afgørelsen").click()
    page.get_by_role("heading", name="Afstemning, 1. kvartal 2026").wait_for()


def fetch(page, button):
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    return waiting.value.suggested_filename


def close_post_and_prove(page, live_server):
    """Close the quarter, download both files, enter the voucher and read the proof."""
    page.goto(f"{live_server.url}/kvartaler/2026Q1/laas/")
    page.get_by_role("button", name="Godkend og lås 1. kvartal 2026").click()
    page.get_by_text("1. kvartal 2026 er godkendt og låst.").wait_for()
    assert fetch(page, "Hent regnearket") == "viderefakturering-2026Q1.xlsx"
    assert fetch(page, "Hent Opus-filen").endswith(".csv")
    page.get_by_role("rowheader", name="Opus-fil").wait_for()
    page.get_by_label("Bilagsnummer").fill("1900004711")
    page.get_by_role("textbox", name="Bogføringsdato").fill("08-04-2026")
    page.get_by_role("button", name="Gem bilaget …").click()
    page.get_by_role("button", name="Gem bilag 1900004711").click()
    page.get_by_text("er bogført med bilag 1900004711").wait_for()
    page.get_by_text("Alt stemmer – 9 af 9").click()
    row = page.get_by_role("row", name="Det fakturerede og de navngivne afvigelser")
    # 4 · 349,41 + 10 kr. too much + the unknown one; the fifth pc is ours and not invoiced
    for said in ("Faktureret 1.757,05", "−349,41", "+10,00", "1.747,05", "Ja"):
        assert said in row.inner_text()
    assert BillingRun.objects.get().code == Voucher.objects.get().run.code == "2026Q1"
    assert RebillingExport.objects.count() == 2


def test_an_invoice_with_three_faults(page, live_server, cast, tmp_path, transactional_db):
    five_pcs()
    file = tmp_path / "faktura.xlsx"
    file.write_bytes(
        workbook(
            HEADINGS.split(";"),
            *(
                ("4711", date(2026, 1, 2), serial, date(2026, 1, 1), date(2026, 3, 31), kr, "UA-1")
                for serial, kr in ROWS
            ),
        )
    )
    log_in(page, live_server, cast.finance)
    page.goto(f"{live_server.url}/kvartaler/2026Q1/")
    page.locator("#trin").get_by_role("link", name="Leverandørfaktura").click()
    page.get_by_role("link", name="Indlæs faktura").click()
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="Kontrollér filen").click()
    page.get_by_role("button", name="Gem ændringerne").click()
    page.locator(".notice-good").wait_for()
    page.goto(f"{live_server.url}/kvartaler/2026Q1/afstemning/")
    expect(page.get_by_text("3 mangler afgørelse").first).to_be_visible()
    for look in every_look(page):
        assert_accessible(page, look)
        assert_no_sideways_scroll(page)

    decide(page, "T14: 1 linje på +10,00", "Kræves hos leasinggiver", "Prisen er for høj")
    decide(page, "T14: 1 linje på −349,41", "Kommer på næste faktura", "Leveret sent")
    decide(page, "Ukendt udstyr", "Bæres af Fælles IT", "Testmaskine")

    expect(page.get_by_text("Venter på kreditnota").first).to_be_visible()
    assert DifferenceOutcome.objects.count() == 3
    assert not Charge.objects.exists()
    close_post_and_prove(page, live_server)
    number = SupplierInvoice.objects.get().pk
    paths = (
        "/kvartaler/2026Q1/afstemning/linjer/",
        "/kvartaler/2026Q1/afstemning/afgoer/?bunke=differs&alle=1",
        "/leverandoerfakturaer/",
        "/leverandoerfakturaer/krav/",
        "/leverandoerfakturaer/ny/",
        f"/leverandoerfakturaer/{number}/",
        f"/leverandoerfakturaer/{number}/tilbage/",
    )
    for path in paths:
        page.goto(live_server.url + path)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        for look in every_look(page):
            assert_accessible(page, f"{path} {look}")
            assert_no_sideways_scroll(page)
