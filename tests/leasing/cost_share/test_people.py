"""Who has what a department pays for: only where names may be seen, and the same sum."""

from datetime import date

import pytest

from albertslund_it.common.quarters import Quarter
from albertslund_it.roles import HEAD, UNIT_LEADER
from leasing.cost_share.presenters.share import label_of
from leasing.cost_share.selectors.payers import payers_seen_by
from leasing.cost_share.selectors.people import people_of
from leasing.cost_share.selectors.share import share_of
from leasing.cost_share.views import share
from tests import builders as make
from tests.leasing.pages import assert_every_figure_opens_its_lines, queries_of, read, text_of
from tests.leasing.town import TODAY, Town

PAGE = "/egenbetaling/medarbejdere/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def town(db):
    town = Town()
    anna = make.employee("anbe", "Anna Berg", unit=town.first)
    bo = make.employee("bo", "Bo Dam", unit=town.first)
    make.placement(town.leases[2].device, date(2026, 2, 1), town.first, anna)
    make.placement(town.leases[2].device, date(2026, 11, 2), town.first, bo)
    make.placement(town.leases[3].device, date(2026, 2, 1), town.first, anna)
    make.placement(town.leases[0].device, date(2026, 2, 1), town.first, used_for="Klassesæt 7.B")
    return town


def test_every_grouping_of_every_role_sums_to_the_same_total(town, cast):
    """By unit or department, model, kind and person; each quarter, and what came before it."""
    users = [
        cast.finance,
        cast.helpdesk,
        cast.auditor,
        cast.with_access("hanne", HEAD, department=town.school),
        cast.with_access("kurt", HEAD, department=town.culture),
        cast.with_access("ulla", UNIT_LEADER, unit=town.mover),
    ]
    checked = 0
    for user in users:
        for payer in payers_seen_by(user, TODAY):
            for code in ("2026Q1", "2026Q2", "2026Q3", "2026Q4"):
                quarter = Quarter.parse(code)
                share = share_of(payer, quarter, TODAY)
                for rows in (share.by_payer, share.by_model, share.by_kind):
                    for figure in ("amount_ore", "before_ore", "to_date_ore"):
                        assert sum(getattr(row, figure) for row in rows) == getattr(
                            share.total, figure
                        ), (user, payer.key, code, figure)
                people = people_of(payer, quarter, TODAY)
                assert sum(person.amount_ore for person in people) == share.total.amount_ore
                [cost] = [one for one in share.quarters if one.quarter == quarter]
                assert cost.cost_ore == share.total.amount_ore
                checked += 1
            year = sum(one.cost_ore for one in share.quarters)
            assert share.total.to_date_ore + share.total.amount_ore == share.year_ore == year
    assert checked == 4 * (4 + 4 + 4 + 1 + 1 + 1)


def test_a_device_is_with_who_had_it_last_in_the_quarter(town, cast):
    payer = payers_seen_by(cast.with_access("hanne", HEAD, department=town.school), TODAY)[0]

    def had(code):
        people = people_of(payer, Quarter.parse(code), TODAY)
        return {label_of(p): [one.serial_number for one in p.possessions] for p in people}

    assert had("2026Q3")["Anna Berg (anbe)"] == ["PF000003", "PF000004"]
    assert had("2026Q4")["Anna Berg (anbe)"] == ["PF000004"]
    assert had("2026Q4")["Bo Dam (bo)"] == ["PF000003"]
    assert had("2026Q4")["Klassesæt 7.B"] == ["PF000001"]
    assert list(had("2026Q1"))[-1] == "Engangsbeløb uden udstyr"


# Which address an amount opens is the same on both; that the sums agree is a property, tried on both.
@pytest.mark.once
def test_every_amount_opens_its_lines(town, cast, client_of):
    head = client_of(cast.with_access("hanne", HEAD, department=town.school))
    for code in ("2026Q1", "2026Q4"):
        assert assert_every_figure_opens_its_lines(head, f"{PAGE}?kvartal={code}") > 5
    assert "Anna Berg" in text_of(read(head, PAGE))


def test_names_are_for_those_who_may_see_them_and_for_a_department_at_a_time(town, cast, client_of):
    for user in (cast.finance, cast.auditor):
        client = client_of(user)
        read(client, f"{PAGE}?afdeling={town.school.pk}", status=403)
        page = read(client, f"/egenbetaling/?afdeling={town.school.pk}")
        assert not page.xpath("//a[contains(@href, '/medarbejdere/')]")
    helpdesk = client_of(cast.helpdesk)
    read(helpdesk, f"{PAGE}?afdeling={town.school.pk}")
    for key in ("alle", "it-lager"):
        read(helpdesk, f"{PAGE}?afdeling={key}", status=404)
    head = client_of(cast.with_access("kurt", HEAD, department=town.culture))
    read(head, f"{PAGE}?afdeling={town.school.pk}", status=404)
    assert "Anna Berg" not in text_of(read(head, PAGE))


def test_thirty_people_cost_as_many_queries_as_three(town, cast, client_of):
    head = client_of(cast.with_access("hanne", HEAD, department=town.school))
    few = queries_of(head, PAGE)
    for n in range(30):
        person = make.employee(f"y{n}", f"Person {n}", unit=town.first)
        make.lease(f"PG{n:06d}", unit=town.first, employee=person)
    assert queries_of(head, PAGE) <= few


def test_what_one_has_goes_on_over_the_pages(town, cast, client_of, monkeypatch):
    head = client_of(cast.with_access("hanne", HEAD, department=town.school))
    rows = "//table//tbody/tr"
    whole = [text_of(row) for row in read(head, f"{PAGE}?kvartal=2026Q3").xpath(rows)]
    monkeypatch.setattr(share, "ROWS_A_PAGE", 1)
    paged = [
        row
        for side in range(1, len(whole) + 1)
        for row in read(head, f"{PAGE}?kvartal=2026Q3&side={side}").xpath(rows)
    ]
    assert len(paged) == len(whole) > 3
    names = [text_of(row.xpath("th")[0]) for row in paged]
    people = {name.replace(", fortsat", "") for name in names}
    assert sum(", fortsat" in name for name in names) == len(names) - len(people) > 1
