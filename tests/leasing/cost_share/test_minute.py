"""The leader's minute: the year against the budget, the quarters ahead, and when it is known."""

from datetime import date

import pytest

from albertslund_it.common.quarters import Quarter
from albertslund_it.roles import HEAD, UNIT_LEADER
from leasing.cost_share.selectors.minute import minute_of
from leasing.cost_share.selectors.payers import payers_seen_by
from leasing.models import Budget, Charge
from tests import builders as make
from tests.leasing.pages import read, text_of
from tests.leasing.town import TODAY, Town

SHARE = "/egenbetaling/"
NOW = Quarter(2026, 4)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def town(db):
    return Town()


@pytest.fixture
def head(town, cast):
    return cast.with_access("hanne", HEAD, department=town.school)


def payer_of(user):
    return payers_seen_by(user, TODAY)[0]


def test_the_quarters_go_from_the_billing_start_to_eight_ahead(town, head):
    minute = minute_of(payer_of(head), NOW, TODAY)
    codes = [str(one.quarter) for one in minute.quarters]
    assert (codes[0], codes[-1], len(codes)) == ("2026Q1", "2028Q4", 12)
    # Billed and agreed together are what the share calls the quarter's cost.
    shades = [one.amounts for one in minute.quarters]
    assert [one["billed"] + one["contracted"] for one in shades] == [
        cost.cost_ore for cost in minute.share.quarters
    ]


def test_a_budget_has_what_is_left_of_it_and_says_when_it_is_passed(town, head, client_of):
    client = client_of(head)
    assert "Der er ikke skrevet et budget" in text_of(read(client, SHARE))
    expected = minute_of(payer_of(head), NOW, TODAY).year_ore
    one = Budget.objects.create(unit=town.first, year=2026, amount_ore=expected)
    Budget.objects.create(unit=town.second, year=2026, amount_ore=10_000)
    Budget.objects.create(unit=town.second, year=2027, amount_ore=999_999)
    Budget.objects.create(unit=town.library, year=2026, amount_ore=999_999)
    assert "Forventet rest af budgettet: 100,00 kr." in text_of(read(client, SHARE))
    one.amount_ore -= 12_345
    one.save()
    text = text_of(read(client, SHARE))
    assert "Forventet regnskab 2026 Overskredet" in text
    assert "Forventet 23,45 kr. over budgettet" in text


def test_a_new_fact_is_seen_at_once(town, head, client_of):
    client, payer = client_of(head), payer_of(head)
    before = minute_of(payer, NOW, TODAY).share.total.amount_ore
    make.charge(town.first, 12_300, date(2026, 11, 3), "Ridset låg")
    assert minute_of(payer, NOW, TODAY).share.total.amount_ore == before + 12_300
    Charge.objects.get(text="Ridset låg").delete()
    assert minute_of(payer, NOW, TODAY).share.total.amount_ore == before
    read(client, SHARE)


def test_two_leaders_own_units_are_not_taken_for_each_other(town, cast, client_of):
    pages = [
        text_of(read(client_of(cast.with_access(name, UNIT_LEADER, unit=unit)), SHARE))
        for name, unit in (("ulla", town.mover), ("bent", town.second))
    ]
    assert "Ungdomsklubben" in pages[0]
    assert "Åmoseskolen" not in pages[0]
    assert "Åmoseskolen" in pages[1]
    assert "Ungdomsklubben" not in pages[1]


def test_the_pcs_open_as_a_list_of_just_as_many(town, head, cast, client_of):
    for user, key in ((head, town.school.pk), (cast.finance, "alle")):
        client = client_of(user)
        [link] = read(client, f"{SHARE}?afdeling={key}").xpath(
            "//a[contains(@href, 'state=leaset-pc')]"
        )
        rows = read(client, link.get("href")).xpath("//table/tbody/tr")
        assert len(rows) == int(link.text)


def test_the_average_of_the_municipality_stands_beside_the_own(town, head, client_of):
    text = text_of(read(client_of(head), SHARE))
    minute = minute_of(payer_of(head), NOW, TODAY)
    # All nine pcs but the stopped one are T14: 5.590,66 kr. over 16 quarters, ⌊34941,6⌋
    assert minute.municipality_ore in {34941, 34942}
    assert "i hele kommunen 349,4" in text
