"""The departments side by side, what moved between them, and how it was on a day."""

from datetime import date

import pytest

from albertslund_it.common.quarters import Quarter
from albertslund_it.roles import HEAD
from leasing.selectors.share.at_date import held_on, rows_on
from leasing.selectors.share.bearers import bearers_seen_by
from leasing.selectors.share.moves import flows_of, moves_between
from leasing.selectors.share.municipality import departments_compared
from leasing.selectors.share.share import share_of
from tests import builders as make
from tests.browser import assert_accessible_in_every_look, assert_no_sideways_scroll, log_in
from tests.leasing.pages import queries_of, read, text_of
from tests.leasing.town import TODAY, Town

NOW = Quarter(2026, 4)


@pytest.fixture
def town(db, settings):
    settings.TODAY = TODAY
    return Town()


def test_the_departments_add_up_to_the_municipality(town, cast, client_of):
    everybody = bearers_seen_by(cast.finance, TODAY)[0]
    for quarter in (Quarter(2026, 1), NOW):
        share = share_of(everybody, quarter, TODAY)
        rows = departments_compared(quarter, TODAY)
        assert sum(row.cost_ore for row in rows) == share.total.amount_ore
        assert sum(row.change_ore for row in rows) == share.total.change_ore
        assert sum(row.pcs for row in rows) == share.held.pcs
        assert sum(row.pcs_ore for row in rows) == share.held.pcs_quarter_ore
    text = text_of(read(client_of(cast.auditor), "/egenbetaling/kommunen/"))
    assert "Kultur, Fritid & Ejendomme" in text


def test_pcs_for_each_employee(town):
    for number in range(3):
        make.employee(f"an{number}", f"Anna {number}", unit=town.first)
    [school] = [r for r in departments_compared(NOW, TODAY) if r.key == str(town.school.pk)]
    assert (school.pcs, school.employees, school.pcs_each) == (5, 3, "1,67")


def test_what_moved_is_counted_where_it_went_and_opens(town, cast, client_of):
    # PF000005 went from the school to the library on 15 February 2026.
    moves = moves_between(date(2026, 2, 1), date(2026, 2, 28))
    assert [(m.serial_number, m.from_key, m.to_key) for m in moves] == [
        ("PF000005", str(town.school.pk), str(town.culture.pk))
    ]
    [flow] = flows_of(moves)
    assert flow.count == 1
    assert moves_between(date(2026, 2, 16), date(2026, 2, 28)) == []
    client = client_of(cast.finance)
    tree = read(client, "/egenbetaling/flytninger/?fra=01-02-2026&til=28-02-2026")
    [link] = tree.xpath("//table/tbody//a[contains(@href, 'fraafd')]/@href")
    assert "PF000005" in text_of(read(client, link))
    assert client.get("/egenbetaling/flytninger/?fraafd=1").status_code == 404
    assert client.get("/egenbetaling/flytninger/?fra=x").status_code == 200


def test_a_day_shows_what_was_there_and_two_days_what_is_different(town, cast):
    bearer = next(b for b in bearers_seen_by(cast.finance, TODAY) if b.key == str(town.school.pk))
    before, after = date(2026, 2, 14), date(2026, 2, 15)
    assert "PF000005" in {one.serial_number for one in held_on(bearer, before)}
    assert "PF000005" not in {one.serial_number for one in held_on(bearer, after)}
    rows = rows_on(bearer, after, before)
    assert [(row.serial_number, row.what) for row in rows if row.what != "Uændret"] == [
        ("PF000005", "Væk")
    ]
    total = sum(one.quarter_ore for one in held_on(bearer, after))
    assert sum(row.amount_ore for row in rows) == total


def test_a_day_is_as_it_is_known_today_and_moves_inside_are_told(town, cast):
    bearer = next(b for b in bearers_seen_by(cast.finance, TODAY) if b.key == str(town.school.pk))
    # PF000002 went to the other school on 10 March; it was entered after the quarter was closed.
    rows = rows_on(bearer, date(2026, 3, 10), date(2026, 3, 9))
    [moved] = [row for row in rows if row.what == "Flyttet"]
    assert (moved.serial_number, moved.unit) == ("PF000002", "Ærtebjerg Skole → Åmoseskolen")


def test_a_head_sees_only_the_own_past(town, cast, client_of):
    client = client_of(cast.with_access("hanne", HEAD, department=town.school))
    text = text_of(read(client, "/egenbetaling/dengang/?dag=01-03-2026&mod=01-02-2026"))
    assert "PF000001" in text
    assert "Biblioteket" not in text
    assert client.get(f"/egenbetaling/dengang/?afdeling={town.culture.pk}").status_code == 404
    assert client.get("/egenbetaling/dengang/?afdeling=alle").status_code == 404
    assert client.get("/egenbetaling/kommunen/").status_code == 403
    assert client.get("/egenbetaling/flytninger/").status_code == 403


@pytest.mark.parametrize(
    "page", ["kommunen/", "flytninger/?fra=01-01-2026", "dengang/?dag=01-03-2026&mod=01-02-2026"]
)
def test_the_pages_cost_the_same_for_three_and_thirty(town, cast, client_of, page):
    client = client_of(cast.finance)
    before = queries_of(client, f"/egenbetaling/{page}")
    for number in range(27):
        lease = make.lease(f"PX{number:06d}", unit=town.first)
        make.placement(lease.device, date(2026, 2, 3), town.library)
    assert queries_of(client, f"/egenbetaling/{page}") == before


@pytest.mark.django_db(transaction=True)
def test_the_pages_are_accessible(page, live_server, town, cast):
    log_in(page, live_server, cast.finance)
    for path in ("kommunen/", "flytninger/?fra=01-01-2026", "dengang/?mod=01-02-2026"):
        page.goto(f"{live_server.url}/egenbetaling/{path}")
        assert_accessible_in_every_look(page)
        assert_no_sideways_scroll(page)
