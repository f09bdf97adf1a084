"""Finance enters one-off amounts by hand, mends them until they are billed, and settles a lease."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest

from leasing.models import Charge, InvoiceLine, Lease
from leasing.services.charges import values_of
from tests import builders as make
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
    for _ in range(2):
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
    page, seen = f"{LIST}{charge.pk}/", values_of(charge)
    assert client.post(page, entry(amount_ore="12,50", seen=seen)).status_code == 302
    charge.refresh_from_db()
    assert charge.amount_ore == 1250
    late = client.post(page, entry(amount_ore="99,00", seen=seen))
    assert late.status_code == 422
    assert "En anden har ændret" in late.content.decode()
    close()
    locked = text_of(read(client, page))
    assert "Opret et modsat beløb" in locked
    client.post(page, entry(amount_ore="99,00", seen=values_of(charge)))
    client.post(f"{page}slet/", {"seen": values_of(charge)})
    charge.refresh_from_db()
    assert charge.amount_ore == 1250
    counter = read(client, f"{NEW}?modpost={charge.pk}")
    assert counter.xpath("//input[@name='amount_ore']/@value") == ["-12,50"]
    assert counter.xpath("//input[@name='text']/@value") == ["Modpost: Skærmskade"]


def test_a_charge_is_deleted_only_as_it_was_seen(town, cast, client_of):
    client = client_of(cast.finance)
    charge = make.charge(make.unit("1001"))
    client.post(f"{LIST}{charge.pk}/slet/", {"seen": "noget andet"})
    assert Charge.objects.exists()
    client.post(f"{LIST}{charge.pk}/slet/", {"seen": values_of(charge)})
    assert not Charge.objects.exists()


def test_a_lost_pc_is_settled_in_two_clicks(town, cast, client_of):
    """F(8 April) stands; the lessor's price is charged, and the lease accrues nothing more."""
    client = client_of(cast.finance)
    device = read(client, f"/udstyr/{town.device_id}/")
    [link] = device.xpath("//a[text()='Indfri leasingen']/@href")
    form = read(client, link)
    names = ("stops_on", "text", "amount_ore")
    values = {name: form.xpath(f"//*[@name='{name}']/@value") for name in names}
    assert values["stops_on"] == ["08-04-2026"]
    assert form.xpath("//select[@name='unit']//option[@selected]/text()") == ["Ærtebjerg Skole"]
    given = {"stops_on": "08-04-2026", "text": values["text"][0], "unit": make.unit("1001").pk}
    for _ in range(2):
        client.post(link, given | {"amount_ore": "4.000,00"})
    assert Lease.objects.get().stops_on == TODAY
    charge = Charge.objects.get()
    assert (charge.amount_ore, charge.charged_on, charge.device) == (400000, TODAY, town.device)
    run = close("2026Q2")
    amounts = InvoiceLine.objects.filter(invoice__run=run).values_list("kind", "amount_ore")
    # F(1 April) = 34941 as backlog; seven of 91 days: F(8 April) = 559066·98/1456 = 37629
    assert sorted(amounts) == [("backlog", 34941), ("charge", 400000), ("current", 2688)]


def test_a_settlement_that_cannot_be_made_writes_nothing(town, cast, client_of):
    answer = client_of(cast.finance).post(
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
