"""From a voucher to the lessor's invoice: the trail that an auditor walks."""

from datetime import UTC, date, datetime

import pytest

from inventory.placements.services.placements import PlacementFacts, save_placements
from leasing.models import InvoiceLine, SupplierInvoice, SupplierInvoiceLine
from leasing.rebilling.services import record_voucher
from tests import builders as make
from tests.leasing.agreeing import save
from tests.leasing.closed import TODAY, close, export
from tests.leasing.pages import queries_of, read, text_of

SEARCH = "/bilagsspor/"


@pytest.fixture
def town(db, settings):
    settings.TODAY = TODAY
    make.cost_holder()
    return make.unit("1001", "Ærtebjerg Skole")


def supplier_invoice(number="F-1", serial="PF000001", voucher="78001"):
    invoice = SupplierInvoice.objects.create(
        number=number,
        invoice_date=date(2026, 1, 5),
        net_ore=34941,
        voucher_number=voucher,
        content_digest=number,
        entered_at=datetime(2026, 1, 6, tzinfo=UTC),
        entered_by="Oda",
    )
    SupplierInvoiceLine.objects.create(
        invoice=invoice,
        number=1,
        serial_number=serial,
        starts_on=date(2026, 1, 1),
        ends_before=date(2026, 4, 1),
        amount_ore=34941,
    )
    return invoice


def posted(number="510001"):
    run = close()
    export(run, "csv")
    record_voucher(run=run, number=number, posted_on=TODAY, actor_name="Oda Lund")
    return run


def test_from_the_voucher_to_the_lessors_voucher(town, cast, client_of):
    lease = make.lease("PF000001")
    lease.terms.update(source="Prisliste 1-2026")
    save_placements(
        rows=[PlacementFacts("PF000001", date(2026, 1, 1), unit="1001")],
        actor=cast.helpdesk,
        today=TODAY,
    )
    supplier_invoice()
    run = posted()
    client = client_of(cast.auditor)
    found = read(client, f"{SEARCH}?q=510001")
    [address] = found.xpath("//main//li/a[starts-with(@href, '/bilagsspor/')]/@href")
    page = text_of(read(client, address))
    assert "Bilag 510001" in page
    assert "40000000 4010000000 2026Q1-01 Pc-leasing 1. kvt. 2026 Ærtebjerg Skole Debet" in page
    assert "01-01-2026: Ærtebjerg Skole tildelt af Hjalte" in page
    assert "Prisliste 1-2026" in page
    assert "F-1 , linje 1: 349,41 kr." in page
    assert "bilag 78001" in page
    assert run.code in page


@pytest.mark.parametrize("text", ["2026Q1-01", "2026q1-01", "F-1", "78001", "510001", "2026Q1"])
def test_each_number_is_found(town, cast, client_of, text):
    make.lease("PF000001", unit=town)
    supplier_invoice()
    posted()
    page = read(client_of(cast.finance), f"{SEARCH}?q={text}")
    assert "/bilagsspor/2026Q1-01/" in page.xpath("//main//a/@href"), text


def test_what_is_not_there_says_so(town, cast, client_of):
    client = client_of(cast.finance)
    assert "Vi fandt ikke »x«" in text_of(read(client, f"{SEARCH}?q=x"))
    assert client.get(f"{SEARCH}findes-ikke/").status_code == 404
    make.lease("PF000001", unit=town)
    close()
    assert client.get(f"{SEARCH}2026Q1-01/?side=x&enhed=x").status_code == 200


def test_a_charge_says_who_entered_it(town, cast, client_of):
    client = client_of(cast.finance)
    save(
        client,
        "/engangsbeloeb/nyt/",
        {"charged_on": "10-02-2026", "unit": town.pk, "amount_ore": "12,00", "text": "Fragt"},
    )
    close()
    assert "skrevet af Oda" in text_of(read(client, f"{SEARCH}2026Q1-01/"))


def test_stock_is_nobodys_posting(town, cast, client_of):
    make.lease("PF000001")
    close()
    page = text_of(read(client_of(cast.finance), f"{SEARCH}2026Q1-01/"))
    assert "ingen posteringer" in page
    assert "På lager: ingen tildeling" in page


def test_long_invoices_come_in_pages_at_the_same_cost(town, cast, client_of):
    for n in range(120):
        make.lease(f"PF{n:06}", unit=town)
    close()
    client = client_of(cast.finance)
    assert InvoiceLine.objects.count() == 120
    first, last = (read(client, f"{SEARCH}2026Q1-01/?side={n}") for n in (1, 2))
    assert "PF000099" in text_of(first)
    assert "PF000100" in text_of(last)
    whole = queries_of(client, f"{SEARCH}2026Q1-01/")
    assert whole == queries_of(client, f"{SEARCH}2026Q1-01/?side=2")
