"""Finance enters one-off amounts by hand, mends them until they are billed, and settles a lease."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from lxml import html

from leasing.billing.selectors.preview import preview_run
from leasing.models import Charge, InvoiceLine, Lease
from leasing.quarters.selectors.readiness import readiness_of
from tests import builders as make
from tests.leasing.agreeing import agreed_in, look, save
from tests.leasing.closed import close
from tests.leasing.pages import queries_of, read, text_of

TODAY = date(2026, 4, 8)
LIST, NEW = "/engangsbeloeb/", "/engangsbeloeb/nyt/"


@pytest.fixture
def town(db, settings):
    settings.TODAY = TODAY
    make.cost_holder()
    return make.lease("PF000001", unit=make.unit("1001", "Ærtebjerg Skole"))


def entry(**changes):
    given = {
        "charged_on": "10-02-2026",
        "unit": make.unit("1001").pk,
        "amount_ore": "1.500,00",
        "text": "Skærmskade",
        "serial_number": "pf000001",
    }
    return given | changes


def test_a_charge_is_entered_once_however_often_it_is_sent(town, cast, client_of):
    client = client_of(cast.finance)
    assert save(client, NEW, entry()).status_code == 302
    assert client.post(NEW, entry()).status_code == 302
    charge = Charge.objects.get()
    assert (charge.amount_ore, charge.device, charge.text) == (150000, town.device, "Skærmskade")
    # The same date, unit and text with another amount is another charge, not a change of this one.
    answer = client.post(NEW, entry(amount_ore="9,00"))
    assert answer.status_code == 422
    assert "har allerede »Skærmskade«" in answer.content.decode()
    assert 'value="9,00"' in answer.content.decode()
    assert Charge.objects.get().amount_ore == 150000


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"amount_ore": "0"}, "Beløbet må ikke være nul"),
        ({"charged_on": "31-12-2025"}, "hvor opkrævningen begynder"),
        ({"serial_number": "XX"}, "»XX« findes ikke"),
        ({"unit": "999999"}, "Vælg"),
        ({"text": ""}, "Udfyld tekst"),
    ],
)
def test_what_cannot_be_charged_is_told(town, cast, client_of, change, message):
    answer = client_of(cast.finance).post(NEW, entry(**change))
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not Charge.objects.exists()


def test_a_charge_is_mended_until_it_is_billed(town, cast, client_of):
    client = client_of(cast.finance)
    charge = make.charge(make.unit("1001"), 150000)
    page = f"{LIST}{charge.pk}/"
    shown = agreed_in(look(client, page, entry(amount_ore="99,00")))
    assert save(client, page, entry(amount_ore="12,50")).status_code == 302
    charge.refresh_from_db()
    assert charge.amount_ore == 1250
    late = client.post(page, entry(amount_ore="99,00", agreed=shown))
    assert late.status_code == 422
    assert "Det, der stod er ændret fra 1.500,00" in text_of(html.fromstring(late.content.decode()))
    close()
    locked = text_of(read(client, page))
    assert "Opret et modsat beløb" in locked
    client.post(page, entry(amount_ore="99,00", agreed=shown))
    client.post(f"{page}slet/", {"agreed": shown})
    charge.refresh_from_db()
    assert charge.amount_ore == 1250
    counter = read(client, f"{NEW}?modpost={charge.pk}")
    assert counter.xpath("//input[@name='amount_ore']/@value") == ["-12,50"]
    assert counter.xpath("//input[@name='text']/@value") == ["Modpost: Skærmskade"]


def test_a_charge_is_deleted_only_as_it_was_seen(town, cast, client_of):
    client = client_of(cast.finance)
    charge = make.charge(make.unit("1001"))
    page = f"{LIST}{charge.pk}/"
    shown = agreed_in(client.get(page))
    client.post(f"{page}slet/", {"agreed": "noget andet"})
    Charge.objects.update(amount_ore=1)
    client.post(f"{page}slet/", {"agreed": shown})
    assert Charge.objects.exists()
    client.post(f"{page}slet/", {"agreed": agreed_in(client.get(page))})
    assert not Charge.objects.exists()


def test_a_lost_pc_is_settled_in_two_clicks(town, cast, client_of):
    """F(8 April) stands; the lessor's price is charged, and the lease accrues nothing more."""
    client = client_of(cast.finance)
    device = read(client, f"/udstyr/{town.device_id}/")
    [link] = device.xpath("//a[normalize-space(text())='Indfri leasingen']/@href")
    form = read(client, link)
    names = ("stops_on", "text", "amount_ore")
    values = {name: form.xpath(f"//*[@name='{name}']/@value") for name in names}
    assert values["stops_on"] == ["08-04-2026"]
    assert form.xpath("//select[@name='unit']//option[@selected]/text()") == ["Ærtebjerg Skole"]
    given = {"stops_on": "08-04-2026", "text": values["text"][0], "unit": make.unit("1001").pk}
    save(client, link, given | {"amount_ore": "4.000,00"})
    assert client.post(link, given | {"amount_ore": "4.000,00"}).status_code == 302
    assert Lease.objects.get().stops_on == TODAY
    charge = Charge.objects.get()
    assert (charge.amount_ore, charge.charged_on, charge.device) == (400000, TODAY, town.device)
    run = close("2026Q2")
    amounts = InvoiceLine.objects.filter(invoice__run=run).values_list("kind", "amount_ore")
    # F(1 April) = 34941 as backlog; seven of 91 days: F(8 April) = 559066·98/1456 = 37629
    assert sorted(amounts) == [("backlog", 34941), ("charge", 400000), ("current", 2688)]


def test_a_settlement_that_cannot_be_made_writes_nothing(town, cast, client_of):
    answer = save(
        client_of(cast.finance),
        f"/udstyr/{town.device_id}/indfri/",
        {"stops_on": "01-03-2035", "text": "x", "unit": make.unit().pk, "amount_ore": "1,00"},
    )
    assert answer.status_code == 422
    assert "udløber af sig selv" in answer.content.decode()
    assert not Charge.objects.exists()


def test_the_list_filters_and_downloads_and_costs_the_same(town, cast, client_of):
    client = client_of(cast.finance)
    make.charge(make.unit("1001"), 100, text="=1+1")
    close()
    for n in range(2):
        make.charge(make.unit("1001"), 200 + n, date(2026, 3, 1), text=f"Fragt {n}")
    three = queries_of(client, LIST)
    assert text_of(read(client, f"{LIST}?stand=venter")).count("Fragt") == 2
    assert text_of(read(client, f"{LIST}?stand=opkraevet")).count("Fragt") == 0
    assert "Fragt 1" in text_of(read(client, f"{LIST}?q=Fragt+1"))
    assert "Fragt 0" not in text_of(read(client, f"{LIST}?til=28-02-2026"))
    file = b"".join(client.get(f"{LIST}?hent=xlsx").streaming_content)
    cells = [c for row in openpyxl.load_workbook(BytesIO(file)).active for c in row]
    [formula] = [c for c in cells if c.value == "=1+1"]
    assert formula.data_type == "s"
    for n in range(3, 30):
        make.charge(make.unit("1001"), 200 + n, date(2026, 3, 1), text=f"Fragt {n}")
    assert queries_of(client, LIST) == three


def test_a_settlement_below_zero_is_refused_in_words(town, cast, client_of):
    close()
    typed = {"stops_on": "01-02-2026", "text": "x", "unit": make.unit("1001").pk}
    url = f"/udstyr/{town.device_id}/indfri/"
    answer = save(client_of(cast.finance), url, typed | {"amount_ore": "-5,00"})

    assert answer.status_code == 422
    assert "kan ikke være under nul" in answer.content.decode()
    assert Lease.objects.get().stops_on is None
    assert not Charge.objects.exists()


def test_a_settlement_shows_the_closed_quarter_it_reaches_into(town, cast, client_of):
    close()
    typed = {"stops_on": "01-02-2026", "text": "x", "unit": make.unit("1001").pk}
    url = f"/udstyr/{town.device_id}/indfri/"
    page = look(client_of(cast.finance), url, typed | {"amount_ore": "900,00"})

    text = text_of(html.fromstring(page.content.decode()))
    assert Lease.objects.get().stops_on is None
    # F(1 February) = 559066·31/1461 ≈ 119,03 of the quarter's 349,41
    assert "1. kvartal 2026 er låst: der kommer en rettelse på −" in text
    assert "betaler 900,00 kr. for »x«" in text
    assert "kommer med i kørslen for 2. kvartal 2026" in text


@pytest.mark.parametrize(
    ("change", "doubt"),
    [
        ({"amount_ore": "99.999.999,00"}, "Beløbet er 99.999.999,00"),
        ({"amount_ore": "-25.000,01"}, "Beløbet er −25.000,01"),
        ({"charged_on": "10-02-2099"}, "ligger efter 2. kvartal 2026"),
        ({"charged_on": "01-07-2026"}, "ligger efter 2. kvartal 2026"),
    ],
)
def test_what_is_out_of_scale_is_asked_about_and_listed(town, cast, client_of, change, doubt):
    client = client_of(cast.finance)
    shown = look(client, NEW, entry(**change))
    assert doubt in text_of(html.fromstring(shown.content.decode()))
    assert html.fromstring(shown.content.decode()).xpath("//input[@name='is_sure']")
    unsure = save(client, NEW, entry(**change))
    assert unsure.status_code == 422
    assert doubt in text_of(html.fromstring(unsure.content.decode()))
    assert not Charge.objects.exists()

    assert save(client, NEW, entry(**change, is_sure="on")).status_code == 302
    charge = Charge.objects.get()
    found = [
        f for f in readiness_of(preview_run("2026Q1", TODAY), TODAY).points if f.key == "charges"
    ]
    assert [(f.count, f.amount_ore) for f in found] == [(1, charge.amount_ore)]


def test_what_is_within_the_limits_is_not_asked_about(town, cast, client_of):
    shown = look(client_of(cast.finance), NEW, entry(amount_ore="25.000,00"))
    assert "is_sure" not in shown.content.decode()
    assert save(client_of(cast.finance), NEW, entry(amount_ore="25.000,00")).status_code == 302


def test_a_settled_device_says_its_terms_price_and_what_it_came_to_cost(town, cast, client_of):
    client, url = client_of(cast.finance), f"/udstyr/{town.device_id}/"
    before = text_of(read(client, url))
    assert "Løbetidens pris 5.590,66 kr." in before
    assert "Kommer til at koste" not in before
    town.stops_on = date(2026, 4, 1)
    town.save()
    # F(1 April) = 34941
    after = text_of(read(client, url))
    assert "Løbetidens pris 5.590,66 kr. Kommer til at koste 349,41 kr., fordi" in after


@pytest.mark.parametrize(
    ("today", "closed", "charged_on", "run"),
    [
        (date(2027, 1, 15), ("2026Q4",), "20-12-2026", "supplementskørsel 1 for 2026"),
        # Closed before the year is over: the first run of the next year leaves it too.
        (date(2026, 12, 28), ("2026Q4",), "20-12-2026", "supplementskørsel 1 for 2026"),
        (date(2027, 1, 15), ("2026Q3",), "20-12-2026", "kørslen for 4. kvartal 2026"),
        (date(2027, 1, 15), ("2026Q3", "2027Q1"), "20-12-2026", "supplementskørsel 1 for 2026"),
        (date(2027, 1, 15), ("2026Q4", "2026S"), "20-12-2026", "supplementskørsel 2 for 2026"),
        (date(2027, 2, 1), ("2026Q4",), "20-12-2026", "kørslen for 1. kvartal 2027"),
        (date(2026, 11, 1), ("2026Q3",), "20-07-2026", "kørslen for 4. kvartal 2026"),
    ],
)
def test_the_run_that_is_promised_is_the_one_that_bills_it(
    town, cast, client_of, settings, today, closed, charged_on, run
):
    settings.TODAY = today
    for code in closed:
        if code == "2026S":
            make.charge(make.unit("1001"), 100, date(2026, 12, 1), "Fragt")
        close(code, today)
    page = text_of(
        html.fromstring(look(client_of(cast.finance), NEW, entry(charged_on=charged_on)).content)
    )
    assert f"kommer med i {run}." in page


def test_what_is_promised_to_the_supplementary_run_comes_with_it(town, cast, client_of, settings):
    settings.TODAY = date(2027, 1, 15)
    close("2026Q4", settings.TODAY)
    save(client_of(cast.finance), NEW, entry(charged_on="20-12-2026"))
    close("2027Q1", settings.TODAY)
    assert not InvoiceLine.objects.exclude(charge=None).exists()
    close("2026S", settings.TODAY)
    assert InvoiceLine.objects.get(charge=Charge.objects.get()).invoice.run.code == "2026S1"
