"""The pages of a stocktake: who sees what of it, what one agrees to, and the files."""

from datetime import date
from io import BytesIO

import pytest
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from lxml import html
from openpyxl import load_workbook

from inventory.models import Departure, Device, Employee, FormerSerialNumber
from leasing.models import CountedDevice, Mail, Settings, Stocktake, StocktakeFind
from leasing.retention.services.anonymise import anonymise
from leasing.stocktake.services.stocktakes import remind_when_due
from tests import builders as make
from tests.leasing.agreeing import agreed_in
from tests.leasing.pages import read, text_of
from tests.leasing.stocktake.school import (
    AFTER,
    DUE,
    NOW,
    TODAY,
    School,
    close,
    links_to,
    reply,
    row_of,
)

pytestmark = pytest.mark.django_db


def said_in(response):
    return text_of(html.fromstring(response.content.decode())).replace("\xa0", " ")


@pytest.fixture
def school(db, settings):
    settings.TODAY = TODAY
    return School()


@pytest.fixture
def stocktake(school):
    return school.start(school.school, school.library)


@pytest.fixture
def leader(school, cast):
    return cast.with_access("lea", "Enhedsleder", unit=school.school)


def new(school, **fields):
    return {
        "name": "Optælling",
        "due_on": "16-11-2026",
        "units": [str(school.school.pk)],
        "what": "pc",
        **fields,
    }


def test_one_sees_whom_it_asks_before_it_begins(school, cast, client_of):
    client = client_of(cast.helpdesk)
    assert "Hele afdelinger" in text_of(read(client, f"/optaelling/ny/?enhed={school.school.pk}"))
    shown = client.post("/optaelling/ny/", new(school))
    assert shown.status_code == 200
    assert "2 medarbejdere om 3 stk." in said_in(shown)
    assert not Stocktake.objects.exists()
    agreed = agreed_in(shown)
    make.lease("PF000009", unit=school.school, employee=school.anna)
    changed = client.post("/optaelling/ny/", new(school, agreed=agreed))
    assert changed.status_code == 422
    assert "er ændret fra 5 stk. til 6 stk." in said_in(changed)
    agreed = agreed_in(changed)
    done = client.post("/optaelling/ny/", new(school, agreed=agreed))
    assert done.status_code == 302
    assert (CountedDevice.objects.count(), Mail.objects.count()) == (6, 2)


@pytest.mark.parametrize("fields", [{"units": []}, {"due_on": "31-02-2026"}, {"name": ""}])
def test_what_is_missing_is_said_and_what_was_typed_stays(school, cast, client_of, fields):
    response = client_of(cast.helpdesk).post("/optaelling/ny/", new(school, **fields))
    assert response.status_code == 422
    assert "Fejl: " in response.content.decode()
    assert not Stocktake.objects.exists()


def test_every_count_of_a_unit_opens_its_devices(school, stocktake, cast, client_of):
    client = client_of(cast.helpdesk)
    reply(links_to(school.dorte)["PF000006"], "no", "")
    page = read(client, f"/optaelling/{stocktake.pk}/")
    links = page.xpath("//td[@data-label]/a | //dd/a[contains(@href, '/udstyr/')]")
    for label in ("Forkert", "Svaret"):
        assert page.xpath(f"//td[@data-label='{label}']/a")
    listed = [
        *page.xpath("//dt[.='Svaret']/..//a"),
        *page.xpath("//dt[.='Er der og i orden']/..//a"),
    ]
    assert len(listed) == 6
    stocktakes = read(client, "/optaelling/").xpath("//td/a[contains(@href, '/udstyr/')]")
    assert len(stocktakes) == 2
    for link in [*links, *listed, *stocktakes]:
        rows = read(client, link.get("href")).xpath("//table[contains(@class, 'data')]/tbody/tr")
        assert len(rows) == int(text_of(link).split()[0]), link.get("href")


def test_a_leader_sees_their_own_units_and_nothing_else(school, stocktake, leader, client_of):
    school.scan(stocktake, "PF000001", school.library)
    reply(links_to(school.dorte)["PF000006"], "no", "hemmelig")
    client = client_of(leader)
    base = f"/optaelling/{stocktake.pk}/"
    for page in (base, f"{base}udstyr/", f"{base}fund/", "/optaelling/", "/"):
        text = text_of(read(client, page))
        assert "PF000006" not in text
        assert "hemmelig" not in text
        assert "Dorte" not in text
    assert "Optælling: 5 stk. mangler hos jer" in text_of(read(client, "/"))
    assert "Biblioteket" not in text_of(read(client, base))
    other = row_of(school.dortes)
    for foreign in (
        f"{base}enhed/{school.library.pk}/",
        f"{base}svar/{other.pk}/",
        f"/optaelling/{stocktake.pk + 1}/",
    ):
        assert client.get(foreign).status_code == 404
    assert client.post(f"{base}svar/{other.pk}/", {"answer": "yes"}).status_code == 404
    said = client.post(f"{base}enhed/{school.school.pk}/", {"numbers": "PF000006"})
    assert "Hører til et andet sted" in said.content.decode()
    assert "Biblioteket" not in said.content.decode()


def test_a_leader_learns_nothing_of_what_is_not_theirs_by_scanning_it(
    school, stocktake, leader, client_of
):
    Settings.objects.update(site_address="https://pc.example.dk/")
    other = make.lease("PF000099", unit=school.library, model=make.model("Hemmelig 9")).device
    FormerSerialNumber.objects.create(device=other, serial_number="PFOLD099")
    Departure.objects.create(device=make.device("PF000020"), left_on=TODAY, how="returned")
    reply(links_to(school.dorte)["PF000006"], "no", "ligger i skabet")
    before = CountedDevice.objects.filter(device=school.dortes).values().get()
    client, base = client_of(leader), f"/optaelling/{stocktake.pk}/"

    def scanned(text):
        said = client.post(f"{base}enhed/{school.school.pk}/", {"numbers": text})
        assert said.status_code == 200
        return said_in(said)

    ids = list(Device.objects.order_by("pk").values_list("pk", flat=True))
    own, foreign = school.bos.pk, {school.dortes.pk, other.pk, school.shelf.pk}
    said = scanned(" ".join(f"https://pc.example.dk/udstyr/{pk}/" for pk in [*ids, 10**9]))
    assert "Talt: hører til her PF000003" in said
    assert "Talt: hører til her PF000005" in said  # lent to Carl of the school
    for pk in (*foreign, 10**9):
        assert f"Ukendt etiket: skriv serienummeret ETIKET-{pk}" in said
    assert "Talt" not in scanned(f"https://x/udstyr/{own}")

    said = scanned("PF000006 PFOLD099 1S21ML003TMXPF000007 PF000020")
    for number in ("PF000006", "PFOLD099", "1S21ML003TMXPF000007", "PF000020"):
        assert f"Hører til et andet sted {number}" in said
    everything = said_in(client.get(f"{base}fund/")) + said_in(client.get(base)) + said
    sheet = load_workbook(BytesIO(b"".join(client.get(f"{base}fund/?hent=xlsx")))).active
    everything += str([[cell.value for cell in row] for row in sheet])
    assert "PFOLD099" in everything
    for secret in ("PF000099", "Hemmelig 9", "349,42", "349.42", f'"/udstyr/{other.pk}/"'):
        assert secret not in everything
    assert "Model T14" not in text_of(read(client, f"{base}fund/"))
    assert CountedDevice.objects.filter(device=school.dortes).values().get() == before


def test_what_a_device_costs_is_told_while_one_sees_it(school, stocktake, leader, client_of):
    reply(links_to(school.anna)["PF000001"], "no")
    client, base = client_of(leader), f"/optaelling/{stocktake.pk}/"

    def told():
        page = read(client, f"{base}udstyr/?q=PF000001")
        linked = f"/udstyr/{school.first.pk}/" in page.xpath("//a/@href")
        return "349,42" in text_of(page), linked, "349,42" in said_in(client.get(base))

    assert told() == (True, True, True)
    # Anna has it still, so it is a fault of her unit's, and the register has it at another one.
    make.placement(school.first, TODAY, school.library, school.anna)
    assert client.get(f"/udstyr/{school.first.pk}/").status_code == 404
    assert told() == (False, False, False)


def test_a_room_is_scanned_without_javascript_and_with(school, stocktake, leader, client_of):
    client = client_of(leader)
    page = f"/optaelling/{stocktake.pk}/enhed/{school.school.pk}/"
    assert "0 af 5 er talt, 5 mangler" in text_of(read(client, page))
    said = client.post(page, {"numbers": "pf000004 XY999999 ?", "place": "Lokale 7"})
    text = said_in(said)
    assert "1 af 5 er talt, 4 mangler" in text
    for words in ("Talt: hører til her PF000004", "Kendes ikke i registeret XY999999"):
        assert words in text
    assert 'value="Lokale 7"' in said.content.decode()
    headers = {"HX-Request": "true", "HX-Target": "optalt"}
    part = client.post(page, {"numbers": "PF000003"}, headers=headers)
    assert "2 af 5 er talt" in said_in(part)
    assert "<html" not in part.content.decode()
    assert client.post(page, {"numbers": "x" * 10_001}).status_code == 422
    assert (
        client.post(page, {"numbers": " ".join(f"AB{n:05}" for n in range(201))}).status_code == 422
    )
    row = row_of(school.second)
    answer = f"/optaelling/{stocktake.pk}/svar/{row.pk}/"
    assert client.post(answer, {"answer": ""}).status_code == 422
    client.post(answer, {"answer": "broken", "note": "skærmen"})
    assert row_of(school.second).answer == "broken"


def test_results_and_what_follows_of_each_are_in_the_file(school, stocktake, cast, client_of):
    reply(links_to(school.anna)["PF000001"], "no", "har afleveret den")
    school.scan(stocktake, "PF000004", school.library)
    close(stocktake)
    base = f"/optaelling/{stocktake.pk}/udstyr/"

    def rows(user, query="hent=xlsx"):
        sheet = load_workbook(BytesIO(b"".join(client_of(user).get(f"{base}?{query}"))))
        sheet = sheet.active
        found = [[cell.value for cell in row] for row in sheet]
        at = next(n for n, row in enumerate(found) if "Serienr." in row)
        return [dict(zip(found[at], row, strict=True)) for row in found[at + 1 :] if row[0]]

    helpdesk = {row["Serienr."]: row for row in rows(cast.helpdesk)}
    assert len(helpdesk) == 6
    assert helpdesk["PF000001"]["Hvad nu"] == "Flyt, tag tilbage, meld tab"
    assert helpdesk["PF000001"]["Bemærkning"] == "har afleveret den"
    assert helpdesk["PF000004"]["Scannet hos"] == "Biblioteket"
    assert helpdesk["PF000006"]["Status"] == "Skal rettes"
    assert len(rows(cast.helpdesk, "hent=xlsx&vis=fejl")) == 6
    page = read(client_of(cast.helpdesk), f"/optaelling/{stocktake.pk}/")
    [said] = page.xpath("//a[contains(@href, 'vis=svaret')]/text()")
    assert int(said) == len(rows(cast.helpdesk, "hent=xlsx&vis=svaret")) == 1
    assert not {"Medarbejder", "Bemærkning", "Hvad nu"} & set(rows(cast.finance)[0])
    page = read(client_of(cast.helpdesk), base)
    move = f"/udstyr/flyt/?serienumre=PF000004&enhed={school.library.pk}"
    assert move in page.xpath("//a/@href")
    assert "har afleveret den" not in text_of(read(client_of(cast.finance), base))


def test_closing_says_what_becomes_faults(school, stocktake, cast, client_of, settings):
    client = client_of(cast.helpdesk)
    page = client.get(f"/optaelling/{stocktake.pk}/luk/")
    assert "6 stk. til 2.096,52 kr." in said_in(page)
    agreed = {"agreed": agreed_in(page), "hvordan": "luk"}
    school.scan(stocktake, "PF000004")
    refused = client.post(f"/optaelling/{stocktake.pk}/luk/", agreed)
    assert refused.status_code == 422
    agreed["agreed"] = agreed_in(refused)
    assert client.post(f"/optaelling/{stocktake.pk}/luk/", agreed).status_code == 302
    stocktake.refresh_from_db()
    assert stocktake.closed_at
    assert "er lukket" in text_of(read(client, f"/optaelling/{stocktake.pk}/luk/"))


def test_the_helpdesk_reminds_gives_time_and_is_told_to_close(
    school, stocktake, cast, client_of, settings
):
    client, base = client_of(cast.helpdesk), f"/optaelling/{stocktake.pk}/"
    assert "3 medarbejdere er rykket" in said_in(client.post(f"{base}ryk/", follow=True))
    assert "kun én gang" in client.post(f"{base}ryk/", follow=True).content.decode()
    settings.TODAY = AFTER
    assert "En optælling er slut" in text_of(read(client, "/"))
    assert client.post(f"{base}mere-tid/", {"due_on": f"{DUE:%d-%m-%Y}"}).status_code == 422
    assert client.post(f"{base}mere-tid/", {"due_on": "30-11-2026"}).status_code == 302
    assert "En optælling er slut" not in text_of(read(client, "/"))


def test_nobody_is_said_to_be_reminded_where_nobody_can_be(school, stocktake, cast, client_of):
    Employee.objects.update(mail="")
    answer = client_of(cast.helpdesk).post(f"/optaelling/{stocktake.pk}/ryk/", follow=True)
    assert "Der er ingen at rykke" in said_in(answer)
    assert remind_when_due(today=DUE, now=NOW) == []
    stocktake.refresh_from_db()
    assert stocktake.reminded_at is None


def test_the_figures_of_the_answers_add_up(school, stocktake, cast, client_of):
    mine = links_to(school.anna)["PF000001"]
    reply(mine, "broken")
    text = text_of(read(client_of(cast.helpdesk), f"/optaelling/{stocktake.pk}/"))
    assert "Er der og i orden 0 De andre svar: 0 forkert , 1 i stykker" in text
    assert "Svaret, og skal rettes 1" in text


def test_the_retention_period_reaches_notes_people_and_history(school, stocktake):
    link = links_to(school.anna)["PF000001"]
    reply(link, "no", "Anna har den hjemme")
    reply(link, "yes")
    school.scan(stocktake, "PF000003", place="Annas kontor")
    school.scan(stocktake, "PF000020", place="Annas kontor")
    close(stocktake, now=NOW)
    anonymise(today=date(2030, 1, 1))
    assert row_of(school.bos).place == "Annas kontor"
    anonymise(today=date(2040, 1, 1))
    assert not CountedDevice.objects.exclude(employee=None).exists()
    counts = ContentType.objects.get_for_models(CountedDevice, StocktakeFind).values()
    history = LogEntry.objects.filter(content_type__in=counts).values("changes")
    for kept in (*CountedDevice.objects.values(), *StocktakeFind.objects.values(), *history):
        assert "Anna" not in str(kept)
    assert row_of(school.first).answer == "yes"
