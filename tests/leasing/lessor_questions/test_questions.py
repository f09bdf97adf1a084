"""The lessor's questions: typed in, changed, answered; what contradicts itself is refused."""

from datetime import date

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leasing.lease_end.selectors.questions import answer_by_of
from leasing.models import LessorQuestion, QuestionItem
from tests import builders as make
from tests.leasing.lessor_questions.asking import ask
from tests.leasing.pages import read, text_of

TODAY = date(2029, 7, 10)
TYPED = {
    "received_on": "01-07-2029",
    "answer_by": "01-08-2029",
    "expires_from": "01-12-2029",
    "expires_to": "31-12-2029",
    "note": "Brev fra ATEA",
}


@pytest.fixture(autouse=True)
def today(settings, db):
    settings.TODAY = TODAY
    make.cost_holder()


@pytest.fixture
def client(cast, client_of):
    return client_of(cast.helpdesk)


def typed(**changed):
    return {**TYPED, "sub_agreement": make.sub_agreement().pk, **changed}


def test_a_question_is_typed_in_and_its_deadline_is_known(client, cast):
    lease = make.lease()
    response = client.post("/henvendelser/ny/", typed())
    question = LessorQuestion.objects.get()
    assert response.url == f"/henvendelser/{question.pk}/"
    assert question.note == "Brev fra ATEA"
    assert answer_by_of([lease.pk]) == {lease.pk: date(2029, 8, 1)}
    assert LogEntry.objects.get_for_object(question).get().actor == cast.helpdesk


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"answer_by": "30-06-2029"}, "Svarfristen kan ikke ligge før den dag, I fik brevet."),
        ({"expires_to": "30-11-2029"}, "Til og med kan ikke ligge før fra."),
        ({"received_on": "11-07-2029"}, "Modtaget kan ikke ligge i fremtiden."),
        ({"received_on": "31-06-2029"}, "Den dag findes ikke i kalenderen."),
        ({"answer_by": ""}, "Skriv leasinggivers frist, fx 31-12-2026."),
        ({"sub_agreement": "99999999999999999999"}, "Vælg underaftale"),
        ({"note": "x" * 301}, "højst 300 tegn"),
        ({"note": "a\0b"}, "Null"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(client, changed, said):
    response = client.post("/henvendelser/ny/", typed(**changed))
    assert response.status_code == 422
    shown = response.content.decode()
    assert said in shown
    assert "01-12-2029" in shown
    assert not LessorQuestion.objects.exists()


def test_a_second_one_about_the_sub_agreement_that_day_is_refused(client):
    ask()
    response = client.post("/henvendelser/ny/", typed())
    assert response.status_code == 422
    assert "Der er allerede en henvendelse om underaftalen den dag." in response.content.decode()


def test_a_question_is_changed_with_history(client):
    question = ask()
    response = client.post(
        f"/henvendelser/{question.pk}/ret/", typed(answer_by="15-08-2029", answered_on="")
    )
    assert response.status_code == 302
    question.refresh_from_db()
    assert question.answer_by == date(2029, 8, 15)
    assert LogEntry.objects.get_for_object(question).count() == 2


class TestTheAnswer:
    def test_an_answered_question_has_no_deadline_and_can_be_opened_again(self, client):
        lease, question = make.lease(), ask()
        client.post(f"/henvendelser/{question.pk}/besvaret/", {"answered_on": "09-07-2029"})
        assert answer_by_of([lease.pk]) == {}
        client.post(f"/henvendelser/{question.pk}/ret/", typed(answered_on=""))
        assert answer_by_of([lease.pk]) == {lease.pk: date(2029, 8, 1)}

    @pytest.mark.parametrize("day", ["30-06-2029", "11-07-2029", "engang", ""])
    def test_a_day_before_the_question_or_to_come_is_refused(self, client, day):
        question = ask()
        url = f"/henvendelser/{question.pk}/besvaret/"
        shown = client.post(url, {"answered_on": day}, follow=True).content.decode()
        assert "notice-bad" in shown
        question.refresh_from_db()
        assert question.answered_on is None


class TestThePages:
    def test_the_list_says_how_each_stands(self, client):
        ask(answer_by=date(2029, 7, 9))
        ask("UA-2", answer_by=date(2029, 7, 12))
        ask("UA-3", answered_on=date(2029, 7, 3))
        text = text_of(read(client, "/henvendelser/"))
        assert "1 dag over fristen" in text
        assert "2 dage til fristen" in text
        assert "Besvaret 03-07-2029" in text
        assert "UA-3" not in text_of(read(client, "/henvendelser/?stand=aaben").find(".//table"))

    def test_the_page_counts_what_is_decided_and_leads_to_the_board(self, client):
        make.decided(make.lease("PF000001"), "return")
        make.lease("PF000002")
        question = ask()
        tree = read(client, f"/henvendelser/{question.pk}/")
        values = [one.text_content().strip() for one in tree.find_class("figure-value")]
        assert values == ["2", "1", "1"]
        [board] = tree.xpath("//dd[@class='figure-note']/a/@href")
        assert board == f"/udloeb/?kvartal=2029Q4&underaftale={question.sub_agreement_id}"
        assert "Leveres tilbage" in text_of(tree)

    def test_leaders_have_no_part_in_them(self, cast, client_of):
        question = ask()
        for user in (cast.head, cast.unit_leader, cast.nobody):
            for url in ("/henvendelser/", f"/henvendelser/{question.pk}/"):
                assert client_of(user).get(url).status_code == 403

    def test_finance_reads_and_changes_nothing(self, cast, client_of):
        question, client = ask(), client_of(cast.finance)
        assert "Indlæs" not in text_of(
            read(client, f"/henvendelser/{question.pk}/").find(".//main")
        )
        assert client.post("/henvendelser/ny/", typed()).status_code == 403
        url = f"/henvendelser/{question.pk}/besvaret/"
        assert client.post(url, {"answered_on": "09-07-2029"}).status_code == 403

    def test_more_devices_ask_the_database_nothing_more(self, client):
        question = ask()
        url = f"/henvendelser/{question.pk}/"

        def queries():
            client.get(url)  # kept costs are brought up to date
            with CaptureQueriesContext(connection) as asked:
                client.get(url)
            return len(asked)

        make.lease("PF000001")
        few = queries()
        for n in range(30):
            make.lease(f"PF0001{n:02}")
        assert queries() <= few


def test_one_entered_by_mistake_is_deleted_until_it_is_answered(client):
    mistaken, kept = ask(), ask(received_on=date(2029, 7, 2))
    mistaken.items.create(serial_number="PF000001")
    assert "Slet henvendelsen" in client.get(f"/henvendelser/{mistaken.pk}/ret/").text

    client.post(f"/henvendelser/{mistaken.pk}/slet/")
    assert list(LessorQuestion.objects.all()) == [kept]
    assert not QuestionItem.objects.exists()

    LessorQuestion.objects.update(answered_on=date(2029, 7, 3))
    said = client.post(f"/henvendelser/{kept.pk}/slet/", follow=True).text
    assert "er besvaret den 03-07-2029 og kan ikke slettes" in said
    assert LessorQuestion.objects.exists()
