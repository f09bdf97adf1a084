"""What a leader is to decide: exceptions, wishes for leases that end, and answers to objections."""

from datetime import UTC, date, datetime

import pytest

from albertslund_it.common.errors import Refused
from albertslund_it.roles import HEAD, UNIT_LEADER
from inventory.models import Unit
from leasing.lease_end.selectors.endings import MissingWishes, ending_page, missing_wishes
from leasing.lease_end.services.wishes import wish_for_end
from leasing.models import EndChoice, EndDecision, EndWish, Objection, Settings
from tests import builders as make
from tests.leasing.pages import queries_of, read, text_of

PAGE = "/egenbetaling/beslutninger/"
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
ENDS_SOON = date(2023, 4, 1)  # + 4 years: the last day is 31-03-2027
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def school(db):
    make.cost_holder()
    return make.unit("1001", "Ærtebjerg Skole", department=make.department("Dagtilbud & Skole"))


@pytest.fixture
def ending(school):
    return make.lease("PF000001", unit=school, starts_on=ENDS_SOON)


@pytest.fixture
def head(school, cast):
    return cast.with_access("hanne", HEAD, department=school.department)


def wish(lease, actor, wish="return", note="", units=None):
    return wish_for_end(
        lease_ids=[lease.pk],
        wish=wish,
        note=note,
        units=Unit.objects.all() if units is None else units,
        actor=actor,
        today=TODAY,
        now=NOW,
    )


def test_leases_that_end_within_six_months_are_there_and_no_others(school, ending):
    make.lease(
        "PF000002", unit=school, starts_on=date(2023, 5, 24)
    )  # ends the day after six months
    make.lease("PF000003", unit=school, starts_on=date(2022, 11, 23))  # ended today
    make.lease("PF000004", unit=school, starts_on=ENDS_SOON, stops_on=date(2027, 1, 1))
    make.lease("PF000005", starts_on=ENDS_SOON)  # IT's stock
    last = make.lease("PF000006", unit=school, starts_on=date(2023, 5, 23))
    longer = make.lease("PF000007", unit=school, starts_on=date(2022, 4, 1))
    longer.terms.create(position=2, price_ore=130000, quarters=4)

    found = ending_page(Unit.objects.all(), TODAY, 1).rows

    assert [(one.lease_id, one.ends_before) for one in found] == [
        (ending.pk, date(2027, 4, 1)),
        (longer.pk, date(2027, 4, 1)),
        (last.pk, date(2027, 5, 23)),
    ]
    # F(1 January 2027) − F(1 October 2026) of 5.590,66 kr.: ⌊559066·15/16⌋ − ⌊559066·14/16⌋
    assert found[0].quarter_ore == 524124 - 489182
    # The extension of 1.300,00 kr. over four quarters: 325,00 kr. each
    assert found[1].quarter_ore == 32500


def test_what_lacks_a_wish_is_added_up_as_it_is_listed(school, ending, head):
    assert missing_wishes(head, TODAY) == MissingWishes(1, date(2027, 3, 31), 34942)
    make.lease("PF000002", unit=school, starts_on=date(2023, 5, 23))
    wished = make.lease("PF000003", unit=school, starts_on=date(2023, 3, 1))
    wish(wished, head)
    decided = make.lease("PF000004", unit=school, starts_on=ENDS_SOON)
    EndDecision.objects.create(term=decided.terms.get(), choice=EndChoice.RETURN)
    other = make.unit("2001", "Åhaven", department=make.department("Miljø & Teknik"))
    make.lease("PF000005", unit=other, starts_on=ENDS_SOON)

    # Elsewhere on the day, between two days at the school: its row of the quarter has that day.
    away = make.lease("PF000006", unit=school, starts_on=ENDS_SOON)
    make.placement(away.device, date(2026, 11, 20), other)
    make.placement(away.device, date(2026, 11, 27), school)
    back = make.lease("PF000007", unit=school, starts_on=ENDS_SOON)
    make.placement(back.device, date(2026, 10, 20), other)
    make.placement(back.device, date(2026, 10, 27), school)

    listed = [
        one
        for one in ending_page(Unit.objects.filter(pk=school.pk), TODAY, 1).rows
        if one.wish is None and not one.end_choice
    ]

    assert len(listed) == 3
    assert missing_wishes(head, TODAY) == MissingWishes(
        3, date(2027, 3, 31), sum(one.quarter_ore for one in listed)
    )
    # The same of a quarter that is not kept, where facts are asked.
    Settings.objects.update(billing_starts_on=date(2026, 11, 1))
    assert missing_wishes(head, TODAY).quarter_ore == sum(one.quarter_ore for one in listed)


def test_a_wish_is_kept_and_may_be_changed_until_the_end(ending, head):
    assert wish(ending, head, "buyout", "  Til  Anna ") == 1
    assert wish(ending, head, "buyout", "Til Anna") == 0
    assert wish(ending, head, "extension") == 1

    kept = EndWish.objects.get()
    assert (kept.wish, kept.note, kept.wished_by) == ("extension", "", head)
    ending.stops_on = TODAY
    ending.save()
    with pytest.raises(Refused, match="sluttede før den 23-11-2026"):
        wish(ending, head)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"wish": "keep"}, "Vælg, om I ønsker"),
        ({"note": "x" * 301}, "højst være 300 tegn"),
        ({"units": Unit.objects.none()}, "står ikke hos jer i dag"),
    ],
)
def test_what_cannot_be_wished_is_refused_and_nothing_is_written(ending, head, changed, said):
    with pytest.raises(Refused, match=said):
        wish(ending, head, **changed)
    assert not EndWish.objects.exists()


def test_a_head_wishes_on_the_page_and_the_helpdesk_sees_it(ending, head, cast, client_of):
    client = client_of(head)
    assert "1 stk. mangler et ønske" in text_of(read(client, PAGE))

    answer = client.post(PAGE, {"lease": ending.pk, "wish": "return", "note": ""}, follow=True)

    assert "Ønsket er gemt for 1 stk." in answer.content.decode()
    for user in (head, cast.helpdesk, cast.finance):
        text = text_of(read(client_of(user), PAGE))
        assert "PF000001" in text
        assert "Returnering 23-11-2026, Hanne" in text
    device = f"/udstyr/{ending.device_id}/"
    assert "Ønske ved udløb Returnering" in text_of(read(client_of(cast.helpdesk), device))


def test_nothing_typed_is_lost_when_a_wish_is_refused(ending, head, client_of):
    answer = client_of(head).post(PAGE, {"lease": ending.pk, "wish": "", "note": "Til Anna"})

    assert answer.status_code == 422
    page = " ".join(answer.content.decode().split())
    assert "Vælg, om I ønsker frikøb" in page
    assert 'value="Til Anna"' in page
    assert f'value="{ending.pk}" aria-label="Vælg PF000001" checked' in page


def test_who_may_not_wish_reads_only(ending, cast, client_of):
    for user in (cast.finance, cast.helpdesk, cast.auditor):
        client = client_of(user)
        assert not read(client, PAGE).xpath("//input[@name='lease']")
        assert client.post(PAGE, {"lease": ending.pk, "wish": "return"}).status_code == 403
    assert not EndWish.objects.exists()


def test_another_departments_lease_is_neither_shown_nor_taken(ending, cast, client_of):
    other = make.unit("2001", "Åhaven", department=make.department("Miljø & Teknik"))
    for role, where in ((HEAD, {"department": other.department}), (UNIT_LEADER, {"unit": other})):
        client = client_of(cast.with_access(role.lower(), role, **where))
        assert "PF000001" not in text_of(read(client, PAGE))
        answer = client.post(PAGE, {"lease": ending.pk, "wish": "return", "note": ""})
        assert answer.status_code == 422
        assert "PF000001" not in answer.content.decode()
        read(client, f"{PAGE}?afdeling={ending.pk}&side=2", status=404)
    assert not EndWish.objects.exists()


def test_a_wish_stays_with_the_department_that_had_it(school, ending, head, cast, client_of):
    second = make.unit("1002", "Åmoseskolen", department=school.department)
    wish(ending, head, note="Kun for os")
    make.placement(ending.device, date(2026, 11, 2), second)
    assert ending_page(Unit.objects.all(), TODAY, 1).rows[0].wish.note == "Kun for os"

    other = make.unit("2001", "Åhaven", department=make.department("Miljø & Teknik"))
    make.placement(ending.device, date(2026, 11, 24), other)
    page = ending_page(Unit.objects.all(), date(2026, 11, 24), 1)
    assert page.rows[0].wish is None
    assert page.missing == 1
    client = client_of(cast.with_access("kurt", HEAD, department=other.department))
    assert "Kun for os" not in text_of(read(client, f"/udstyr/{ending.device_id}/", status=404))


@pytest.mark.parametrize(
    ("starts_on", "ends_before", "sees"),
    [
        (TODAY, None, True),
        (date(2026, 1, 1), date(2026, 11, 24), True),
        (date(2026, 11, 24), None, False),
        (date(2026, 1, 1), TODAY, False),
    ],
)
def test_a_deputy_decides_while_the_access_holds(
    school, ending, cast, client_of, starts_on, ends_before, sees
):
    person = make.employee(unit=school)
    make.approval(person)
    deputy = cast.with_access(
        "dorte", HEAD, department=school.department, starts_on=starts_on, ends_before=ends_before
    )
    client = client_of(deputy)
    text = text_of(read(client, PAGE))
    assert ("PF000001" in text) is sees
    assert ("Anna Berg" in text) is sees
    answer = client.post(PAGE, {"lease": ending.pk, "wish": "return", "note": ""})
    assert (answer.status_code == 302) is sees
    assert EndWish.objects.exists() is sees
    for page in ("/egenbetaling/", "/egenbetaling/linjer/"):
        read(client, page, status=200 if sees else 404)


def test_exceptions_stand_with_what_they_cost(school, head, cast, client_of):
    make.price()
    approval = make.approval(make.employee(unit=school))
    tree = read(client_of(head), PAGE)
    assert tree.xpath(f"//a[@href='/dispensationer/{approval.pk}/']")
    # From today: ⌊559066/16⌋
    assert "349,41" in text_of(tree)
    leader = client_of(cast.with_access("ulla", UNIT_LEADER, unit=school))
    assert not read(leader, PAGE).xpath("//main//a[contains(@href, '/dispensationer/')]")


def test_answered_objections_stand_without_a_link_to_what_is_anothers_now(
    school, ending, head, client_of
):
    other = make.unit("2001", "Åhaven", department=make.department("Miljø & Teknik"))
    Objection.objects.create(
        device=ending.device,
        unit=school,
        note="Står i Åhaven",
        raised_at=NOW,
        outcome="moved",
        outcome_note="Flyttet",
        settled_at=NOW,
    )
    client = client_of(head)
    address = f"//a[@href='/udstyr/{ending.device_id}/']"
    assert read(client, PAGE).xpath(f"//section[@id='indsigelser']{address}")
    make.placement(ending.device, date(2026, 11, 1), other)
    tree = read(client, PAGE)
    assert "Står i Åhaven" in text_of(tree)
    assert not tree.xpath(address)


def test_thirty_leases_cost_as_many_queries_as_three(school, ending, head, client_of):
    client = client_of(head)
    wish(ending, head)
    make.approval(make.employee(unit=school))
    few = queries_of(client, PAGE)
    for n in range(30):
        wish(make.lease(f"PG{n:06d}", unit=school, starts_on=ENDS_SOON), head)
        make.approval(make.employee(f"x{n}", unit=school))
    assert queries_of(client, PAGE) <= few
