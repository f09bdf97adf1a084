"""The departments side by side: they add up to the whole, and each opens its share."""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from albertslund_it.common.quarters import Quarter
from albertslund_it.roles import HEAD, HELPDESK
from leasing.cost_share.selectors.municipality import departments_compared, whole_of
from leasing.cost_share.selectors.payers import payers_seen_by
from leasing.cost_share.selectors.share import share_of
from tests import builders as make
from tests.browser import assert_accessible_in_every_look, assert_no_sideways_scroll, be_logged_in
from tests.leasing.pages import (
    assert_every_figure_opens_its_lines,
    queries_of,
    read,
    text_of,
)
from tests.leasing.town import TODAY, Town

NOW = Quarter(2026, 4)
PAGE = "/egenbetaling/kommunen/"


@pytest.fixture
def town(db, settings):
    settings.TODAY = TODAY
    return Town()


def row_of(department, quarter=NOW):
    [row] = [r for r in departments_compared(quarter, TODAY) if r.key == str(department.pk)]
    return row


def test_the_departments_add_up_to_the_municipality(town, cast):
    everybody = payers_seen_by(cast.finance, TODAY)[0]
    for quarter in (Quarter(2026, 1), Quarter(2026, 2), NOW):
        share = share_of(everybody, quarter, TODAY)
        rows = departments_compared(quarter, TODAY)
        whole = whole_of(rows)
        assert whole.cost_ore == share.total.amount_ore
        assert whole.change_ore == (share.total.change_ore if share.before else None)
        assert (whole.pcs, whole.pcs_ore) == (share.held.pcs, share.held.pcs_quarter_ore)


def test_each_department_is_what_its_own_share_says(town, cast):
    for payer in payers_seen_by(cast.finance, TODAY)[1:]:
        for quarter in (Quarter(2026, 2), NOW):
            share = share_of(payer, quarter, TODAY)
            rows = {row.key: row for row in departments_compared(quarter, TODAY)}
            row = rows[payer.key]
            assert row.cost_ore == share.total.amount_ore
            assert row.before_ore == share.total.before_ore
            assert (row.pcs, row.average_ore) == (share.held.pcs, share.held.average_ore)


def test_each_department_opens_its_lines(town, cast, client_of):
    pages = [f"{PAGE}?kvartal={quarter}" for quarter in ("2026Q2", "2026Q4")]
    assert assert_every_figure_opens_its_lines(client_of(cast.auditor), *pages) > 1


def test_pcs_for_each_employee_where_employees_are_known(town):
    assert row_of(town.school).pcs_each is None
    for number in range(3):
        make.employee(f"an{number}", f"Anna {number}", unit=town.first)
    make.employee("left", "Bo Lund", unit=town.first, left_on=date(2026, 5, 1))
    make.employee("soon", "Eva Lund", unit=town.first, starts_on=date(2026, 12, 1))
    row = row_of(town.school)
    # five pcs for three employees: 1,67
    assert (row.pcs, row.employees, row.pcs_each) == (5, 3, 167)
    assert row_of(town.school, Quarter(2026, 1)).employees == 4


def test_the_page_sorts_opens_shares_and_draws_with_words(town, cast, client_of):
    for number in range(20):
        make.employee(f"an{number}", f"Anna {number}", unit=town.first)
    make.employee("bo", "Bo Lund", unit=town.library)
    client = client_of(cast.auditor)
    tree = read(client, f"{PAGE}?kvartal=2026Q2&sorter=-pcs_each")
    # As numbers: 2,00 or more at the library before 0,25 at the school; the stock knows none.
    names = [row.text_content() for row in tree.xpath("//table/tbody/tr/th")]
    assert [name[:4] for name in names] == ["Kult", "Dagt", "Fæll"]
    [link] = tree.xpath(f"//table//a[normalize-space(text())='{town.culture.name}']/@href")
    assert link == f"/egenbetaling/?afdeling={town.culture.pk}&kvartal=2026Q2"
    assert client.get(link).status_code == 200
    [said] = tree.xpath("//*[local-name()='svg']/*[local-name()='desc']/text()")
    assert "Kultur, Fritid & Ejendomme: " in said
    # The first quarter has none before it: no change is made up.
    first = read(client, f"{PAGE}?kvartal=2026Q1")
    assert "Det første kvartal, der opkræves" in text_of(first)


def test_the_workbook_has_numbers(town, cast, client_of):
    make.employee("bo", "Bo Lund", unit=town.library)
    response = client_of(cast.finance).get(f"{PAGE}?hent=xlsx")
    rows = list(load_workbook(BytesIO(b"".join(response.streaming_content))).active.values)
    found = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    own = found["Kultur, Fritid & Ejendomme"]
    row = row_of(town.culture)
    assert own["Udgift (kr.)"] == row.cost_ore / 100
    assert own["Pc'er pr. medarbejder"] == row.pcs


def test_only_those_who_read_everything_come_in(town, cast, client_of):
    head = cast.with_access("hanne", HEAD, department=town.school)
    helpdesk = cast.user("hans", HELPDESK)
    for page in (PAGE, "/egenbetaling/flytninger/"):
        for user in (head, helpdesk, cast.unit_leader, cast.nobody):
            response = client_of(user).get(page)
            assert response.status_code == 403
            assert "Kultur" not in response.content.decode()
            assert client_of(user).get(f"{page}?hent=xlsx").status_code == 403
        assert client_of(cast.auditor).get(page).status_code == 200


def test_queries_do_not_grow_with_rows(town, cast, client_of):
    client = client_of(cast.finance)
    before = queries_of(client, PAGE)
    for number in range(27):
        department = make.department(f"Afdeling {number}")
        make.lease(f"PX{number:06d}", unit=make.unit(f"7{number:03d}", department=department))
    assert queries_of(client, PAGE) == before


@pytest.mark.django_db(transaction=True)
def test_the_pages_are_accessible(page, live_server, town, cast):
    be_logged_in(page, live_server, cast.finance)
    flow = f"flytninger/?fra=01-01-2026&fraafd={town.school.pk}&tilafd={town.culture.pk}"
    days = f"dengang/?afdeling={town.school.pk}&dag=01-05-2026&mod=01-02-2026"
    for path in ("kommunen/", "flytninger/?fra=01-01-2026", flow, "dengang/?mod=01-02-2026", days):
        page.goto(f"{live_server.url}/egenbetaling/{path}")
        assert_accessible_in_every_look(page)
        assert_no_sideways_scroll(page)
