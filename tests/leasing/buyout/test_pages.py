"""The pages: who sees whom, what is shown before it is done, and what was typed when refused."""

import io
from datetime import date

import openpyxl
import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html

from albertslund_it.roles import HEAD, HELPDESK
from leasing.models import BuyoutInvitation, BuyoutOffer, EndDecision, Mail, Settings
from tests import builders as make
from tests.leasing.agreeing import agreed_in, save
from tests.leasing.buyout.town import TODAY, UNTIL, Office, answer, ask, decide

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(db, settings):
    settings.TODAY = TODAY
    return Office()


@pytest.fixture
def helpdesk(client_of, cast):
    return client_of(cast.helpdesk)


def shown(client, address="/frikoeb/"):
    """Return the first cell of each row of a list."""
    page = html.fromstring(client.get(address).content.decode())
    return [row.text_content().strip() for row in page.xpath("//tbody/tr/th")]


def sheet_of(client, address):
    response = client.get(address)
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    return [[cell.value for cell in row] for row in book.active.iter_rows()]


def test_the_list_has_what_ends_soon_with_price_and_state(office, helpdesk):
    make.lease("PF000009", starts_on=date(2027, 1, 1), unit=office.unit)  # ends a year later
    ask(office.leases[0])
    page = helpdesk.get("/frikoeb/").content.decode()
    assert shown(helpdesk) == ["PF000001", "PF000002"]
    for words in ("Anna Berg", "1.250,00", "Spurgt", "Ikke spurgt", "01-12-2029", "31-12-2029"):
        assert words in page
    assert len(shown(helpdesk, "/frikoeb/?vis=tilbud")) == 3


def test_what_is_going_on_stays_on_the_list(office, helpdesk, settings):
    far = make.lease("PF000009", starts_on=date(2027, 1, 1), unit=office.unit, employee=office.bo)
    BuyoutOffer.objects.create(device=far.device, price_ore=900, valid_until=UNTIL)
    assert "PF000009" in shown(helpdesk)
    answer(*ask(office.leases[0]))
    decide(office.leases[0])
    settings.TODAY = date(2030, 2, 1)
    assert shown(helpdesk) == ["PF000001"]


@pytest.mark.both
@pytest.mark.parametrize(
    ("asked_for", "found"),
    [
        ("svar=yes", ["PF000001"]),
        ("svar=not_asked", ["PF000002"]),
        ("svar=no", []),
        ("valg=ja", ["PF000001"]),
        ("valg=nej", ["PF000002"]),
        ("q=anna", ["PF000001"]),
        ("q=bodu", ["PF000002"]),
        ("q=PF", ["PF000001", "PF000002"]),
        ("sorter=-serial_number", ["PF000002", "PF000001"]),
        ("sorter=offer_ore", ["PF000001", "PF000002"]),
        ("sorter=unit", ["PF000001", "PF000002"]),
        ("svar=vrøvl", []),
        ("sorter=asked", []),
    ],
)
def test_the_list_is_narrowed_and_sorted(office, helpdesk, asked_for, found):
    answer(*ask(office.leases[0]))
    decide(office.leases[0])
    assert shown(helpdesk, f"/frikoeb/?{asked_for}") == found


def test_a_person_is_not_named_to_whoever_does_without(office, client_of, cast):
    ask(office.leases[0])
    for user in (cast.finance, cast.auditor):
        client = client_of(user)
        page = client.get("/frikoeb/?q=anna").content.decode()
        assert "Anna" not in page.replace('value="anna"', "")
        assert shown(client, "/frikoeb/?q=anna") == []
        assert len(shown(client)) == 2
        assert "Spørg medarbejderen" not in client.get("/frikoeb/").content.decode()
        cells = [cell for row in sheet_of(client, "/frikoeb/?hent=xlsx") for cell in row]
        assert not {"Anna Berg", "anbe@example.dk", "Medarbejder"} & set(cells)
        assert client.get("/frikoeb/ja/").status_code == 403
        assert client.post("/frikoeb/spoerg/", {"ids": "1"}).status_code == 403


def test_the_preview_says_who_at_what_price_until_when_and_who_not(office, helpdesk):
    office.bo.mail = ""
    office.bo.save()
    query = "&".join(f"leasing={pk}" for pk in office.ids)
    page = helpdesk.get(f"/frikoeb/spoerg/?{query}").content.decode()
    assert "1.250,00\xa0kr., svar senest 01-11-2029, til anbe@example.dk" in page
    assert "Medarbejderen har ingen mailadresse." in page
    assert not BuyoutInvitation.objects.exists()


def test_it_is_done_as_it_was_shown_and_once(office, helpdesk, cast):
    typed = {"ids": ",".join(map(str, office.ids))}
    response = save(helpdesk, "/frikoeb/spoerg/", typed)
    assert response["Location"] == "/frikoeb/"
    assert BuyoutInvitation.objects.count() == Mail.objects.count() == 2
    assert {one.sent_by for one in BuyoutInvitation.objects.all()} == {cast.helpdesk}
    save(helpdesk, "/frikoeb/spoerg/", typed)
    assert BuyoutInvitation.objects.count() == 2


def test_another_price_than_the_one_shown_is_shown_first(office, helpdesk):
    address = f"/frikoeb/spoerg/?leasing={office.leases[0].pk}"
    agreed = agreed_in(helpdesk.get(address))
    BuyoutOffer.objects.update(price_ore=130000)
    typed = {"ids": str(office.leases[0].pk), "agreed": agreed}
    response = helpdesk.post("/frikoeb/spoerg/", typed)
    assert response.status_code == 422
    assert "er ændret fra 1.250,00" in response.content.decode()
    assert not BuyoutInvitation.objects.exists()


def test_the_steps_one_after_the_other(office, helpdesk):
    first = office.leases[0]
    ids = {"ids": str(first.pk)}
    save(helpdesk, "/frikoeb/spoerg/", ids)
    answer(BuyoutInvitation.objects.get())
    page = helpdesk.get(f"/frikoeb/beslut/?leasing={first.pk}").content.decode()
    assert "Udløber 31-12-2029, intet besluttet → Frikøbes ved udløb 31-12-2029" in page
    save(helpdesk, "/frikoeb/beslut/", ids)
    assert EndDecision.objects.get().choice == "buyout"
    typed = ids | {"left_on": "03-09-2029"}
    response = save(helpdesk, "/frikoeb/overdraget/", typed)
    page = response.content.decode()
    assert response.status_code == 422
    assert "PF000001 er ikke slettet: kommunens data følger med ud af huset." in page
    typed |= {"slettet": str(first.pk)}
    page = save(helpdesk, "/frikoeb/overdraget/", typed).content.decode()
    assert "PF000001 er ikke slettet" not in page
    assert "PF000001 er ikke fjernet fra enhedsstyring" in page
    save(helpdesk, "/frikoeb/overdraget/", typed | {"is_sure": "on"})
    first.device.refresh_from_db()
    assert (first.device.departure.is_wiped, first.device.departure.is_unmanaged) == (True, False)
    assert shown(helpdesk) == ["PF000002"]


@pytest.mark.parametrize("step", ["spoerg", "traek-tilbage", "beslut", "overdraget"])
@pytest.mark.parametrize(
    "ids", ["", "x", "1,2,,x", "9" * 30, "999999", "-1", ",".join(map(str, range(3000)))]
)
def test_tampered_and_empty_choices_are_refused_in_words(office, helpdesk, step, ids):
    BuyoutOffer.objects.all().delete()
    address = f"/frikoeb/{step}/"
    typed = {"ids": ids, "left_on": "03-09-2029", "is_sure": "on"}
    assert helpdesk.get(f"{address}?leasing={ids}").status_code == 200
    response = save(helpdesk, address, typed)
    assert response.status_code == 422
    assert not BuyoutInvitation.objects.exists()
    assert not EndDecision.objects.exists()


@pytest.mark.parametrize("day", ["", "x", "31-02-2029", "01-01-0001", "04-09-2029", "9" * 50])
def test_a_day_that_is_none_keeps_what_was_ticked(office, helpdesk, day):
    answer(*ask(office.leases[0]))
    decide(office.leases[0])
    pk = office.leases[0].pk
    typed = {"ids": str(pk), "left_on": day, "slettet": str(pk), "fjernet": str(pk)}
    response = save(helpdesk, "/frikoeb/overdraget/", typed)
    page = html.fromstring(response.content.decode())
    assert response.status_code == 422
    assert page.xpath("//input[@name='slettet']/@checked")
    assert page.xpath("//input[@name='left_on']/@value") == [day]


def test_a_question_is_withdrawn_from_the_list(office, helpdesk):
    answer(*ask(office.leases[0]))
    typed = {"ids": ",".join(map(str, office.ids))}
    page = helpdesk.get(f"/frikoeb/traek-tilbage/?leasing={office.leases[0].pk}").content.decode()
    assert "Spurgt den 03-09-2029, svarede ja tak. Linket lukkes." in page
    save(helpdesk, "/frikoeb/traek-tilbage/", typed)
    assert BuyoutInvitation.objects.get().withdrawn_at
    assert "Trukket tilbage" in helpdesk.get("/frikoeb/").content.decode()


def test_a_yes_that_waits_stands_on_the_front_page_until_it_is_decided(
    office, helpdesk, client_of, cast
):
    def tasks(client):
        page = html.fromstring(client.get("/").content.decode())
        return [
            (one.text_content(), one.get("href"))
            for one in page.xpath("//section[@aria-labelledby='more-waits']//a[@class='title']")
            if "frikøb" in one.text_content()
        ]

    first, second = ask(*office.leases)
    assert tasks(helpdesk) == []
    answer(first)
    answer(second)
    there = "/frikoeb/?svar=yes&valg=nej"
    assert tasks(helpdesk) == [("2 medarbejdere har sagt ja til frikøb", there)]
    assert "Beslut det senest den 01-12-2029" in helpdesk.get("/").content.decode()
    assert tasks(client_of(cast.finance)) == []
    decide(office.leases[0])
    assert tasks(helpdesk) == [("1 medarbejder har sagt ja til frikøb", there)]
    make.placement(office.leases[1].device, TODAY, office.unit, office.anna)
    assert tasks(helpdesk) == []


def test_who_said_yes_is_a_list_for_the_lessor(office, helpdesk):
    answer(*ask(office.leases[0]))
    answer(*ask(office.leases[1]), "no")
    rows = sheet_of(helpdesk, "/frikoeb/ja/?hent=xlsx")
    heads = [
        "Serienummer",
        "Model",
        "Underaftale",
        "Frikøbspris (kr.)",
        "Medarbejder",
        "Arbejdsmail",
    ]
    at = rows.index(heads)
    assert rows[at + 1] == ["PF000001", "T14", "UA-1", 1250, "Anna Berg", "anbe@example.dk"]
    assert "PF000002" not in str(rows)
    assert shown(helpdesk, "/frikoeb/ja/?valg=ja") == []
    make.placement(office.leases[0].device, TODAY, office.unit, office.bo)
    assert shown(helpdesk, "/frikoeb/ja/") == []


def test_an_offer_is_typed_changed_and_deleted(office, helpdesk, cast, client_of):
    device = {"device": "pf000001", "price_ore": "1.100,50", "valid_until": "30-11-2029"}
    assert helpdesk.post("/frikoeb/tilbud/nyt/", device)["Location"] == "/frikoeb/tilbud/"
    made = BuyoutOffer.objects.get(device__serial_number="PF000001")
    assert (made.price_ore, made.valid_until) == (110050, date(2029, 11, 30))
    address = f"/frikoeb/tilbud/{made.pk}/"
    assert "1100,50" in helpdesk.get(address).content.decode()
    helpdesk.post(address, {"price_ore": "1000", "valid_until": "30-11-2029"})
    made.refresh_from_db()
    assert made.price_ore == 100000
    assert helpdesk.get("/frikoeb/tilbud/?q=pf0000").content.decode().count("1.000,00") == 1
    assert f'href="{address}"' in helpdesk.get("/frikoeb/tilbud/").content.decode()
    assert (
        f'href="{address}"' not in client_of(cast.finance).get("/frikoeb/tilbud/").content.decode()
    )
    assert helpdesk.get(f"{address}slet/").status_code == 405
    helpdesk.post(f"{address}slet/")
    assert not BuyoutOffer.objects.filter(pk=made.pk).exists()
    assert helpdesk.get(address).status_code == 404


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"device": "PF1"}, "Serienummer »PF1« findes ikke"),
        ({}, "Skriv enten et serienummer"),
        ({"device": "PF000001", "model": "model"}, "ikke begge"),
        ({"device": "PF000001", "price_ore": "0"}, "over nul"),
        ({"device": "PF000001", "price_ore": "9" * 30}, "for stort"),
        ({"device": "PF000001", "price_ore": "5590.66"}, "Skriv beløbet i kroner"),
        ({"device": "PF000001", "valid_until": "02-09-2029"}, "som er gået"),
        ({"device": "PF000001", "valid_until": "31-02-2030"}, "findes ikke i kalenderen"),
        ({"device": "PF000001", "model": "9" * 30}, "Vælg model"),
        ({"device": "PF000001\x00"}, "tegn"),
    ],
)
def test_an_offer_that_is_wrong_keeps_what_was_typed(office, helpdesk, typed, fault):
    sent = {"price_ore": "1250", "valid_until": "30-11-2029", "device": "", **typed}
    if sent.get("model") == "model":
        sent["model"] = str(make.model().pk)
    response = helpdesk.post("/frikoeb/tilbud/nyt/", sent)
    page = response.content.decode()
    assert response.status_code == 422
    assert fault in page
    assert f'value="{sent["price_ore"]}"' in page
    assert BuyoutOffer.objects.count() == 1


def test_a_large_offer_is_asked_about(office, helpdesk):
    sent = {"device": "PF000001", "price_ore": "60000", "valid_until": "30-11-2029"}
    page = helpdesk.post("/frikoeb/tilbud/nyt/", sent).content.decode()
    assert "Ja, det er rigtigt" in page
    assert helpdesk.post("/frikoeb/tilbud/nyt/", sent | {"is_sure": "on"}).status_code == 302


def test_the_exported_offers_can_be_taken_in_again(office, helpdesk):
    BuyoutOffer.objects.create(device=office.leases[0].device, price_ore=900, valid_until=UNTIL)
    response = helpdesk.get("/frikoeb/tilbud/?hent=xlsx")
    upload = SimpleUploadedFile("tilbud.xlsx", b"".join(response.streaming_content))
    page = helpdesk.post("/indlaes/offers/", {"file": upload})
    assert page.context["report"]["row_count"] == 2
    assert "Filen ændrer ikke noget" in page.content.decode()
    assert shown(helpdesk, "/frikoeb/tilbud/?sorter=what") == ["PF000001 (T14)", "Alle T14"]


def test_the_list_asks_as_often_for_many_as_for_few(office, helpdesk):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            helpdesk.get("/frikoeb/")
        return len(asked)

    ask(office.leases[0])
    queries()
    few = queries()
    for n in range(40):
        person = make.employee(f"x{n}", unit=office.unit)
        ask(make.lease(f"PX{n:05}", unit=office.unit, employee=person))
    queries()
    assert queries() == few


def test_the_board_leads_to_buyouts_for_whoever_sees_them(office, helpdesk, client_of, cast):
    term = office.leases[0].terms.get()
    head = client_of(cast.with_access("rikke", HEAD, department=office.unit.department))
    for address, link in (
        ("/udloeb/", 'href="/frikoeb/"'),
        (f"/udloeb/{term.pk}/", 'href="/frikoeb/?q=PF000001"'),
    ):
        assert link in helpdesk.get(address).content.decode()
        assert head.get(address).status_code == 200
        assert "/frikoeb/" not in head.get(address).content.decode()


def test_deciding_is_a_right_of_its_own(office, helpdesk, cast):
    answer(*ask(office.leases[0]))
    right = Permission.objects.get(codename="decide_lease_end")
    Group.objects.get(name=HELPDESK).permissions.remove(right)
    assert helpdesk.get("/frikoeb/beslut/").status_code == 403
    assert helpdesk.post("/frikoeb/beslut/", {"ids": str(office.ids[0])}).status_code == 403
    assert "Beslut frikøb" not in helpdesk.get("/frikoeb/").content.decode()
    assert helpdesk.get("/frikoeb/spoerg/").status_code == 200


def test_where_buyout_is_not_allowed_the_page_says_so(office, helpdesk):
    Settings.objects.update(allows_buyout=False)
    assert "Frikøb er slået fra" in helpdesk.get("/frikoeb/").content.decode()
    page = helpdesk.get(f"/frikoeb/spoerg/?leasing={office.leases[0].pk}").content.decode()
    assert "Kommunen har ikke slået frikøb til." in page
