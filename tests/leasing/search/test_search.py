"""One search box for all: what it finds, what it opens at once, and what it keeps from whom."""

from datetime import UTC, date, datetime

import pytest

from inventory.models import FormerSerialNumber
from leasing.models import Order, OrderLine
from tests import builders as make
from tests.browser import log_in
from tests.leasing.pages import queries_of, read, text_of

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


def titles(client, text):
    return read(client, f"/soeg/?q={text}").xpath("//main//a[@class='task-title']/text()")


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
    assert "initialer" not in text_of(read(client, "/soeg/?q=anna")).lower()


@pytest.mark.parametrize("text", ["", "   ", "x" * 5000, "%27%22%3Cb%3E", "B99999999999999"])
def test_nothing_found_says_what_to_try(town, cast, client_of, text):
    page = read(client_of(cast.helpdesk), f"/soeg/?q={text}")
    assert not page.xpath("//main//a[@class='task-title']")


def test_many_hits_cost_as_many_queries_as_few(town, cast, client_of):
    client = client_of(cast.helpdesk)
    few = queries_of(client, "/soeg/?q=PF0")
    for number in range(30):
        make.lease(f"PF0X{number:04}", unit=cast.unit)
    assert queries_of(client, "/soeg/?q=PF0") == few
    page = read(client, "/soeg/?q=PF0")
    assert len(page.xpath("//main//a[@class='task-title']")) == 8
    assert page.xpath("//a[starts-with(normalize-space(text()), 'Se alle')]/@href") == [
        "/udstyr/?q=PF0&register=alle"
    ]


def test_a_sub_agreement_opens_its_devices(town, cast, client_of):
    client = client_of(cast.helpdesk)
    response = client.get("/soeg/?q=ua-77")
    listed = read(client, response.url).xpath("//tbody/tr/th/a/text()")
    assert listed == ["PF000002"]


@pytest.mark.django_db(transaction=True)
def test_slash_and_ctrl_k_lead_to_the_box_but_not_while_typing(page, live_server, cast):
    make.cost_holder()
    device = make.lease("PF000001", unit=cast.unit).device
    log_in(page, live_server, cast.helpdesk)
    page.goto(live_server.url + "/udstyr/")
    page.keyboard.press("/")
    page.keyboard.type("pf000001")
    assert page.input_value("#site-search") == "pf000001"
    page.fill("#id_q", "")
    page.focus("#id_q")
    page.keyboard.type("a/b")
    assert page.input_value("#id_q") == "a/b"
    page.keyboard.press("Control+K")
    assert page.evaluate("document.activeElement.id") == "site-search"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/udstyr/{device.pk}/")
