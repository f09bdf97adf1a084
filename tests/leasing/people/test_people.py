"""People who do not fit: still to come, employed twice, moved to another unit, gone."""

from datetime import UTC, date, datetime

import pytest
from django.core import mail

from albertslund_it.common.errors import Refused
from inventory.history.presenters import history_shown
from inventory.history.selectors import Rows, history_of
from inventory.models import Employee, ExpectedReturn
from inventory.people.services.people import add_coming, employee_state, save_employee
from leasing.models import Approval, LossReport, Mail, Order, OrderLine, Status
from leasing.movements.selectors.overdue import next_to_take_back, overdue_returns
from leasing.people.services.returns import ask_back
from tests import builders as make
from tests.leasing.pages import queries_of, read, text_of

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def coming(cast):
    made = add_coming(
        name="Kim Åskov", unit=cast.unit, starts_on=date(2026, 12, 1), actor=cast.helpdesk
    )
    order = Order.objects.create(created_at=NOW)
    line = OrderLine.objects.create(
        order=order,
        position=1,
        model=make.model(),
        unit=cast.unit,
        employee=made,
        reason="new",
        status=Status.APPROVED,
    )
    Approval.objects.create(
        employee=made, line=line, reason="Ny", ends_before=date(2027, 1, 1), asked_at=NOW
    )
    return made


def save(employee, actor, **changed):
    values = {
        "initials": "",
        "unit": employee.unit,
        "also_employed_at": [],
        "starts_on": employee.starts_on,
        "left_on": employee.left_on,
        "seen": employee_state(employee),
    }
    return save_employee(employee_id=employee.pk, actor=actor, **{**values, **changed})


def changes_of(rows):
    return history_shown(history_of(rows, with_people=True)).changes


class TestComing:
    def test_asked_for_twice_it_is_one(self, coming, cast):
        again = add_coming(
            name=" kim  åskov", unit=cast.unit, starts_on=date(2026, 12, 1), actor=cast.helpdesk
        )
        assert again.pk == coming.pk

    def test_given_initials_it_is_a_real_one(self, coming, cast):
        save(coming, cast.helpdesk, initials="kiaa")
        coming.refresh_from_db()
        assert (coming.initials, coming.is_coming) == ("kiaa", False)
        [change] = [
            c for c in changes_of(Rows(Employee, [coming.pk])) if c.what == "Medarbejder rettet"
        ]
        assert (change.by, change.fields) == ("Hjalte", [("initialer", "–", "kiaa")])

    def test_initials_of_another_are_refused_with_the_way_out(self, coming, cast):
        make.employee("KIAA", "Karl", unit=cast.unit)
        with pytest.raises(Refused, match="Saml de to i stedet"):
            save(coming, cast.helpdesk, initials="kiaa")

    def test_made_on_a_form_that_keeps_what_was_typed(self, cast, client_of):
        client = client_of(cast.helpdesk)
        typed = {"name": "Ida Sø", "unit": cast.unit.pk, "starts_on": "32-13-2026"}
        refused = client.post("/medarbejdere/kommende/ny/", typed)
        assert refused.status_code == 422
        assert "Ida Sø" in refused.content.decode()
        made = client.post("/medarbejdere/kommende/ny/", {**typed, "starts_on": "01-12-2026"})
        employee = Employee.objects.get(name="Ida Sø")
        assert made.url == f"/medarbejdere/{employee.pk}/"
        assert employee.is_coming


class TestEdit:
    def test_two_people_at_once_the_later_one_is_told(self, cast):
        anna = make.employee(unit=cast.unit)
        seen = employee_state(anna)
        save(anna, cast.helpdesk, left_on=date(2027, 1, 1), seen=seen)
        with pytest.raises(Refused, match="rettet af en anden"):
            save(anna, cast.helpdesk, left_on=date(2027, 2, 1), seen=seen)
        save(anna, cast.helpdesk, left_on=date(2027, 1, 1), seen=seen)  # the same again

    def test_other_employments_and_leaving_on_the_form(self, cast, client_of):
        anna = make.employee(unit=cast.unit)
        second = make.unit("1002", "Nabo")
        client = client_of(cast.helpdesk)
        url = f"/medarbejdere/{anna.pk}/ret/"
        [seen] = read(client, url).xpath("//input[@name='seen']/@value")
        answer = client.post(
            url,
            {
                "unit": cast.unit.pk,
                "also_employed_at": [second.pk, cast.unit.pk],
                "left_on": "31-12-2026",
                "seen": seen,
            },
        )
        assert answer.status_code == 302
        anna.refresh_from_db()
        assert anna.left_on == date(2026, 12, 31)
        assert list(anna.also_employed_at.all()) == [second]
        assert "Nabo" in text_of(read(client, f"/medarbejdere/{anna.pk}/"))


class TestAskBack:
    @pytest.fixture
    def held(self, cast):
        anna = make.employee(unit=cast.unit)
        return make.lease(unit=cast.unit, employee=anna).device, anna

    def test_it_is_expected_and_the_person_gets_a_mail(
        self, held, cast, django_capture_on_commit_callbacks
    ):
        device, anna = held
        ask = {"device": device, "employee": anna, "actor": cast.helpdesk}
        ask |= {"today": TODAY, "now": NOW}
        with django_capture_on_commit_callbacks(execute=True):
            assert ask_back(**ask, due_on=date(2026, 12, 7))
        assert not ask_back(**ask, due_on=date(2026, 12, 7))  # a double click
        expected = ExpectedReturn.objects.get()
        assert (expected.why, expected.due_on) == ("asked", date(2026, 12, 7))
        [written] = Mail.objects.all()
        assert written.recipients == anna.mail
        assert device.serial_number in written.text
        assert len(mail.outbox) == 1
        ask_back(**ask, due_on=date(2026, 12, 14))
        assert ExpectedReturn.objects.get().due_on == date(2026, 12, 14)

    def test_what_is_handed_in_meanwhile_is_not_asked_for(self, held, cast):
        device, anna = held
        make.placement(device, TODAY)
        with pytest.raises(Refused, match="har ikke længere"):
            ask_back(
                device=device,
                employee=anna,
                due_on=TODAY,
                actor=cast.helpdesk,
                today=TODAY,
                now=NOW,
            )
        assert not Mail.objects.exists()

    def test_on_the_page(self, held, cast, client_of):
        device, anna = held
        client = client_of(cast.helpdesk)
        url = f"/medarbejdere/{anna.pk}/bed-tilbage/{device.pk}/"
        back = make.device("PF-HAD-0001")
        make.placement(back, date(2025, 1, 1), cast.unit, anna)
        make.placement(back, date(2026, 1, 1))
        page = read(client, f"/medarbejdere/{anna.pk}/")
        for part in ("Har nu", "Har haft"):
            cells = page.xpath(f"//section[h2='{part}']//tbody//td")
            assert cells
            assert all({"data-label", "data-act"} & {*one.attrib} for one in cells), "cards"
        assert client.post(url, {"due_on": "01-01-2020"}).status_code == 422
        assert client.post(url, {"due_on": "07-12-2026"}).status_code == 302
        text = text_of(read(client, f"/medarbejdere/{anna.pk}/"))
        assert "Bedt om at aflevere: senest 07-12-2026" in text


class TestStolen:
    """What is stolen is expected of nobody, until it is found."""

    @pytest.fixture
    def anna(self, cast):
        return make.employee(unit=cast.unit)

    @pytest.fixture
    def stolen(self, cast, anna):
        device = make.lease(unit=cast.unit, employee=anna).device
        LossReport.objects.create(
            device=device,
            kind="stolen",
            discovered_at=datetime(2026, 11, 20, 23, 30, tzinfo=UTC),  # the 21st here
            encrypted="yes",
            reported_at=NOW,
        )
        return device

    def test_it_is_not_asked_for(self, stolen, anna, cast, client_of):
        client = client_of(cast.helpdesk)
        url = f"/medarbejdere/{anna.pk}/bed-tilbage/{stolen.pk}/"
        assert "er meldt stjålet den 21-11-2026" in client.get(url, follow=True).content.decode()
        response = client.post(url, {"due_on": "07-12-2026"})
        assert response.status_code == 422
        assert "er meldt stjålet den 21-11-2026" in response.content.decode()
        assert not ExpectedReturn.objects.exists()
        assert not Mail.objects.exists()

    def test_the_pages_of_the_person_say_so(self, stolen, anna, cast, client_of):
        client = client_of(cast.helpdesk)
        page = read(client, f"/medarbejdere/{anna.pk}/")
        assert "Meldt stjålet 21-11-2026" in text_of(page)
        assert "Bed om den tilbage" not in text_of(page)
        assert not page.xpath("//a[contains(@href, '/tag-tilbage/?serienumre')]")
        offboarding = text_of(read(client, f"/medarbejdere/{anna.pk}/fratraeder/"))
        assert "Meldt stjålet 21-11-2026" in offboarding

    def test_what_was_expected_is_so_again_once_it_is_found(self, stolen, anna):
        ExpectedReturn.objects.create(
            device=stolen,
            employee=anna,
            unit=anna.unit,
            why="asked",
            due_on=date(2026, 11, 1),
            created_at=NOW,
        )
        assert not overdue_returns(TODAY)
        assert next_to_take_back(TODAY) is None
        LossReport.objects.update(found_on=TODAY)
        assert [one.device for one in overdue_returns(TODAY)] == [stolen]

    def test_what_a_leaver_lost_is_not_next_to_be_taken_back(self, stolen, anna):
        Employee.objects.update(left_on=TODAY)
        assert next_to_take_back(TODAY) is None
        LossReport.objects.update(found_on=TODAY)
        assert next_to_take_back(TODAY) == stolen


class TestPage:
    def test_a_changed_unit_shows_with_the_ways_to_mend_it(self, cast, client_of):
        anna = make.employee(unit=cast.unit)
        make.lease("PF000001", unit=cast.unit, employee=anna)
        anna.unit = make.unit("1002", "Nabo", department=cast.department)
        anna.save()
        tree = read(client_of(cast.helpdesk), f"/medarbejdere/{anna.pk}/")
        assert "Skiftet enhed" in text_of(tree)
        [move] = tree.xpath("//a[starts-with(normalize-space(text()), 'Flyt fra dato')]/@href")
        assert move.startswith("/udstyr/flyt/?serienumre=PF000001&")
        assert "&fra=" in move
        assert tree.xpath("//a[starts-with(normalize-space(text()), 'Bed om den tilbage')]")

    def test_what_it_costs_and_has_had(self, cast, client_of):
        """F over the fourth quarter of 2026 of a T14: 349,42."""
        anna = make.employee(unit=cast.unit)
        make.lease("PF000001", unit=cast.unit, employee=anna)
        before = make.lease("PF000002", unit=cast.unit, employee=anna).device
        make.placement(before, date(2026, 5, 1))
        tree = read(client_of(cast.helpdesk), f"/medarbejdere/{anna.pk}/")
        assert "349,42" in text_of(tree.xpath("//section[@aria-labelledby='has']")[0])
        had = text_of(tree.xpath("//section[@aria-labelledby='had']")[0])
        assert "PF000002" in had
        assert "30-04-2026" in had

    def test_a_leader_reads_nothing_of_another_departments_people_or_time(self, cast, client_of):
        foreign = make.unit("2001", "Åhaven", department=make.department("Miljø & Teknik"))
        bo = make.employee("bo", "Bo Fremmed", unit=foreign)
        anna = make.employee(unit=cast.unit)
        make.lease("PF-FREMMED", unit=foreign, employee=anna)
        for user in (cast.head, cast.unit_leader):
            client = client_of(user)
            assert client.get(f"/medarbejdere/{bo.pk}/").status_code == 404
            page = client.get(f"/medarbejdere/{anna.pk}/").content.decode()
            for secret in ("PF-FREMMED", "Åhaven", "Historik", "Bed om den tilbage"):
                assert secret not in page, secret
            assert "Bo Fremmed" not in client.get("/medarbejdere/?q=bo").content.decode()
        for user in (cast.finance, cast.auditor, cast.nobody):
            assert client_of(user).get(f"/medarbejdere/{anna.pk}/").status_code == 403

    def test_rows_cost_no_queries(self, cast, client_of):
        client = client_of(cast.helpdesk)
        anna = make.employee(unit=cast.unit)
        for number in range(3):
            make.lease(f"AA{number}", unit=cast.unit, employee=anna)
        page = f"/medarbejdere/{anna.pk}/"
        few = queries_of(client, page), queries_of(client, "/medarbejdere/")
        for number in range(30):
            make.lease(f"BB{number}", unit=cast.unit, employee=anna)
            make.employee(f"p{number}", f"Person {number}", unit=cast.unit)
        assert (queries_of(client, page), queries_of(client, "/medarbejdere/")) == few


class TestList:
    @pytest.fixture
    def people(self, cast):
        anna = make.employee(unit=cast.unit)
        make.lease("PF000001", unit=cast.unit, employee=anna)
        make.employee("aage", "Åge Ærø", unit=cast.unit)
        make.employee("gone", "Gitte Gået", unit=cast.unit, left_on=date(2026, 1, 1))
        make.employee("", "Kim Kommende", unit=cast.unit)

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("", ["Anna Berg", "Gitte Gået", "Kim Kommende", "Åge Ærø"]),
            ("pc=ja", ["Anna Berg"]),
            ("pc=nej&state=ansat", ["Åge Ærø"]),
            ("state=fratraadt", ["Gitte Gået"]),
            ("state=kommende", ["Kim Kommende"]),
            ("q=åge+ærø", ["Åge Ærø"]),
            ("q=AAGE", ["Åge Ærø"]),
            ("sorter=-name", ["Åge Ærø", "Kim Kommende", "Gitte Gået", "Anna Berg"]),
        ],
    )
    def test_filters_and_order(self, people, cast, client_of, query, names):
        tree = read(client_of(cast.helpdesk), f"/medarbejdere/?{query}")
        assert tree.xpath("//tbody/tr/th/a/text()") == names

    def test_every_column_that_sorts_sorts(self, people, cast, client_of):
        client = client_of(cast.helpdesk)
        tree = read(client, "/medarbejdere/")
        addresses = tree.xpath("//thead//a/@href")
        assert len(addresses) == 6
        for address in addresses:
            assert len(read(client, f"/medarbejdere/{address}").xpath("//tbody/tr")) == 4

    def test_as_excel(self, people, cast, client_of):
        response = client_of(cast.helpdesk).get("/medarbejdere/?hent=xlsx")
        assert b"".join(response.streaming_content)[:2] == b"PK"


def test_who_asked_the_head_already_is_not_told_to_ask(cast, client_of):
    anna = make.employee(unit=cast.unit)
    make.lease("PF000001", unit=cast.unit, employee=anna)
    line = make.order_line(employee=anna, status="awaiting")
    page, helpdesk = f"/medarbejdere/{anna.pk}/", client_of(cast.helpdesk)
    assert "eller bed lederen om dispensation" in text_of(read(helpdesk, page))

    make.approval(anna, line=line)
    text = text_of(read(helpdesk, page))
    assert "Lederen er spurgt om dispensation og har ikke svaret endnu." in text
    assert "bed lederen" not in text
