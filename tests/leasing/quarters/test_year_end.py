"""What has ended and is not closed, and the end of the fiscal year."""

from datetime import date

import pytest

from leasing.billing.selectors.outstanding import outstanding
from leasing.models import FiscalYear
from leasing.quarters.presenters.labels import days_left
from leasing.quarters.selectors.arrears import arrears, year_end
from tests import builders as make
from tests.leasing.pages import queries_of, read, text_of
from tests.leasing.town import TODAY, Town, close

BANNER = "er slut, men ikke låst"


@pytest.fixture
def town(db, settings):
    settings.TODAY = TODAY
    return Town()


def test_finance_is_told_on_every_page_until_it_is_closed(town, cast, client_of):
    for path in ("/", "/udstyr/", "/kvartaler/", "/engangsbeloeb/"):
        assert f"3. kvartal 2026 {BANNER}" in text_of(read(client_of(cast.finance), path)), path
    for user in (cast.helpdesk, cast.auditor, cast.head):
        assert BANNER not in text_of(read(client_of(user), "/"))
    close("2026Q3")
    assert arrears(TODAY) is None
    assert BANNER not in text_of(read(client_of(cast.finance), "/"))


def test_nothing_has_ended_in_the_first_quarter(db):
    assert arrears(date(2026, 3, 31)) is None
    assert [str(q) for q in arrears(date(2026, 10, 1)).quarters] == ["2026Q1", "2026Q2", "2026Q3"]


def test_the_year_end_says_what_is_missing_and_how_long_there_is(town, cast, client_of, settings):
    close("2026Q4")
    make.charge(town.first, 9900, date(2026, 12, 30), "Fragt")
    settings.TODAY = date(2027, 1, 20)
    client = client_of(cast.finance)
    found = year_end(2026, settings.TODAY)
    assert (found.days_left, found.next_code) == (11, "2026S1")
    assert found.shown.total.pending_ore == 9900
    page = read(client, "/kvartaler/aar/2026/")
    assert "11 dage tilbage" in text_of(page)
    assert page.xpath("//a[contains(text(),'2026S1')]/@href") == ["/kvartaler/2026S1/"]
    FiscalYear.objects.create(year=2026, supplement_ends_on=date(2027, 1, 19))
    page = text_of(read(client, "/kvartaler/aar/2026/"))
    assert "Fristen er udløbet" in page
    assert client.get("/kvartaler/aar/2025/").status_code == 404
    assert client.get("/kvartaler/aar/2028/").status_code == 404


def test_supplementary_runs_are_listed_with_their_vouchers(town, cast, client_of, settings):
    close("2026Q4")
    make.charge(town.first, 9900, date(2026, 12, 30), "Fragt")
    settings.TODAY = date(2027, 1, 20)
    close("2026S", settings.TODAY)
    page = text_of(read(client_of(cast.finance), "/kvartaler/aar/2026/"))
    assert "Alt for 2026 er opkrævet" in page
    assert "2026S1 20-01-2027" in page


@pytest.mark.parametrize(
    ("day", "said"),
    [(31, "sidste dag er i dag"), (30, "1 dag tilbage"), (29, "2 dage tilbage")],
)
def test_the_countdown(day, said):
    assert days_left(date(2027, 1, 31), date(2027, 1, day)) == said
    assert days_left(date(2027, 1, 31), date(2027, 2, 1)) == "fristen er udløbet"


def test_the_matrix_adds_up_to_every_other_page(town, cast, client_of):
    whole = outstanding(TODAY).of_year(2026)
    assert sum(row.total.pending_ore for row in whole.rows) == whole.total.pending_ore
    assert whole.total.billed_ore + whole.total.pending_ore == whole.total.cost_ore
    page = text_of(read(client_of(cast.finance), "/kvartaler/aar/2026/"))
    kr = f"{whole.total.pending_ore // 100:,}".replace(",", ".")
    assert f"{kr},{whole.total.pending_ore % 100:02d}" in page


def test_the_page_costs_the_same_for_three_and_thirty(town, cast, client_of):
    client = client_of(cast.finance)
    three = queries_of(client, "/kvartaler/aar/2026/")
    for n in range(20):
        make.lease(f"NY{n:04}", unit=town.second)
    assert queries_of(client, "/kvartaler/aar/2026/") == three
