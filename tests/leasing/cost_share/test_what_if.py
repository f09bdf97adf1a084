"""What if: the effect by year and unit, kept scenarios, and the draft order that comes of one."""

from datetime import UTC, date, datetime

import pytest
from lxml import html

from albertslund_it.common.errors import Refused
from albertslund_it.roles import HEAD
from leasing.cost_share.services.scenarios import draft_from_scenario
from leasing.models import Order, Scenario
from tests import builders as make
from tests.browser import assert_accessible_in_every_look, assert_no_sideways_scroll, log_in
from tests.leasing.agreeing import agreed_in
from tests.leasing.pages import read, text_of
from tests.leasing.town import TODAY

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
PAGE = "/egenbetaling/hvad-nu-hvis/"
DEARER = {"pris": "15", "pris_fra": "01-01-2027"}


@pytest.fixture
def town(db, settings):
    settings.TODAY = TODAY
    make.cost_holder()
    school = make.unit("1001", "Skolen")
    other = make.unit("2001", "Biblioteket", department=make.department("Kultur"))
    make.price(make.model(), date(2026, 1, 1), 559066)
    for number, unit in enumerate((school, school, other), start=1):
        make.lease(f"PF00000{number}", unit=unit, quarters=4, price_ore=100000)
    return school, other


@pytest.fixture
def head(town, cast):
    return cast.with_access("hanne", HEAD, department=town[0].department)


def test_fifteen_per_cent_from_next_year(town, head, client_of):
    tree = read(client_of(head), f"{PAGE}?pris=15&pris_fra=01-01-2027&efter=&enhed_1=")
    text = text_of(tree)
    # Two pcs again for 559066 each; 642926 with 15 %: 2 · 83860 øre in four years
    assert "Skolen" in text
    assert "+1.677,20" in text
    assert "Biblioteket" not in text


def test_fifteen_per_cent_alone_is_from_the_next_quarter_and_is_kept_with_that_day(
    town, head, client_of
):
    client = client_of(head)
    assert read(client, PAGE).xpath("//input[@name='pris_fra']/@value") == ["01-01-2027"]
    page = read(client, f"{PAGE}?pris=15&pris_fra=")
    assert "+1.677,20" in text_of(page)
    # What is not used stays folded.
    assert not page.xpath("//form//details[@open]")
    save(client, pris="15")
    assert Scenario.objects.get().assumptions == {"pris": "15", "pris_fra": "01-01-2027"}


def test_it_says_in_which_quarter_the_effect_begins(town, head, client_of):
    client = client_of(head)
    # The leases run a year, so what follows them begins with 2027: of 16 quarters one of 2 · 83860,
    # which is cut off each: ⌊642926/16⌋ − ⌊559066/16⌋ = 40182 − 34941 for each pc.
    text = text_of(read(client, f"{PAGE}?pris=15&pris_fra=01-01-2027"))
    assert "Virkningen begynder i 1. kvartal 2027: +104,82 kr. i det kvartal." in text
    text = text_of(read(client, f"{PAGE}?pris=15&pris_fra=01-01-2040"))
    assert "Det ændrer ikke noget i de kvartaler, prognosen går til." in text


def test_another_mix_of_models(town, head, client_of):
    other = make.model("T16")
    make.price(other, date(2026, 1, 1), 591227)
    make.price(make.model("P16v"), date(2026, 1, 1), 1080839)
    make.lease("PF000009", unit=town[0], model=other, quarters=4, price_ore=100000)
    query = f"til_{make.model().pk}=P16v&til_{other.pk}=T14"
    tree = read(client_of(head), f"{PAGE}?{query}")
    assert {one.get("class") for one in tree.xpath("//main//select")} == {"form-select"}
    text = text_of(tree)
    # Two T14 become P16v and one T16 becomes T14, all over sixteen quarters from 1 January 2027:
    # 2 · (1080839 − 559066) + 559066 − 591227 = 1011385 øre in the four years
    assert "+10.113,85" in text


def test_wrong_input_is_said_and_kept(town, head, client_of):
    client = client_of(head)
    response = client.get(f"{PAGE}?pris=15&antal_1=x&antal_2=4")
    text = response.content.decode()
    assert response.status_code == 422
    assert 'value="15"' in text
    assert "Udfyld »model, linje 2«, når »flere eller færre, linje 2« er udfyldt." in text
    assert client.get(f"{PAGE}?enhed_1={town[1].pk}").status_code == 422
    assert client.get(f"{PAGE}?scenarie=x").status_code == 404


def save(client, name="Dyrere", **data):
    query = "&".join(f"{key}={value}" for key, value in data.items())
    return client.post(f"{PAGE}gem/?{query}", {"name": name, "shared": "on"})


def test_a_scenario_is_kept_shared_and_ordered(town, head, cast, client_of):
    client = client_of(head)
    second = make.unit("1002", "Skole 2", department=town[0].department)
    make.price(make.model("T16"), date(2026, 1, 1), 591227)
    more = {"antal_1": 3, "enhed_1": town[0].pk, "model_1": "T14", "antal_fra": "01-02-2027"}
    more |= {"antal_3": -1, "enhed_3": second.pk, "model_3": "T14"}
    more |= {"antal_2": 2, "enhed_2": second.pk, "model_2": "T16"}
    response = save(client, **more)
    scenario = Scenario.objects.get()
    assert response.url == f"{PAGE}?scenarie={scenario.pk}"
    save(client, **more, pris=10, pris_fra="01-01-2027")
    assert Scenario.objects.get().assumptions["pris"] == "10"

    for _ in range(2):
        agreed = agreed_in(client.get(f"{PAGE}?scenarie={scenario.pk}"))
        client.post(f"{PAGE}{scenario.pk}/bestil/", {"agreed": agreed})
    lines = Order.objects.get().lines.order_by("position")
    assert [(line.quantity, line.model.name, line.unit, line.status) for line in lines] == [
        (3, "T14", town[0], "draft"),
        (2, "T16", second, "draft"),
    ]
    helpdesk = client_of(cast.helpdesk)
    order = Order.objects.get()
    by = order.scenario.created_by
    assert (order.requester_name, order.requester_mail) == (by.get_full_name(), by.email)
    assert "Dyrere" in text_of(read(helpdesk, f"/bestillinger/{order.pk}/"))
    finance = client_of(cast.finance)
    assert "Dyrere" in text_of(read(finance, f"{PAGE}?scenarie={scenario.pk}"))
    assert finance.post(f"{PAGE}{scenario.pk}/slet/").status_code == 403
    client.post(f"{PAGE}{scenario.pk}/slet/")
    assert not Scenario.objects.exists()


def test_what_is_not_shared_or_anothers_does_not_exist(town, head, cast, client_of):
    client = client_of(head)
    client.post(f"{PAGE}gem/?pris=15&pris_fra=01-01-2027", {"name": "Mit"})
    scenario = Scenario.objects.get()
    other = client_of(cast.with_access("bo", HEAD, department=town[1].department))
    for reader in (other, client_of(cast.finance)):
        assert reader.get(f"{PAGE}?scenarie={scenario.pk}").status_code == 404
        assert "Mit" not in text_of(read(reader, PAGE))
    Scenario.objects.update(is_shared=True)
    assert other.get(f"{PAGE}?scenarie={scenario.pk}").status_code == 404
    assert other.post(f"{PAGE}{scenario.pk}/bestil/").status_code == 404
    assert save(client, name=" ", **DEARER).status_code == 422
    assert save(client).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_the_page_is_accessible(page, live_server, town, cast):
    log_in(page, live_server, cast.with_access("hanne", HEAD, department=town[0].department))
    page.goto(f"{live_server.url}{PAGE}")
    page.get_by_label("Prisændring i procent").fill("15")
    page.get_by_role("textbox", name="Prisen gælder fra").fill("01-01-2027")
    page.get_by_role("button", name="Regn det ud").click()
    page.get_by_role("heading", name="Virkning pr. år").wait_for()
    assert_accessible_in_every_look(page)
    assert_no_sideways_scroll(page)


def test_what_cannot_be_read_is_told_in_plain_words(town, cast, client_of):
    client = client_of(cast.finance)
    for query, said in (
        ("pris=x", "Skriv en ændring fra -90 til 500 procent"),
        ("pris=99999999", "Skriv en ændring fra -90 til 500 procent"),
        ("pris=1,234", "Skriv en ændring fra -90 til 500 procent"),
        ("antal_1=1,5", "Skriv et helt antal fra -500 til 500."),
        ("antal_1=501", "Skriv et helt antal fra -500 til 500."),
        ("antal_2=5", "Udfyld »model, linje 2«, når »flere eller færre, linje 2« er udfyldt."),
        ("pris=5&pris_fra=01-01-0001", "Året 1 er forkert."),
        ("pris=5&pris_fra=31-02-2027", "Den dag findes ikke i kalenderen."),
    ):
        tree = html.fromstring(client.get(f"{PAGE}?{query}").content.decode())
        listed = [text_of(one) for one in tree.xpath("//*[@class='error-summary']//li")]
        assert listed == sorted(set(listed), key=listed.index), "said twice"
        assert any(said in one for one in listed), (query, listed)


def test_who_only_reads_keeps_nothing(town, cast, client_of):
    client, address = client_of(cast.auditor), f"{PAGE}?pris=15&pris_fra=01-01-2027"
    assert not read(client, address).xpath("//form[contains(@action, '/gem/')]")
    gem = f"{PAGE}gem/?pris=15&pris_fra=01-01-2027"
    assert client.post(gem, {"name": "Revision"}).status_code == 403
    assert not Scenario.objects.exists()


def test_a_scenario_without_a_name_is_told_at_the_top_and_kept(town, head, client_of):
    client = client_of(head)
    response = client.post(f"{PAGE}gem/?pris=15&pris_fra=01-01-2027", {"name": ""})
    tree = html.fromstring(response.content.decode())
    assert response.status_code == 422
    assert tree.findtext(".//title").startswith("Fejl: ")
    assert tree.xpath("//*[@class='error-summary']//a/@href") == ["#name"]
    assert tree.xpath("//input[@id='name']/@aria-invalid") == ["true"]
    assert tree.xpath("//input[@name='pris']/@value") == ["15"]
    assert not Scenario.objects.exists()


def test_a_draft_of_what_has_no_price_yet_says_from_when_it_has(town, cast):
    later = make.model("T16")
    make.price(later, date(2028, 1, 1))
    scenario = Scenario.objects.create(
        name="Flere", bearer="a1", assumptions={"x": 1}, created_by=cast.finance, created_at=NOW
    )
    with pytest.raises(Refused, match="T16 har først en pris fra 01-01-2028"):
        draft_from_scenario(
            scenario=scenario, added={(town[0].pk, "T16"): 2}, actor=cast.finance, now=NOW
        )
    assert not Order.objects.exists()
