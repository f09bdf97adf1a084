"""The lessor's list: beside the register before it is kept; another's list is refused."""

from datetime import date
from io import BytesIO

import pytest
from lxml import html

from leasing.models import QuestionItem
from tests import builders as make
from tests.files import workbook
from tests.leasing.agreeing import agreed_in
from tests.leasing.lessor_questions.asking import ask
from tests.leasing.pages import read, text_of

HEADINGS = ["Serienummer", "Model", "Udløb", "Underaftale"]
LAST_DAY = date(2029, 12, 31)


@pytest.fixture(autouse=True)
def today(settings, db):
    settings.TODAY = date(2029, 7, 10)
    make.cost_holder()


@pytest.fixture
def client(cast, client_of):
    return client_of(cast.helpdesk)


@pytest.fixture
def question():
    return ask()


def hand_in(client, question, *rows, headings=HEADINGS, name="liste.xlsx"):
    file = BytesIO(workbook(headings, *rows))
    file.name = name
    return client.post(f"/henvendelser/{question.pk}/liste/", {"file": file})


def hidden(response):
    """Return what the preview posts back."""
    tree = html.fromstring(response.content.decode())
    token = tree.xpath("//input[@name='token']/@value")[0]
    return {"token": token, "name": "liste.xlsx", "agreed": agreed_in(response)}


def keep(client, question, *rows):
    shown = hand_in(client, question, *rows)
    assert shown.status_code == 200, shown.content.decode()
    return client.post(f"/henvendelser/{question.pk}/liste/", hidden(shown))


def table_of(client, question, vis=""):
    tree = read(client, f"/henvendelser/{question.pk}/{vis}")
    rows = tree.xpath("//div[@id='liste']//tbody/tr")
    return {row[0].text_content(): row[1].text_content() for row in rows}


def test_the_list_beside_the_register(client, question):
    make.lease("PF000001")
    make.lease("PF000002", model=make.model("T16"))
    make.lease("PF000003")
    make.lease("PF000004", agreement="UA-2")
    make.lease("PF000005")  # not on the list
    make.device("PF000006")
    old = make.decided(make.lease("PF000007"), "extension")
    shown = hand_in(
        client,
        question,
        ["PF000001", "Lenovo T14", LAST_DAY, "UA-1"],
        ["PF000002", "T14", LAST_DAY, "ua-1"],
        ["PF000003", "", date(2029, 11, 30), ""],
        ["PF000004", "T14", LAST_DAY, None],
        ["PF000006", "T14", LAST_DAY, None],
        ["PF000007", "T14", "31-12-2029", None],
        ["PF000099", "T14", LAST_DAY, None],
    )
    assert not QuestionItem.objects.exists()
    assert "7 serienumre på listen" in text_of(_tree(shown))
    client.post(f"/henvendelser/{question.pk}/liste/", hidden(shown))
    assert table_of(client, question) == {
        "PF000001": "",
        "PF000002": "Anden model",
        "PF000003": "Andet udløb",
        "PF000004": "Anden underaftale",
        "PF000005": "Kun i registeret",
        "PF000006": "Ikke leaset",
        "PF000007": "",
        "PF000099": "Ikke i registeret",
    }
    assert "PF000001" not in table_of(client, question, "?vis=forskelle")
    assert client.get(f"/henvendelser/{question.pk}/?vis=alle").context["faults"]
    [link] = read(client, f"/henvendelser/{question.pk}/").xpath("//a[text()='PF000007']/@href")
    assert link == f"/udstyr/{old.device_id}/"


def test_every_count_opens_the_rows_that_it_counts(client, question):
    make.lease("PF000001")
    make.lease("PF000002", model=make.model("T16"))
    make.decided(make.lease("PF000003"), "return")
    make.lease("PF000004")  # not on the list
    listed = [[serial, "T14", LAST_DAY, ""] for serial in ("PF000001", "PF000002", "PF000003")]
    keep(client, question, *listed, ["PF000099", "", None, ""])
    links = read(client, f"/henvendelser/{question.pk}/").xpath(
        "//main//a[contains(@href, '?vis=')]"
    )
    counted = [int(link.text_content().split()[0]) for link in links]
    assert counted == [4, 1, 3, 1, 1, 1]
    opened = [table_of(client, question, link.get("href").split("#")[0]) for link in links]
    assert [len(rows) for rows in opened] == counted
    assert [*opened[1]] == ["PF000003"]
    assert opened[3:] == [
        {"PF000099": "Ikke i registeret"},
        {"PF000004": "Kun i registeret"},
        {"PF000002": "Anden model"},
    ]


def _tree(response):
    return html.fromstring(response.content.decode())


def test_a_new_list_takes_the_place_of_the_one_before(client, question):
    for serial in ("PF000001", "PF000002", "PF000003"):
        make.lease(serial)
    keep(client, question, ["PF000001", "T14", LAST_DAY, ""], ["PF000002", "", None, ""])
    first = QuestionItem.objects.get(serial_number="PF000001")
    keep(client, question, ["PF000001", "T14", LAST_DAY, ""], ["PF000003", "", None, ""])
    kept = QuestionItem.objects.values_list("serial_number", flat=True)
    assert list(kept) == ["PF000001", "PF000003"]
    assert QuestionItem.objects.get(serial_number="PF000001").pk == first.pk


def test_a_number_from_before_a_swap_is_the_same_device(client, question):
    lease = make.lease("PF000001")
    lease.device.former_serial_numbers.create(serial_number="PF-OLD")
    keep(client, question, ["PF-OLD", "T14", LAST_DAY, ""])
    assert table_of(client, question) == {"PF-OLD": ""}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["PF000099", "", None, ""]], "Ingen af filens serienumre er i registeret."),
        ([["PF000004", "", None, ""]], "Intet på listen hører til underaftale UA-1"),
        ([["PF000001", "", None, "UA-2"]], "Underaftale »UA-2« er ikke den, henvendelsen er om"),
        ([["PF000001", "", None, ""]] * 2, "Serienummer PF000001 står også i række 2"),
        ([["DEFAULT-STRING", "", None, ""]], "Det er ikke et serienummer"),
        ([["PF000001", "", "31-02-2029", ""]], "Udløb »31-02-2029«"),
        ([["PF000001", "x" * 61, None, ""]], "Der er plads til 60"),
        ([["", "T14", None, ""]], "Serienummer mangler"),
        ([["PF" + "1" * 60, "", None, ""]], "Serienummer"),
    ],
)
def test_a_list_of_something_else_is_refused_in_words(client, question, rows, said):
    make.lease("PF000001")
    make.lease("PF000004", agreement="UA-2")
    response = hand_in(client, question, *rows)
    assert response.status_code == 422
    assert said in text_of(_tree(response))
    assert not QuestionItem.objects.exists()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "tom.xlsx"),
        (b"\x00\xff" * 99, "x.xlsx"),
        (b"Serienummer\n", "ingen.csv"),
        (b"a;b", "b.csv"),
    ],
)
def test_what_is_no_list_is_refused(client, question, data, name):
    file = BytesIO(data)
    file.name = name
    response = client.post(f"/henvendelser/{question.pk}/liste/", {"file": file})
    assert response.status_code == 422


def test_without_a_file_the_field_says_so(client, question):
    response = client.post(f"/henvendelser/{question.pk}/liste/", {})
    assert response.status_code == 422
    assert "Vælg leasinggivers liste." in response.content.decode()


def test_what_has_changed_meanwhile_is_shown_anew(client, question):
    make.lease("PF000001")
    shown = hand_in(client, question, ["PF000001", "T14", LAST_DAY, ""])
    make.lease("PF000002")  # the register has one more by now
    again = client.post(f"/henvendelser/{question.pk}/liste/", hidden(shown))
    assert again.status_code == 200
    assert "Kommet til, siden du så siden: PF000002: Kun i registeret" in again.content.decode()
    assert not QuestionItem.objects.exists()
    client.post(f"/henvendelser/{question.pk}/liste/", hidden(again))
    assert QuestionItem.objects.count() == 1


@pytest.mark.parametrize("token", ["", "../../etc/passwd", "0" * 32])
def test_a_forged_token_keeps_nothing(client, question, token):
    response = client.post(f"/henvendelser/{question.pk}/liste/", {"token": token})
    assert response.status_code == 302
    assert not QuestionItem.objects.exists()
