"""The pages of sources: who sees which, what a list says, and what is mended from a row."""

from datetime import date
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from lxml import html

from inventory.models import Device, Employee, Snapshot
from leasing.sources.presenters.words import WORDS
from leasing.sources.selectors.kinds import KINDS
from tests import builders as make
from tests.leasing.agreeing import agreed_in
from tests.leasing.imports.test_conversation import step
from tests.leasing.pages import queries_of, read, text_of
from tests.leasing.sources.taken import WIN_10, machine, take

TODAY = date(2026, 3, 11)


@pytest.fixture(autouse=True)
def today(settings, db):
    settings.TODAY = TODAY


@pytest.fixture
def town():
    """Make a lease that Anna has and Bo logs in to, one that the MDM has not, and two strangers."""
    make.cost_holder()
    anna = make.employee("anbe", "Anna Berg", unit=make.unit("1001", "Birkeskolen"))
    bo = make.employee("bobo", "Bo Bager", unit=make.unit("1002", "Ærtebjerg Skole"))
    for number in ("PF000001", "PF000002", "PF000003"):
        make.lease(number, unit=anna.unit, employee=anna)
    rows = [
        machine("PF000001", login=bo.mail, model="21ML", version=WIN_10),
        machine("PF000003", login=anna.mail, model="21ML"),
        machine("XX000001", login=bo.mail, model="21ML"),
    ]
    take("intune", rows, today=TODAY)
    people = [
        (anna.mail, "Anna", anna.mail, "1001", "True"),
        ("ny@example.dk", "Ny Nielsen", "ny@example.dk", "Ærtebjerg skole", "True"),
    ]
    take("directory", people, today=TODAY)
    assets = [
        ("PF000001", "", "", "", "400,00"),
        ("PF0000O3", "", "", "", ""),
        ("QQ123456", "", "", "", "500,00"),
    ]
    take("lessor_assets", assets, today=TODAY)
    return anna, bo


@pytest.fixture
def helpdesk(client_of, cast):
    return client_of(cast.helpdesk)


def found_on(client):
    """Return what the page of sources counts, by the key of each kind."""
    tree = read(client, "/kilder/")
    items = tree.xpath("//ul[@class='tasks']/li")
    return {one.get("id"): text_of(one) for one in items}


def links_of(client, key):
    """Return the rows of a list: the text of each, and its actions."""
    tree = read(client, f"/kilder/{key}/")
    rows = tree.xpath("//div[@id='liste']//tbody/tr")
    return {
        text_of(row.xpath("./th")[0]): (
            text_of(row),
            row.xpath(".//a[contains(@class,'btn')]/@href"),
        )
        for row in rows
    }


def back_to(key):
    """Return what leads back to a list from a page that was opened from it."""
    return urlencode({"retur": f"/kilder/{key}/"})


def test_every_kind_has_words_and_no_other():
    assert set(WORDS) == {kind.key for kind in KINDS}


def test_the_page_counts_each_kind_in_kroner(town, helpdesk):
    found = found_on(helpdesk)
    assert set(found) == {
        "aldrig-tilmeldt",
        "ukendt-udstyr",
        "anden-bruger",
        "gammel-windows",
        "uden-konto",
        "ukendte-brugere",
        "tastefejl",
        "kun-i-registeret",
        "kun-hos-leasinggiver",
        "anden-ydelse",
    }
    assert "aldrig tilmeldt enhedsstyringen: 1" in found["aldrig-tilmeldt"]
    assert "349,4" in found["aldrig-tilmeldt"]
    assert "50,59 kr." in found["anden-ydelse"]  # 400,00 less 349,41
    assert "500,00 kr." in found["kun-hos-leasinggiver"]


def test_finance_sees_the_lessors_list_alone_and_no_names(town, client_of, cast):
    finance = client_of(cast.finance)
    page = finance.get("/kilder/").content.decode()
    assert "Leasinggivers liste" in page
    assert "Intune" not in page.partition("<main")[2]
    assert finance.get("/kilder/anden-bruger/").status_code == 403
    listed = finance.get("/kilder/kun-i-registeret/").content.decode()
    assert "PF000002" in listed
    assert "Anna Berg" not in listed
    assert "Sidst set" not in listed


def test_a_row_offers_only_what_its_reader_may_do(town, client_of, cast):
    finance = client_of(cast.finance)
    for key, number in (("tastefejl", "PF000003"), ("kun-i-registeret", "PF000002")):
        text, links = links_of(finance, key)[number]
        assert "Sig til it-helpdesk" in text
        assert links == []
    _, links = links_of(finance, "anden-ydelse")["PF000001"]
    assert links[0] == f"/henvendelser/?{back_to('anden-ydelse')}"
    for key in ("anden-ydelse", "kun-hos-leasinggiver"):
        [(_, links)] = links_of(finance, key).values()
        assert links
        assert [finance.get(link).status_code for link in links] == [200] * len(links)


def test_others_see_nothing_and_an_unknown_list_is_not_there(town, client_of, cast, helpdesk):
    for user in (cast.head, cast.unit_leader, cast.auditor, cast.administrator, cast.nobody):
        assert client_of(user).get("/kilder/").status_code == 403
        assert client_of(user).get("/kilder/tastefejl/").status_code == 403
    assert helpdesk.get("/kilder/noget-andet/").status_code == 404
    assert helpdesk.get("/kilder/ukendt-udstyr/999/").status_code == 404


def test_a_row_says_what_both_have_and_leads_to_what_mends_it(town, helpdesk):
    _, bo = town
    text, [move, take_back] = links_of(helpdesk, "anden-bruger")["PF000001"]
    assert "Anna Berg" in text
    assert "Bo Bager (bobo), Ærtebjerg Skole" in text
    back = back_to("anden-bruger")
    assert move == f"/udstyr/flyt/?serienumre=PF000001&initialer=bobo&enhed={bo.unit_id}&{back}"
    assert take_back == f"/udstyr/tag-tilbage/?serienumre=PF000001&{back}"
    form = helpdesk.get(move).content.decode()
    assert "bobo" in form
    _, [number] = links_of(helpdesk, "tastefejl")["PF000003"]
    assert 'value="PF0000O3"' in helpdesk.get(number).content.decode()
    _, [edit] = links_of(helpdesk, "uden-konto")["Bo Bager (bobo)"]
    assert edit == f"/medarbejdere/{bo.pk}/ret/?{back_to('uden-konto')}"
    make.placement(make.device("PF000099"), date(2026, 2, 1), bo.unit, bo)
    [has] = read(helpdesk, "/kilder/uden-konto/").xpath("//td/a[contains(., 'stk. udstyr')]")
    assert "PF000099" in text_of(read(helpdesk, has.get("href")))


def test_an_unknown_machine_is_entered_and_handed_out(town, helpdesk):
    [(_, [url])] = links_of(helpdesk, "ukendt-udstyr").values()
    tree = read(helpdesk, url)
    [chosen] = tree.xpath("//select[@name='model']//option[@selected]")
    assert chosen.text == "T14"  # what the others under the MDM's name are

    response = helpdesk.post(url, {"model": chosen.get("value")})

    device = Device.objects.get(serial_number="XX000001")
    assert (device.windows_11, device.last_seen) == (True, date(2026, 3, 10))
    hand_out = "/udstyr/udlever/?serienumre=XX000001&initialer=bobo"
    assert response.url == f"{hand_out}&{back_to('ukendt-udstyr')}"
    assert "ukendt-udstyr" not in found_on(helpdesk)
    assert helpdesk.post(url, {"model": chosen.get("value")}).status_code == 404


def test_what_the_lessor_alone_has_is_taken_in_as_a_row_of_a_delivery(town, client_of, cast):
    client = client_of(cast.helpdesk)
    _, [url] = links_of(client, "kun-hos-leasinggiver")["QQ123456"]
    tree = read(client, url)
    fields = {one.get("name"): one.get("value") for one in tree.xpath("//main//input[@name]")}
    assert fields["Serienummer"] == "QQ123456"
    typed = {"raekke": "1", "Serienummer": "QQ123456", "Model": "T14", "Leasingstart": "1-3-2026"}
    unfinished = client.post(url, typed)
    assert unfinished.status_code == 422
    assert 'value="1-3-2026"' in unfinished.content.decode()
    typed |= {"Underaftale": "UA-1", "Leasingpris": "5.590,66"}
    faulty = client.post(url, {**typed, "Leasingstart": "31-2-2026"})
    assert (faulty.status_code, "5.590,66" in faulty.content.decode()) == (422, True)

    page = client.post(url, typed)
    assert not Device.objects.filter(serial_number="QQ123456").exists()
    [stop] = html.fromstring(page.content).xpath("//main//a[normalize-space()='Fortryd']/@href")
    taken = client.post(url, step(page, agreed=agreed_in(page)))

    assert stop == taken.url == "/kilder/kun-hos-leasinggiver/"
    assert Device.objects.get(serial_number="QQ123456").lease.terms.get().price_ore == 559066
    assert "kun-hos-leasinggiver" not in found_on(client)


def test_somebody_of_the_directory_is_entered(town, helpdesk):
    [(_, [url])] = links_of(helpdesk, "ukendte-brugere").values()
    tree = read(helpdesk, url)
    fields = {one.get("name"): one.get("value") for one in tree.xpath("//main//input[@name]")}
    [unit] = tree.xpath("//select[@name='unit']//option[@selected]")
    assert (fields["initials"], fields["mail"], unit.text) == (
        "NY",
        "ny@example.dk",
        "Ærtebjerg Skole",
    )
    typed = {"name": "Ny Nielsen", "mail": "ny@example.dk", "unit": unit.get("value")}
    taken = helpdesk.post(url, {**typed, "initials": "ANBE"})
    assert taken.status_code == 422
    assert "Ny Nielsen" in taken.content.decode()

    response = helpdesk.post(url, {**typed, "initials": "nyni"})

    assert response.url == "/kilder/ukendte-brugere/"
    assert Employee.objects.get(initials="NYNI").unit.name == "Ærtebjerg Skole"
    assert "ukendte-brugere" not in found_on(helpdesk)


def test_a_model_is_corrected_unless_it_was_changed_meanwhile(town, helpdesk):
    device = Device.objects.get(serial_number="PF000001")
    other, third = make.model("T16"), make.model("X1")
    url, device_page = (reverse(to, args=[device.pk]) for to in ("source-model", "device-detail"))
    assert helpdesk.post(url, {"model": other.pk, "before": "T14"}).url == device_page
    again = f"{url}?{back_to('anden-model')}"
    assert helpdesk.post(again, {"model": other.pk, "before": "T16"}).url == "/kilder/anden-model/"
    device.refresh_from_db()
    assert device.model == other
    late = helpdesk.post(url, {"model": third.pk, "before": "T14"})
    assert late.status_code == 422
    assert "siden du åbnede siden" in late.content.decode()


def test_limits_may_be_asked_for(town, helpdesk):
    Device.objects.filter(serial_number="PF000001").update(last_seen=date(2026, 3, 1), ram_gb=16)
    for inside, outside in (
        ("ikke-set/?dage=9", "ikke-set/?dage=10"),
        ("lidt-ram/?gb=16", "lidt-ram/?gb=15"),
    ):
        assert "PF000001" in helpdesk.get(f"/kilder/{inside}").content.decode(), inside
        assert "PF000001" not in helpdesk.get(f"/kilder/{outside}").content.decode(), outside


def test_a_page_costs_the_same_for_three_rows_and_thirty(town, helpdesk):
    pages = ("/kilder/", "/kilder/aldrig-tilmeldt/", "/kilder/kun-i-registeret/")
    few = [queries_of(helpdesk, page) for page in pages]
    for n in range(30):
        make.lease(f"PF0001{n:02}", unit=make.unit("1001"))
    Snapshot.objects.update(last_device=10**9)
    helpdesk.get("/")  # what is kept of costs is brought up to date once
    assert [queries_of(helpdesk, page) for page in pages] == few
