"""One search box for all: what it finds, what it opens at once, and what it keeps from whom."""

from datetime import UTC, date, datetime
from urllib.parse import quote

import pytest

from inventory.models import Employee, FormerSerialNumber
from leasing.models import Order, OrderLine
from leasing.search.presenters.pages import ACTIONS
from tests import builders as make
from tests.leasing.closed import close
from tests.leasing.pages import queries_of, read, text_of
from tests.leasing.supplier.world import invoice as supplier_invoice

TODAY = date(2026, 5, 1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


def order_for(unit, **fields):
    order = Order.objects.create(created_at=datetime(2026, 4, 1, tzinfo=UTC))
    OrderLine.objects.create(
        order=order, position=1, model=make.model(), unit=unit, reason="shared", **fields
    )
    return order


@pytest.fixture
def town(cast):
    make.cost_holder()
    foreign = make.unit("2001", "Åhaven", department=make.department("Miljø & Teknik"))
    make.employee("bofr", "Bo Fremmed", unit=foreign)
    anna = make.employee("anbe", "Anna Ærø", unit=cast.unit)
    own = make.lease("PF000001", unit=cast.unit, employee=anna).device
    FormerSerialNumber.objects.create(device=own, serial_number="GAMMEL-1")
    make.lease("PF000002", unit=foreign, agreement="UA-77")
    return {"foreign": foreign, "own": own, "anna": anna}


OURS = "starts-with(., 'Det kan du gøre') or starts-with(., 'Det har') or . = 'Sider'"
FOUND = f"//main//section[not(.//h2[{OURS}])]//a[@class='task-title']"


def titles(client, text):
    """Return what is found, without what can be done with it and the pages."""
    found = read(client, f"/soeg/?q={text}").xpath(FOUND)
    return [link.text for link in found]


def test_it_finds_each_kind_case_blind(town, cast, client_of):
    client = client_of(cast.helpdesk)
    assert titles(client, "pf00000") == ["PF000001", "PF000002"]
    assert titles(client, "gammel") == ["PF000001"]
    assert titles(client, "anna æ") == ["Anna Ærø (anbe)"]
    assert titles(client, "ÅHA") == ["Åhaven"]
    assert titles(client, "ua-") == ["UA-1", "UA-77"]
    order_for(cast.unit, supplier_order_number="ATEA-5", ordered_on=TODAY)
    order_for(town["foreign"], supplier_order_number="ATEA-5", ordered_on=TODAY)
    assert len(titles(client, "atea-5")) == 2


def test_the_lessors_number_is_named_once(town, cast, client_of):
    for _ in range(2):
        order_for(cast.unit, supplier_order_number="ATEA-5", ordered_on=TODAY)
    text = text_of(read(client_of(cast.helpdesk), "/soeg/?q=ATEA-5"))
    assert "leverandørens nr. ATEA-5" in text
    assert "ATEA ATEA" not in text


def test_one_exact_hit_opens_at_once(town, cast, client_of):
    client = client_of(cast.helpdesk)
    order = order_for(cast.unit)
    device = f"/udstyr/{town['own'].pk}/"
    for text, url in {
        "pf000001": device,
        " GAMMEL-1 ": device,
        "AnBe": f"/medarbejdere/{town['anna'].pk}/",
        "åhaven": f"/afdelinger/enheder/{town['foreign'].pk}/",
        f"b{order.pk}": f"/bestillinger/{order.pk}/",
    }.items():
        response = client.get("/soeg/", {"q": text})
        assert (response.status_code, response.get("Location")) == (302, url), text


def test_a_leader_finds_nothing_of_another_department(town, cast, client_of):
    order = order_for(town["foreign"], supplier_order_number="ATEA-5", ordered_on=TODAY)
    for user in (cast.head, cast.unit_leader):
        client = client_of(user)
        for text in ("PF000002", "bofr", "Åhaven", f"B{order.pk}", "ATEA-5", "UA-77", "2001"):
            assert titles(client, text) == [], text
        assert client.get("/soeg/?q=pf000001").status_code == 302


def test_finance_finds_no_names(town, cast, client_of):
    client = client_of(cast.finance)
    assert titles(client, "anna") == []
    assert titles(client, "anbe") == []
    page = read(client, "/soeg/?q=anna")
    said = [*page.xpath("//input/@placeholder"), *page.xpath("//*[@class='palette-hint']/text()")]
    assert len(said) >= 3
    assert "initialer" not in " ".join(said).lower()


@pytest.mark.parametrize("text", ["", "   ", "x" * 5000, "%27%22%3Cb%3E", "B99999999999999"])
def test_nothing_found_says_what_to_try(town, cast, client_of, text):
    page = read(client_of(cast.helpdesk), f"/soeg/?q={text}")
    found = page.xpath("//main//a[@class='task-title']/text()")
    assert found == ([] if text.strip() else [one.title for one in ACTIONS if one.key])


def test_many_hits_cost_as_many_queries_as_few(town, cast, client_of):
    client = client_of(cast.helpdesk)
    few = queries_of(client, "/soeg/?q=PF0")
    for number in range(30):
        make.lease(f"PF0X{number:04}", unit=cast.unit)
    assert queries_of(client, "/soeg/?q=PF0") <= few
    page = read(client, "/soeg/?q=PF0")
    assert len(page.xpath(FOUND)) == 8
    assert page.xpath("//a[starts-with(normalize-space(text()), 'Se alle')]/@href") == [
        "/udstyr/?q=PF0&register=alle"
    ]


def test_a_sub_agreement_opens_its_devices(town, cast, client_of):
    client = client_of(cast.helpdesk)
    response = client.get("/soeg/?q=ua-77")
    listed = read(client, response.url).xpath("//tbody/tr/th/a/text()")
    assert listed == ["PF000002"]


def test_a_model_opens_its_devices(town, cast, client_of):
    make.lease("PX000009", unit=cast.unit, model=make.model("Skærm Ø27"))
    client = client_of(cast.helpdesk)
    assert titles(client, "ø2") == ["Skærm Ø27"]
    response = client.get("/soeg/?q=skærm+ø27")
    listed = read(client, response.url).xpath("//tbody/tr/th/a/text()")
    assert listed == ["PX000009"]


def options(client, text):
    """Return what the dialog offers for a text, without the actions and pages."""
    tree = read(client, f"/soeg/alt/?q={quote(text)}")
    return [link.get("href") for link in tree.xpath("//*[@role='option'][@data-narrow]")]


@pytest.mark.parametrize("text", ["pilebaek", "Pilebæk", "PILEBÆK", "anna pile", "anna@alb", "nbe"])
def test_a_person_is_found_in_any_spelling(cast, client_of, text):
    make.cost_holder()
    anna = make.employee("anbe", "Anna-Lis Pilebæk", unit=cast.unit, mail="anna@albertslund.dk")
    make.employee("boaa", "Bo Aagaard", unit=cast.unit)
    found = options(client_of(cast.helpdesk), text)
    assert found == ([] if text == "nbe" else [f"/medarbejdere/{anna.pk}/"])


def test_the_name_follows_whatever_writes_it(cast, client_of):
    bo = make.employee("boaa", "Bo Aagaard", unit=cast.unit)
    client = client_of(cast.helpdesk)
    for text in ("ågård", "Ågaard", "aagaard"):
        assert options(client, text) == [f"/medarbejdere/{bo.pk}/"], text
    Employee.objects.filter(pk=bo.pk).update(name="Bo Ærø")
    assert options(client, "aeroe") == [f"/medarbejdere/{bo.pk}/"]
    assert options(client, "aagaard") == []


def test_an_order_is_found_with_and_without_its_letter_and_by_its_line(town, cast, client_of):
    client = client_of(cast.helpdesk)
    order = order_for(cast.unit, supplier_order_number="ATEA-4500101207", ordered_on=TODAY)
    page = f"/bestillinger/{order.pk}/"
    for text in (str(order.pk), f"B{order.pk}", f"b {order.pk}", "4500101207", "atea-45001"):
        assert page in options(client, text), text
    assert options(client, f"B{order.pk}/1") == [f"{page}#linje-1"]
    assert options(client, f"{order.pk} / 1") == [f"{page}#linje-1"]
    assert options(client, f"B{order.pk}/2") == []
    assert client.get(f"/soeg/?q=B{order.pk}/1").url == f"{page}#linje-1"


def test_a_mail_that_nothing_was_recognised_in_is_found_and_is_a_draft(town, cast, client_of):
    order = Order.objects.create(
        mail_text="Fire pc'er, tak.", created_at=datetime(2026, 4, 1, tzinfo=UTC)
    )
    client = client_of(cast.helpdesk)
    page = f"/bestillinger/{order.pk}/"
    assert options(client, f"b{order.pk}")[0] == page
    assert options(client, f"b{order.pk}/1") == options(client_of(cast.head), order.number) == []
    read_as = text_of(read(client, page))
    assert "Gør kladden færdig" in read_as
    assert "afsluttet" not in read_as


def test_an_order_says_what_it_is_of_and_for_whom(town, cast, client_of):
    order = order_for(cast.unit, supplier_order_number="ATEA-5", employee=town["anna"])
    for unit in (cast.unit, town["foreign"]):
        make.order_line(unit, order=order, supplier_order_number="ATEA-5", used_for="Vogn")

    def note(user, text="ATEA-5"):
        return text_of(read(client_of(user), f"/soeg/?q={text}").xpath("//ul[@class='tasks']")[0])

    made = "oprettet 01-04-2026, leverandørens nr. ATEA-5"
    whole = f"T14 til Anna Ærø, {cast.unit.name} og 2 mere · {made}"
    order_for(town["foreign"], supplier_order_number="ATEA-5")  # so that none is opened at once
    assert whole in note(cast.helpdesk)
    # A leader is told of the own lines, and who reads no names of the unit.
    order_for(cast.unit, supplier_order_number="ATEA-5")
    assert f"T14 til Anna Ærø, {cast.unit.name} og 1 mere · {made}" in note(cast.head)
    assert f"T14 til {cast.unit.name} og 2 mere · {made}" in note(cast.finance)
    assert "Anna" not in note(cast.finance)


def test_somebody_and_an_action_offer_the_action(town, cast, client_of):
    def links(user, text):
        tree = read(client_of(user), f"/soeg/alt/?q={quote(text)}")
        return [one.get("href") for one in tree.xpath("//*[@role='option']")]

    moves = "/udstyr/flyt/?serienumre=PF000001"
    assert links(cast.helpdesk, "anbe flyt")[0] == moves
    assert links(cast.helpdesk, "flyt Anna Ærø")[0] == moves
    assert links(cast.helpdesk, "pf000001 flyt")[0] == moves
    assert links(cast.helpdesk, "anbe retur") == ["/udstyr/tag-tilbage/?serienumre=PF000001"]
    assert not [one for one in links(cast.head, "anbe flyt") if one and "flyt" in one]
    assert not [one for one in links(cast.helpdesk, "anbe æblegrød") if one]


def test_a_leader_finds_the_pages_by_the_words_for_them(town, cast, client_of):
    assert "Afdelinger og enheder" in text_of(read(client_of(cast.head), "/soeg/?q=organisation"))
    assert "Hvorfor er beløbet ændret?" in text_of(
        read(client_of(cast.head), "/soeg/?q=flytninger")
    )
    # What is done from a thing's own page is looked for by name: its list comes up.
    for word, found in (("fratrædelse", "/medarbejdere/"), ("stjålet", "/udstyr/")):
        tree = read(client_of(cast.helpdesk), f"/soeg/alt/?q={word}")
        assert found in tree.xpath("//*[@role='option']/@href"), word


def test_a_shared_pc_is_found_by_what_it_is_used_for_now(town, cast, client_of):
    shared = make.lease("PF000007", unit=cast.unit).device
    shared.placements.update(used_for="Klassesæt 7.B")
    client = client_of(cast.helpdesk)
    assert options(client, "klassesaet 7") == [f"/udstyr/{shared.pk}/"]
    assert "Klassesæt 7.B" in text_of(read(client, "/soeg/alt/?q=klassesæt"))
    make.placement(shared, TODAY, cast.unit)
    assert options(client, "klassesæt") == []
    assert options(client_of(cast.finance), "klassesæt") == []


def test_an_invoice_is_found_by_who_sees_invoices(town, cast, client_of):
    invoice = supplier_invoice("FAK-4711", ("PF000001", "349,41"))
    close()
    assert options(client_of(cast.finance), "4711") == [f"/leverandoerfakturaer/{invoice.pk}/"]
    assert "/kvartaler/2026Q1/2026Q1-01/" in options(client_of(cast.finance), "2026q1-0")
    for user in (cast.helpdesk, cast.head, cast.unit_leader):
        assert options(client_of(user), "4711") == options(client_of(user), "2026q1") == []


def test_the_best_one_comes_first_and_what_can_be_done_with_it(town, cast, client_of):
    make.unit("1777", "Pf0-skolen", department=cast.department)
    client = client_of(cast.helpdesk)
    tree = read(client, "/soeg/alt/?q=pf000001")
    first, *others = tree.xpath("//*[@role='option']")
    assert first.get("href") == f"/udstyr/{town['own'].pk}/"
    assert "/udstyr/tag-tilbage/?serienumre=PF000001" in [one.get("href") for one in others]
    tree = read(client, "/soeg/alt/?q=anbe")
    links = [one.get("href") for one in tree.xpath("//*[@role='option']")]
    assert links[:4] == [
        f"/medarbejdere/{town['anna'].pk}/",
        f"/bestillinger/ny/?medarbejder={town['anna'].pk}",
        "/udstyr/udlever/?initialer=anbe",
        "/udstyr/tag-tilbage/?serienumre=PF000001",
    ]
    for user in (cast.head, cast.unit_leader):
        text = text_of(read(client_of(user), "/soeg/alt/?q=anbe"))
        assert "Anna Ærø" in text
        assert "tilbage" not in text


def test_after_a_greater_than_come_actions_alone(town, cast, client_of):
    client = client_of(cast.helpdesk)
    tree = read(client, "/soeg/alt/?q=>tag")
    assert tree.xpath("//*[@role='option']/@href") == ["/udstyr/tag-tilbage/"]
    assert len(read(client, "/soeg/alt/?q=>").xpath("//*[@role='option']")) > 10
    keys = read(client, "/soeg/alt/").xpath("//kbd/text()")
    assert keys == ["N", "U", "T", "L", "F"]


@pytest.mark.parametrize("url", ["/soeg/alt/", "/soeg/udstyr/", "/soeg/medarbejdere/", "/dag/"])
@pytest.mark.parametrize(
    "text", ["%", "_", "\\", "'\"<b>", "x" * 4000, "B99999999999999/9", "𝕏", "ß", "B1/99999"]
)
def test_hostile_text_finds_nothing_and_is_no_error(town, cast, client_of, url, text):
    response = client_of(cast.helpdesk).get(url, {"q": text, "skrevet": text})
    assert response.status_code in {200, 204}
    assert b"<b>" not in response.content


def test_typing_costs_as_many_queries_with_many_as_with_few(town, cast, client_of):
    client = client_of(cast.helpdesk)
    addresses = ("/soeg/alt/?q=PF0", "/soeg/udstyr/?q=PF0", "/soeg/medarbejdere/?q=an")
    many = [25, 12, 6]
    assert all(queries_of(client, one) <= most for one, most in zip(addresses, many, strict=True))
    for number in range(30):
        anna = make.employee(f"an{number:02}", f"Anna {number}", unit=cast.unit)
        make.lease(f"PF0X{number:04}", unit=cast.unit, employee=anna)
    assert all(queries_of(client, one) <= most for one, most in zip(addresses, many, strict=True))


def test_a_form_is_offered_people_and_devices_within_what_one_sees(town, cast, client_of):
    def values(user, address):
        return read(client_of(user), address).xpath("//@data-value")

    make.device("PF000003")
    for user in (cast.head, cast.unit_leader):
        assert values(user, "/soeg/medarbejdere/?q=bofr") == []
        assert values(user, "/soeg/udstyr/?q=pf0000") == ["PF000001"]
    helpdesk = cast.helpdesk
    assert values(helpdesk, "/soeg/udstyr/?q=pf0000") == ["PF000001", "PF000002", "PF000003"]
    assert values(helpdesk, "/soeg/udstyr/?q=pf0000&foerst=lager")[0] == "PF000003"
    assert values(helpdesk, "/soeg/udstyr/?q=anbe") == ["PF000001"]
    assert values(helpdesk, "/soeg/udstyr/?q=mmel") == ["PF000001"]
    assert values(helpdesk, "/soeg/medarbejdere/?q=aeroe") == ["Anna Ærø (anbe)"]
    assert values(helpdesk, "/soeg/medarbejdere/?q=ann&skriv=initialer") == ["anbe"]
    assert values(cast.finance, "/soeg/udstyr/?q=anbe") == []
    assert "Anna" not in text_of(read(client_of(cast.finance), "/soeg/udstyr/?q=pf000001"))
