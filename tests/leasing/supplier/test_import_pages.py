"""Taking in the lessor's invoices on the page: what is asked, shown first, and where one lands."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from lxml import html

from leasing.models import (
    DifferenceOutcome,
    Settings,
    SupplierInvoice,
    SupplierInvoiceFile,
    SupplierInvoiceLine,
)
from tests import builders as make
from tests.leasing.pages import read, text_of
from tests.leasing.supplier.documents import PERIOD, TODAY, instance, line, take, ubl

pytestmark = pytest.mark.django_db
PAGE = "/indlaes/supplier_invoice/"
CONTRACT = "<cac:ContractDocumentReference><cbc:ID>UA-1</cbc:ID></cac:ContractDocumentReference>"
CVR, OURS, EAN = "13585628", "66137112", "5798000011113"


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def finance(cast, client_of):
    make.lease("PF000001")
    return client_of(cast.finance)


def party(name, *, cvr="", ean=""):
    return (
        f'<cac:Party><cbc:EndpointID schemeID="0088">{ean}</cbc:EndpointID>'
        f"<cac:PartyName><cbc:Name>{name}</cbc:Name></cac:PartyName><cac:PartyLegalEntity>"
        f'<cbc:CompanyID schemeID="DK:CVR">DK{cvr}</cbc:CompanyID></cac:PartyLegalEntity></cac:Party>'
    )


def parties(seller="", buyer=""):
    return (
        f"<cac:AccountingSupplierParty>{seller}</cac:AccountingSupplierParty>"
        f"<cac:AccountingCustomerParty>{buyer}</cac:AccountingCustomerParty>"
    )


def send(client, data, name="faktura.xml"):
    response = client.post(PAGE, {"file": SimpleUploadedFile(name, data)})
    return response.status_code, html.fromstring(response.content.decode())


def hidden(tree):
    fields = tree.xpath("//main//form//input[@type='hidden' and @name!='csrfmiddlewaretoken']")
    return {field.get("name"): field.get("value") for field in fields}


def without_period():
    return ubl(line(1, instance("PF000001")), net="349.41", vat="87.35", head=CONTRACT)


def test_the_page_asks_which_quarter_and_guesses_none(finance):
    status, tree = send(finance, without_period())
    assert status == 200
    assert "Hvilket kvartal er fakturaen for?" in text_of(tree)
    assert not tree.xpath("//select[@name='quarter']/option[@selected and @value!='']")
    assert not SupplierInvoice.objects.exists()

    response = finance.post(PAGE, {**hidden(tree), "quarter": ""})
    assert response.status_code == 422
    assert "Vælg det kvartal, fakturaen er for." in response.content.decode()

    response = finance.post(PAGE, {**hidden(tree), "quarter": "2026Q2"})
    tree = html.fromstring(response.content.decode())
    assert "periode: 01-04-2026 – 30-06-2026" in text_of(tree).lower()
    assert "1 linje uden periode er lagt i 2. kvartal 2026" in text_of(tree)
    assert not SupplierInvoice.objects.exists()

    response = finance.post(PAGE, hidden(tree))
    assert response.url == "/kvartaler/2026Q2/afstemning/"
    assert str(SupplierInvoiceLine.objects.get().starts_on) == "2026-04-01"
    assert SupplierInvoiceFile.objects.get().name == "faktura.xml"


@pytest.mark.parametrize("quarter", ["2025Q4", "2026S1", "x", "2031Q1"])
def test_a_quarter_that_is_not_offered_is_refused(finance, quarter):
    _, tree = send(finance, without_period())
    assert finance.post(PAGE, {**hidden(tree), "quarter": quarter}).status_code == 422


def test_on_the_command_line_the_quarter_is_an_argument(finance, tmp_path, capsys):
    file = tmp_path / "faktura.xml"
    file.write_bytes(without_period())
    with pytest.raises(SystemExit):
        call_command("import_data", "supplier_invoice", str(file))
    assert "--quarter 2026Q3" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        call_command("import_data", "supplier_invoice", str(file), "--quarter", "3. kvartal")

    call_command("import_data", "supplier_invoice", str(file), "--quarter", "2026Q3")
    assert str(SupplierInvoiceLine.objects.get().starts_on) == "2026-07-01"
    capsys.readouterr()
    with pytest.raises(SystemExit):
        call_command("import_data", "units", str(file), "--quarter", "2026Q3")


def test_the_preview_says_what_the_invoice_says_and_what_was_not_found(finance):
    seller = party("Atea Finans A/S", cvr=CVR)
    buyer = party("Kommunen", cvr=OURS, ean=EAN)
    head = PERIOD + CONTRACT + parties(seller, buyer)
    two = line(1, instance("PF000001")) + line(2, instance("XX999999"))
    _, tree = send(finance, ubl(two, head=head))
    text = text_of(tree)
    for said in (
        "Periode: 01-01-2026 – 31-03-2026",
        f"Sælger: Atea Finans A/S, CVR {CVR} (ikke sammenlignet",
        f"Køber: Kommunen, CVR {OURS}, EAN {EAN} (ikke sammenlignet",
        "Moms: 174,71",
        "Underaftaler: UA-1",
        "1 af 2 linjer er fundet på deres serienummer",
        "Linje 2: serienummer XX999999 kendes ikke, 349,41",
    ):
        assert said in text, said


@pytest.mark.parametrize(
    ("seller", "buyer", "told"),
    [
        (party("Atea Finans A/S", cvr=CVR), party("Os", cvr=OURS, ean=EAN), ""),
        (party("Andre A/S", cvr="10150817"), "", "Sælgeren er Andre A/S, CVR 10150817, men"),
        (party("ATEA FINANS"), party("Nabo", cvr="10150817"), "Køberen er Nabo, CVR 10150817, men"),
        (party("ATEA FINANS"), party("Os", ean="5798000011120"), "sendt til EAN 5798000011120"),
        (party("ATEA FINANS"), party("Os", ean="5798000022225"), ""),
    ],
)
def test_a_seller_or_buyer_that_does_not_fit_is_told(finance, seller, buyer, told):
    Settings.objects.update(lessor_cvr=CVR, own_cvr=OURS, invoice_ean=EAN)
    make.unit("1001", ean="5798000022225")
    head = PERIOD + parties(seller, buyer)
    report = take(ubl(line(1, instance("PF000001")), net="349.41", head=head))
    if told:
        assert told in " ".join(report.warnings)
    else:
        assert not report.warnings


def test_without_a_number_in_the_settings_the_name_alone_is_compared(finance):
    head = PERIOD + parties(party("Andre A/S", cvr="10150817"))
    report = take(ubl(line(1, instance("PF000001")), net="349.41", head=head))
    assert "rammeaftalen er med ATEA Finans" in " ".join(report.warnings)


def test_an_invoice_over_two_quarters_lands_on_its_own_page(finance):
    q2 = PERIOD.replace("01-01", "04-01").replace("03-31", "06-30")
    two = line(1, instance("PF000001"), period=PERIOD) + line(2, instance("PF000001"), period=q2)
    _, tree = send(finance, ubl(two))
    response = finance.post(PAGE, hidden(tree))
    assert response.url == f"/leverandoerfakturaer/{SupplierInvoice.objects.get().pk}/"


def test_what_is_about_nothing_is_decided_about_alone(finance):
    head = PERIOD + CONTRACT.replace("UA-1", "UA-9")
    make.lease("PF000009", agreement="UA-2")
    take(ubl(line(1, "", "12.00"), net="12.00", head=PERIOD))
    take(ubl(line(1, "", "13.00"), net="13.00", head=head).replace(b">4711<", b">4712<"))
    tree = read(finance, "/kvartaler/2026Q1/afstemning/linjer/?bunke=unknown")
    [link] = tree.xpath("//a[normalize-space(text())='Uden underaftale']/@href")
    form = read(finance, link)
    assert "12,00" in text_of(form)
    [seen] = form.xpath("//input[@name='agreed']/@value")
    finance.post(link, {"agreed": seen, "note": "Gebyr", "outcome": "carried"})

    [made] = DifferenceOutcome.objects.all()
    assert (made.serial_number, made.sub_agreement, made.amount_ore) == ("", "", 1200)
