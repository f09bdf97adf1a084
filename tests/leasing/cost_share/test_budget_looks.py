"""The budget pages in a browser: typed, read on a phone, and printed on A4."""

import pytest
from playwright.sync_api import expect

from leasing.models import Budget
from tests.browser import assert_accessible, assert_no_sideways_scroll, be_logged_in, every_look
from tests.leasing.town import TODAY, Town

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(cast, settings):
    settings.TODAY = TODAY
    return Town()


@pytest.mark.once
def test_the_pages_are_good_in_every_look(page, live_server, town, cast):
    Budget.objects.create(unit=town.first, year=2026, amount_ore=100)
    be_logged_in(page, live_server, cast.finance)
    for path in (
        "/budgetter/",
        "/budgetter/?kun=over",
        "/budgetter/ret/",
        "/budgetter/ark/",
        "/budgetter/ark/?beloeb=tkr",
    ):
        page.goto(live_server.url + path)
        for look in every_look(page):
            assert_accessible(page, look)
            assert_no_sideways_scroll(page)


def test_finance_types_a_budget_and_sees_the_warning(page, live_server, town, cast):
    be_logged_in(page, live_server, cast.finance)
    page.goto(f"{live_server.url}/budgetter/?afdeling={town.school.id}&aar=2026")
    page.get_by_role("link", name="Skriv budgetter").click()
    page.get_by_label("Ærtebjerg Skole").fill("ti kroner")
    page.get_by_role("button", name="Gem budgetter").click()
    expect(page.get_by_role("alert")).to_contain_text("Skriv beløbet i kroner")
    page.get_by_label("Ærtebjerg Skole").fill("10")
    page.problems.clear()  # the 422 of the refused form
    page.get_by_role("button", name="Gem budgetter").click()
    expect(page.get_by_text("1 enhed ventes at overskride")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Ærtebjerg Skole Over budget")).to_be_visible()
    assert Budget.objects.get().amount_ore == 1000


def test_the_sheet_prints_on_a4(page, live_server, town, cast):
    be_logged_in(page, live_server, cast.finance)
    page.goto(f"{live_server.url}/budgetter/ark/")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 1000})  # A4 less its margins, at 96 dpi
    for table in page.locator("table.data").all():
        box = table.bounding_box()
        assert box["x"] + box["width"] <= 701
    expect(page.get_by_role("button", name="Udskriv")).to_be_hidden()
