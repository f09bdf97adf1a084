"""What a pc costs beside the others: the same figures as the page, and never one other's alone."""

from datetime import date

import pytest

from albertslund_it.common.quarters import Quarter
from albertslund_it.roles import HEAD
from leasing.billing.selectors.costs import held_anywhere, held_at_ends
from leasing.cost_share.selectors.minute import minute_of
from leasing.cost_share.selectors.payers import payers_seen_by
from leasing.cost_share.selectors.trend import trend_of
from leasing.cost_table.moment import one_moment
from tests import builders as make
from tests.leasing.pages import read, text_of

TODAY = date(2026, 11, 23)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def head(db, cast):
    make.cost_holder()
    school = make.department("Dagtilbud & Skole")
    lease(school, "1001", 3)
    return cast.with_access("hanne", HEAD, department=school)


def lease(department, number, pcs, starts_on=date(2026, 1, 1), price_ore=559066):
    unit = make.unit(number, department=department)
    for at in range(pcs):
        make.lease(f"PF{number}{at}", unit=unit, starts_on=starts_on, price_ore=price_ore)


def others(*numbers, **options):
    for at, pcs in enumerate(numbers):
        lease(make.department(f"Afdeling {at}"), f"20{at:02d}", pcs, **options)


def payer_of(head):
    return payers_seen_by(head, TODAY)[0]


def test_the_averages_are_those_of_the_page(head):
    others(2, price_ore=600_000)
    payer, now = payer_of(head), Quarter.of(TODAY)
    last = trend_of(payer, TODAY)[-1]
    minute = minute_of(payer, now, TODAY)
    assert last.quarter == now
    assert last.own.ore == minute.share.held.average_ore
    assert last.everybody.ore == minute.municipality_ore


def test_five_of_like_size_are_added_up(head):
    others(3, 3, 4, 2, 5, 9, price_ore=600_000)
    last = trend_of(payer_of(head), TODAY)[-1]
    assert last.alike.pcs == 3 + 3 + 4 + 2 + 5


def test_fewer_than_five_are_never_shown(head, client_of):
    others(3, 3, 4, 2)
    assert {one.alike for one in trend_of(payer_of(head), TODAY)} == {None}
    page = text_of(read(client_of(head), "/egenbetaling/"))
    assert "Lignende afdelinger vises, når mindst fem andre har pc'er" in page


def test_a_quarter_in_which_some_of_the_five_had_none_is_left_out(head):
    others(3, 3, 4, 2)
    lease(make.department("Nyeste"), "3001", 3, starts_on=date(2026, 10, 5))
    points = trend_of(payer_of(head), TODAY)
    assert [one.alike is not None for one in points] == [False, False, False, True]


def test_several_quarters_at_once_are_each_as_asked_alone(head):
    others(2, 3, price_ore=600_000)
    away, back = make.lease("PFBACK", unit=make.unit("1001")), make.unit("3001")
    for day, unit in ((2, back), (9, make.unit("1001"))):
        make.placement(away.device, date(2026, 5, day), unit)
    make.placement(make.lease("PFPART", unit=back).device, date(2026, 8, 20), make.unit("2000"))
    quarters = [Quarter(2025, 4), *(Quarter(2026, number) for number in (1, 2, 3))]
    with one_moment():
        together = held_at_ends(quarters)
        alone = {quarter: held_anywhere(quarter.last_day) for quarter in quarters}
    assert {at: sorted(rows) for at, rows in together.items()} == {
        at: sorted(rows) for at, rows in alone.items()
    }
    assert sum(one.items for one in together[Quarter(2026, 3)]) == 3 + 2 + 3 + 2
