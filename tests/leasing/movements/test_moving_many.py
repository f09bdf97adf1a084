"""Moving thirty pcs at once: who has them afterwards, what they cost, and the faults it makes."""

import re
from datetime import timedelta

import pytest
from lxml import html

from inventory.models import Placement
from leasing.data_quality.selectors.findings import open_ids
from leasing.data_quality.selectors.rules import BY_KEY
from leasing.data_quality.selectors.sets import held_by_leavers
from tests import builders as make
from tests.leasing.agreeing import look, save
from tests.leasing.movements.town import TODAY, School
from tests.leasing.pages import queries_of, read, text_of

MOVE = "/udstyr/flyt/"


@pytest.fixture
def thirty(db, settings):
    """A school with thirty pcs: 24 with people of its own, one of whom has left, and a cart."""
    settings.TODAY = TODAY
    school = School()
    for n in range(30):
        person = make.employee(f"m{n:03}", f"Person {n:02}", unit=school.birke) if n < 24 else None
        if n == 23:
            person.left_on = TODAY - timedelta(days=3)
            person.save()
        lease = make.lease(f"PM{n:06}")
        used_for = "" if person else "Vogn"
        make.placement(lease.device, make.FIRST_DAY, school.birke, person, used_for=used_for)
    return school


def numbers(count=30):
    return "\n".join(f"PM{n:06}" for n in range(count))


def typed(school, **more):
    return {"serial_numbers": numbers(), "starts_on": "23-11-2026", **more}


def test_an_empty_employee_keeps_each_with_its_own(thirty, client_of, cast):
    save(client_of(cast.helpdesk), MOVE, typed(thirty, unit=thirty.library.pk))

    now = Placement.objects.filter(starts_on=TODAY, unit=thirty.library)
    assert now.count() == 30
    assert now.filter(employee=None, used_for="Vogn").count() == 6


def test_nobody_has_them_only_when_that_is_chosen(thirty, client_of, cast):
    answer = save(
        client_of(cast.helpdesk), MOVE, typed(thirty, unit=thirty.library.pk, no_employee="on")
    )

    assert answer.status_code == 302
    assert Placement.objects.filter(starts_on=TODAY, employee=None).count() == 30


def test_all_rows_the_total_and_the_faults_are_shown_before(thirty, client_of, cast):
    client = client_of(cast.helpdesk)
    page = look(client, MOVE, typed(thirty, unit=thirty.library.pk)).content.decode()
    tree = html.fromstring(page)
    text = text_of(tree)
    assert len(tree.xpath("//ul[@class='handled']/li")) == 30
    assert len(tree.xpath("//details[@class='handled-more']//li")) == 22
    assert "Vis de andre 22" in text
    assert "Birkeskolen (Person 00) → Biblioteket (Person 00)" in text
    assert "Birkeskolen (Vogn) → Biblioteket (Vogn)" in text
    # 30 · (F(1 April 2027) − F(1 January 2027)) = 30 · 34942
    assert "I alt 30 stk., der koster 10.482,60 kr. i et helt kvartal." in text
    told = re.search(r"Hos medarbejdere, der har skiftet enhed: (\d+) stk\.", text)
    assert int(told[1]) == 23, "but the one who has left, where it is a fault already"
    save(client, MOVE, typed(thirty, unit=thirty.library.pk))
    assert len(open_ids(BY_KEY["moved"], TODAY)) == 23
    assert held_by_leavers(TODAY).count() == 1


def test_the_faults_of_a_cleared_employee_are_told(thirty, client_of, cast):
    client = client_of(cast.helpdesk)
    page = look(client, MOVE, typed(thirty, no_employee="on")).content.decode()

    assert "Pc&#x27;er uden medarbejder og uden Bruges til: 24 stk." in page
    save(client, MOVE, typed(thirty, no_employee="on"))
    assert len(open_ids(BY_KEY["nobody"], TODAY)) == 24
    assert Placement.objects.filter(starts_on=TODAY, unit=thirty.birke).count() == 24


def test_a_move_says_something(thirty, client_of, cast):
    answer = look(client_of(cast.helpdesk), MOVE, typed(thirty))
    assert answer.status_code == 422
    assert "vælg den enhed, de flyttes til" in answer.content.decode()


def test_the_page_asks_as_much_for_thirty_as_for_three(thirty, client_of, cast):
    client = client_of(cast.helpdesk)

    def url(count):
        asked = "&".join(f"serienumre=PM{n:06}" for n in range(count))
        return f"{MOVE}?enhed={thirty.library.pk}&{asked}"

    assert "PM000002" in text_of(read(client, url(3)))
    assert queries_of(client, url(3)) == queries_of(client, url(30))
