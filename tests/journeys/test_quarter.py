"""Finance closes a quarter: from the first look to the voucher, in a real browser."""

import csv
import threading
from collections import Counter
from contextlib import contextmanager
from datetime import date

import openpyxl
import pytest
from playwright.sync_api import expect

from leasing.billing.selectors.preview import preview_run
from leasing.models import BillingRun, InvoiceLine, RebillingExport, Settings, Voucher
from leasing.quarters.views import invoice
from tests import builders as make
from tests.browser import log_in
from tests.leasing.town import TODAY, Town

SPECIFICATION = ("Periode", "Enhedsnr", "Serienummer", "Dage", "Beløb")


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def town(transactional_db):
    return Town()


def kroner(ore):
    return f"{ore // 100:,}".replace(",", ".") + f",{ore % 100:02d}"


def download(page, button, folder):
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def lines_of_workbook(path):
    """Yield the lines of `Specifikation` as (period, unit, serial number, days, øre)."""
    rows = openpyxl.load_workbook(path)["Specifikation"].iter_rows(values_only=True)
    heading = next(row for row in rows if row[0] == "Periode")
    at = [heading.index(name) for name in SPECIFICATION]
    for row in rows:
        if row[0] and "Q" in row[0]:
            *values, amount = (row[index] for index in at)
            yield (*values[:2], values[2] or "", values[3], round(amount * 100))


@contextmanager
def a_file_that_takes_long(page, monkeypatch):
    """Hold a file back until the page has asked for the list once, and found it unchanged."""
    has_asked = threading.Event()
    made_at_once = invoice.export_rebilling

    def make_later(**kwargs):
        has_asked.wait(30)
        return made_at_once(**kwargs)

    def note(response):
        if "hx-request" in response.request.headers:
            has_asked.set()

    monkeypatch.setattr(invoice, "export_rebilling", make_later)
    page.on("response", note)
    yield
    page.remove_listener("response", note)
    assert has_asked.is_set()


def test_a_quarter_from_data_to_voucher(page, live_server, town, cast, tmp_path, monkeypatch):
    total = preview_run("2026Q3", TODAY).total_ore
    log_in(page, live_server, cast.finance)
    page.get_by_role("link", name="3. kvartal 2026 er slut og kan låses", exact=True).click()
    page.get_by_role("heading", name="3. kvartal 2026").wait_for()
    assert page.locator(".sum-up").inner_text().startswith(kroner(total))
    page.get_by_label("Vis enhederne i Dagtilbud & Skole").check()
    expect(page.get_by_role("rowheader", name="Ærtebjerg Skole")).to_be_visible()
    expect(page.get_by_role("rowheader", name="Biblioteket")).to_be_hidden()

    page.get_by_role("link", name="Godkend og lås …").click()
    page.get_by_text("Det kan ikke fortrydes").wait_for()
    assert not BillingRun.objects.filter(code="2026Q3").exists()
    page.get_by_role("button", name="Godkend og lås 3. kvartal 2026").click()
    page.get_by_text("3. kvartal 2026 er godkendt og låst.").wait_for()
    run = BillingRun.objects.get(code="2026Q3")
    assert run.total_ore == total
    page.get_by_text("Det, der kan kontrolleres, stemmer – 8 af 8").click()
    expect(page.get_by_role("row", name="Debet er lig kredit")).to_be_visible()

    with a_file_that_takes_long(page, monkeypatch):
        workbook = download(page, "Hent regnearket", tmp_path)
    page.get_by_role("rowheader", name="Regneark").wait_for()  # the list of files is fetched anew
    assert workbook.name == "viderefakturering-2026Q3.xlsx"
    stored = InvoiceLine.objects.filter(invoice__run=run).values_list(
        "period", "unit_number", "serial_number", "days", "amount_ore"
    )
    assert Counter(lines_of_workbook(workbook)) == Counter(stored)

    opus = download(page, "Hent Opus-filen", tmp_path)
    rows = list(csv.reader(opus.read_text(encoding="utf-8").splitlines(), delimiter=";"))
    assert {len(row) for row in rows} == {25}
    sides = Counter()
    for row in rows[1:]:
        sides[row[5]] += round(float(row[6].replace(",", ".")) * 100)
    assert sides["Debet"] == sides["Kredit"] > 0
    page.get_by_role("rowheader", name="Opus-fil").wait_for()
    assert RebillingExport.objects.filter(run=run).count() == 2

    page.get_by_label("Bilagsnummer").fill("1900004711")
    page.get_by_role("textbox", name="Bogføringsdato").fill("24-11-2026")
    page.get_by_role("button", name="Gem bilaget …").click()
    expect(page.get_by_role("row", name="Ærtebjerg Skole")).to_be_visible()
    page.get_by_role("button", name="Gem bilag 1900004711").click()
    page.get_by_text("er bogført med bilag 1900004711").wait_for()
    assert Voucher.objects.get(run=run).entered_by == "Oda"
    page.goto(live_server.url)
    assert not page.get_by_text("3. kvartal 2026 er").count()


def test_the_second_to_close_is_told_who_was_first(page, live_server, town, cast, chromium):
    log_in(page, live_server, cast.finance)
    page.goto(f"{live_server.url}/kvartaler/2026Q3/laas/")
    other = chromium.new_context(locale="da-DK").new_page()
    log_in(other, live_server, cast.user("inga", "Økonomi"))
    other.goto(f"{live_server.url}/kvartaler/2026Q3/laas/")

    page.get_by_role("button", name="Godkend og lås 3. kvartal 2026").click()
    page.get_by_text("3. kvartal 2026 er godkendt og låst.").wait_for()
    other.get_by_role("button", name="Godkend og lås 3. kvartal 2026").click()
    other.get_by_text("3. kvartal 2026 er allerede godkendt og låst.").wait_for()
    other.get_by_text("Oda var først. Se opgørelserne her.").wait_for()
    assert other.url == f"{live_server.url}/kvartaler/2026Q3/"
    assert BillingRun.objects.filter(code="2026Q3").count() == 1
    other.context.close()


def test_a_preparation_lapses_before_two_people_close_together(
    page, live_server, town, cast, chromium
):
    Settings.objects.update(needs_two_people=True)
    quarter = f"{live_server.url}/kvartaler/2026Q3/"
    lock = "Godkend og lås 3. kvartal 2026"
    log_in(page, live_server, cast.finance)
    page.goto(quarter)
    page.get_by_role("button", name="Markér som forberedt").click()
    page.get_by_text("Du har forberedt kvartalet.").wait_for()
    expect(page.get_by_role("link", name="Godkend og lås …")).to_have_count(0)
    other = chromium.new_context(locale="da-DK").new_page()
    log_in(other, live_server, cast.user("inga", "Økonomi"))
    other.goto(f"{quarter}laas/")

    for lease in town.leases[:3]:
        make.placement(lease.device, date(2026, 7, 1), town.library)
    other.get_by_role("button", name=lock).click()
    other.get_by_text("Forslaget er ændret, siden du så det. Intet er skrevet.").wait_for()
    expect(other.get_by_role("row", name="2001 Biblioteket")).to_be_visible()
    expect(other.get_by_role("button", name=lock)).to_have_count(0)
    assert not BillingRun.objects.filter(code="2026Q3").exists()

    page.goto(quarter)
    page.get_by_text("Gælder ikke mere").wait_for()
    expect(page.get_by_role("row", name="1001 Ærtebjerg Skole")).to_be_visible()
    page.get_by_role("button", name="Markér som forberedt").click()
    page.get_by_text("Du har forberedt kvartalet.").wait_for()
    other.goto(f"{quarter}laas/")
    other.get_by_role("button", name=lock).click()
    other.get_by_text("Forberedt af Oda. Godkendt og låst af Inga").wait_for()
    other.context.close()


def test_a_double_click_closes_once(page, live_server, town, cast):
    log_in(page, live_server, cast.finance)
    page.goto(f"{live_server.url}/kvartaler/2026Q3/laas/")
    page.get_by_role("button", name="Godkend og lås 3. kvartal 2026").dblclick()
    page.get_by_text("3. kvartal 2026 er godkendt og låst.").wait_for()
    assert not page.get_by_text("allerede").count()


def test_everything_works_without_javascript(live_server, town, cast, chromium):
    context = chromium.new_context(locale="da-DK", java_script_enabled=False)
    page = context.new_page()
    log_in(page, live_server, cast.finance)
    page.goto(f"{live_server.url}/kvartaler/2026Q3/")
    page.get_by_label("Vis alle enheder").check()
    expect(page.get_by_role("rowheader", name="Biblioteket")).to_be_visible()
    page.get_by_role("link", name="Godkend og lås …").click()
    page.get_by_role("button", name="Godkend og lås 3. kvartal 2026").click()
    expect(page.get_by_text("3. kvartal 2026 er godkendt og låst.")).to_be_visible()
    page.goto(f"{live_server.url}/egenbetaling/")
    page.select_option("#kvartal", "2026Q1")
    page.get_by_role("button", name="Vis", exact=True).click()
    expect(page.get_by_text("Udgift, 1. kvartal 2026")).to_be_visible()
    context.close()
