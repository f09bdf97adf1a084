"""The quarter's letter: one page of a department's own, and a mail when a run is closed."""

import re
from datetime import UTC, date, datetime

import pytest

from albertslund_it.common.money import parse_kroner
from albertslund_it.roles import HEAD
from leasing.confirmation.services import start_round
from leasing.cost_share.services.letters import write_letters
from leasing.models import Mail, Settings
from leasing.notices.services.notices import write_notices
from tests import builders as make
from tests.browser import assert_accessible_in_every_look, assert_no_sideways_scroll, be_logged_in
from tests.leasing.pages import queries_of, read, text_of
from tests.leasing.town import TODAY, Town

PAGE = "/egenbetaling/brev/"
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture
def town(db, settings):
    settings.TODAY = TODAY
    town = Town()
    town.school.head_mail = "skole@albertslund.example"
    town.school.save()
    return town


@pytest.fixture
def head(town, cast):
    return cast.with_access("hanne", HEAD, department=town.school)


def test_the_letter_says_what_why_what_ends_and_what_to_decide(town, head, client_of):
    make.lease("PF000077", unit=town.first, starts_on=date(2023, 4, 1))
    anna = make.employee("anbe", "Anna Berg", unit=town.first)
    make.approval(anna)
    text = text_of(read(client_of(head), f"{PAGE}?kvartal=2026Q2"))

    assert "Kvartalsbrev: Dagtilbud & Skole" in text
    invoice = town.runs[1].invoices.get(department=town.school)
    assert f"opgørelse {invoice.number}" in text
    assert "Jeres udgift" in text
    assert "PF000077" in text
    assert "1 dispensation, der venter på svar" in text
    assert "1 leasing, der udløber: frikøb, forlængelse eller returnering" in text


@pytest.mark.parametrize("told", [1, 4])
def test_the_reasons_add_up_to_the_difference(town, head, client_of, monkeypatch, told):
    monkeypatch.setattr("leasing.cost_share.selectors.letter.STEPS_TOLD", told)
    tree = read(client_of(head), f"{PAGE}?kvartal=2026Q2")
    rows = tree.xpath("//table[contains(., 'Årsag')]//tr[td]")
    *steps, whole = [
        parse_kroner(row.xpath("string(td[last()])").strip().lstrip("+")) for row in rows
    ]
    assert len(steps) > 1
    assert sum(steps) == whole
    bridge = read(client_of(head), rows[-1].xpath(".//a/@href")[0])
    [after] = bridge.xpath("//tfoot//td[last()]")
    before = bridge.xpath("//table[.//tfoot]//tbody/tr[1]/td[last()]")[0]
    assert parse_kroner(text_of(after)) - parse_kroner(text_of(before)) == whole


def test_a_bill_that_is_not_the_cost_says_why(town, head, client_of):
    bill = town.runs[1].invoices.get(department=town.school)
    said = re.search(
        r"Regningen for 2\. kvartal 2026 er ([\d.,]+) kr\..* koster ([\d.,]+) kr\..*"
        r"Forskellen på regningen og udgiften, ([\d.,]+) kr\.",
        text_of(read(client_of(head), f"{PAGE}?kvartal=2026Q2")),
    )
    billed, cost, apart = map(parse_kroner, said.groups())
    assert billed == sum(bill.lines.values_list("amount_ore", flat=True))
    assert apart == abs(billed - cost) > 0


def test_an_open_round_is_to_be_answered(town, head, client_of):
    start_round(due_on=date(2026, 12, 4), actor_name="Oda Lund", today=TODAY, now=NOW)
    client = client_of(head)
    text = text_of(read(client, PAGE))
    asked = re.search(r"(\d+) stk\. på jeres liste: er de jeres\? Svar senest den 04-12-2026", text)
    assert asked, text
    [task] = read(client, "/egenbetaling/beslutninger/").xpath("//*[@class='task-title']")
    assert text_of(task) == f"Stemmer listen? {asked[1]} stk."
    [seen] = read(client, "/bekraeft/").xpath("//input[@name='seen']/@value")
    client.post("/bekraeft/", {"all": "1", "seen": seen})
    assert "på jeres liste" not in text_of(read(client, PAGE))


def test_it_has_nothing_of_another_department(town, head, client_of):
    assert client_of(head).get(f"{PAGE}?afdeling={town.culture.pk}").status_code == 404
    assert client_of(head).get(f"{PAGE}?afdeling=alle").status_code == 404
    assert client_of(head).get(f"{PAGE}?kvartal=2020Q1").status_code == 404
    assert "Biblioteket" not in text_of(read(client_of(head), PAGE))


def test_the_page_costs_the_same_for_three_and_thirty(town, head, client_of):
    client = client_of(head)
    for number in range(27, 30):
        make.lease(f"PX{number:06d}", unit=town.first, starts_on=date(2023, 4, 1))
    before = queries_of(client, PAGE)
    for number in range(27):
        make.lease(f"PX{number:06d}", unit=town.first, starts_on=date(2023, 4, 1))
    assert queries_of(client, PAGE) == before


def test_each_head_is_written_to_once_where_the_setting_is_on(town, cast):
    run = town.runs[-1]
    assert write_letters(run=run, today=TODAY, now=NOW) == []
    Settings.objects.update(mails_letters=True)
    deputy = cast.with_access("dorte", HEAD, department=town.culture)
    deputy.email = "dorte@albertslund.example"
    deputy.save()
    mails = write_letters(run=run, today=TODAY, now=NOW)

    assert sorted(mail.recipients for mail in mails) == [
        "dorte@albertslund.example",
        "skole@albertslund.example",
    ]
    assert write_letters(run=run, today=TODAY, now=NOW) == []
    write_notices(today=TODAY, now=NOW)
    letters = Mail.objects.filter(key__startswith="letter-")
    assert letters.count() == 2
    school = letters.get(recipients="skole@albertslund.example")
    assert "Dagtilbud & Skole er opkrævet for" in school.text
    assert "Regningen er" in school.text
    for foreign in ("Kultur, Fritid", "Biblioteket"):
        assert foreign not in school.text + school.html


@pytest.mark.django_db(transaction=True)
def test_it_is_one_page_of_a4_and_accessible(page, live_server, town, cast, tmp_path):
    for number in range(12):
        make.lease(f"PX{number:06d}", unit=town.first, starts_on=date(2023, 4, 1))
    be_logged_in(page, live_server, cast.with_access("hanne", HEAD, department=town.school))
    page.goto(f"{live_server.url}{PAGE}?kvartal=2026Q2")
    pdf = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", pdf)) == 1
    assert_accessible_in_every_look(page)
    assert_no_sideways_scroll(page)


@pytest.mark.django_db(transaction=True)
def test_the_bridge_and_the_forecast_are_accessible(page, live_server, town, cast):
    be_logged_in(page, live_server, cast.with_access("hanne", HEAD, department=town.school))
    for path in ("forskel/?fra=2026Q1&til=2026Q2", "forskel/?fra=2026Q1&til=2026Q2&trin=odd"):
        page.goto(f"{live_server.url}/egenbetaling/{path}")
        assert_accessible_in_every_look(page)
        assert_no_sideways_scroll(page)
    page.goto(f"{live_server.url}/egenbetaling/prognose/")
    assert_accessible_in_every_look(page)
    assert_no_sideways_scroll(page)


def test_every_step_opens_devices_that_add_up_to_it(town, head, client_of):
    client = client_of(head)
    tree = read(client, "/egenbetaling/forskel/?fra=2026Q1&til=2026Q2")
    rows = tree.xpath("//tbody/tr[.//a[contains(@href, 'trin=')]]")
    assert rows
    for row in rows:
        shown = row.xpath("string(td[last()])").strip()
        opened = read(client, row.xpath(".//a/@href")[0])
        assert opened.xpath("string(//tfoot//td[1])").strip() == shown
        assert opened.xpath("//tbody/tr")
    assert client.get(f"/egenbetaling/forskel/?afdeling={town.culture.pk}").status_code == 404
    assert client.get(f"/egenbetaling/forskel/?enhed={town.library.pk}").status_code == 404
    assert client.get("/egenbetaling/forskel/?fra=x").status_code == 404
    assert client.get(f"/egenbetaling/prognose/?enhed={town.library.pk}").status_code == 404
