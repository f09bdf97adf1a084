"""The page of a department's share: figures that open their lines, and nobody else's."""

import pytest
from django.urls import reverse

from albertslund_it.roles import HEAD, UNIT_LEADER
from leasing.models import QuarterlyInvoice
from tests import builders as make
from tests.browser import assert_accessible_in_every_look, assert_no_sideways_scroll, be_logged_in
from tests.leasing.pages import assert_every_figure_opens_its_lines, queries_of, read, text_of
from tests.leasing.town import TODAY, Town

SHARE = "/egenbetaling/"


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def town(db):
    return Town()


@pytest.fixture
def head(town, cast, client_of):
    return client_of(cast.with_access("hanne", HEAD, department=town.school))


@pytest.fixture
def leader(town, cast, client_of):
    return client_of(cast.with_access("ulla", UNIT_LEADER, unit=town.mover))


# Which address an amount opens is the same on both; that the sums agree is a property, tried on both.
@pytest.mark.once
@pytest.mark.parametrize("quarter", ["2026Q1", "2026Q2", "2026Q4"])
def test_every_figure_of_every_department_opens_its_lines(town, cast, client_of, quarter):
    finance = client_of(cast.finance)
    keys = ["alle", "it-lager", town.school.id, town.culture.id]
    pages = [f"{SHARE}?afdeling={key}&kvartal={quarter}" for key in keys]
    assert assert_every_figure_opens_its_lines(finance, *pages) >= 5


def test_a_head_sees_the_own_department_at_once(head):
    tree = read(head, SHARE)
    assert tree.xpath("//h1")[0].text_content() == "Egenbetaling: Dagtilbud & Skole"
    assert not tree.xpath("//select[@name='afdeling']")
    assert assert_every_figure_opens_its_lines(head, SHARE) > 10


def test_the_page_says_which_figure_is_a_bill_and_which_a_cost(head):
    text = text_of(read(head, f"{SHARE}?kvartal=2026Q1"))
    # Bill of Q2: 4·34942 + 34942 (Ungdomsklubben) + 10000 + T16 for 30 of 91 days;
    # F(1 May) − F(1 April) = ⌊591227·(91+30)/(16·91)⌋ … the page and the invoice say the same.
    invoice = QuarterlyInvoice.objects.get(number="2026Q2-01")
    assert f"Regning, 2. kvartal 2026 {_kr(invoice.total_ore)}" in text
    assert "Udgift, 1. kvartal 2026" in text
    assert "Heraf 349,41 kr. i rettelser, der ikke er opkrævet endnu" in text


def _kr(ore):
    return f"{ore // 100:,}".replace(",", ".") + f",{ore % 100:02d} kr."


def test_what_is_out_of_scope_is_not_there(town, head, leader, cast, client_of):
    for client in (head, leader):
        for key in ("alle", "it-lager", town.culture.id, 999, "x"):
            read(client, f"{SHARE}?afdeling={key}", status=404)
            read(client, f"{reverse('lines')}?afdeling={key}", status=404)
    read(leader, f"{SHARE}?afdeling={town.school.id}", status=404)
    assert "Biblioteket" not in read(head, reverse("lines")).text_content()
    nobody = client_of(cast.nobody)
    read(nobody, SHARE, status=403)


def test_a_unit_leader_sees_the_unit_and_no_invoice_of_the_department(town, leader, head):
    text = text_of(read(leader, SHARE))
    assert "Ungdomsklubben" in text
    assert "Ærtebjerg Skole" not in text
    assert assert_every_figure_opens_its_lines(leader, SHARE) > 5
    invoice = reverse("invoice", args=["2026Q1", "2026Q1-01"])
    read(leader, invoice, status=404)
    assert "Rikke Skovgaard Andersen" in text_of(read(head, invoice))


def test_the_pages_of_a_department_lead_to_the_share_one_may_see(town, head, leader):
    for client, department in ((head, town.school), (leader, town.culture)):
        page = read(client, reverse("department-detail", args=[department.id]))
        [address] = page.xpath("//a[normalize-space()='Se egenbetaling']/@href")
        read(client, address)


def test_a_head_of_another_department_cannot_open_the_invoice(town, cast, client_of):
    head = client_of(cast.with_access("kurt", HEAD, department=town.culture))
    for number, status in (("2026Q1-01", 404), ("2026Q1-02", 200), ("2026Q1-03", 404)):
        read(head, reverse("invoice", args=["2026Q1", number]), status=status)
    read(head, reverse("invoice", args=["2026Q2", "2026Q1-02"]), status=404)


def test_a_filter_cannot_reach_past_the_scope(town, leader):
    for query in ("koersel=2026Q4", "model=ukendt", "fra=2031Q1", "slags=x"):
        tree = read(leader, f"{reverse('lines')}?{query}")
        assert not tree.xpath("//table/tbody/tr")
        assert tree.xpath("//*[contains(@class, 'field-error')]")
    # With one unit there is no field to choose it by, so it is said above the list.
    others = read(leader, f"{reverse('lines')}?enhed={town.first.id}")
    assert not others.xpath("//table/tbody/tr")
    assert "Et filter eller en rækkefølge findes ikke" in text_of(others)
    own = read(leader, reverse("lines"))
    assert {a.text for a in own.xpath("//tbody//a[not(@hx-get)]")} == {"PF000009"}


def test_an_unknown_quarter_is_not_there(head):
    for code in ("2026Q5", "2025Q4", "2031Q1", "x"):
        read(head, f"{SHARE}?kvartal={code}", status=404)


def test_a_department_with_nothing_says_so(cast, client_of, db):
    make.cost_holder()
    tree = read(client_of(cast.head), SHARE)
    assert "Der er ikke noget leaset endnu" in text_of(tree)
    assert "Når I får udleveret noget leaset, står her, hvad det koster." in text_of(tree)


@pytest.mark.parametrize(
    "url", [SHARE, "/egenbetaling/linjer/", "/", "/kvartaler/2026Q1/2026Q1-01/"]
)
def test_thirty_leases_cost_as_many_queries_as_three(town, head, url):
    few = queries_of(head, url)
    for n in range(30):
        where = make.unit(f"11{n:02d}", department=town.school)
        make.lease(f"PG{n:06d}", unit=where)
    assert queries_of(head, url) <= few


def test_the_lines_download_as_excel(town, head):
    import io

    import openpyxl

    response = head.get(f"{reverse('lines')}?koersel=2026Q1&hent=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(response.getvalue())).active
    rows = [row for row in sheet.iter_rows(values_only=True) if row[0] == "2026Q1"]
    invoice = QuarterlyInvoice.objects.get(number="2026Q1-01")
    assert len(rows) == invoice.line_count
    assert round(100 * sum(row[-1] for row in rows)) == invoice.total_ore


def test_the_pages_are_accessible(page, live_server, transactional_db, cast, settings):
    town = Town()
    be_logged_in(page, live_server, cast.with_access("hanne", HEAD, department=town.school))
    for url in (SHARE, "/egenbetaling/linjer/", "/", "/kvartaler/2026Q1/2026Q1-01/"):
        page.goto(live_server.url + url)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert_accessible_in_every_look(page)
        assert_no_sideways_scroll(page)


def test_the_quarter_changes_without_a_reload(page, live_server, transactional_db, cast):
    town = Town()
    be_logged_in(page, live_server, cast.with_access("hanne", HEAD, department=town.school))
    page.goto(live_server.url + SHARE)
    page.evaluate("window.stayed = true")
    page.select_option("#kvartal", "2026Q1")
    page.wait_for_url("**kvartal=2026Q1")
    page.get_by_text("Udgift, 1. kvartal 2026").wait_for()
    assert page.evaluate("window.stayed")
